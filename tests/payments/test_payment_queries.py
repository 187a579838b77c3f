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
    refresh,
)
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.queries.payments import (
    PaymentFilter,
    payment_story,
    payments_page,
    payments_total,
)
from recaudo.portfolio.models import Customer

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 15, 10, tzinfo=ZoneInfo("America/Bogota"))
DAY = date(2026, 4, 15)
LATER = datetime(2026, 4, 17, 10, tzinfo=ZoneInfo("America/Bogota"))


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
        page = payments_page(creditor, PaymentFilter(**filters), None, 50)
        return [row.reference for row in page.rows]


def test_pages_follow_each_other_without_gap_or_repeat(customer):
    for n in range(7):
        make_credit(customer, 10 + n, value_on=f"2026-04-{10 + n // 3}", reference=str(n))
    seen, after = [], None
    with scope(creditor=customer.creditor):
        while True:
            page = payments_page(customer.creditor, PaymentFilter(), after, 3)
            seen += [row.reference for row in page.rows]
            after = page.next
            if after is None:
                break
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_each_filter_leaves_what_it_says(customer):
    creditor = customer.creditor
    make_document(customer, 100)
    pay(customer, 60, "all", method="PSE", reference="all")
    pay(customer, 70, "part", reference="part")
    pay(customer, 5, "none", value_on=date(2026, 4, 16), reference="none")
    back = pay(customer, 9, "back", reference="back")
    reverse_payment(back, value_on=DAY, reason="Devuelto", now=NOW)
    other = make_customer(creditor, "C2")
    make_credit(other, 7, reference="other", kind="advance", value_on="2026-03-01")
    assert listed(creditor, state="applied") == ["all"]
    assert set(listed(creditor, state="open")) == {"part", "none", "other"}
    assert listed(creditor, state="taken_back") == ["back"]
    assert listed(creditor, method="PSE") == ["all"]
    assert listed(creditor, kind="advance") == ["other"]
    assert listed(creditor, from_on=date(2026, 4, 16)) == ["none"]
    assert listed(creditor, until_on=date(2026, 3, 1)) == ["other"]
    assert listed(creditor, text="non") == ["none"]
    assert listed(creditor, text="c2") == ["other"]
    with scope(creditor=creditor):
        (sums,) = payments_total(creditor, PaymentFilter(method="PSE"))
        mine = Customer.objects.filter(code="C2")
        page = payments_page(creditor, PaymentFilter(), None, 50, mine)
    assert (sums.amount, sums.unapplied) == (60, 0)
    assert [row.reference for row in page.rows] == ["other"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_one_query(customer, count):
    for n in range(count):
        pay(customer, 10, str(n))
    with scope(creditor=customer.creditor), CaptureQueriesContext(connection) as queries:
        assert len(payments_page(customer.creditor, PaymentFilter(), None, 50).rows) == count
    assert len(queries) == 1


def test_one_payment_tells_what_it_paid_and_why(customer):
    make_rate(customer.creditor, "USD", 4000, valid_on="2026-01-01")
    make_rate(customer.creditor, "USD", 4100, valid_on="2026-04-14")
    loan = make_document(customer, components={"capital": 80, "interest": 20}, number="L1")
    make_document(customer, "10", currency="USD", number="U1", issued_on="2026-01-10")
    by = make_user()
    credit = pay(customer, 50_000, "1", stated=[Stated(loan.pk)], by=by)
    with scope(creditor=customer.creditor):
        told = payment_story(credit)
    assert (told.why, told.credit.by) == ("stated", by)
    assert [(use.label, use.component, use.amount, use.difference) for use in told.paid] == [
        ("L1", "interest", 20, None),
        ("L1", "capital", 80, None),
        ("U1", "", 10, 1000),
    ]
    assert [each.bought.currency for each in told.conversions] == ["USD"]
    assert [each.kind for each in told.caused] == ["exchange"]
    reverse_payment(credit, value_on=date(2026, 4, 17), reason="Devuelto", now=LATER)
    with scope(creditor=customer.creditor):
        told = payment_story(refresh(credit))
    assert {use.undone_on for use in told.paid} == {date(2026, 4, 17)}
    assert told.state == "taken_back"


@pytest.mark.parametrize("documents", [1, 3])
def test_one_payment_costs_the_same_whatever_it_paid(customer, documents):
    for _ in range(documents):
        make_document(customer, 10)
    credit = pay(customer, 10 * documents, "1")
    with scope(creditor=customer.creditor), CaptureQueriesContext(connection) as queries:
        assert len(payment_story(credit).paid) == documents
    assert len(queries) <= 14
