"""The indicators, over a small ledger whose figures can be worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import (
    apply,
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_hold,
    make_obligation,
    make_rate,
)
from recaudo.contact.models import Interaction
from recaudo.core.problems import Problem
from recaudo.insights.queries.kpis import kpis

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 30)


@pytest.fixture
def customer():
    return make_customer(make_creditor())


def told(customer, as_of=DAY, **options):
    rows = kpis(customer.creditor, as_of, **options)
    return {(row.kpi.kpi, row.kpi.filter): row.kpi for row in rows}


def test_days_of_sales_as_in_the_worked_example(customer):
    """4.6 M owed, 2.07 M of it not due, 9.0 M sold in 90 days: 46.0, 20.7 and 25.3 days."""
    make_document(customer, 2_070_000, issued_on="2026-06-01", due_on="2026-07-15")
    make_document(customer, 2_530_000, issued_on="2026-05-01", due_on="2026-05-31")
    sold = make_document(customer, 4_400_000, issued_on="2026-04-02", due_on="2026-05-02")
    apply(make_credit(customer, 4_400_000, value_on="2026-06-30"), sold)
    make_document(customer, 9, issued_on="2026-04-01", due_on="2026-07-01")
    make_credit(customer, 9, value_on="2026-04-01")
    happen(make_document(customer, 50, issued_on="2020-01-01"), "ceded", on="2021-01-01")
    figures = told(customer)
    assert figures["dso", ""].denominator == 9_000_000
    assert figures["dso", ""].numerator == 4_600_009
    assert figures["dso", ""].rounded() == Decimal("46.0")
    assert figures["dso_best_possible", ""].rounded() == Decimal("20.7")
    assert figures["days_delinquent", ""].rounded() == Decimal("25.3")
    assert figures["percent_overdue", ""].rounded() == Decimal("55.0")


def test_the_countback_walks_the_months_back(customer):
    """500 owed; June sold 300 in 30 days, May 250 in 31: 30 + 200 ÷ 250 × 31 = 54.8 days."""
    make_document(customer, 300, issued_on="2026-06-10", due_on="2026-07-10")
    may = make_document(customer, 250, issued_on="2026-05-10", due_on="2026-06-10")
    apply(make_credit(customer, 50, value_on="2026-06-20"), may)
    assert told(customer)["dso_countback", ""].rounded() == Decimal("54.8")


def test_without_credit_sales_there_is_no_dso_and_the_reason_is_said(customer):
    make_document(customer, 100, issued_on="2020-01-01", due_on="2020-02-01")
    dso = told(customer)["dso", ""]
    assert (dso.value, dso.reason) == (None, "no_credit_sales")
    assert dso.as_json()["value"] is None


def test_credit_notes_lower_the_sales_and_neither_charges_nor_a_credits_instalments_are_sales(
    customer,
):
    make_document(customer, 1000, issued_on="2026-06-01")
    make_document(customer, 40, issued_on="2026-06-01", kind="charge")
    make_document(customer, 70, issued_on="2026-06-01", kind="instalment")
    credit = make_obligation(customer)
    make_document(customer, 500, issued_on="2026-06-01", kind="instalment", obligation=credit)
    make_credit(customer, 100, value_on="2026-06-02", kind="credit_note")
    make_credit(customer, 900, value_on="2026-06-02")
    assert told(customer)["dso", ""].denominator == 970


@pytest.mark.parametrize(("issued_on", "sales"), [("2026-06-01", 100), ("2026-05-31", 0)])
def test_the_period_starts_on_its_first_day(customer, issued_on, sales):
    make_document(customer, 100, issued_on=issued_on, due_on="2026-07-01")
    assert told(customer, days=30)["dso", ""].denominator == sales


def test_what_is_disputed_is_told_apart_from_what_is_just_late(customer):
    late = make_document(customer, 300, due_on="2026-05-01")
    make_document(customer, 700, due_on="2026-07-01")
    make_hold(customer, "disputed", document=late, from_on="2026-06-01", until_on="2026-07-01")
    figures = told(customer)
    assert figures["percent_overdue", ""].value == 30
    assert figures["percent_overdue", "NOT disputed"].value == 0
    assert told(customer, date(2026, 7, 1))["percent_overdue", "NOT disputed"].value == 30


def test_coverage_is_who_was_tried_among_who_was_late_and_not_held(customer):
    creditor = customer.creditor
    late = [make_customer(creditor) for _ in range(4)]
    for each in late:
        make_document(each, 100, due_on="2026-06-15")
    make_document(customer, 100, due_on="2026-06-30")
    make_hold(late[3], from_on="2026-05-01")
    interact(late[0], "2026-06-20")
    interact(late[1], "2026-05-31")
    interact(late[2], "2026-06-20", outcome="wrong_number")
    interact(customer, "2026-06-20")
    coverage = told(customer)["coverage", ""]
    assert (coverage.numerator, coverage.denominator) == (1, 3)


@pytest.mark.parametrize(("paid_on", "due"), [("2026-06-01", 0), ("2026-06-02", 1)])
def test_who_paid_before_the_month_was_not_due_for_work_in_it(customer, paid_on, due):
    document = make_document(customer, 100, due_on="2026-05-20")
    apply(make_credit(customer, 100, value_on=paid_on), document)
    assert told(customer)["coverage", ""].denominator == due


def interact(customer, day, outcome="promise"):
    with scope(creditor=customer.creditor):
        Interaction.objects.create(
            creditor=customer.creditor,
            customer=customer,
            at=datetime.fromisoformat(f"{day}T15:00:00").replace(tzinfo=UTC),
            on_day=day,
            channel="phone",
            direction="out",
            outcome=outcome,
            source="test",
        )


def test_days_to_pay_are_weighted_and_days_late_count_what_is_still_open(customer):
    """140 paid in 7 days, 85 in 55: 25.1 days to pay. 214 more, due 10 days ago, are not paid."""
    for amount, paid_on in ((140, "2026-05-08"), (85, "2026-06-25")):
        document = make_document(customer, amount, issued_on="2026-05-01", due_on="2026-05-31")
        apply(make_credit(customer, amount, value_on=paid_on), document)
    make_document(customer, 214, issued_on="2026-05-21", due_on="2026-06-20")
    figures = told(customer)
    assert figures["weighted_days_paid", ""].rounded() == Decimal("25.1")
    late = (140 * -23 + 85 * 25 + 214 * 10) / Decimal(439)
    assert figures["weighted_days_with_open", ""].rounded(4) == late.quantize(Decimal("0.0001"))


def test_a_sale_in_a_currency_without_a_rate_is_named_not_left_out(customer):
    paid = make_document(customer, 5, currency="USD", issued_on="2026-06-01", number="U1")
    apply(make_credit(customer, 5, value_on="2026-06-10", currency="USD"), paid)
    with pytest.raises(Problem) as refused:
        told(customer)
    assert (refused.value.code, refused.value.facts["documents"]) == ("rate_missing", ["U1"])
    make_rate(customer.creditor, "USD", 4000)
    assert told(customer)["dso", ""].denominator == 20000


def test_every_figure_says_its_period(customer):
    rows = [row.as_json() for row in kpis(customer.creditor, DAY)]
    assert rows[0]["from"] == "2026-04-02"
    assert all(row["as_of"] == row["to"] == "2026-06-30" for row in rows)
    assert {"kpi", "value", "unit", "numerator", "denominator", "filter"} <= set(rows[0])


def test_a_period_of_no_days_is_refused(customer):
    with pytest.raises(Problem) as refused:
        kpis(customer.creditor, DAY, days=0)
    assert refused.value.code == "period_unreadable"
