from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.kpi import (
    Behaviour,
    Kpi,
    MonthSales,
    OpenItem,
    cei,
    coverage,
    days_delinquent,
    dso,
    dso_best_possible,
    dso_countback,
    dso_true,
    percent_overdue,
    portfolio_at_risk,
    weighted_days,
)

from .rules import rows

DOC = "kpi.md"
D = date(2026, 6, 30)
JUNE, MAY = date(2026, 6, 1), date(2026, 5, 1)


def shown(kpi: Kpi) -> str:
    """The figure with one decimal, or the reason why there is none."""
    assert (kpi.value is None) == bool(kpi.reason)
    return kpi.reason or str(kpi.rounded(1))


def test_days_of_sales_are_those_of_the_worked_table() -> None:
    for row in rows(DOC, "sales_days"):
        receivable, current, sales = (
            Decimal(row[name]) for name in ("receivable", "current", "sales")
        )
        days = int(row["days"])
        assert shown(dso(receivable, sales, days, D)) == row["dso"], row
        assert shown(dso_best_possible(current, sales, days, D)) == row["best possible"], row
        late = days_delinquent(receivable - current, sales, days, D)
        assert shown(late) == row["delinquent"], row


def test_countback_is_that_of_the_worked_table() -> None:
    for row in rows(DOC, "countback"):
        pairs = [month.split("/") for month in row["months"].split()]
        months = [MonthSales(JUNE, Decimal(sales), int(days)) for sales, days in pairs]
        assert shown(dso_countback(Decimal(row["receivable"]), months, D)) == row["countback"], row


def test_true_dso_is_that_of_the_worked_table() -> None:
    sales = {JUNE: Decimal(300), MAY: Decimal(250)}
    for row in rows(DOC, "true_dso"):
        pairs = [item.split("/") for item in row["items"].split()]
        items = [OpenItem(date.fromisoformat(day), D, Decimal(owed)) for day, owed in pairs]
        assert shown(dso_true(items, sales, D)) == row["true dso"], row


def behaviour(text: str) -> Behaviour:
    amount, when = text.strip().split("/")
    if when.startswith("open"):
        return Behaviour(Decimal(amount), D - timedelta(days=int(when.split()[1])), None)
    start = D - timedelta(days=100)
    return Behaviour(Decimal(amount), start, start + timedelta(days=int(when)))


def test_weighted_days_are_those_of_the_worked_table() -> None:
    for row in rows(DOC, "weighted_days"):
        items = [behaviour(text) for text in row["items"].split(",")]
        assert shown(weighted_days(items, D, with_open=False)) == row["paid only"], row
        assert shown(weighted_days(items, D, with_open=True)) == row["with open"], row


def test_a_payment_after_the_day_judged_is_not_known_yet() -> None:
    later = Behaviour(Decimal(10), D - timedelta(days=4), D + timedelta(days=1))
    assert shown(weighted_days([later], D, with_open=True)) == "4.0"
    assert shown(weighted_days([later], D, with_open=False)) == "nothing_paid"


def test_percent_overdue_cei_and_coverage_are_those_of_the_worked_tables() -> None:
    for row in rows(DOC, "percent_overdue"):
        found = percent_overdue(Decimal(row["overdue"]), Decimal(row["receivable"]), D)
        assert shown(found) == row["percent"], row
    for row in rows(DOC, "cei"):
        amounts = [
            Decimal(row[name]) for name in ("beginning", "sales", "ending", "ending current")
        ]
        assert shown(cei(*amounts, D, months=int(row["months"]))) == row["cei"], row
    for row in rows(DOC, "coverage"):
        found = coverage(int(row["worked"]), int(row["due for work"]), D)
        assert shown(found) == row["coverage"], row


def test_portfolio_at_risk_is_that_of_the_worked_table() -> None:
    for row in rows(DOC, "par"):
        items = [
            OpenItem(D, D - timedelta(days=int(late)), Decimal(owed), int(customer))
            for customer, owed, late in (item.split("/") for item in row["items"].split())
        ]
        days = int(row["days"])
        assert shown(portfolio_at_risk(items, days, D)) == row["whole customer"], row
        by_item = portfolio_at_risk(items, days, D, whole_customer=False)
        assert shown(by_item) == row["items only"], row


def test_the_json_form_has_the_stable_keys_and_a_reason_only_without_a_value() -> None:
    assert dso(Decimal("4.6"), Decimal(9), 90, D, "regime = 'b2b'").as_json() == {
        "kpi": "dso",
        "value": "46.0000",
        "unit": "days",
        "numerator": "4.6",
        "denominator": "9",
        "filter": "regime = 'b2b'",
        "as_of": "2026-06-30",
    }
    undefined = dso(Decimal(1), Decimal(0), 90, D).as_json()
    assert (undefined["value"], undefined["reason"]) == (None, "no_credit_sales")


AMOUNTS = st.integers(0, 10**15).map(lambda count: Decimal(count).scaleb(-4))
SALES = st.integers(1, 10**15).map(lambda count: Decimal(count).scaleb(-4))
CLOSE = Decimal("1e-15")


def near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= CLOSE * max(1, abs(one))


@given(AMOUNTS, AMOUNTS, SALES, st.integers(1, 366))
def test_days_delinquent_are_dso_less_the_best_possible_dso(
    current: Decimal, overdue: Decimal, sales: Decimal, days: int
) -> None:
    simple = dso(current + overdue, sales, days, D).value
    best = dso_best_possible(current, sales, days, D).value
    late = days_delinquent(overdue, sales, days, D).value
    assert simple is not None and best is not None and late is not None
    assert near(simple, best + late)


@given(SALES, st.lists(st.integers(28, 31), min_size=1, max_size=12), st.data())
def test_with_constant_daily_sales_countback_is_the_simple_dso(
    daily: Decimal, lengths: list[int], data: st.DataObject
) -> None:
    months = [MonthSales(JUNE, daily * length, length) for length in lengths]
    everything = daily * sum(lengths)
    receivable = data.draw(st.integers(0, 10_000)) * everything / 10_000

    counted = dso_countback(receivable, months, D).value
    simple = dso(receivable, everything, sum(lengths), D).value

    assert counted is not None and simple is not None and near(counted, simple)


ITEMS = st.lists(
    st.builds(
        OpenItem,
        st.just(D),
        st.integers(0, 200).map(lambda late: D - timedelta(days=late)),
        AMOUNTS,
        st.integers(1, 4),
    ),
    max_size=8,
)


@given(ITEMS)
def test_risk_falls_with_the_days_and_counts_more_by_customer_than_by_item(
    items: list[OpenItem],
) -> None:
    by_customer = [portfolio_at_risk(items, days, D).value for days in (0, 30, 90)]
    by_item = portfolio_at_risk(items, 30, D, whole_customer=False).value
    if by_item is not None:
        assert by_customer == sorted(by_customer, reverse=True)  # type: ignore[type-var]
        assert by_item <= (by_customer[1] or 0) <= 100


@given(ITEMS)
def test_true_dso_of_the_portfolio_is_the_sum_over_its_customers(items: list[OpenItem]) -> None:
    sales = {JUNE: Decimal(300)}
    whole = dso_true(items, sales, D).value
    parts = [dso_true([i for i in items if i.customer == c], sales, D).value for c in range(1, 5)]
    assert whole is not None and near(
        whole, sum((part or Decimal(0) for part in parts), Decimal(0))
    )
