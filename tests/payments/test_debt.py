"""What one customer owes on a day: exact for past days, and a quote for days to come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from hypothesis import HealthCheck, given, settings

from factories import (
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_rate,
    pay,
)
from payments.test_balances import START, Rollback, live, stories
from recaudo.core.money import Money
from recaudo.payments.actions.applications import apply_credit
from recaudo.payments.actions.credits import record_credit
from recaudo.payments.models import Instrument, InstrumentCover, InstrumentEvent
from recaudo.payments.queries.balances import open_as_of, unapplied_as_of
from recaudo.payments.queries.debt import debt_of, friday_after, month_end
from recaudo.portfolio.models import Customer

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 31)


@pytest.fixture
def customer():
    return make_customer(make_creditor())


def cop(customer, day):
    return debt_of(customer, day).of("COP")


def cover(document, amount, *, received_on="2026-03-01", state="held", state_on="2026-03-01"):
    with scope(creditor=document.creditor):
        instrument = Instrument.objects.create(
            creditor=document.creditor,
            customer=document.customer,
            kind="cheque",
            number=f"{document.pk}",
            currency=document.currency,
            amount=Decimal(amount),
            received_on=received_on,
            due_on="2026-05-01",
            state=state,
            state_on=state_on,
        )
        InstrumentCover.objects.create(
            creditor=document.creditor,
            instrument=instrument,
            document=document,
            amount=Decimal(amount),
        )


@pytest.mark.parametrize(
    ("day", "due", "overdue"),
    [(DUE - timedelta(1), 0, 0), (DUE, 1000, 0), (DUE + timedelta(1), 1000, 1000)],
)
def test_what_falls_due_by_the_day_makes_up_the_catch_up(customer, day, due, overdue):
    """A quote for Friday counts what falls due on Friday."""
    make_document(customer, "1000", due_on=DUE)
    sums = cop(customer, day)
    assert (sums.catch_up, sums.due, sums.overdue, sums.total) == (due, due, overdue, 1000)


def test_credits_that_wait_are_taken_off_and_never_below_zero(customer):
    make_document(customer, "1000", due_on=DUE)
    make_credit(customer, "1200", value_on="2026-04-15")
    before, after = cop(customer, date(2026, 4, 14)), cop(customer, date(2026, 4, 15))
    assert (before.catch_up, before.total, before.favour) == (1000, 1000, 0)
    assert (after.catch_up, after.total, after.favour) == (0, 0, 200)


def test_a_past_day_is_told_as_it_was(customer):
    document = make_document(customer, "1000", due_on=DUE, components={"capital": 900, "tax": 100})
    credit = make_credit(customer, "950", value_on="2026-04-15")
    apply_credit(credit)
    (line,) = debt_of(customer, date(2026, 4, 14)).documents
    assert (line.open, line.parts) == (1000, (("capital", 900), ("tax", 100)))
    (line,) = debt_of(customer, date(2026, 4, 15)).documents
    assert (line.open, line.parts) == (50, (("capital", 50),))
    assert (line.number, line.original, line.days) == (str(document), 1000, 15)


def test_what_was_written_off_is_apart_and_still_owed(customer):
    document = make_document(customer, "1000", due_on=DUE)
    happen(document, "written_off", on="2026-06-01")
    sums = cop(customer, date(2026, 6, 1))
    assert (sums.due, sums.catch_up, sums.written_off, sums.total) == (0, 0, 1000, 1000)


def test_what_was_ceded_is_apart_and_owed_to_another(customer):
    happen(make_document(customer, "1000", due_on=DUE), "ceded", on="2026-06-01")
    sums = cop(customer, date(2026, 6, 1))
    assert (sums.catch_up, sums.ceded, sums.total) == (0, 1000, 0)


def test_what_a_cheque_covers_is_not_asked_for_and_still_owed(customer):
    document = make_document(customer, "1000", due_on=DUE)
    cover(document, "600")
    sums = cop(customer, date(2026, 4, 1))
    assert (sums.documented, sums.catch_up, sums.total) == (600, 400, 1000)


@pytest.mark.parametrize(
    ("day", "documented"), [("2026-02-28", 0), ("2026-03-01", 600), ("2026-04-09", 600)]
)
def test_a_cheque_counts_from_its_receipt_until_it_cleared_or_came_back(customer, day, documented):
    cover(
        make_document(customer, "1000", issued_on="2026-02-01", due_on=DUE),
        "600",
        state="returned",
        state_on="2026-04-10",
    )
    assert cop(customer, date.fromisoformat(day)).documented == documented
    assert cop(customer, date(2026, 4, 10)).documented == 0


def test_a_cheque_that_the_bank_returned_days_after_it_paid_covers_nothing(customer):
    """Cleared on the 10th, returned on the 20th: on the 15th it had been money."""
    document = make_document(customer, "1000", issued_on="2026-02-01", due_on=DUE)
    cover(document, "600", state="returned", state_on="2026-04-20")
    with scope(creditor=customer.creditor):
        instrument = Instrument.objects.get()
        for state, on in (("held", "03-01"), ("cleared", "04-10"), ("returned", "04-20")):
            InstrumentEvent.objects.create(
                creditor=customer.creditor,
                instrument=instrument,
                state=state,
                happened_on=f"2026-{on}",
            )
    days = [date(2026, 4, day) for day in (9, 10, 15, 20)]
    assert [cop(customer, day).documented for day in days] == [600, 0, 0, 0]


def test_a_charge_of_the_source_system_is_part_of_catching_up(customer):
    make_document(
        customer,
        "30",
        kind="charge",
        due_on="2026-12-31",
        issued_on="2026-03-01",
        components={"default_interest": 30},
    )
    debt = debt_of(customer, date(2026, 4, 1))
    assert debt.documents == ()
    assert [charge.open for charge in debt.charges] == [30]
    assert (debt.catch_up, debt.total) == (30, 30)


def test_currencies_are_summed_apart_and_told_in_the_creditors_with_the_rate(customer):
    make_document(customer, "100.10", currency="USD", due_on=DUE)
    make_document(customer, "5000", due_on=DUE)
    make_rate(customer.creditor, "USD", "3900", valid_on="2026-03-01")
    make_rate(customer.creditor, "USD", "4000", valid_on="2026-04-02")
    debt = debt_of(customer, date(2026, 4, 1))
    assert [each.currency for each in debt.currencies] == ["COP", "USD"]
    rate = debt.of("USD").rate
    assert (rate.rate, rate.valid_on, rate.source) == (3900, date(2026, 3, 1), "test")
    assert debt.total == 5000 + Decimal("390390.00")
    assert debt_of(customer, date(2026, 4, 2)).total == 5000 + Decimal("400400.00")


def test_a_missing_rate_is_said_and_not_guessed(customer):
    make_document(customer, "100", currency="USD", due_on=DUE)
    make_document(customer, "5000", due_on=DUE)
    debt = debt_of(customer, date(2026, 4, 1))
    assert debt.without_rate == ("USD",)
    assert debt.total == 5000
    assert debt.of("USD").total == 100


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_total_is_what_is_open_less_what_waits_on_every_day(story):
    with pytest.raises(Rollback), transaction.atomic():
        creditor = make_creditor()
        live(story, creditor)
        with scope(creditor=creditor):
            customer = Customer.objects.get()
        for offset in (0, 7, 20, 35, 61, 75):
            day = START + timedelta(days=offset)
            open_then = sum((row.open for row in open_as_of(creditor, day)), Decimal(0))
            left = sum((row.unapplied for row in unapplied_as_of(creditor, day)), Decimal(0))
            sums = debt_of(customer, day).of("COP")
            net = sums.total - sums.favour if sums else 0
            assert net == open_then - left
        raise Rollback


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_to_pay_what_was_quoted_leaves_nothing_at_all(story):
    with pytest.raises(Rollback), transaction.atomic():
        creditor = make_creditor()
        live(story, creditor)
        with scope(creditor=creditor):
            customer = Customer.objects.get()
        day = START + timedelta(days=90)
        quoted = debt_of(customer, day).of("COP")
        if quoted is not None and quoted.total:
            paid = Money(quoted.total, "COP")
            credit, _ = record_credit(
                customer, paid, kind="payment", value_on=day, source="t", external_id="q"
            )
            for each in [*_waiting(customer, credit), credit]:
                apply_credit(each)
            after = debt_of(customer, day).of("COP")
            assert after is None or (after.total, after.favour) == (0, 0)
        raise Rollback


def _waiting(customer, last):
    with scope(creditor=customer.creditor):
        return list(customer.credits.filter(unapplied__gt=0).exclude(pk=last.pk).order_by("id"))


def test_the_debt_costs_the_same_few_queries_whatever_its_length(customer):
    counts = []
    for _ in range(2):
        for _ in range(len(counts) * 2 + 1):
            pay(make_document(customer, "100"), "40")
            make_credit(customer, "1")
        with CaptureQueriesContext(connection) as seen:
            debt_of(customer, date(2026, 12, 1))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 14


@pytest.mark.parametrize(
    ("day", "friday"),
    [("2026-11-26", "2026-11-27"), ("2026-11-27", "2026-12-04"), ("2026-11-28", "2026-12-04")],
)
def test_the_next_friday_is_never_today(day, friday):
    assert friday_after(date.fromisoformat(day)) == date.fromisoformat(friday)


@pytest.mark.parametrize(
    ("day", "end"),
    [("2026-02-01", "2026-02-28"), ("2028-02-29", "2028-02-29"), ("2026-12-31",) * 2],
)
def test_the_end_of_the_month_is_its_last_day(day, end):
    assert month_end(date.fromisoformat(day)) == date.fromisoformat(end)
