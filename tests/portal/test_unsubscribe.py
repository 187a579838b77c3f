"""The page behind the link in every mail: it stops us, and shows nothing of anybody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from factories import make_contact_point, make_creditor, make_customer, make_document
from recaudo.audit.models import DomainEvent
from recaudo.contact.models import Message
from recaudo.portal.pages import UNKNOWN_A_MINUTE
from recaudo.portfolio.models import Consent

TOKEN = "ab12" * 8
ADDRESS = f"/baja/{TOKEN}/"


@pytest.fixture
def message(db: None) -> Message:
    cache.clear()
    creditor = make_creditor("andina", name="Distribuciones Andina")
    customer = make_customer(creditor, "C-77", name="Ferretería El Tornillo", tax_id="900123456")
    make_document(customer, "1500000", number="FV-1009")
    point = make_contact_point(customer, "email", "pagos@tornillo.example.com")
    now = timezone.now()
    with scope(creditor=creditor):
        made: Message = Message.objects.create(
            creditor=creditor,
            customer=customer,
            step_key="recordatorio",
            channel="email",
            template_key="recordatorio",
            state="sent",
            currency="COP",
            balance=Decimal(1_500_000),
            not_before=now,
            not_after=now + timedelta(days=1),
            contact_point=point,
            token=TOKEN,
        )
    return made


def consents(message: Message) -> list[tuple[str, str, bool, int | None]]:
    with scope(creditor=message.creditor):
        return list(
            Consent.objects.order_by("id").values_list(
                "channel", "purpose", "is_granted", "contact_point_id"
            )
        )


def test_opening_the_link_changes_nothing_and_tells_nothing(message: Message) -> None:
    """Mail scanners open links; relatives look over shoulders."""
    answer = Client().get(ADDRESS)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Distribuciones Andina" in text
    for hidden in (
        "Tornillo",
        "C-77",
        "900123456",
        "1009",
        "1.500.000",
        "1500000",
        "pagos@",
        "deuda",
        "saldo",
        "mora",
        "cobr",
        "factura",
        "Recaudo",
        "<nav",
        "script",
    ):
        assert hidden.lower() not in text.lower(), hidden
    assert consents(message) == []


def test_the_button_stops_that_address_once(message: Message) -> None:
    browser = Client(enforce_csrf_checks=True)
    first, second = browser.post(ADDRESS), browser.post(ADDRESS)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "Listo" in first.content.decode()
    assert consents(message) == [("email", "collection", False, message.contact_point_id)]
    events = DomainEvent.objects.filter(kind="contact.stopped")
    assert [event.customer_id for event in events] == [message.customer_id]
    assert "pagos@" not in str(events[0].facts)


def test_the_mail_programs_one_click_does_the_same(message: Message) -> None:
    """RFC 8058: a POST with this body, without cookies."""
    answer = Client(enforce_csrf_checks=True).post(
        ADDRESS,
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    assert len(consents(message)) == 1


def test_who_came_back_in_the_meantime_can_stop_again(message: Message) -> None:
    Client().post(ADDRESS)
    with scope(creditor=message.creditor):
        Consent.objects.create(
            creditor=message.creditor,
            customer=message.customer,
            contact_point=message.contact_point,
            channel="email",
            is_granted=True,
            given_on=timezone.now().date(),
            source="desk",
        )
    Client().post(ADDRESS)
    assert [granted for _, _, granted, _ in consents(message)] == [False, True, False]


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_is_kept_by_browsers_robots_or_caches(message: Message, method: str) -> None:
    answer = getattr(Client(), method)(ADDRESS)
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert not answer.cookies


@pytest.mark.parametrize("token", ["f" * 32, "corto", "a" * 40, "%00" * 8, "..%2f..", "ñ" * 20])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_link_gets_one_neutral_answer(message: Message, method: str, token: str) -> None:
    answer = getattr(Client(), method)(f"/baja/{token}/")
    text = answer.content.decode()
    assert answer.status_code == 404
    assert "Andina" not in text
    assert consents(message) == []


def test_guessing_is_slowed_down_and_real_links_are_not(message: Message) -> None:
    guesser = Client()
    codes = [guesser.get(f"/baja/{n:032x}/").status_code for n in range(UNKNOWN_A_MINUTE + 1)]
    assert codes == [404] * UNKNOWN_A_MINUTE + [429]
    assert guesser.get(ADDRESS).status_code == 200
    assert guesser.post(ADDRESS).status_code == 200


def test_other_methods_are_refused(message: Message) -> None:
    assert Client().put(ADDRESS).status_code == 405
    assert Client().head(ADDRESS).status_code == 200


def test_it_speaks_the_customers_language(message: Message) -> None:
    with scope(creditor=message.creditor):
        message.customer.language = "en"
        message.customer.save(update_fields=["language"])
    answer = Client().get(ADDRESS)
    assert answer["Content-Language"] == "en"
    assert '<html lang="en">' in answer.content.decode()


def test_a_service_message_stops_both_kinds(message: Message, settings: Any) -> None:
    with scope(creditor=message.creditor):
        Message.objects.filter(pk=message.pk).update(purpose="service")
    Client().post(ADDRESS)
    assert {purpose for _, purpose, _, _ in consents(message)} == {"collection", "service"}


def test_a_creditor_cannot_take_the_address(message: Message) -> None:
    """``baja`` stands before every creditor's code."""
    make_creditor("baja")
    assert Client().get(ADDRESS).status_code == 200
