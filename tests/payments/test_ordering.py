"""In which order a customer's debt is paid: the contract's, the country's, the house's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from core.rules import tables
from factories import (
    make_creditor,
    make_customer,
    make_document,
    make_hold,
    make_obligation,
    refresh,
)
from recaudo.core.application import HOUSE_ORDER, Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.countries import national_pack
from recaudo.countries.charging import order_of_pack
from recaudo.payments.actions.applications import auto_apply
from recaudo.payments.actions.receiving import receive
from recaudo.payments.models import ChargeTerms
from recaudo.payments.queries.ordering import (
    lawful_order,
    order_of,
    order_of_creditor,
    orders_of,
    place,
)

NOW = datetime(2026, 4, 15, 10, tzinfo=ZoneInfo("America/Bogota"))
DAY = date(2026, 4, 15)
CAPITAL_FIRST = {"first": "component", "tiers": [["capital"], ["interest"], ["default_interest"]]}
OLDEST_FIRST = {
    "first": "document",
    "tiers": [["default_interest"], ["interest"], ["fees"], ["capital"]],
}

database = pytest.mark.django_db


def agree(creditor, order, *, from_on="2026-01-01", **where):
    with scope(creditor=creditor):
        return ChargeTerms.objects.create(
            creditor=creditor,
            from_on=date.fromisoformat(from_on),
            order=order,
            source="contrato, cláusula 7",
            **where,
        )


def pay(customer, amount, **more):
    return receive(
        customer,
        Money(Decimal(amount), customer.creditor.currency),
        value_on=DAY,
        source="web",
        external_id=more.pop("external_id", "1"),
        now=NOW,
        **more,
    )


def open_parts(*documents):
    found = []
    for document in documents:
        with scope(creditor=document.creditor):
            parts = dict(document.components.values_list("component", "open_amount"))
        found.append({name: int(amount) for name, amount in parts.items()})
    return found


@pytest.mark.parametrize("table", tables("application.md", "countries"), ids=lambda t: "countries")
def test_the_table_of_countries_is_true(table):
    for row in table.rows:
        order = order_of_pack(national_pack(row["country"]))
        told = " → ".join("+".join(tier) for tier in order.tiers)
        assert told == row["order"], row["country"]


@database
@pytest.mark.parametrize("table", tables("application.md", "ledger"), ids=lambda t: str(t.facts))
def test_the_worked_tables_are_what_the_ledger_does(table):
    creditor = make_creditor(country=table.facts["country"])
    customer = make_customer(creditor)
    if "agreed" in table.facts:
        agree(creditor, OLDEST_FIRST)
    documents = {}
    for number in dict.fromkeys(row["number"] for row in table.rows):
        own = [row for row in table.rows if row["number"] == number]
        documents[number] = make_document(
            customer,
            number=number,
            due_on=own[0]["due"],
            kind="charge" if own[0]["kind"] == "charge" else "invoice",
            components={row["component"]: row["open"] for row in own},
        )
    stated = [Stated(documents[table.facts["stated"]].pk)] if "stated" in table.facts else []
    received = pay(customer, table.facts["credit"], stated=stated)
    for row in table.rows:
        with scope(creditor=creditor):
            part = documents[row["number"]].components.get(component=row["component"])
        assert part.amount - part.open_amount == Decimal(row["receives"]), row
    assert received.applied.remainder.amount == Decimal(table.facts["remainder"])


@database
def test_without_terms_it_is_the_countrys():
    customer = make_customer(make_creditor(country="PE"))
    assert order_of(customer) == order_of_pack(national_pack("PE"))


@database
def test_a_contract_turns_the_order_round_where_the_law_lets_it():
    creditor = make_creditor(country="CO")
    agree(creditor, CAPITAL_FIRST)
    customer = make_customer(creditor)
    document = make_document(customer, components={"capital": 80, "interest": 20})
    pay(customer, 50)
    assert open_parts(document) == [{"capital": 30, "interest": 20}]


@pytest.mark.parametrize(("order", "is_kept"), [(CAPITAL_FIRST, False), (OLDEST_FIRST, True)])
def test_where_nothing_may_be_agreed_only_what_keeps_the_code_is_followed(order, is_kept):
    pack = national_pack("EC")
    strict = replace(
        pack,
        row=pack.row.model_copy(
            update={"imputation": pack.imputation.model_copy(update={"is_agreeable": False})}
        ),
    )
    found = lawful_order(ChargeTerms(order=order), strict)
    assert (found != order_of_pack(strict)) == is_kept


@database
def test_the_narrowest_terms_count_whole():
    creditor = make_creditor()
    customer = make_customer(creditor)
    agree(creditor, OLDEST_FIRST)
    assert order_of(customer).first == "document"
    agree(creditor, None, customer=customer)
    assert order_of(customer) == HOUSE_ORDER
    loan = make_obligation(customer, product="consumo")
    make_document(customer, 100, obligation=loan, product="consumo")
    agree(creditor, OLDEST_FIRST, obligation=loan)
    assert order_of(customer).first == "document"
    make_document(customer, 100)
    assert order_of(customer) == HOUSE_ORDER, "one contract does not order the rest of the debt"


@database
def test_terms_count_from_their_day_and_the_newest_does():
    creditor = make_creditor()
    customer = make_customer(creditor)
    agree(creditor, OLDEST_FIRST, from_on="2026-03-01")
    firsts = [order_of(customer, on=date(2026, *day)).first for day in ((2, 28), (3, 1), (3, 2))]
    assert firsts == ["component", "document", "document"]
    agree(creditor, {**OLDEST_FIRST, "first": "component"}, from_on="2026-04-01")
    assert order_of(customer, on=date(2026, 4, 1)).first == "component"
    assert order_of_creditor(creditor, on=date(2026, 3, 31)).first == "document"


@database
def test_components_that_a_contract_forgets_stand_before_capital():
    creditor = make_creditor()
    agree(creditor, {"first": "document", "tiers": [["interest"], ["capital"]]})
    tiers = order_of(make_customer(creditor)).tiers
    assert [part for tier in tiers for part in tier] == [
        *("interest", "default_interest", "fees", "insurance", "tax", "capital")
    ]


@database
@pytest.mark.parametrize(
    "order",
    [
        {"tiers": [["capital", "capital"]]},
        {"tiers": [["propina"]]},
        {"first": "x", "tiers": [["capital"]]},
        {"first": "component"},
        {"tiers": 7},
    ],
)
def test_an_order_that_cannot_be_read_is_refused_not_guessed(order):
    creditor = make_creditor()
    agree(creditor, order)
    with pytest.raises(Problem) as told:
        order_of(make_customer(creditor))
    assert told.value.code == "contract_order_unreadable"


@database
@pytest.mark.parametrize("customers", [1, 3])
def test_many_orders_cost_three_queries(customers):
    creditor = make_creditor()
    found = [make_customer(creditor) for _ in range(customers)]
    for customer in found:
        loan = make_obligation(customer)
        make_document(customer, 10, obligation=loan)
        agree(creditor, OLDEST_FIRST, obligation=loan)
    with scope(creditor=creditor), CaptureQueriesContext(connection) as queries:
        orders = orders_of(creditor, [customer.pk for customer in found])
    assert len(queries) == 3
    assert {order.first for order in orders.values()} == {"document"}


@database
def test_a_place_in_sql_is_the_place_in_the_order():
    order = order_of_pack(national_pack("MX"))
    parts = [part for tier in order.tiers for part in tier]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT part, {place(order, 'part')} FROM UNNEST(%s::text[]) AS u (part)", [parts]
        )
        assert dict(cursor.fetchall()) == {part: n for n, part in enumerate(parts, start=1)}


@database
def test_in_the_united_states_nothing_goes_by_itself_to_what_is_disputed():
    creditor = make_creditor(country="US", currency="USD", timezone="America/New_York")
    customer = make_customer(creditor)
    disputed = make_document(customer, 100, due_on="2026-01-31")
    other = make_document(customer, 100, due_on="2026-03-31")
    make_hold(customer, "disputed", document=disputed)
    pay(customer, 150)
    auto_apply(customer)
    assert (refresh(disputed).open_amount, refresh(other).open_amount) == (100, 0)
    pay(customer, 30, external_id="2", stated=[Stated(disputed.pk)])
    assert refresh(disputed).open_amount == 70
