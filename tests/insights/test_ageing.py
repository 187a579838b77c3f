"""How much is owed, how late, by whose customers."""

from datetime import date
from decimal import Decimal

import pytest

from factories import (
    apply,
    assign,
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_rate,
)
from recaudo.core.buckets import PRESETS
from recaudo.core.problems import Problem
from recaudo.insights.queries.ageing import GROUPINGS, ageing

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 30)


@pytest.fixture
def creditor():
    return make_creditor()


def by_bucket(report):
    pairs = zip(report.table.slots, report.whole.buckets, strict=True)
    return {slot.code: (part.documents, part.balance) for slot, part in pairs if part.documents}


@pytest.mark.parametrize(
    ("due_on", "bucket"),
    [
        ("2026-07-30", "current"),
        ("2026-06-30", "current"),
        ("2026-06-29", "1-30"),
        ("2026-05-31", "1-30"),
        ("2026-05-30", "31-60"),
        ("2026-04-01", "61-90"),
        ("2026-03-31", "91-120"),
        ("2026-02-01", "121-180"),
        ("2026-01-01", "121-180"),
        ("2025-12-31", "181-360"),
        ("2025-07-05", "181-360"),
        ("2025-07-04", "361+"),
    ],
)
def test_each_document_lies_in_the_bucket_of_its_days_past_due(creditor, due_on, bucket):
    make_document(make_customer(creditor), 100, due_on=due_on)
    assert by_bucket(ageing(creditor, DAY)) == {bucket: (1, 100)}


def test_the_buckets_are_the_gross_and_what_waits_to_be_applied_is_taken_off_the_total(creditor):
    customer = make_customer(creditor)
    make_document(customer, 100, due_on="2026-06-30")
    make_document(customer, 200, due_on="2026-05-15")
    make_credit(customer, 50)
    whole = ageing(creditor, DAY).whole
    assert (whole.gross, whole.unapplied, whole.total) == (300, 50, 250)
    assert ageing(creditor, DAY).overdue == 200


def test_the_written_off_and_the_ceded_leave_the_ageing_and_are_shown_apart(creditor):
    customer = make_customer(creditor)
    make_document(customer, 100)
    happen(make_document(customer, 30), "written_off", on="2026-06-01")
    happen(make_document(customer, 7), "ceded", on="2026-06-30")
    report = ageing(creditor, DAY)
    assert report.whole.gross == 100
    assert (report.whole.written_off.balance, report.whole.ceded.balance) == (30, 7)
    assert ageing(creditor, date(2026, 5, 31)).whole.gross == 137


def test_a_past_day_is_told_as_it_was(creditor):
    document = make_document(make_customer(creditor), 100, due_on="2026-03-31")
    apply(make_credit(document.customer, 60, value_on="2026-05-10"), document)
    assert by_bucket(ageing(creditor, date(2026, 3, 31))) == {"current": (1, 100)}
    assert by_bucket(ageing(creditor, date(2026, 5, 9))) == {"31-60": (1, 100)}
    assert by_bucket(ageing(creditor, date(2026, 5, 10))) == {"31-60": (1, 40)}


def test_other_currencies_count_at_the_rate_of_the_day_with_a_subtotal_each(creditor):
    customer = make_customer(creditor)
    make_document(customer, 1000)
    make_document(customer, 10, currency="USD")
    make_credit(customer, 1, currency="USD")
    make_rate(creditor, "USD", "4000.5", valid_on="2026-01-01")
    make_rate(creditor, "USD", "4100", valid_on="2026-07-01")
    report = ageing(creditor, DAY)
    assert (report.whole.gross, report.whole.unapplied) == (41005, Decimal("4000.5"))
    told = {each.currency: (each.gross, each.unapplied, each.rate) for each in report.currencies}
    assert told == {"COP": (1000, 0, 1), "USD": (10, 1, Decimal("4000.5"))}
    assert ageing(creditor, date(2026, 7, 1)).whole.gross == 42000


def test_a_currency_without_a_rate_on_the_day_is_refused_with_its_documents(creditor):
    make_document(make_customer(creditor), 10, currency="USD", number="F-77")
    make_rate(creditor, "USD", 4000, valid_on="2026-07-01")
    with pytest.raises(Problem) as refused:
        ageing(creditor, DAY)
    assert refused.value.code == "rate_missing"
    assert refused.value.facts["currencies"] == ["USD"]
    assert "F-77" in refused.value.facts["documents"][0]


@pytest.fixture
def mixed(creditor):
    north = make_customer(creditor, "N", branch="Norte", zone="1")
    south = make_customer(creditor, "S", branch="Sur")
    assign(north, role="seller", person_code="V1", from_on="2026-01-01", until_on="2026-06-30")
    assign(north, role="seller", person_code="V2", from_on="2026-06-30")
    make_document(north, 100, due_on="2026-05-01", product="A")
    make_document(north, 50, due_on="2026-07-01", branch="Sur", seller="V9", product="B")
    make_document(south, 30, due_on="2026-01-01", product="A")
    happen(make_document(south, 5, product="A"), "written_off", on="2026-06-01")
    make_document(south, 2, currency="USD")
    make_rate(creditor, "USD", "3999.3333")
    make_credit(south, 11)
    make_credit(north, "0.5")
    return creditor


@pytest.mark.parametrize("by", GROUPINGS)
def test_the_subtotals_add_up_to_the_whole_whatever_they_are_by(mixed, by):
    report = ageing(mixed, DAY, by=by, with_customers=True)
    for lines, whole in [
        (report.groups, report.whole),
        *((group.customers, group) for group in report.groups),
    ]:
        assert sum(line.gross for line in lines) == whole.gross
        assert sum(line.unapplied for line in lines) == whole.unapplied
        assert sum(line.written_off.balance for line in lines) == whole.written_off.balance
        for place, part in enumerate(whole.buckets):
            assert sum(line.buckets[place].balance for line in lines) == part.balance
            assert sum(line.buckets[place].documents for line in lines) == part.documents


def test_a_documents_own_seller_and_branch_come_before_its_customers(mixed):
    sellers = {group.code: group.gross for group in ageing(mixed, DAY, by="seller").groups}
    assert sellers == {"V2": 100, "V9": 50, "": Decimal("8028.6666")}
    branches = {group.code: group.gross for group in ageing(mixed, DAY, by="branch").groups}
    assert branches == {"Norte": 100, "Sur": Decimal("8078.6666")}
    before = {group.code for group in ageing(mixed, date(2026, 6, 29), by="seller").groups}
    assert before == {"V1", "V9", ""}


def test_another_table_of_buckets_moves_the_lines_but_not_the_total(mixed):
    peru = ageing(mixed, DAY, table=PRESETS["consumer_pe"])
    house = ageing(mixed, DAY)
    assert peru.whole.gross == house.whole.gross
    assert peru.overdue == house.overdue == 130 + 2 * Decimal("3999.3333")


def test_only_some_customers_may_be_asked_for(mixed):
    from django_scopes import scope

    from recaudo.portfolio.models import Customer

    with scope(creditor=mixed):
        ids = list(Customer.objects.filter(code="N").values_list("id", flat=True))
    assert ageing(mixed, DAY, customers=ids).whole.total == Decimal("149.5")
    assert ageing(mixed, DAY, customers=[]).whole.gross == 0


def test_the_cost_does_not_grow_with_the_rows(mixed, django_assert_num_queries):
    with django_assert_num_queries(2):
        ageing(mixed, DAY)
    with django_assert_num_queries(3):
        ageing(mixed, DAY, by="customer")
