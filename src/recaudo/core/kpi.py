"""Indicators with their formula in the open: numerator, denominator, filter, day, and why not.

All amounts of one call are of one currency (or converted at one stated rate) and as of one day.
Nothing is rounded: values carry 34 significant digits, ``Kpi.rounded`` is for showing.
Formulas and worked examples: docs/rules/kpi.md (numbers 5.x are those of the KPI list there).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from recaudo.core.calendar import days_past_due, month_start
from recaudo.core.money import Rounding, rounded

_DIVIDE = Context(prec=34)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure. ``value`` is None where the formula has no meaning, and ``reason`` says why.

    ``unit``: ``days`` or ``percent``. ``filter`` names the portion it is about (a condition over
    the facts; empty is everything).
    """

    kpi: str
    value: Decimal | None
    unit: str
    numerator: Decimal
    denominator: Decimal
    filter: str
    as_of: date
    reason: str = ""

    def rounded(self, decimals: int = 1) -> Decimal | None:
        """``value`` as shown, half up."""
        return None if self.value is None else rounded(self.value, decimals, Rounding.HALF_UP)

    def as_json(self) -> dict[str, str | None]:
        """The stable form of ``report kpis --json``: numbers as strings, four decimals."""
        value = self.rounded(4)
        row = {
            "kpi": self.kpi,
            "value": None if value is None else str(value),
            "unit": self.unit,
            "numerator": str(self.numerator),
            "denominator": str(self.denominator),
            "filter": self.filter,
            "as_of": self.as_of.isoformat(),
        }
        return row if self.value is not None else row | {"reason": self.reason}


@dataclass(frozen=True, slots=True)
class MonthSales:
    """Credit sales of a calendar month; ``days`` is its length, or the days run until the as-of
    day for the month that is not over."""

    month: date
    sales: Decimal
    days: int


def dso(
    receivable: Decimal, credit_sales: Decimal, days: int, as_of: date, filter: str = ""
) -> Kpi:
    """5.1, simple: receivable at the end of the period ÷ its credit sales × its days."""
    return _times_days("dso", receivable, credit_sales, days, as_of, filter)


def dso_best_possible(
    current: Decimal, credit_sales: Decimal, days: int, as_of: date, filter: str = ""
) -> Kpi:
    """5.4: what is not overdue ÷ credit sales × days."""
    return _times_days("dso_best_possible", current, credit_sales, days, as_of, filter)


def days_delinquent(
    overdue: Decimal, credit_sales: Decimal, days: int, as_of: date, filter: str = ""
) -> Kpi:
    """5.5 (ADD): overdue ÷ credit sales × days, which is DSO less the best possible DSO."""
    return _times_days("days_delinquent", overdue, credit_sales, days, as_of, filter)


