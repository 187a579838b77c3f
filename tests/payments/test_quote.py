"""«¿Cuánto si pago el viernes?»: the quote, that day's statement and the payment agree (F25)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from factories import make_customer, make_document
from payments.test_charging import charge_interest, mexican
from recaudo.core.money import Money
from recaudo.payments.actions.charging import fix_charges
from recaudo.payments.actions.receiving import receive
from recaudo.payments.queries.balances import open_as_of
from recaudo.payments.queries.debt import debt_of

DUE = date(2026, 3, 31)
FRIDAY = date(2026, 4, 10)
NOW = datetime(2026, 12, 31, 15, tzinfo=UTC)


def sums(customer, day):
    return debt_of(customer, day).of("MXN")


def pay(customer, amount, on, n):
    return receive(
        customer,
        Money(Decimal(amount), "MXN"),
        value_on=on,
        source="test",
        external_id=f"q{n}",
        now=NOW,
    )


@pytest.fixture
def customer(db):
    creditor = mexican()
    charge_interest(creditor)
    return make_customer(creditor)


def test_ten_days_late_at_a_tenth_of_a_per_cent_a_day(customer):
    make_document(customer, "1000", due_on=DUE)
    (accrual,) = debt_of(customer, FRIDAY).accruals
    assert (accrual.interest, accrual.posted) == (Decimal("10.00"), 0)
    (step,) = accrual.how
    assert (step["days"], step["capital"], step["per_cent"]) == (10, "1000.0000", "36.500000")
    assert sums(customer, FRIDAY).total == Decimal("1010.00")


def test_looking_posts_nothing_and_posting_changes_no_total(customer):
    make_document(customer, "1000", due_on=DUE)
    before = sums(customer, FRIDAY)
    assert (before.interest, before.charges) == (10, 0)
    fix_charges(customer, as_of=FRIDAY, because="statement", now=NOW)
    after = sums(customer, FRIDAY)
    assert (after.interest, after.charges) == (0, 10)
    assert (after.total, after.catch_up) == (before.total, before.catch_up)
    # The days before and after tell what they told.
    assert sums(customer, FRIDAY - timedelta(1)).total == Decimal("1009.00")
    assert sums(customer, FRIDAY + timedelta(1)).total == Decimal("1011.00")


def test_charges_stay_owed_when_the_capital_is_paid_and_bear_nothing(customer):
    make_document(customer, "1000", due_on=DUE)
    pay(customer, "1000", FRIDAY, 1)
    # Interest before capital: 10 of the 1,000 went to the charge.
    assert sums(customer, FRIDAY).total == Decimal("10.00")
    paid = sums(customer, FRIDAY + timedelta(10))
    assert paid.total == Decimal("10.10")


class Quotes(TestCase):
    @settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink])
    @given(
        amounts=st.lists(st.decimals("0.01", "99999.99", places=2), min_size=1, max_size=3),
        due=st.lists(st.integers(-20, 60), min_size=3, max_size=3),
        part=st.decimals("0.01", "500", places=2),
        fixed=st.booleans(),
        ahead=st.integers(0, 40),
    )
    def test_a_quote_is_the_statement_of_that_day_and_paying_it_leaves_nothing(
        self, amounts, due, part, fixed, ahead
    ):
        creditor = mexican()
        charge_interest(creditor)
        customer = make_customer(creditor)
        for amount, days in zip(amounts, due, strict=False):
            make_document(
                customer,
                amount,
                issued_on="2026-01-15",
                due_on=DUE + timedelta(days),
            )
        pay(customer, part, DUE + timedelta(5), 1)
        day = FRIDAY + timedelta(ahead)
        quoted = sums(customer, day)
        if fixed:  # what a month end posts on the way
            fix_charges(customer, as_of=FRIDAY, because="month_end", now=NOW)
        on_the_day = sums(customer, day)
        assert (quoted.total, quoted.catch_up) == (on_the_day.total, on_the_day.catch_up)
        if quoted.total:
            pay(customer, quoted.total, day, 2)
        after = debt_of(customer, day)
        assert (after.total, after.catch_up) == (0, 0)
        assert not after.accruals
        assert list(open_as_of(creditor, day, [customer.pk])) == []
        assert sum((each.unapplied for each in after.credits), Decimal(0)) == quoted.favour
