"""A customer stops us, on a telephone, by the link of the mail."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django_scopes import scope
from playwright.sync_api import Page, expect

from recaudo.access.models import Creditor
from recaudo.contact.models import Message
from recaudo.portfolio.models import Consent, Customer


def test_a_customer_stops_us_by_the_link(
    page: Page, live_server: Any, portfolio: Creditor, complaints: list[str]
) -> None:
    now = timezone.now()
    with scope(creditor=portfolio):
        customer = Customer.objects.get(name="Papelería La Carta")
        Message.objects.create(
            creditor=portfolio,
            customer=customer,
            step_key="x",
            channel="email",
            template_key="x",
            state="sent",
            currency="COP",
            balance=Decimal(1),
            not_before=now,
            not_after=now + timedelta(days=1),
            contact_point=customer.contact_points.get(),
            token="a1" * 16,
        )
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}/baja/{'a1' * 16}/")

    expect(page.get_by_text("Distribuidora Andina", exact=True)).to_be_visible()
    expect(page.get_by_text("La Carta")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.context.cookies() == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("no le escribiremos más aquí")
    with scope(creditor=portfolio):
        consent = Consent.objects.get()
    assert (consent.customer_id, consent.is_granted) == (customer.id, False)
