"""The engine with the real gate, texts and mail, into a real SMTP server."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django_scopes import scope

from factories import make_hold
from recaudo.access.models import Creditor
from recaudo.contact.models import Message, MessageText, Verdict
from recaudo.contact.outbox import dispatch, rehearse
from recaudo.payments.models import PaymentWay
from recaudo.portfolio.models import Consent, Customer

from .book import owing_customer, plan, sending_creditor

pytestmark = pytest.mark.django_db(transaction=True)
#: A Thursday morning without holidays near it.
MORNING = datetime(2026, 11, 19, 10, tzinfo=ZoneInfo("America/Bogota"))
EVENING = MORNING.replace(hour=20)


@pytest.fixture
def creditor(sink) -> Creditor:
    made = sending_creditor(sink.port, now=MORNING, name="Andina S.A.", phone="6011234567")
    with scope(creditor=made):
        PaymentWay.objects.create(
            creditor=made,
            kind="account",
            title="Banco",
            details="Ahorros 123, referencia {reference}",
            currency="COP",
        )
    return made


def planned(creditor: Creditor, *amounts: str, now: datetime = MORNING, **fields) -> Message:
    customer, documents = owing_customer(creditor, *amounts)
    allow(customer)
    key = {"template_key": "vencida"}
    return plan(
        customer, *documents, now=now, **{**key, "not_after": now + timedelta(days=2)} | fields
    )


def allow(customer: Customer) -> None:
    with scope(creditor=customer.creditor):
        Consent.objects.create(
            creditor=customer.creditor,
            customer=customer,
            channel="email",
            purpose="collection",
            is_granted=True,
            given_on=date(2026, 1, 1),
            source="test",
        )


def test_a_reminder_leaves_with_its_balance_and_a_verdict_of_the_law(creditor, sink):
    message = planned(creditor, "1500000", "250000")
    assert rehearse(creditor, at=MORNING)["allowed"] == 1

    figures = dispatch(creditor, now=MORNING)

    assert figures["sent"] == 1, figures
    with scope(creditor=creditor):
        message.refresh_from_db()
        text = MessageText.objects.get(message_id=message.pk)
        verdict = Verdict.objects.get(message_id=message.pk)
    assert sink.kept() == {message.token: 1}
    assert "1.750.000" in text.text
    assert message.balance == 1_750_000
    assert message.template_version_id is not None
    assert (verdict.is_allowed, verdict.pack[:2]) == (True, "CO")


def test_the_text_carries_the_link_that_stops_us(creditor, sink, settings):
    settings.PUBLIC_URL = "https://cobros.example.com"
    message = planned(creditor, "1500000")

    dispatch(creditor, now=MORNING)

    with scope(creditor=creditor):
        message.refresh_from_db()
        text = MessageText.objects.get(message_id=message.pk)
    link = f"https://cobros.example.com/baja/{message.token}/"
    assert link in text.text
    assert link in text.html


def test_a_link_to_this_machine_is_no_use_to_a_customer(creditor, sink, settings):
    settings.PUBLIC_URL = "http://localhost:8000"
    message = planned(creditor, "1500000")

    dispatch(creditor, now=MORNING)

    with scope(creditor=creditor):
        text = MessageText.objects.get(message_id=message.pk)
    assert "localhost" not in text.text + text.html
    assert "responda BAJA" in text.text
    assert "responda BAJA" in text.html


def test_at_night_it_waits_for_the_morning_and_then_leaves(creditor, sink):
    message = planned(creditor, "1000", now=EVENING)
    assert rehearse(creditor, at=EVENING)["allowed"] == 0

    figures = dispatch(creditor, now=EVENING)

    assert (figures["sent"], sum(figures["put_off"].values())) == (0, 1)
    with scope(creditor=creditor):
        message.refresh_from_db()
    assert message.state == "planned"
    assert EVENING < message.next_try_at <= EVENING + timedelta(hours=14)
    assert dispatch(creditor, now=message.next_try_at - timedelta(minutes=1))["sent"] == 0
    assert dispatch(creditor, now=message.next_try_at)["sent"] == 1
    assert len(sink.kept()) == 1


def test_two_messages_of_one_customer_do_not_leave_on_one_day(creditor, sink):
    """Colombia allows one a day: the second sees the first, sent a moment before."""
    first = planned(creditor, "1000")
    with scope(creditor=creditor):
        customer = Customer.objects.get(pk=first.customer_id)
        document = customer.documents.get()
        first.items.update(step_key="otro")
    plan(customer, document, now=MORNING, template_key="vencida")
    figures = dispatch(creditor, now=MORNING)
    assert figures["sent"] == 1
    assert len(sink.kept()) == 1


def test_a_customer_on_hold_is_not_written_to(creditor, sink):
    message = planned(creditor, "1000")
    with scope(creditor=creditor):
        make_hold(Customer.objects.get(pk=message.customer_id))
    figures = dispatch(creditor, now=MORNING)
    assert figures["sent"] == 0
    assert sink.kept() == {}
