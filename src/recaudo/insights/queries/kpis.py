"""The indicators of one creditor as of a day; formulas in ``core.kpi``, numbers 5.x in its rules.

What goes into them:

- Receivable: gross balance in the ageing (not written off, not ceded), unapplied credits apart.
- Credit sales: invoices and debit notes issued in the period, and instalments that belong to no
  obligation (an invoice sold in parts), at their corrected amount, less the credit notes of the
  period. Instalments of credits, and charges, are no sales.
- Due for work: a customer with a document past due on any day of the period, not held (whole) all
  of it. Worked: somebody tried to reach them on a day of it, at an address that was not wrong.
- Other currencies at the newest rate of the day for every figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.core import kpi
from recaudo.core.calendar import ONE_DAY, month_end, month_start
from recaudo.core.kpi import Behaviour, Kpi, MonthSales
from recaudo.core.problems import Problem
from recaudo.insights.queries.ageing import RATES, Ageing, ageing, rate_missing
from recaudo.payments.queries.balances import OPEN_ON, parameters

ZERO = Decimal(0)
PERIOD_DAYS = 90
#: How far the countback may walk.
MONTHS_BACK = 36
#: Over which behaviour of the past is measured.
BEHAVIOUR_DAYS = 365
NOT_DISPUTED = "NOT disputed"


@dataclass(frozen=True, slots=True)
class Told:
    """An indicator with the period it is about: both days included."""

    kpi: Kpi
    from_on: date
    to_on: date

    def as_json(self) -> dict[str, str | None]:
        return self.kpi.as_json() | {
            "from": self.from_on.isoformat(),
            "to": self.to_on.isoformat(),
        }


def kpis(
    creditor: Creditor,
    as_of: date,
    *,
    days: int = PERIOD_DAYS,
    customers: Sequence[int] | None = None,
) -> list[Told]:
    """All indicators as of ``as_of``; sales over the ``days`` (1 … 366) that end on it.

    Raises Problem ``rate_missing``, ``period_unreadable``.
    """
    if not 1 <= days <= 366:
        raise Problem("period_unreadable", days=days)
    facts = facts_of(creditor, as_of, customers)
    report = ageing(creditor, as_of, customers=customers)
    first = as_of - timedelta(days=days - 1)
    month = month_start(as_of)
    worked, due_for_work = coverage_counts(creditor, month, as_of, customers=customers)
    return [
        *(
            Told(each, first, as_of)
            for each in _sales_days(report, sales_since(facts, first), days)
        ),
        Told(kpi.dso_countback(report.whole.gross, months_of_sales(facts), as_of), first, as_of),
        *(Told(each, as_of, as_of) for each in _overdue(report, facts)),
        Told(kpi.coverage(worked, due_for_work, as_of), month, as_of),
        *(
            Told(each, as_of - timedelta(days=BEHAVIOUR_DAYS - 1), as_of)
            for each in _behaviour(facts)
        ),
        Told(_cei(creditor, facts, report, customers), month, as_of),
    ]


def _sales_days(report: Ageing, sales: Decimal, days: int) -> list[Kpi]:
    whole, day = report.whole.gross, report.as_of
    return [
        kpi.dso(whole, sales, days, day),
        kpi.dso_best_possible(report.not_due, sales, days, day),
        kpi.days_delinquent(report.overdue, sales, days, day),
    ]


def _overdue(report: Ageing, facts: dict[str, Any]) -> list[Kpi]:
    """With everything, and without what is disputed (S1-04)."""
    disputed, disputed_overdue = _disputed(facts)
    return [
        kpi.percent_overdue(report.overdue, report.whole.gross, report.as_of),
        kpi.percent_overdue(
            report.overdue - disputed_overdue,
            report.whole.gross - disputed,
            report.as_of,
            NOT_DISPUTED,
        ),
    ]


def _behaviour(facts: dict[str, Any]) -> list[Kpi]:
    """Days to pay from issue, over what was paid; days late, open overdue items included (U26)."""
    paid, late = [], []
    for issued_on, due_on, closed_on, amount in _closed_and_overdue(facts):
        paid.append(Behaviour(amount, issued_on, closed_on))
        late.append(Behaviour(amount, due_on, closed_on))
    day = facts["day"]
    return [
        kpi.weighted_days(paid, day, with_open=False),
        kpi.weighted_days(late, day, with_open=True),
    ]


def _cei(
    creditor: Creditor, facts: dict[str, Any], report: Ageing, customers: Sequence[int] | None
) -> Kpi:
    """Of the month up to the day."""
    month = month_start(report.as_of)
    before = ageing(creditor, month - ONE_DAY, customers=customers)
    return kpi.cei(
        before.whole.gross,
        sales_since(facts, month),
        report.whole.gross,
        report.not_due,
        report.as_of,
    )


# -- credit sales --------------------------------------------------------------------------------

SALES = (
    RATES
    + """,
