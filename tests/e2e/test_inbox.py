"""The inbox in the browser: 'ya pagué' in one click, and an answer from the same page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django_scopes import scope
from playwright.sync_api import Page, expect

from factories import allow
from hours import may_be_contacted_now
from recaudo.access.models import Creditor
from recaudo.contact.inbound.receiving import receive
from recaudo.contact.models import InboundMessage, MailAccount, Message, MessageText
from recaudo.contact.texts import install_ready
from recaudo.payments.actions.ways import add_way
from recaudo.payments.models import ReportedPayment
from recaudo.portfolio.models import ContactPoint, Customer


def reply(creditor: Creditor, text: str) -> InboundMessage:
    with scope(creditor=creditor):
        point = ContactPoint.objects.order_by("id").first()
        inbound = InboundMessage.objects.create(
            creditor=creditor,
            channel="email",
            kind="reply",
            from_value=point.value,
            subject="Re: su factura",
            text=text,
            own_text=text,
            received_at=timezone.now(),
            fingerprint="1" * 64,
        )
        receive(inbound, now=timezone.now())
    return inbound


def test_paid_in_one_click_from_the_keyboard(
    page: Page,
    live_server: Any,
    portfolio: Creditor,
    enter: Callable[[str], None],
    complaints: list[str],
) -> None:
    reply(portfolio, "Buenas tardes, ya pagué $1.250.000 ayer por Bancolombia")
    enter("jefe@example.com")
    page.get_by_role("link", name=re.compile("Buzón")).click()
    expect(page.get_by_role("heading", name="Buzón")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Parece «Ya pagó»")).to_be_visible()
    expect(page.get_by_label(re.compile("^Valor")).first).to_have_value("1250000")
    page.get_by_role("button", name="Anotar que ya pagó").click()
    expect(page.get_by_text("Nadie espera respuesta")).to_be_visible()
    with scope(creditor=portfolio):
        assert ReportedPayment.objects.get().amount == 1250000


def test_a_number_key_on_the_list_opens_the_form_of_that_class(
    page: Page,
    live_server: Any,
    portfolio: Creditor,
    enter: Callable[[str], None],
    complaints: list[str],
) -> None:
    reply(portfolio, "el viernes les giro")
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/buzon/")
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Anotar la promesa")).to_be_visible()
    page.keyboard.press("8")
    expect(page.get_by_text("Nadie espera respuesta")).to_be_visible()


def test_an_answer_is_written_from_the_inbox_and_waits_to_leave(
    page: Page,
    live_server: Any,
    portfolio: Creditor,
    enter: Callable[[str], None],
    complaints: list[str],
) -> None:
    inbound = reply(portfolio, "¿A qué cuenta consigno?")
    with scope(creditor=portfolio):
        install_ready(portfolio)
        add_way(portfolio, kind="account", title="Banco", details="123-4", currency="COP")
        customer = Customer.objects.get(pk=inbound.customer_id)
        customer.creditor = portfolio
        allow(customer)
        may_be_contacted_now(customer)
        MailAccount.objects.create(
            creditor=portfolio,
            name="Cartera",
            from_name="Cartera",
            from_address="cartera@andina.example",
            smtp_host="127.0.0.1",
            smtp_security="none",
            is_default=True,
        )
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/buzon/{inbound.pk}/")
    page.get_by_role("link", name="Escribir la respuesta").click()
    expect(page).to_have_url(re.compile(f"answers={inbound.pk}"))
    expect(page.get_by_text("¿A qué cuenta consigno?")).to_be_visible()
    page.get_by_label("Asunto").fill("Re: su factura")
    page.get_by_label("Mensaje").fill("Con gusto: Banco, cuenta 123-4. Quedamos atentos.")
    page.get_by_role("button", name="Enviar ahora").click()
    page.wait_for_url(re.compile("(conversacion|mensajes/[0-9]+)/$"))
    with scope(creditor=portfolio):
        answer = Message.objects.get(answers_id=inbound.pk)
        assert (answer.origin, answer.state, answer.channel) == ("reply", "planned", "email")
        text = MessageText.objects.get(message_id=answer.pk).text
        assert "cuenta 123-4" in text
        assert "Distribuidora Andina" in text
        assert "responda BAJA" in text
