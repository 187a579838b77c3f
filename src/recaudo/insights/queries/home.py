"""The state of a portfolio at a glance: how old, how much overdue, how many days of sales, whither.

``home`` gives the kept photo where nothing was imported or run since; small portfolios are added up
each time. Whoever imports or runs calls ``insights.actions.take_photo``, so that nobody waits.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core import kpi
from recaudo.core.calendar import ONE_DAY, month_start
from recaudo.core.kpi import Kpi
from recaudo.insights.models import Photo
from recaudo.insights.queries.ageing import RATES, Ageing, ageing
from recaudo.insights.queries.kpis import PERIOD_DAYS, facts_of, sales_in
from recaudo.intake.models import ImportBatch
from recaudo.portfolio.queries.freshness import age_of

ZERO = Decimal(0)
TREND_MONTHS = 12
#: What took less is added up anew for each page.
QUICK_SECONDS = 0.08


@dataclass(frozen=True, slots=True)
class Bar:
    """One bucket: names in Spanish and English, documents and balance."""

    code: str
    name_es: str
    name_en: str
    is_critical: bool
    documents: int
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Point:
    """The portfolio at the end of ``on_day``. ``percent_overdue`` None: nothing was open."""

    on_day: date
    gross: Decimal
    overdue: Decimal

    @property
    def percent_overdue(self) -> Decimal | None:
        return kpi.percent_overdue(self.overdue, self.gross, self.on_day).rounded(1)


@dataclass(frozen=True, slots=True)
class Subtotal:
    """What is owed in one currency, in itself."""

    currency: str
    rate: Decimal
    documents: int
    gross: Decimal
    unapplied: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator: ``value`` None with ``reason`` where it has no meaning."""

    value: Decimal | None
    reason: str
    numerator: Decimal
    denominator: Decimal


@dataclass(frozen=True, slots=True)
class Home:
    """All amounts in ``currency``; ``trend`` the last month ends and the day itself, oldest first,
    at today's rates. ``dso`` over ``dso_days`` days of sales. ``taken_at``: when it was added up.
    """

    as_of: date
    currency: str
    taken_at: datetime
    bars: list[Bar]
    documents: int
    gross: Decimal
    unapplied: Decimal
    total: Decimal
    overdue: Decimal
    written_off: Decimal
    ceded: Decimal
    percent_overdue: Figure
    dso: Figure
    dso_days: int
    trend: list[Point]
    currencies: list[Subtotal]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the ledger that we hold is (F7). ``as_of`` None: nothing was ever imported.

    ``business_days`` from the day of its balances to the day asked for.
    """

    as_of: date | None
    imported_at: datetime | None
    file_name: str
    business_days: int
    is_stale: bool


def home(creditor: Creditor, as_of: date, *, customers: Sequence[int] | None = None) -> Home:
    """The figures of ``as_of`` over the whole portfolio, or over these customers only (by id).

    Raises Problem ``rate_missing``.
    """
    if customers is not None:
        return work_out(creditor, as_of, customers)
    with scope(creditor=creditor):
        photo = Photo.objects.filter(as_of=as_of).first()
        if photo is not None and photo.seconds > QUICK_SECONDS and photo.stamp == stamp(creditor):
            return from_json(photo.figures)
    return take(creditor, as_of)


def take(creditor: Creditor, as_of: date) -> Home:
    """Work the figures out, and keep them where that took long."""
    seen, started = stamp(creditor), time.perf_counter()
    figures = work_out(creditor, as_of, None)
    seconds = time.perf_counter() - started
    if seconds > QUICK_SECONDS:
        with scope(creditor=creditor):
            Photo.objects.update_or_create(
                creditor=creditor,
                as_of=as_of,
                defaults={
                    "stamp": seen,
                    "seconds": seconds,
                    "figures": as_json(figures),
                    "taken_at": figures.taken_at,
                },
            )
    return figures


def stamp(creditor: Creditor) -> str:
    """Changes with every import, run and exchange rate; three looks at an index."""
    text = """
        SELECT (SELECT MAX(id) FROM intake_importbatch WHERE creditor_id = %(creditor)s
                AND state = 'done'),
               (SELECT MAX(id) FROM strategy_run WHERE creditor_id = %(creditor)s),
               (SELECT MAX(id) FROM portfolio_exchangerate WHERE creditor_id = %(creditor)s),
               %(table)s"""
    with connection.cursor() as cursor:
        cursor.execute(text, {"creditor": creditor.pk, "table": creditor.bucket_table})
        return "/".join(str(part) for part in cursor.fetchone())


def freshness(creditor: Creditor, as_of: date) -> Freshness:
    """Of the newest import that ended well."""
    with scope(creditor=creditor):
        batch = ImportBatch.objects.filter(state="done").order_by("-as_of", "-id").first()
    if batch is None:
        return Freshness(None, None, "", 0, False)
    age = age_of(creditor, batch.as_of, as_of)
    return Freshness(
        batch.as_of, batch.finished_at, batch.file_name, age.business_days, age.is_stale
    )


def work_out(creditor: Creditor, as_of: date, customers: Sequence[int] | None) -> Home:
    """From the ledger, now."""
    report = ageing(creditor, as_of, customers=customers)
    facts = facts_of(creditor, as_of, customers)
    whole, sales = report.whole, sales_in(facts, PERIOD_DAYS)
    return Home(
        as_of=as_of,
        currency=creditor.currency,
        taken_at=timezone.now(),
        bars=[
            Bar(s.code, s.name_es, s.name_en, s.critical, part.documents, part.balance)
            for s, part in zip(report.table.slots, whole.buckets, strict=True)
        ],
        documents=whole.documents,
        gross=whole.gross,
        unapplied=whole.unapplied,
        total=whole.total,
        overdue=report.overdue,
        written_off=whole.written_off.balance,
        ceded=whole.ceded.balance,
        percent_overdue=_figure(kpi.percent_overdue(report.overdue, whole.gross, as_of)),
        dso=_figure(kpi.dso(whole.gross, sales, PERIOD_DAYS, as_of)),
        dso_days=PERIOD_DAYS,
        trend=trend(facts, report),
        currencies=[Subtotal(**asdict(each)) for each in report.currencies],
    )


def _figure(told: Kpi) -> Figure:
    return Figure(told.rounded(4), told.reason, told.numerator, told.denominator)


# -- the trend -----------------------------------------------------------------------------------

#: One row per (counts from, overdue from, counts until) of ``%(ends)s`` and the sum that moves
#: there: what was issued, what was corrected, less what was paid. Places are numbers of ends, so
#: the sum belongs to the ends from ``since`` + 1 to ``until``, overdue from ``late`` + 1 on.
MOVES = (
    "WITH "
    + RATES.lstrip().removeprefix(",")
    + """,
