"""The inbox in the browser: 'ya pagué' in one click, and an answer from the same page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scope
from playwright.sync_api import Page, expect

from recaudo.access.models import Creditor
from recaudo.contact.inbound.receiving import receive
from recaudo.contact.models import InboundMessage, Message
from recaudo.payments.models import ReportedPayment
from recaudo.portfolio.models import ContactPoint


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


def test_an_answer_leaves_from_the_inbox_or_says_why_it_cannot(
    page: Page, live_server: Any, portfolio: Creditor, enter: Callable[[str], None]
) -> None:
    pytest.importorskip("recaudo.contact.outbox", reason="the outbox is not here")
    inbound = reply(portfolio, "¿A qué cuenta consigno?")
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/buzon/{inbound.pk}/")
    if page.get_by_role("link", name="Escribir la respuesta").count():
        page.get_by_role("link", name="Escribir la respuesta").click()
        expect(page).to_have_url(re.compile(f"answers={inbound.pk}"))
        return
    page.get_by_label("Respuesta").fill("Con gusto: Bancolombia, cuenta 123.")
    page.get_by_role("button", name="Enviar la respuesta").click()
    expect(page.get_by_text("quedó en la bandeja de salida")).to_be_visible()
    with scope(creditor=portfolio):
        assert Message.objects.filter(answers_id=inbound.pk).count() == 1