corrected_later AS MATERIALIZED (
  SELECT document_id, SUM(delta) AS delta FROM portfolio_documentadjustment
  WHERE creditor_id = %(creditor)s AND value_on > %(day)s GROUP BY document_id
),
sales AS (
  SELECT d.issued_on AS on_day,
         ROUND((d.amount - COALESCE(l.delta, 0)) * r.rate, 4) AS amount
  FROM portfolio_document d
  LEFT JOIN corrected_later l ON l.document_id = d.id
  LEFT JOIN rates_of_the_day r ON r.currency = d.currency
  WHERE d.creditor_id = %(creditor)s AND d.issued_on BETWEEN %(since)s AND %(day)s
    AND (d.kind IN ('invoice', 'debit_note') OR (d.kind = 'instalment' AND d.obligation_id IS NULL))
    AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY(%(customers)s))
  UNION ALL
  SELECT c.value_on, -ROUND(c.amount * r.rate, 4)
  FROM payments_credit c LEFT JOIN rates_of_the_day r ON r.currency = c.currency
  WHERE c.creditor_id = %(creditor)s AND c.kind = 'credit_note'
    AND c.value_on BETWEEN %(since)s AND %(day)s
    AND (%(customers)s::bigint[] IS NULL OR c.customer_id = ANY(%(customers)s))
)
"""
)


def sales_in(facts: dict[str, Any], days: int) -> Decimal:
    """Credit sales of the ``days`` that end on the day."""
    return sales_since(facts, facts["day"] - timedelta(days=days - 1))


def sales_since(facts: dict[str, Any], since: date) -> Decimal:
    """Credit sales from ``since`` to the day, both included; never below zero."""
    text = f"{_with(SALES)} SELECT COALESCE(SUM(amount), 0), BOOL_OR(amount IS NULL) FROM sales"
    ((amount, is_rate_missing),) = _rows(text, facts | {"since": since})
    if is_rate_missing:
        raise _rate_missing(facts, since)
    return max(ZERO, Decimal(amount))


def months_of_sales(facts: dict[str, Any]) -> list[MonthSales]:
    """Month by month, the latest first, back to the first with sales (at most ``MONTHS_BACK``)."""
    day: date = facts["day"]
    latest = month_start(day)
    since = _months_before(latest, MONTHS_BACK - 1)
    text = f"""{_with(SALES)}
        SELECT DATE_TRUNC('month', on_day)::date, SUM(amount), BOOL_OR(amount IS NULL)
        FROM sales GROUP BY 1"""
    rows = _rows(text, facts | {"since": since})
    if any(is_rate_missing for _, _, is_rate_missing in rows):
        raise _rate_missing(facts, since)
    sold = {month: amount for month, amount, _ in rows}
    months, month = [], latest
    while sold and month >= min(sold):
        length = (min(month_end(month), day) - month).days + 1
        months.append(MonthSales(month, max(ZERO, sold.get(month, ZERO)), length))
        month = _months_before(month, 1)
    return months


def _rate_missing(facts: dict[str, Any], since: date) -> Problem:
    """Documents and credit notes since then whose currency has no rate on the day."""
    text = f"""{_with(RATES)}
        SELECT currency, key FROM portfolio_document
        WHERE creditor_id = %(creditor)s AND issued_on BETWEEN %(since)s AND %(day)s
          AND currency NOT IN (SELECT currency FROM rates_of_the_day)
        UNION ALL
        SELECT currency, source || ' ' || external_id FROM payments_credit
        WHERE creditor_id = %(creditor)s AND value_on BETWEEN %(since)s AND %(day)s
          AND kind = 'credit_note' AND currency NOT IN (SELECT currency FROM rates_of_the_day)
        ORDER BY 2"""
    rows = _rows(text, facts | {"since": since})
    return rate_missing(rows, facts["currency"], facts["day"])


# -- coverage ------------------------------------------------------------------------------------

DUE_FOR_WORK = """
WITH held AS (
  SELECT DISTINCT customer_id FROM portfolio_hold
  WHERE creditor_id = %(creditor)s AND document_id IS NULL AND channel = ''
    AND from_on <= %(since)s AND (until_on IS NULL OR until_on > %(day)s)
    AND (released_at IS NULL OR (released_at AT TIME ZONE %(zone)s)::date > %(day)s)
),
due_for_work AS (
  SELECT DISTINCT customer_id FROM (
    SELECT customer_id FROM portfolio_document
    WHERE creditor_id = %(creditor)s AND open_amount > 0 AND due_on < %(day)s AND ceded_on IS NULL
    UNION ALL
    SELECT customer_id FROM portfolio_document
    WHERE creditor_id = %(creditor)s AND closed_on > %(since)s AND due_on < %(day)s
      AND closed_on > due_on + 1 AND ceded_on IS NULL
  ) late
  WHERE (%(customers)s::bigint[] IS NULL OR customer_id = ANY(%(customers)s))
    AND customer_id NOT IN (SELECT customer_id FROM held)
),
worked AS (
  SELECT DISTINCT customer_id FROM contact_interaction
  WHERE creditor_id = %(creditor)s AND on_day BETWEEN %(since)s AND %(day)s
    AND direction = 'out' AND outcome NOT IN ('invalid_contact', 'wrong_number')
)
"""


def coverage_counts(
    creditor: Creditor, since: date, as_of: date, *, customers: Sequence[int] | None = None
) -> tuple[int, int]:
    """Customers worked among those due for work, and those due for work."""
    text = f"""{DUE_FOR_WORK}
        SELECT COUNT(w.customer_id), COUNT(*) FROM due_for_work d
        LEFT JOIN worked w ON w.customer_id = d.customer_id"""
    facts = parameters(creditor, as_of, customers) | {"since": since}
    ((worked, due_for_work),) = _rows(text, facts)
    return worked, due_for_work


ANY_DISPUTE = """
SELECT 1 FROM portfolio_hold
WHERE creditor_id = %(creditor)s AND kind = 'disputed' AND from_on <= %(day)s LIMIT 1
"""

# -- the rest ------------------------------------------------------------------------------------


def _disputed(facts: dict[str, Any]) -> tuple[Decimal, Decimal]:
    """Balance in the ageing under an open dispute on the day, and how much of it is overdue."""
    if not _rows(ANY_DISPUTE, facts):
        return ZERO, ZERO
    text = f"""{OPEN_ON}{RATES},
        disputed AS (
          SELECT customer_id, document_id FROM portfolio_hold
          WHERE creditor_id = %(creditor)s AND kind = 'disputed' AND from_on <= %(day)s
            AND (until_on IS NULL OR until_on > %(day)s)
            AND (released_at IS NULL OR (released_at AT TIME ZONE %(zone)s)::date > %(day)s)
        )
        SELECT COALESCE(SUM(ROUND(o.open_amount * r.rate, 4)), 0),
               COALESCE(SUM(CASE WHEN o.dpd > 0 THEN ROUND(o.open_amount * r.rate, 4) END), 0)
        FROM open_on o LEFT JOIN rates_of_the_day r ON r.currency = o.currency
        WHERE NOT o.is_ceded AND NOT o.is_written_off AND EXISTS (
          SELECT FROM disputed h WHERE h.customer_id = o.customer_id
            AND (h.document_id IS NULL OR h.document_id = o.document_id))"""
    ((balance, overdue),) = _rows(text, facts)
    return Decimal(balance), Decimal(overdue)


def _closed_and_overdue(facts: dict[str, Any]) -> Iterator[tuple[date, date, date | None, Decimal]]:
    """issued, due, closed (None: open), amount: of what closed in the last year or is overdue.

    By the state that the ledger has now; currencies without a rate were refused by the sales.
    """
    text = f"""{_with(RATES)}
        SELECT d.issued_on, d.due_on, NULL::date, SUM(ROUND(d.open_amount * r.rate, 4))
        FROM portfolio_document d JOIN rates_of_the_day r ON r.currency = d.currency
        WHERE d.creditor_id = %(creditor)s AND d.open_amount > 0 AND d.due_on < %(day)s
          AND d.issued_on <= %(day)s
          AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY(%(customers)s))
        GROUP BY 1, 2
        UNION ALL
        SELECT d.issued_on, d.due_on, d.closed_on, SUM(ROUND(d.amount * r.rate, 4))
        FROM portfolio_document d JOIN rates_of_the_day r ON r.currency = d.currency
        WHERE d.creditor_id = %(creditor)s AND d.closed_on > %(year_ago)s
          AND (d.closed_on <= %(day)s OR d.due_on < %(day)s) AND d.issued_on <= %(day)s
          AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY(%(customers)s))
        GROUP BY 1, 2, 3"""
    year_ago = facts["day"] - timedelta(days=BEHAVIOUR_DAYS)
    yield from _rows(text, facts | {"year_ago": year_ago})


def facts_of(creditor: Creditor, as_of: date, customers: Sequence[int] | None) -> dict[str, Any]:
    """What the statements here read."""
    return parameters(creditor, as_of, customers) | {"currency": creditor.currency}


def _with(following: str) -> str:
    """``following`` (``, name AS (…)``) as the first of its statement."""
    return "WITH " + following.lstrip().removeprefix(",")


def _months_before(month: date, count: int) -> date:
    for _ in range(count):
        month = month_start(month - ONE_DAY)
    return month


def _rows(text: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, facts)
        return list(cursor.fetchall())
