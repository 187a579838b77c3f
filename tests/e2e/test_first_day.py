"""The first day of a company: its messy Excel goes in, today's work comes out, with the reason."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django_scopes import scopes_disabled
from playwright.sync_api import Page, expect

from factories import allow, make_creditor, make_user
from hours import may_be_contacted_now
from recaudo.access.models import Creditor, Membership
from recaudo.intake.models import ImportBatch
from recaudo.portfolio.models import Customer
from recaudo.strategy.actions.books import activate_preset
from recaudo.strategy.models import Run

from .conftest import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
MESSY = ROOT / "examples" / "cartera_desordenada.xlsx"


def company() -> Creditor:
    creditor = make_creditor("andina", name="Distribuidora Andina", run_at_hour=24)  # by hand
    activate_preset(creditor, by=None, origin="test")
    user = make_user("jefe@example.com", name="Gustavo Leal", password=PASSWORD)
    Membership.objects.create(
        user=user, creditor=creditor, role="supervisor", can_see_identifiers=True, can_export=True
    )
    return creditor


def test_from_the_messy_excel_to_the_reason_of_the_first_call(
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    work: Callable[[], None],
    complaints: list[str],
) -> None:
    company()
    enter("jefe@example.com")
    expect(page).to_have_url(re.compile("/andina/$"))
    expect(page.get_by_text("Todavía no hay cartera")).to_be_visible()

    # The file, and what was understood of it
    page.get_by_role("link", name="Cargar un archivo").click()
    page.get_by_label("Elija el archivo o arrástrelo aquí").set_input_files(MESSY)
    page.get_by_role("button", name="Leer el archivo").click()
    expect(page.get_by_role("heading", name=MESSY.name)).to_be_visible()
    for question in page.locator("fieldset:has(input[name^='answer.'])").all():
        question.locator("input").first.check()
    page.get_by_role("button", name="Revisar antes de guardar").click()

    # It does not add up, by the rows that cannot be taken; nothing goes in without a reason
    expect(page.get_by_text("No cuadra", exact=True)).to_be_visible()
    page.get_by_role("button", name="Guardar en la cartera").click()
    expect(page.get_by_text("escriba por qué se acepta la diferencia")).to_be_visible()
    page.get_by_label("Si acepta la diferencia, diga por qué").fill("Dos filas se corrigen mañana")
    page.get_by_role("button", name="Guardar en la cartera").click()
    expect(page.get_by_text("Resultado")).to_be_visible()
    work()
    expect(page.get_by_text("Listo: la cartera está al día con este archivo.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Descargar las rechazadas").click()
    assert "recaudo_motivo" in Path(download.value.path()).read_text("utf-8-sig")

    # The run of the day, first as a proposal
    page.get_by_role("button", name="Ejecutar el proceso del día").click()
    expect(page.get_by_text("El proceso del día está en cola.")).to_be_visible()
    work()
    expect(page.get_by_text("espera aprobación")).to_be_visible()
    page.get_by_role("button", name="Aprobar la propuesta").click()
    expect(page.get_by_text("Propuesta aprobada")).to_be_visible()
    with scopes_disabled():
        assert ImportBatch.objects.get().rejected == 2
        assert Run.objects.get().state == "done"

    # The first customer of the list, and why
    page.get_by_role("link", name="Trabajo", exact=True).click()
    expect(page.get_by_role("heading", name="Lista de trabajo")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("j")
    first = page.locator("[data-rows] tr").first
    name = first.locator("a").first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    why = page.locator("#por-que")
    expect(why.get_by_role("heading", name="Qué sigue y por qué")).to_be_visible()
    expect(why).to_contain_text("días")
    expect(why).to_contain_text(re.compile("segmento"))

    # A masked contact is shown in place to whoever holds the right, at an hour at which it may be
    with scopes_disabled():
        customer = Customer.objects.get(name=name)
        allow(customer)
        may_be_contacted_now(customer)
    page.reload()
    contact = page.locator("#contactos .contact").first
    before = contact.locator(".where > span").first.inner_text()
    contact.get_by_role("button", name=re.compile("^Ver")).click()
    expect(contact.locator(".revealed")).to_be_visible()
    assert contact.locator(".where > span").first.inner_text() != before


def test_the_worklist_is_worked_with_the_keyboard_alone(
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    portfolio: Any,
    complaints: list[str],
) -> None:
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/trabajo/")
    rows = page.locator("[data-rows] tr")
    assert rows.count() == 3

    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_have_class("is-on")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_class("is-on")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Teclas")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    page.keyboard.press("/")
    page.keyboard.type("Papelería")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Papelería")


def test_a_change_by_somebody_else_shows_without_reloading(
    page: Page, live_server: Any, enter: Callable[[str], None], portfolio: Any
) -> None:
    from django_scopes import scope

    from recaudo.portfolio.actions.customers import claim
    from recaudo.portfolio.models import Customer

    enter("jefe@example.com")
    with scope(creditor=portfolio):
        customer = Customer.objects.order_by("id").first()
    page.goto(f"{live_server.url}/andina/clientes/{customer.id}/")
    with scope(creditor=portfolio):
        claim(customer, customer.version)
    page.evaluate("htmx.trigger('[data-freshness]', 'look')")
    expect(page.get_by_text("Otra persona cambió algo")).to_be_visible()


def test_every_page_fits_a_phone_and_keeps_the_console_silent_in_both_languages(
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    portfolio: Any,
    complaints: list[str],
) -> None:
    from django_scopes import scope

    from recaudo.portfolio.models import Customer

    with scope(creditor=portfolio):
        customer = Customer.objects.order_by("id").first()
    enter("jefe@example.com")
    paths = [
        "",
        "trabajo/",
        "trabajo/?condition=max_dpd+%3E+1",
        "mensajes/",
        "estrategia/",
        "informes/customer/",
        "cargas/",
        "cargas/nueva/",
        "cargas/conflictos/",
        "ayuda/",
        f"clientes/{customer.id}/",
    ]
    for language in ("English", "Español"):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{live_server.url}/andina/ayuda/")
        page.get_by_role("button", name=language).click()
        page.wait_for_load_state()
        for path in paths:
            page.goto(f"{live_server.url}/andina/{path}")
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 844})
                page.wait_for_load_state("networkidle" if width == 1280 else "load")
                wider = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert wider <= 0, f"{path} in {language} at {width}: {wider} px too wide"
            _keep_picture(page, f"{path.split('?')[0].strip('/').replace('/', '-')}-{language[:2]}")


def _keep_picture(page: Page, name: str) -> None:
    """For a look at them: RECAUDO_SHOTS names a folder."""
    folder = os.environ.get("RECAUDO_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name or 'inicio'}.png", full_page=True)
