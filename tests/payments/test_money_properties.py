"""Whatever comes in and goes back, everything re-adds, and what came back left no trace."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from factories import make_creditor, make_customer, make_document, make_rate
from recaudo.core.exchange import Price, buy
from recaudo.core.money import Money, minor_units
from recaudo.payments.actions.lots import receive_group, reverse_lot
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.models import Application, Credit, ExchangeDifference
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Document, DocumentComponent

NOW = datetime(2026, 4, 15, 10, tzinfo=ZoneInfo("America/Bogota"))
DAY = date(2026, 4, 15)
_serial = itertools.count(1)

CURRENCIES = ("COP", "USD", "CLF", "COU")
UNITS = {"USD": "4012.3456789", "CLF": "161000.55", "COU": "385.1234"}

amounts = st.integers(1, 2_000_000).map(lambda cents: Decimal(cents) / 100)
documents = st.lists(
    st.tuples(
        st.integers(0, 2),  # whose
        st.sampled_from(CURRENCIES),
        amounts,
        st.integers(0, 60),  # days before the payment on which it was due
        st.booleans(),  # with interest
    ),
    min_size=1,
    max_size=8,
)
payments = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(CURRENCIES), amounts), min_size=1, max_size=4
)


def world(rows):
    creditor = make_creditor()
    for currency, rate in UNITS.items():
        make_rate(creditor, currency, rate, valid_on="2026-04-10")
        make_rate(creditor, currency, Decimal(rate) - 7, valid_on="2020-01-01")
    customers = [make_customer(creditor) for _ in range(3)]
    for number, (who, currency, amount, days, with_interest) in enumerate(rows):
        parts = {"capital": amount, "default_interest": Decimal(1)} if with_interest else None
        make_document(
            customers[who],
            amount,
            number=f"F{number:02}",
            currency=currency,
            due_on=date.fromordinal(DAY.toordinal() - days),
            components=parts,
        )
    return creditor, customers


def pay(customer, amount, currency, name=""):
    return receive(
        customer,
        Money(amount, currency),
        value_on=DAY,
        source="web",
        external_id=name or f"p{next(_serial)}",
        now=NOW,
    ).credit


def balances(creditor):
    """Everything that is open, by document and part."""
    with scope(creditor=creditor):
        parts = DocumentComponent.objects
        return (
            dict(Document.objects.values_list("number", "open_amount")),
            sorted(parts.values_list("document__number", "component", "open_amount")),
            sorted(Document.objects.values_list("number", "closed_on", "last_applied_on"), key=str),
        )


def total(rows, name):
    return sum(rows.values_list(name, flat=True))


class Ledgers(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(documents, payments)
    def test_everything_readds_and_what_comes_back_leaves_no_trace(self, rows, paid):
        with transaction.atomic():
            creditor, customers = world(rows)
            kept = [pay(customers[who], amount, currency) for who, currency, amount in paid[1:]]
            before = balances(creditor)
            who, currency, amount = paid[0]
            credit = pay(customers[who], amount, currency)
            assert check_ledger(creditor) == []
            reverse_payment(credit, value_on=DAY, reason="Devuelto", now=NOW)
            assert balances(creditor) == before
            for each in kept:
                reverse_payment(each, value_on=DAY, reason="Devuelto", now=NOW)
            assert check_ledger(creditor) == []
            with scope(creditor=creditor):
                assert not Credit.objects.exclude(amount=0).exists()
                assert total(ExchangeDifference.objects, "amount") == 0
                assert total(Application.objects, "amount") == 0

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(documents, amounts)
    def test_a_lot_readds_and_comes_back_whole(self, rows, amount):
        with transaction.atomic():
            creditor, customers = world(rows)
            before = balances(creditor)
            done = receive_group(
                creditor,
                Money(amount, "COP"),
                customers=customers,
                value_on=DAY,
                source="web",
                external_id=f"l{next(_serial)}",
                now=NOW,
            )
            assert done.applied + done.unapplied + done.unassigned == amount
            with scope(creditor=creditor):
                owed = total(Document.objects.filter(currency="COP"), "open_amount")
                assert not (owed and done.unassigned)
            assert check_ledger(creditor) == []
            reverse_lot(done.lot, value_on=DAY, reason="Devuelto", now=NOW)
            assert balances(creditor) == before
            assert check_ledger(creditor) == []

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(documents, payments, st.randoms(use_true_random=False))
    def test_the_order_of_arrival_on_one_day_changes_no_total(self, rows, paid, chance):
        """In one currency: over several, the rest of a cent depends on how the money was cut."""
        shuffled = list(paid)
        chance.shuffle(shuffled)
        ends = []
        for order in (paid, shuffled):
            with transaction.atomic():
                creditor, customers = world([(row[0], "COP", *row[2:]) for row in rows])
                for who, _, amount in order:
                    pay(customers[who], amount, "COP")
                left = []
                with scope(creditor=creditor):
                    for customer in customers:
                        credits = Credit.objects.filter(customer=customer)
                        left.append(total(credits, "unapplied"))
                ends.append((balances(creditor), left))
        assert ends[0] == ends[1]


MONEY = st.integers(1, 10**12).map(lambda n: Decimal(n) / 10_000)
RATES = st.integers(1, 10**14).map(lambda n: Fraction(n, 10**8))


@given(MONEY, MONEY, RATES, st.sampled_from(CURRENCIES), st.sampled_from(CURRENCIES))
def test_what_is_bought_never_costs_more_than_there_is_and_no_cent_is_lost(
    wanted, budget, rate, debt, paid_in
):
    want, have = Money(wanted, debt), Money(budget, paid_in)
    price = Price(rate, DAY, "test")
    bought = buy(want, have, price)
    smallest = Decimal(1).scaleb(-minor_units(debt))
    if bought is None:
        assert Fraction(min(smallest, wanted)) * rate > Fraction(budget) - Fraction(1, 2)
        return
    assert 0 < bought.amount.amount <= wanted
    assert 0 < bought.cost.amount <= budget
    if bought.amount != want:
        left = have - bought.cost
        one_more = Fraction(bought.amount.amount + smallest) * rate
        assert one_more > Fraction(budget), "the rest buys another cent"
        assert left.amount >= 0


@pytest.mark.parametrize(
    ("wanted", "budget", "amount", "cost"),
    [
        ("100", "410000", "100", "410000"),
        ("100", "410000.01", "100", "410000"),
        ("100", "409999.99", "99.99", "409959"),
        ("0.01", "40.99", None, None),
        ("0.01", "41", "0.01", "41"),
    ],
)
def test_pesos_for_dollars(wanted, budget, amount, cost):
    price = Price(Fraction(4100), DAY, "test")
    bought = buy(Money(Decimal(wanted), "USD"), Money(Decimal(budget), "COP"), price)
    if amount is None:
        assert bought is None
    else:
        assert (bought.amount.amount, bought.cost.amount) == (Decimal(amount), Decimal(cost))
