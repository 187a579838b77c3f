"""The list of payments and one of them: what it paid, part by part, and why."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from factories import (
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_rate,
    make_user,
)
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.queries.payments import Filters, payment, payments, totals
from recaudo.portfolio.models import Customer

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 15, 10, tzinfo=ZoneInfo("America/Bogota"))
DAY = date(2026, 4, 15)


def pay(customer, amount, external_id, *, currency="COP", **more):
    return receive(
        customer,
        Money(Decimal(amount), currency),
        value_on=more.pop("value_on", DAY),
        source="web",
        external_id=external_id,
        now=NOW,
        **more,
    ).credit


@pytest.fixture
def customer():
    return make_customer(make_creditor(), "C1")


def listed(creditor, **filters):
    with scope(creditor=creditor):
        return [row.external_id for row in payments(creditor, Filters(**filters)).rows]


def test_pages_follow_each_other_without_gap_or_repeat(customer):
    for n in range(7):
        make_credit(customer, 10 + n, value_on=f"2026-04-{10 + n // 3}", external_id=str(n))
    seen, after = [], None
    with scope(creditor=customer.creditor):
        while True:
            page = payments(customer.creditor, limit=3, after=after)
            seen += [row.external_id for row in page.rows]
            after = page.after
            if after is None:
                break
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_each_filter_leaves_what_it_says(customer):
    creditor = customer.creditor
    make_document(customer, 100)
    pay(customer, 60, "all", method="PSE")
    pay(customer, 70, "part", payer="Hermano SAS")
    pay(customer, 5, "none", value_on=date(2026, 4, 16), reference="TR-88")
    back = pay(customer, 9, "back")
    reverse_payment(back, value_on=DAY, reason="Devuelto", now=NOW)
    other = make_customer(creditor, "C2")
    make_credit(other, 7, external_id="other", kind="advance", value_on="2026-03-01")
    assert listed(creditor, state="applied") == ["all"]
    assert listed(creditor, state="part") == ["part"]
    assert set(listed(creditor, state="unapplied")) == {"part", "none", "other"}
    assert listed(creditor, state="taken_back") == ["back"]
    assert listed(creditor, method="PSE") == ["all"]
    assert listed(creditor, kinds=("advance",)) == ["other"]
    assert listed(creditor, customer=other.pk) == ["other"]
    assert listed(creditor, from_on=date(2026, 4, 16)) == ["none"]
    assert listed(creditor, until_on=date(2026, 3, 1)) == ["other"]
    assert listed(creditor, amount_from=Decimal(61)) == ["part"]
    assert listed(creditor, amount_to=Decimal(5)) == ["none"]
    assert listed(creditor, text="tr-88") == ["none"]
    assert listed(creditor, text="hermano") == ["part"]
    assert listed(creditor, text="c2") == ["other"]
    with pytest.raises(Problem) as told:
        listed(creditor, state="x")
    assert told.value.code == "payment_state_unknown"
    with scope(creditor=creditor):
        (sums,) = totals(creditor, Filters(method="PSE"))
        mine = payments(creditor, customers=Customer.objects.filter(code="C2"))
    assert (sums["amount"], sums["unapplied"]) == (60, 0)
    assert [row.external_id for row in mine.rows] == ["other"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_one_query(customer, count):
    for n in range(count):
        pay(customer, 10, str(n))
    with scope(creditor=customer.creditor), CaptureQueriesContext(connection) as queries:
        assert len(payments(customer.creditor).rows) == count
    assert len(queries) == 1


def test_one_payment_tells_what_it_paid_and_why(customer):
    make_rate(customer.creditor, "USD", 4000, valid_on="2026-01-01")
    make_rate(customer.creditor, "USD", 4100, valid_on="2026-04-14")
    loan = make_document(customer, components={"capital": 80, "interest": 20}, number="L1")
    make_document(customer, "10", currency="USD", number="U1", issued_on="2026-01-10")
    by = make_user()
    credit = pay(customer, 50_000, "1", stated=[Stated(loan.pk)], by=by)
    with scope(creditor=customer.creditor):
        told = payment(customer.creditor, credit.pk)
    assert (told.why, told.stated, told.credit.by) == ("stated", (loan.pk,), by)
    assert [(use.number, use.component, use.amount, use.difference) for use in told.uses] == [
        ("L1", "interest", 20, None),
        ("L1", "capital", 80, None),
        ("U1", "", 10, 1000),
    ]
    assert told.row.unapplied == 8900
    assert [each.bought.currency for each in told.conversions] == ["USD"]
    assert [row.kind for row in told.caused] == ["exchange"]
    assert told.components[loan.pk] == [("capital", 80, 0), ("interest", 20, 0)]
    reverse_payment(credit, value_on=date(2026, 4, 17), reason="Devuelto", now=NOW)
    with scope(creditor=customer.creditor):
        told = payment(customer.creditor, credit.pk)
    assert {use.reversed_on for use in told.uses} == {date(2026, 4, 17)}
    assert told.row.state == "taken_back"


def test_a_payment_of_another_creditor_is_unknown(customer):
    credit = pay(customer, 10, "1")
    other = make_creditor()
    with scope(creditor=other), pytest.raises(Problem) as told:
        payment(other, credit.pk)
    assert told.value.code == "payment_unknown"


@pytest.mark.parametrize("documents", [1, 3])
def test_one_payment_costs_the_same_whatever_it_paid(customer, documents):
    for _ in range(documents):
        make_document(customer, 10)
    credit = pay(customer, 10 * documents, "1")
    with scope(creditor=customer.creditor), CaptureQueriesContext(connection) as queries:
        assert len(payment(customer.creditor, credit.pk).uses) == documents
    assert len(queries) <= 14
