"""Gather and decide: what the engine says about a creditor on a day. Nothing is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import cache

from django.conf import settings
from django.db import connection, transaction

from recaudo.access.models import Creditor
from recaudo.core.calendar import Place, business_ordinals
from recaudo.core.payment_days import payment_days, read_calendar
from recaudo.core.problems import Problem
from recaudo.database import Dsn
from recaudo.engine.engines.duckdb import DuckDB
from recaudo.engine.engines.postgres import Postgres
from recaudo.engine.plan import Day, Plan
from recaudo.engine.relations import read_sources
from recaudo.engine.result import Result
from recaudo.engine.run import run
from recaudo.portfolio.queries.freshness import ledger_on

ENGINES = ("duckdb", "postgres")
PACKAGES = tuple(f"recaudo.{room}" for room in ("portfolio", "payments", "contact", "strategy"))
ORDINAL_DAYS = timedelta(days=400)
PAYMENT_DAYS = timedelta(days=62)


def judge(
    creditor: Creditor, plan: Plan, as_of: date, *, today: date, engine: str = "duckdb"
) -> Result:
    """The whole creditor on ``as_of``. Raises Problem ``engine_unknown``, and the engine's own."""
    if engine not in ENGINES:
        raise Problem("engine_unknown", engine=engine, known=list(ENGINES))
    day = day_for(creditor, as_of, today=today)
    if engine == "postgres":
        with transaction.atomic():
            if not connection.savepoint_ids:  # ours is the outermost: one snapshot for all reads
                connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return _in_place(plan, day)
    spill = settings.FACTS_ROOT / ".spill"
    with closing(DuckDB(dsn().url, spill_folder=str(spill))) as duck:
        return run(duck, plan, day, sources())


def judge_some(creditor: Creditor, plan: Plan, today: date, customers: Sequence[int]) -> Result:
    """These customers only, in the caller's transaction: what it has just written counts."""
    return _in_place(plan, day_for(creditor, today, today=today, customers=customers))


def _in_place(plan: Plan, day: Day) -> Result:
    connection.ensure_connection()
    with closing(Postgres(connection.connection)) as engine:
        return run(engine, plan, day, sources())


@cache
def sources() -> dict[str, str]:
    """The SQL that each room ships for the engine, by relation."""
    return read_sources(PACKAGES)


def dsn() -> Dsn:
    """The database that Django is connected to."""
    given = connection.settings_dict
    return Dsn(
        given["HOST"],
        int(given["PORT"] or 0),
        given["USER"],
        given["PASSWORD"],
        given["NAME"],
        {
            name: str(value)
            for name, value in given.get("OPTIONS", {}).items()
            if isinstance(value, str)
        },
    )


def place_of(creditor: Creditor) -> Place:
    return Place(creditor.country)


def day_for(
    creditor: Creditor, as_of: date, *, today: date, customers: Sequence[int] | None = None
) -> Day:
    """What the engine must know of ``as_of``. A coming day supposes a ledger brought up to date."""
    place = place_of(creditor)
    return Day(
        creditor_id=creditor.pk,
        as_of=as_of,
        ordinals=business_ordinals(as_of - ORDINAL_DAYS, as_of + ORDINAL_DAYS, place),
        ledger_on=as_of if as_of > today else ledger_on(creditor, as_of),
        stale_after_days=creditor.stale_after_days,
        payment_days=_payment_days(creditor, as_of, place, customers),
        customers=customers,
        zone=creditor.timezone,
        is_past=as_of < today,
    )


def _payment_days(
    creditor: Creditor, as_of: date, place: Place, customers: Sequence[int] | None
) -> dict[str, list[date]]:
    """The days of each payment calendar in use, by its text in the database."""
    statement = (
        "SELECT DISTINCT payment_calendar::text FROM portfolio_customer "
        "WHERE creditor_id = %s AND payment_calendar IS NOT NULL"
    )
    parameters: list[object] = [creditor.pk]
    if customers is not None:
        statement += " AND id = ANY(%s)"
        parameters.append(list(customers))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        texts = [text for (text,) in cursor.fetchall()]
    days = {}
    for text in texts:
        try:
            calendar = read_calendar(json.loads(text))
        except Problem:
            continue  # one unreadable calendar holds nobody up; data quality lists it
        days[text] = payment_days(calendar, as_of - PAYMENT_DAYS, as_of + PAYMENT_DAYS, place)
    return days
