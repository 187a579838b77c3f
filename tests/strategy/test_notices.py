"""Notices: a document came in, a payment came in. Once each, and never about old news."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import make_credit, make_creditor, make_customer, make_document, make_hold
from recaudo.contact.models import Message, MessageItem
from recaudo.portfolio.models import Consent
from recaudo.strategy.actions.books import activate_preset
from strategy.portfolio import (
    DAY,
    ONE,
    owing,
    ready_creditor,
    run,
    run_and_release,
    waiting,
    with_channels,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor():
    """Released, with one customer who owes something far from due."""
    creditor = ready_creditor()
    owing(creditor, "A", dpd=-60)
    run_and_release(creditor)
    return creditor


def customer_of(creditor, code="A"):
    return creditor.customer_set.get(code=code)


@pytest.fixture(autouse=True)
def everything_in_scope(creditor):
    from django_scopes import scope

    with scope(creditor=creditor):
        yield


def on(creditor, days):
    run(creditor, DAY + days * ONE)
    return waiting(creditor)


def new_document(customer, *, issued_after=1, due_after=60, **fields):
    return make_document(
        customer,
        issued_on=DAY + issued_after * ONE,
        due_on=DAY + timedelta(days=due_after),
        **fields,
    )


def test_a_new_document_is_announced_once(creditor):
    new_document(customer_of(creditor))
    assert on(creditor, 1) == [("A", "factura_emitida", "email")]
    assert on(creditor, 2) == [("A", "factura_emitida", "email")]


def test_what_was_there_before_the_first_run_is_not_announced(creditor):
    assert waiting(creditor) == []


def test_a_document_issued_long_ago_and_loaded_today_is_old_news(creditor):
    new_document(customer_of(creditor), issued_after=-30)
    assert on(creditor, 1) == []


def test_two_new_documents_are_one_notice(creditor):
    new_document(customer_of(creditor))
    new_document(customer_of(creditor))
    assert on(creditor, 1) == [("A", "factura_emitida", "email")]


def test_a_notice_of_issue_waits_while_the_customer_is_contacted_anyway(creditor):
    make_document(customer_of(creditor), due_on=DAY - 7 * ONE)
    new_document(customer_of(creditor))
    assert on(creditor, 1) == [("A", "vencida_8", "email")]
    assert ("A", "factura_emitida", "email") in on(creditor, 2)


def test_a_held_document_is_not_announced(creditor):
    document = new_document(customer_of(creditor))
    make_hold(customer_of(creditor), "disputed", document=document)
    assert on(creditor, 1) == []


def test_a_payment_is_acknowledged_once_a_day_of_payment(creditor):
    customer = customer_of(creditor)
    make_credit(customer, 100, value_on=DAY + ONE)
    make_credit(customer, 50, value_on=DAY + ONE)
    assert on(creditor, 1) == [("A", "pago_recibido", "email")]
    assert customer.messages.get().balance == 150
    make_credit(customer, 70, value_on=DAY + ONE)
    assert on(creditor, 2) == [("A", "pago_recibido", "email")]
    make_credit(customer, 80, value_on=DAY + 3 * ONE)
    assert len(on(creditor, 3)) == 2


def test_a_second_run_of_the_day_adds_the_payment_to_the_same_notice(creditor):
    customer = customer_of(creditor)
    make_credit(customer, 100, value_on=DAY + ONE)
    on(creditor, 1)
    make_credit(customer, 50, value_on=DAY + ONE)
    on(creditor, 1)
    assert customer.messages.get().balance == 150


def test_what_a_corte_inferred_or_a_note_credited_is_no_payment_to_thank_for(creditor):
    customer = customer_of(creditor)
    make_credit(customer, 10, value_on=DAY + ONE, kind="snapshot")
    make_credit(customer, 10, value_on=DAY + ONE, kind="credit_note")
    assert on(creditor, 1) == []


def test_a_payment_that_arrives_weeks_later_is_old_news(creditor):
    make_credit(customer_of(creditor), 10, value_on=DAY - 20 * ONE)
    assert on(creditor, 1) == []


def test_payments_of_two_currencies_are_two_notices(creditor):
    customer = customer_of(creditor)
    make_credit(customer, 10, value_on=DAY + ONE)
    make_credit(customer, 20, value_on=DAY + ONE, currency="USD")
    on(creditor, 1)
    found = customer.messages.order_by("currency").values_list("currency", "balance")
    assert list(found) == [("COP", 10), ("USD", 20)]


def test_whoever_asked_not_to_be_contacted_gets_no_notice(creditor):
    customer = customer_of(creditor)
    customer.do_not_contact_since = DAY
    customer.save(update_fields=["do_not_contact_since"])
    make_credit(customer, 10, value_on=DAY + ONE)
    assert on(creditor, 1) == []


@pytest.mark.parametrize("how", ["asks", "withdraws consent"])
def test_a_notice_of_yesterday_is_withdrawn_from_whoever_asks_for_silence_today(creditor, how):
    customer = customer_of(creditor)
    new_document(customer)
    make_credit(customer, 10, value_on=DAY + ONE)
    assert len(on(creditor, 1)) == 2
    if how == "asks":
        customer.do_not_contact_since = DAY + 2 * ONE
        customer.save(update_fields=["do_not_contact_since"])
    else:
        Consent.objects.create(
            creditor=creditor,
            customer=customer,
            channel="*",
            is_granted=False,
            given_on=DAY + 2 * ONE,
            source="test",
        )
    on(creditor, 2)
    assert not Message.objects.filter(state="planned").exists()
    assert not MessageItem.objects.filter(is_live=True).exists()


def test_a_notice_does_not_fill_the_minimum_gap(creditor):
    customer = customer_of(creditor)
    make_credit(customer, 10, value_on=DAY)
    run(creditor, DAY)
    make_document(customer, due_on=DAY - 7 * ONE)
    assert ("A", "pago_recibido", "email") in waiting(creditor)
    assert ("A", "vencida_8", "email") in on(creditor, 1)


def test_a_book_without_notices_sends_none():
    from django_scopes import scope

    from recaudo.strategy.actions.books import save_book
    from recaudo.strategy.books import active_book

    creditor = make_creditor()
    activate_preset(creditor, by=None)
    with scope(creditor=creditor):
        toml = active_book(creditor)[0].toml
        start, end = toml.index("[notices.issued]"), toml.index("[steps.previo_5]")
        save_book(creditor, toml[:start] + toml[end:], by=None)
        with_channels(make_customer(creditor, "Z"))
        run_and_release(creditor)
        make_credit(creditor.customer_set.get(), 10, value_on=DAY + ONE)
        assert on(creditor, 1) == []
