"""What was open on a day: the SQL against the ledger told again in Python."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.rules import rows
from factories import (
    adjust,
    apply,
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    move_due_date,
    refresh,
)
from payments.replay import balances_on, unapplied_on
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import apply_credit, auto_apply, reverse_application
from recaudo.payments.actions.credits import take_back_credit
from recaudo.payments.models import Application, Credit
from recaudo.payments.queries.balances import open_as_of, unapplied_as_of
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Customer, Document

pytestmark = pytest.mark.django_db

START = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: START + timedelta(days=days))
AMOUNTS = st.decimals(Decimal("0.0001"), 1000, places=4)


class Rollback(Exception):
    pass


@st.composite
def stories(draw):
    """Documents, credits, and what happens to them in which order, on days in any order."""
    return {
        "documents": draw(st.lists(st.tuples(AMOUNTS, DAYS), min_size=1, max_size=4)),
        "credits": draw(st.lists(st.tuples(AMOUNTS, DAYS), min_size=1, max_size=4)),
        "acts": draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["apply", "auto", "reverse", "adjust", "bounce"]),
                    st.integers(0, 3),
                    DAYS,
                    AMOUNTS,
                ),
                max_size=12,
            )
        ),
    }


def live(story, creditor):
    """Make the story happen; what the ledger refuses did not happen."""
    customer = make_customer(creditor)
    documents = [
        make_document(customer, amount, issued_on=day, due_on=day + timedelta(days=10))
        for amount, day in story["documents"]
    ]
    credits = [make_credit(customer, amount, value_on=day) for amount, day in story["credits"]]
    for act, which, day, amount in story["acts"]:
        credit, document = credits[which % len(credits)], documents[which % len(documents)]
        try:
            with scope(creditor=creditor), transaction.atomic():
                perform(act, credit, document, day, amount)
        except (Problem, IntegrityError):
            continue


def perform(act, credit, document, day, amount):
    if act == "apply":
        apply_credit(refresh(credit))
    elif act == "auto":
        auto_apply(credit.customer)
    elif act == "adjust":
        adjust(document, amount - 500, on=day)
    elif act == "bounce":
        take_back_credit(refresh(credit), value_on=day, reason="bounced", origin="test")
    else:
        first = Application.objects.filter(credit=credit, amount__gt=0).first()
        if first is not None:
            reverse_application(first, value_on=day)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_the_balance_of_any_past_day_is_what_a_replay_of_the_postings_gives(story):
    with pytest.raises(Rollback), transaction.atomic():
        creditor = make_creditor()
        live(story, creditor)
        for offset in (0, 7, 20, 35, 61, 75):
            day = START + timedelta(days=offset)
            open_then = {row.document: row.open for row in open_as_of(creditor, day)}
            assert open_then == balances_on(creditor, day)
            left_then = {row.credit: row.unapplied for row in unapplied_as_of(creditor, day)}
            assert left_then == unapplied_on(creditor, day)
        assert check_ledger(creditor) == []
        raise Rollback


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), AMOUNTS)
def test_to_apply_and_to_take_back_is_as_if_nothing_had_happened(story, amount):
    with pytest.raises(Rollback), transaction.atomic():
        creditor = make_creditor()
        live(story, creditor)
        before = kept(creditor)
        with scope(creditor=creditor):
            credit = make_credit(Customer.objects.get(), amount, value_on=START)
        apply_credit(credit)
        take_back_credit(credit, value_on=START + timedelta(days=100), reason="oops", origin="test")
        assert kept(creditor) == before
        raise Rollback


def kept(creditor):
    """What the ledger keeps of each document, and of each credit that is worth something."""
    with scope(creditor=creditor):
        documents = Document.objects.order_by("id").values_list(
            "id", "amount", "open_amount", "last_applied_on", "closed_on"
        )
        credits = Credit.objects.exclude(amount=0).order_by("id")
        return list(documents), list(credits.values_list("id", "amount", "unapplied"))


@pytest.fixture
def customer():
    return make_customer(make_creditor())


def on(customer, day):
    return list(open_as_of(customer.creditor, date.fromisoformat(day)))


def test_a_payment_counts_from_its_own_day(customer):
    document = make_document(customer, 100, issued_on="2026-03-01")
    apply(make_credit(customer, 100, value_on="2026-04-15"), document)
    assert [row.open for row in on(customer, "2026-04-14")] == [100]
    assert on(customer, "2026-04-15") == []


def test_a_document_is_there_from_the_day_it_was_issued(customer):
    make_document(customer, 100, issued_on="2026-03-01")
    assert on(customer, "2026-02-28") == []
    assert len(on(customer, "2026-03-01")) == 1


def test_a_document_dated_ahead_is_there_once_it_was_recorded(customer):
    make_document(customer, 100, issued_on="2999-01-01", due_on="2999-02-01")
    assert on(customer, "2026-01-01") == []
    assert len(on(customer, "2998-01-01")) == 1


def test_days_past_due_start_the_day_after_the_due_date(customer):
    make_document(customer, 100, due_on="2026-03-31")
    dpd = {day: on(customer, day)[0].dpd for day in ("2026-03-30", "2026-03-31", "2026-04-01")}
    assert dpd == {"2026-03-30": 0, "2026-03-31": 0, "2026-04-01": 1}


def test_a_due_date_that_moved_today_was_the_old_one_yesterday(customer):
    document = make_document(customer, 100, due_on="2026-03-31")
    move_due_date(document, "2026-06-30")
    assert on(customer, "2026-04-30")[0].due_on == date(2026, 3, 31)
    assert on(customer, "2999-01-01")[0].due_on == date(2026, 6, 30)


def test_written_off_and_ceded_count_from_the_day_they_happened_until_undone(customer):
    document = make_document(customer, 100)
    happen(document, "written_off", on="2026-05-01")
    happen(document, "ceded", on="2026-06-01")
    happen(document, "write_off_undone", on="2026-07-01")
    seen = [
        (row.is_written_off, row.is_ceded)
        for day in ("2026-04-30", "2026-05-01", "2026-06-01", "2026-07-01")
        for row in on(customer, day)
    ]
    assert seen == [(False, False), (True, False), (True, True), (False, True)]


def test_another_creditors_rows_never_count(customer):
    make_document(make_customer(make_creditor()), 100)
    assert on(customer, "2999-01-01") == []


def test_the_worked_table_of_the_rules(customer):
    """docs/rules/balances.md: each act leaves what it says, and the day before is as it was."""
    days = rows("balances.md", "days")
    document = make_document(customer, 100, issued_on="2026-01-10", due_on="2026-02-10")
    paid = []
    for row in days[1:]:
        if row["act"] == "paid":
            paid.append(make_credit(customer, row["amount"], value_on=row["day"]))
            apply_credit(paid[-1])
        elif row["act"] == "corrected":
            adjust(document, row["amount"], on=row["day"])
        else:
            day = date.fromisoformat(row["day"])
            take_back_credit(paid[0], value_on=day, reason="returned", origin="test")
    for row in days:
        day = date.fromisoformat(row["day"])
        seen = [
            sum(each.open for each in open_as_of(customer.creditor, when))
            for when in (day, day - timedelta(days=1))
        ]
        assert seen == [Decimal(row["open that day"]), Decimal(row["the day before"])]
