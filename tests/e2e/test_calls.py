"""A collector's keyboard: why not now and when, a call recorded with one key, WhatsApp by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django_scopes import scope
from playwright.sync_api import Page, expect

from factories import allow, make_contact_point
from hours import may_be_contacted_now, may_not_be_contacted_now
from recaudo.access.models import Creditor
from recaudo.contact.models import Interaction, Message
from recaudo.contact.texts import install_ready
from recaudo.payments.actions.ways import add_way
from recaudo.portfolio.models import Customer
from recaudo.strategy.actions.runs import refresh_customers
from recaudo.strategy.models import Task

PHONE = "+573001234567"


@pytest.fixture
def customer(portfolio: Creditor) -> Customer:
    """Somebody to call and to write to, first in the list."""
    with scope(creditor=portfolio):
        install_ready(portfolio)
        add_way(portfolio, kind="account", title="Banco", details="123-4", currency="COP")
        found: Customer = Customer.objects.get(name="Ferretería El Tornillo")
        found.creditor = portfolio
        make_contact_point(found, "phone", PHONE)
        make_contact_point(found, "whatsapp", PHONE)
        for each in Customer.objects.all():
            Task.objects.create(
                creditor=portfolio,
                customer=each,
                step_key="llamada_15",
                kind="call",
                channel="phone",
                state="open",
                priority=10**12 if each.pk == found.pk else 1,
                currency="COP",
                balance=1,
                due_on=portfolio.created_at.date(),
            )
            allow(each)
            refresh_customers(portfolio, [each.pk], today=portfolio.created_at.date())
    return found


def test_at_a_forbidden_hour_one_reads_why_not_and_when(
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    customer: Customer,
    complaints: list[str],
) -> None:
    may_not_be_contacted_now(customer)
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/clientes/{customer.pk}/")
    expect(page.get_by_text("Se podrá desde").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Llamar al"))).to_have_count(0)
    page.keyboard.press("e")
    page.get_by_role("link", name="WhatsApp").click()
    expect(page.locator("#gate-word")).to_contain_text("Se podrá desde")
    page.get_by_label("Plantilla").select_option("vencida")
    expect(page.get_by_text("Saldo con corte al")).to_be_visible()
    expect(page.get_by_role("button", name="Enviar ahora")).to_have_count(0)
    page.get_by_role("button", name="Programar para").click()
    expect(page.get_by_text("Programado: sale cuando se pueda")).to_be_visible()
    with scope(creditor=customer.creditor):
        assert Message.objects.get(origin="hand").state == "planned"


def test_a_call_is_recorded_with_one_key_and_the_next_customer_is_there(
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    customer: Customer,
    complaints: list[str],
) -> None:
    may_be_contacted_now(customer)
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/clientes/{customer.pk}/")
    page.keyboard.press("c")
    expect(page.get_by_role("link", name=PHONE)).to_have_attribute("href", f"tel:{PHONE}")
    figures = page.locator(".for-titular")
    expect(figures).to_be_hidden()
    page.keyboard.press("t")
    expect(figures).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("Gestión registrada.")).to_be_visible()
    expect(page.get_by_role("heading", name="Ferretería El Tornillo")).to_have_count(0)
    with scope(creditor=customer.creditor):
        assert Interaction.objects.get().outcome == "no_answer"


def test_what_was_not_promised_is_asked_after_and_a_promise_has_its_day(
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    customer: Customer,
    complaints: list[str],
) -> None:
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/clientes/{customer.pk}/")
    expect(page.get_by_label("Objeta la deuda")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.get_by_label("¿Para qué día?")).to_be_visible()
    expect(page.get_by_label("Objeta la deuda")).to_be_hidden()
    page.keyboard.press("h")
    expect(page.get_by_label("¿Para qué día?")).to_be_hidden()
    page.get_by_label("Objeta la deuda").check()
    page.locator("form.results").get_by_role("button", name="Registrar").click()
    expect(page.get_by_text("Gestión registrada.")).to_be_visible()
    with scope(creditor=customer.creditor):
        assert Interaction.objects.get().outcome == "objects"


def test_whatsapp_opens_with_its_text_and_is_sent_on_ones_word(
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    customer: Customer,
    complaints: list[str],
) -> None:
    may_be_contacted_now(customer)
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/clientes/{customer.pk}/escribir/?channel=whatsapp")
    page.get_by_label("Plantilla").select_option("vencida")
    page.get_by_role("button", name="Enviar ahora").click()
    link = page.get_by_role("link", name=re.compile("con el texto listo"))
    expect(link).to_have_attribute("href", re.compile(r"^https://wa\.me/573001234567\?text="))
    page.keyboard.press("s")
    expect(page.get_by_text("Anotado como enviado.")).to_be_visible()
    page.goto(f"{live_server.url}/andina/clientes/{customer.pk}/conversacion/")
    expect(page.get_by_text("Enviado")).to_be_visible()
    page.get_by_text("Qué decía").click()
    expect(page.get_by_text("Saldo con corte al")).to_be_visible()
