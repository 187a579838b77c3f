"""The portfolio at a glance."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import (
    adjust,
    apply,
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_rate,
)
from recaudo.insights.actions import take_photo
from recaudo.insights.models import Photo
from recaudo.insights.queries import home as home_queries
from recaudo.insights.queries.ageing import ageing
from recaudo.insights.queries.home import as_json, freshness, from_json, home
from recaudo.intake.models import ImportBatch

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 30)


@pytest.fixture
def customer():
    """A year with payments, a correction, a write-off and a sale in dollars."""
    customer = make_customer(make_creditor())
    make_rate(customer.creditor, "USD", "4000.25")
    for month in range(1, 7):
        document = make_document(
            customer, 1000 * month, issued_on=f"2026-{month:02d}-05", due_on=f"2026-{month:02d}-28"
        )
        if month % 2:
            paid_on = date(2026, month, 28) + timedelta(days=20 * month)
            apply(make_credit(customer, 700, value_on=paid_on), document)
    adjust(document, -500, on="2026-06-20")
    make_document(customer, 10, currency="USD", issued_on="2026-03-31", due_on="2026-04-30")
    happen(make_document(customer, 90, due_on="2025-09-30"), "written_off", on="2026-02-28")
    return customer


def test_the_home_page_says_what_the_ageing_report_says(customer):
    report, seen = ageing(customer.creditor, DAY), home(customer.creditor, DAY)
    assert [bar.balance for bar in seen.bars] == [part.balance for part in report.whole.buckets]
    assert (seen.gross, seen.overdue) == (report.whole.gross, report.overdue)
    assert seen.percent_overdue.numerator == report.overdue


def test_each_point_of_the_trend_is_the_ageing_of_that_day(customer):
    points = home(customer.creditor, DAY).trend
    assert [point.on_day for point in points[-3:]] == [date(2026, 4, 30), date(2026, 5, 31), DAY]
    assert len(points) == 12
    for point in points:
        then = ageing(customer.creditor, point.on_day)
        assert (point.gross, point.overdue) == (then.whole.gross, then.overdue), point.on_day


def test_a_photo_is_kept_until_something_is_imported_or_run(customer, monkeypatch):
    monkeypatch.setattr(home_queries, "QUICK_SECONDS", 0)
    creditor = customer.creditor
    take_photo(creditor, DAY)
    make_document(customer, 5)
    before = home(creditor, DAY)
    imported(creditor, DAY)
    assert home(creditor, DAY).gross == before.gross + 5


def test_the_kept_form_is_read_back_as_it_was(customer):
    seen = home(customer.creditor, DAY)
    assert from_json(as_json(seen)) == seen
    nothing = home(make_creditor(), DAY)
    assert from_json(as_json(nothing)) == nothing


def test_an_empty_portfolio_has_figures_and_reasons(customer):
    seen = home(make_creditor(), DAY)
    assert (seen.gross, seen.dso.value, seen.dso.reason) == (0, None, "no_credit_sales")
    assert seen.trend[-1].percent_overdue is None


def test_a_portfolio_that_cannot_be_added_up_keeps_no_photo(customer):
    make_document(customer, 5, currency="EUR")
    take_photo(customer.creditor, DAY)
    with scope(creditor=customer.creditor):
        assert not Photo.objects.exists()


def test_a_kept_photo_costs_two_queries(customer, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(home_queries, "QUICK_SECONDS", 0)
    take_photo(customer.creditor, DAY)
    with django_assert_num_queries(2):
        assert home(customer.creditor, DAY).dso.numerator > Decimal(0)


@pytest.mark.parametrize(
    ("balances_of", "is_stale"),
    [("2026-06-30", False), ("2026-06-26", False), ("2026-06-25", True)],
)
def test_a_ledger_older_than_the_limit_in_business_days_is_stale(balances_of, is_stale):
    """30 June 2026 is a Tuesday and Monday 29 is a holiday in Colombia; the limit is one day."""
    creditor = make_creditor()
    imported(creditor, date.fromisoformat(balances_of))
    seen = freshness(creditor, DAY)
    assert (seen.as_of.isoformat(), seen.is_stale) == (balances_of, is_stale)


def test_without_an_import_there_is_no_day_and_nothing_is_stale():
    assert freshness(make_creditor(), DAY).as_of is None


def imported(creditor, day):
    with scope(creditor=creditor):
        ImportBatch.objects.create(
            creditor=creditor,
            file_name="cartera.xlsx",
            sha256="0" * 64,
            mode="incremental",
            state="done",
            as_of=day,
        )