watched AS MATERIALIZED (
  SELECT d.id, d.original_amount, r.rate,
         WIDTH_BUCKET(d.issued_on - 1, %(ends)s::date[]) AS since,
         WIDTH_BUCKET(d.due_on, %(ends)s::date[]) AS late,
         COALESCE(WIDTH_BUCKET(LEAST(d.ceded_on, d.written_off_on) - 1, %(ends)s::date[]), 99)
           AS until
  FROM portfolio_document d JOIN rates_of_the_day r ON r.currency = d.currency
  WHERE d.creditor_id = %(creditor)s AND (d.open_amount > 0 OR d.closed_on > %(first)s)
    AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY(%(customers)s))
),
moves AS (
  SELECT since, late, until, original_amount * rate AS amount FROM watched
  UNION ALL
  SELECT GREATEST(w.since, WIDTH_BUCKET(a.value_on - 1, %(ends)s::date[])), w.late, w.until,
         -a.amount * w.rate
  FROM watched w JOIN payments_application a ON a.document_id = w.id
  UNION ALL
  SELECT GREATEST(w.since, WIDTH_BUCKET(j.value_on - 1, %(ends)s::date[])), w.late, w.until,
         j.delta * w.rate
  FROM watched w JOIN portfolio_documentadjustment j ON j.document_id = w.id
)
SELECT since, late, until, SUM(amount) FROM moves GROUP BY 1, 2, 3
"""
)


def trend(facts: dict[str, Any], report: Ageing) -> list[Point]:
    """The last ``TREND_MONTHS`` - 1 month ends and the day itself; due dates as they are now."""
    ends = [report.as_of]
    while len(ends) < TREND_MONTHS:
        ends.insert(0, month_start(ends[0]) - ONE_DAY)
    with connection.cursor() as cursor:
        cursor.execute(MOVES, facts | {"ends": ends, "first": ends[0]})
        moves = cursor.fetchall()
    points = []
    for place, end in enumerate(ends[:-1], 1):
        there = [(late, amount) for since, late, until, amount in moves if since < place <= until]
        gross = sum((amount for _, amount in there), ZERO)
        overdue = sum((amount for late, amount in there if late < place), ZERO)
        points.append(Point(end, round(gross, 4), round(overdue, 4)))
    return [*points, Point(report.as_of, report.whole.gross, report.overdue)]


# -- kept form -----------------------------------------------------------------------------------


def as_json(figures: Home) -> dict[str, Any]:
    """What ``from_json`` reads: amounts and days as text."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items()}
        if isinstance(value, list):
            return [plain(each) for each in value]
        if isinstance(value, date | datetime):
            return value.isoformat()
        return str(value) if isinstance(value, Decimal) else value

    told: dict[str, Any] = plain(asdict(figures))
    return told


def from_json(kept: dict[str, Any]) -> Home:
    def amounts(row: dict[str, Any], *names: str) -> dict[str, Any]:
        return row | {name: Decimal(row[name]) for name in names}

    def figure(row: dict[str, Any]) -> Figure:
        value = None if row["value"] is None else Decimal(row["value"])
        return Figure(**amounts(row, "numerator", "denominator") | {"value": value})

    whole = amounts(kept, "gross", "unapplied", "total", "overdue", "written_off", "ceded")
    return Home(
        **whole
        | {
            "as_of": date.fromisoformat(kept["as_of"]),
            "taken_at": datetime.fromisoformat(kept["taken_at"]),
            "bars": [Bar(**amounts(row, "balance")) for row in kept["bars"]],
            "percent_overdue": figure(kept["percent_overdue"]),
            "dso": figure(kept["dso"]),
            "trend": [
                Point(
                    **amounts(row, "gross", "overdue")
                    | {"on_day": date.fromisoformat(row["on_day"])}
                )
                for row in kept["trend"]
            ],
            "currencies": [
                Subtotal(**amounts(row, "rate", "gross", "unapplied")) for row in kept["currencies"]
            ],
        }
    )
