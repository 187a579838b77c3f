"""A collector reads a statement, quotes Friday, and gives a paz y salvo that anybody can check."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from django_scopes import scope
from playwright.sync_api import Page, expect

from factories import make_customer, make_document, pay
from recaudo.access.models import Creditor
from recaudo.core.calendar import local_day
from recaudo.payments.models import Clearance
from recaudo.portfolio.models import Customer

#: Where to keep pictures of the pages; nowhere unless asked.
PICTURES = os.environ.get("RECAUDO_PICTURES")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})


def test_the_statement_is_read_quoted_and_downloaded(
    page: Page,
    live_server: Any,
    portfolio: Creditor,
    enter: Callable[[str], None],
    complaints: list[str],
) -> None:
    with scope(creditor=portfolio):
        customer = Customer.objects.get(name="Ferretería El Tornillo")
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/clientes/{customer.pk}/")
    page.get_by_role("link", name="Estado de cuenta").click()
    sheet = page.get_by_role("article")
    expect(sheet.get_by_text("Distribuidora Andina")).to_be_visible()
    expect(sheet.get_by_text("4.500.001,50").first).to_be_visible()
    picture(page, "statement")

    day = local_day(timezone.now(), portfolio.timezone) + timedelta(days=10)
    page.get_by_label("Otro día").fill(day.isoformat())
    page.get_by_role("button", name="Ver ese día").click()
    expect(sheet.get_by_role("heading", name="Liquidación de la deuda")).to_be_visible()
    expect(sheet.get_by_text("6.000.002").first).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="PDF").click()
    assert Path(downloading.value.path()).read_bytes().startswith(b"%PDF-")

    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Libro").click()
    expect(page.get_by_role("heading", name="Libro del cliente")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, "ledger")


def test_a_paz_y_salvo_is_given_and_its_page_says_that_it_stands(
    page: Page,
    live_server: Any,
    portfolio: Creditor,
    enter: Callable[[str], None],
    complaints: list[str],
) -> None:
    today = local_day(timezone.now(), portfolio.timezone)
    customer = make_customer(portfolio, name="Papelería Sin Deudas")
    pay(make_document(customer, "100", due_on=today - timedelta(3)), on=today - timedelta(1))
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/clientes/{customer.pk}/paz-y-salvo/")
    page.get_by_role("button", name="Expedir").click()
    expect(page.get_by_text("vigente", exact=True)).to_be_visible()
    picture(page, "clearances")
    with scope(creditor=portfolio):
        made = Clearance.objects.get()

    page.context.clear_cookies()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}/paz-y-salvo/{made.token}/")
    expect(page.get_by_role("status")).to_have_text("Este certificado está vigente")
    expect(page.get_by_text("Sin Deudas")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.context.cookies() == []
    picture(page, "public")
