"""DuckDB and PostgreSQL give the same rows, step by step; every step parses as Spark SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
import sqlglot
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.portfolios import (
    PLAN,
    TODAY,
    Ledger,
    Moment,
    a_day,
    customer,
    day_of,
    document,
    ledgers,
    moments,
    postgres_engine,
    tables,
)
from recaudo.engine.engines import Engine
from recaudo.engine.engines.duckdb import DuckDB
from recaudo.engine.lookups import lookups
from recaudo.engine.plan import Day
from recaudo.engine.result import SCHEMAS
from recaudo.engine.run import judge, outputs, steps_for

random_portfolios = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def give_all(engine: Engine, ledger: Ledger, day: Day) -> None:
    for name, rows in (tables(ledger) | lookups(PLAN, day)).items():
        engine.give(name, rows)


def unordered(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


@pytest.mark.django_db
@random_portfolios
@given(ledger=ledgers(), moment=moments())
def test_every_step_gives_the_same_rows_on_both_engines(ledger: Ledger, moment: Moment) -> None:
    day = day_of(moment)
    connection.ensure_connection()
    with DuckDB("", threads=1) as duck, postgres_engine(connection.connection) as postgres:
        give_all(duck, ledger, day)
        give_all(postgres, ledger, day)
        for step in steps_for(PLAN, day):
            duck.make(step.name, step.sql)
            postgres.make(step.name, step.sql)
            names, ours = duck_rows(duck, step.name)
            theirs = postgres_rows(step.name, names)
            assert unordered(ours) == unordered(theirs), step.name
        for output in outputs():
            schema = SCHEMAS[output.name]
            assert duck.fetch(output.sql, schema).equals(postgres.fetch(output.sql, schema))


def duck_rows(engine: DuckDB, name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    found = engine._connection.execute(f"SELECT * FROM {name}")
    return [column[0] for column in found.description], found.fetchall()


def postgres_rows(name: str, columns: list[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {name}")
        assert [column[0] for column in cursor.description] == columns
        return [tuple(map(whole, row)) for row in cursor.fetchall()]


def whole(value: Any) -> Any:
    """PostgreSQL's wide numbers arrive as Decimal."""
    return int(value) if hasattr(value, "to_integral_value") else value


#: A hold of customer 1 that names a document of customer 3: neither is held by it.
STRAY_HOLD: Ledger = {
    "customers": [customer(1), customer(3)],
    "open_documents": [document(1, 1, age=10), document(2, 3, age=10)],
    "holds": [
        {"customer_id": 1, "document_id": 2, "channel": "", "kind": "manual", "until_day": None}
    ],
    "rates": [],
    "promises": [],
}


@example(ledger=STRAY_HOLD, moment=(TODAY, TODAY), chosen={3})
@random_portfolios
@given(ledger=ledgers(), moment=moments(), chosen=st.sets(st.integers(1, 4)))
def test_the_result_of_some_customers_is_that_part_of_the_whole(
    ledger: Ledger, moment: Moment, chosen: set[int]
) -> None:
    day = day_of(moment)
    part: Ledger = {
        name: [row for row in rows if row.get("customer_id", min(chosen, default=0)) in chosen]
        for name, rows in ledger.items()
    } | {"rates": ledger["rates"], "promises": ledger["promises"]}
    with DuckDB("", threads=1) as one, DuckDB("", threads=1) as other:
        for engine, rows in ((one, ledger), (other, part)):
            for name, table in tables(rows).items():
                engine.give(name, table)
        whole_result, part_result = judge(one, PLAN, day), judge(other, PLAN, day)
    for name in SCHEMAS:
        wanted = [row for row in without_act(whole_result[name]) if row["customer_id"] in chosen]
        assert unordered(wanted) == unordered(without_act(part_result[name])), name


def without_act(table: pa.Table) -> list[Any]:
    """Acts are numbered within one result."""
    kept = table.drop_columns("act") if "act" in table.column_names else table
    return kept.to_pylist()


@pytest.mark.parametrize("step", [*steps_for(PLAN, a_day()), *outputs()], ids=lambda s: s.name)
def test_a_step_is_in_the_common_subset(step: Any) -> None:
    (tree,) = sqlglot.parse(step.sql, dialect="spark")
    assert tree is not None
    banned = (
        sqlglot.exp.Div, sqlglot.exp.Round, sqlglot.exp.Filter, sqlglot.exp.Qualify,
        sqlglot.exp.DateAdd, sqlglot.exp.Interval, sqlglot.exp.ArrayAgg, sqlglot.exp.GroupConcat,
        sqlglot.exp.Command,
    )  # fmt: skip
    assert not [node for node in tree.walk() if isinstance(node, banned)]