def dso_countback(
    receivable: Decimal, months: Sequence[MonthSales], as_of: date, filter: str = ""
) -> Kpi:
    """5.2: walk back over ``months`` (latest first) while they fit into the receivable.

    Each whole month adds its days; the last adds left ÷ sales × its days. Denominator: the sales
    walked over. Undefined with fewer months than the receivable needs.
    """
    left, days, walked = receivable, ZERO, ZERO
    if receivable < 0:
        return _undefined("dso_countback", "days", receivable, ZERO, filter, as_of, "negative_base")
    for month in months:
        if left == 0:
            break
        walked += month.sales
        if left >= month.sales:
            left -= month.sales
            days += month.days
        else:
            days += _DIVIDE.divide(left * month.days, month.sales)
            left = ZERO
    if left > 0:
        reason = "sales_history_short"
        return _undefined("dso_countback", "days", receivable, walked, filter, as_of, reason)
    return Kpi("dso_countback", days, "days", receivable, walked, filter, as_of)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An open document: issued, due, how much of it is still owed, by which customer."""

    issued_on: date
    due_on: date
    open: Decimal
    customer: int = 0


def dso_true(
    items: Iterable[OpenItem], sales_by_month: Mapping[date, Decimal], as_of: date, filter: str = ""
) -> Kpi:
    """5.2b: Σ (as_of − issued) × open ÷ credit sales of the month of issue; additive over items.

    ``sales_by_month`` by the first day of the month. Numerator: Σ open; denominator: sales of
    the months concerned. Undefined when one of them has no sales recorded.
    """
    value, amount, months = ZERO, ZERO, set()
    missing = False
    for item in items:
        month = month_start(item.issued_on)
        sales = sales_by_month.get(month, ZERO)
        amount += item.open
        months.add(month)
        if sales <= 0:
            missing = True
        else:
            age = (as_of - item.issued_on).days
            value = _DIVIDE.add(value, _DIVIDE.divide(age * item.open, sales))
    walked = sum((sales_by_month.get(month, ZERO) for month in months), ZERO)
    if missing:
        return _undefined("dso_true", "days", amount, walked, filter, as_of, "sales_missing")
    return Kpi("dso_true", value, "days", amount, walked, filter, as_of)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """``amount`` counted from ``start_on`` (issue or due date) and paid on ``paid_on`` or not."""

    amount: Decimal
    start_on: date
    paid_on: date | None


def weighted_days(
    items: Iterable[Behaviour], as_of: date, *, with_open: bool, filter: str = ""
) -> Kpi:
    """5.3: Σ amount × (paid − start) ÷ Σ amount. From issue: days to pay; from due: days late.

    Early is negative. ``with_open`` also counts what is unpaid and past its start, as if paid on
    ``as_of``; without it a customer who pays nothing looks punctual. Payments after ``as_of`` are
    not known yet.
    """
    name = "weighted_days_with_open" if with_open else "weighted_days_paid"
    weight, amount = ZERO, ZERO
    for item in items:
        paid = item.paid_on is not None and item.paid_on <= as_of
        if not paid and not (with_open and item.start_on < as_of):
            continue
        end = item.paid_on if paid and item.paid_on else as_of
        weight += item.amount * (end - item.start_on).days
        amount += item.amount
    return _ratio(name, "days", weight, amount, 1, filter, as_of, "nothing_paid")


def percent_overdue(overdue: Decimal, receivable: Decimal, as_of: date, filter: str = "") -> Kpi:
    """5.6: overdue ÷ receivable, in percent."""
    return _ratio(
        "percent_overdue", "percent", overdue, receivable, 100, filter, as_of, "nothing_open"
    )


def cei(
    beginning: Decimal,
    credit_sales: Decimal,
    ending: Decimal,
    ending_current: Decimal,
    as_of: date,
    *,
    months: int = 1,
    filter: str = "",
) -> Kpi:
    """5.7, collection effectiveness index, in percent; 100 only when nothing overdue is left.

    (beginning + sales ÷ months − ending) ÷ (beginning + sales ÷ months − ending not overdue);
    ``months`` (>= 1) are those of the period.
    """
    base = beginning + _DIVIDE.divide(credit_sales, Decimal(months))
    collected, collectable = base - ending, base - ending_current
    return _ratio(
        "cei", "percent", collected, collectable, 100, filter, as_of, "nothing_collectable"
    )


def coverage(worked: int, due_for_work: int, as_of: date, filter: str = "") -> Kpi:
    """5.12, *porcentaje de gestión*: customers with a valid action ÷ customers due for work.

    ``worked`` counts only customers that were due for work, so that it cannot pass 100.
    """
    return _ratio(
        "coverage",
        "percent",
        Decimal(worked),
        Decimal(due_for_work),
        100,
        filter,
        as_of,
        "nobody_due",
    )


def portfolio_at_risk(
    items: Sequence[OpenItem],
    days: int,
    as_of: date,
    *,
    whole_customer: bool = True,
    filter: str = "",
) -> Kpi:
    """5.16, PAR ``days``: what is owed by customers with an item more than ``days`` late, ÷ all.

    ``whole_customer`` False counts only the late items themselves (usual between companies).
    """
    late = [item for item in items if item.open > 0 and days_past_due(item.due_on, as_of) > days]
    if whole_customer:
        customers = {item.customer for item in late}
        late = [item for item in items if item.customer in customers]
    at_risk = sum((item.open for item in late), ZERO)
    everything = sum((item.open for item in items), ZERO)
    return _ratio(f"par_{days}", "percent", at_risk, everything, 100, filter, as_of, "nothing_open")


def _times_days(
    kpi: str, amount: Decimal, sales: Decimal, days: int, as_of: date, filter: str
) -> Kpi:
    return _ratio(kpi, "days", amount, sales, days, filter, as_of, "no_credit_sales")


def _ratio(
    kpi: str,
    unit: str,
    numerator: Decimal,
    denominator: Decimal,
    factor: int,
    filter: str,
    as_of: date,
    reason: str,
) -> Kpi:
    """numerator × factor ÷ denominator; undefined with ``reason`` when the denominator is <= 0."""
    if denominator <= 0:
        return _undefined(kpi, unit, numerator, denominator, filter, as_of, reason)
    value = _DIVIDE.divide(numerator * factor, denominator)
    return Kpi(kpi, value, unit, numerator, denominator, filter, as_of)


def _undefined(
    kpi: str,
    unit: str,
    numerator: Decimal,
    denominator: Decimal,
    filter: str,
    as_of: date,
    reason: str,
) -> Kpi:
    return Kpi(kpi, None, unit, numerator, denominator, filter, as_of, reason)
