"""The account of a customer as of a day: its running balance is the balance of every day."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from hypothesis import HealthCheck, given, settings

from factories import (
    adjust,
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    pay,
    refresh,
)
from payments.test_balances import START, Rollback, live, stories
from recaudo.payments.actions.applications import apply_credit
from recaudo.payments.actions.credits import take_back_credit
from recaudo.payments.queries.balances import open_as_of, unapplied_as_of
from recaudo.payments.queries.ledger import ledger_of
from recaudo.portfolio.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return make_customer(make_creditor())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_the_running_balance_is_what_was_open_on_each_day(story):
    with pytest.raises(Rollback), transaction.atomic():
        creditor = make_creditor()
        live(story, creditor)
        with scope(creditor=creditor):
            customer = Customer.objects.get()
        for offset in (0, 7, 20, 35, 61, 75):
            day = START + timedelta(days=offset)
            ledger = ledger_of(customer, day)
            open_then = sum((row.open for row in open_as_of(creditor, day)), Decimal(0))
            left_then = sum((row.unapplied for row in unapplied_as_of(creditor, day)), Decimal(0))
            assert ledger.balances.get("COP", (0, 0)) == (open_then, left_then)
            if ledger.postings:
                last = ledger.postings[-1]
                assert (last.open, last.unapplied) == (open_then, left_then)
            assert sum((each.left for each in ledger.credits), Decimal(0)) == left_then
        raise Rollback


def test_postings_stand_in_value_order_with_what_each_left(customer):
    document = make_document(customer, "1000", issued_on="2026-01-05", due_on="2026-02-05")
    adjust(document, "-100", on="2026-01-20")
    pay(document, "400", on="2026-02-01")
    ledger = ledger_of(customer, date(2026, 3, 1))
    assert [(p.kind, p.owed, p.favour, p.open, p.unapplied) for p in ledger.postings] == [
        ("document", 1000, 0, 1000, 0),
        ("adjustment", -100, 0, 900, 0),
        ("credit", 0, 400, 900, 400),
        ("application", -400, -400, 500, 0),
    ]
    assert [p.on.isoformat() for p in ledger.since(date(2026, 1, 20))] == [
        "2026-01-20",
        "2026-02-01",
        "2026-02-01",
    ]


def test_a_payment_taken_back_stays_in_sight_and_paid_nothing(customer):
    document = make_document(customer, "1000", due_on="2026-02-05")
    credit = make_credit(customer, "1000", value_on="2026-02-01")
    apply_credit(credit)
    take_back_credit(
        refresh(credit), value_on=date(2026, 2, 10), reason="cheque devuelto", origin="test"
    )
    before, after = ledger_of(customer, date(2026, 2, 9)), ledger_of(customer, date(2026, 2, 10))
    assert [paid.amount for paid in before.credits[0].paid] == [1000]
    assert after.credits[0].paid == ()
    assert after.credits[0].corrected == -1000
    assert [p.kind for p in after.postings[-2:]] == ["credit_adjustment", "reversal"]
    assert (before.balances["COP"], after.balances["COP"]) == ((0, 0), (1000, 0))
    assert (before.is_late, after.is_late, after.days) == (False, True, 5)
    assert document.customer == customer


@pytest.mark.parametrize(("day", "days"), [("2026-02-04", 0), ("2026-02-05", 0), ("2026-02-06", 1)])
def test_the_standing_turns_the_day_after_it_fell_due(customer, day, days):
    make_document(customer, "10", due_on="2026-02-05")
    assert ledger_of(customer, date.fromisoformat(day)).days == days


def test_what_was_ceded_no_longer_makes_anybody_late(customer):
    document = make_document(customer, "10", due_on="2026-02-05")
    happen(document, "ceded", on="2026-03-01")
    assert ledger_of(customer, date(2026, 2, 28)).is_late
    assert not ledger_of(customer, date(2026, 3, 1)).is_late


def test_each_currency_runs_by_itself(customer):
    make_document(customer, "10", currency="USD", due_on="2026-02-05")
    make_document(customer, "5000", due_on="2026-02-05")
    ledger = ledger_of(customer, date(2026, 3, 1))
    assert ledger.balances == {"COP": (5000, 0), "USD": (10, 0)}


def test_the_history_says_which_invoice_each_payment_paid(customer):
    for number in ("A1", "A2"):
        make_document(customer, "100", number=number, due_on="2026-02-05")
    credit = make_credit(customer, "150", value_on="2026-02-10")
    apply_credit(credit)
    (history,) = ledger_of(customer, date(2026, 3, 1)).credits
    assert {paid.number: paid.amount for paid in history.paid} == {"A1": 100, "A2": 50}
    assert history.left == 0


def test_the_ledger_costs_the_same_few_queries_whatever_its_length(customer):
    counts = defaultdict(int)
    for rows in (1, 3):
        for _ in range(rows):
            pay(make_document(customer, "100"), "40")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            ledger_of(customer, date(2026, 12, 1))
        counts[rows] = len(seen)
    assert counts[1] == counts[3] <= 8
