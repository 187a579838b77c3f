"""What does the run of the day cost, beside moving the same rows out and in by themselves?

    python benchmarks/run.py --documents 1000000 --json

In a database of its own (``recaudo_bench_run_N``) on the server of DATABASE_URL. The last line is
JSON. ``seconds_total``: one first run, facts to written decisions, tasks and planned messages.
``floor_seconds``: the columns that the run reads, moved out by the same two readers, and the rows
that it wrote, copied into tables without keys.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

FLOOR_TIMES = 3
WRITTEN = (
    "strategy_customer_facts",
    "strategy_decision",
    "strategy_documentdecision",
    "strategy_segmentstay",
    "contact_message",
    "contact_messageitem",
    "strategy_task",
    "strategy_taskitem",
)


def main() -> None:
    asked = _arguments()
    url = _own_database(os.environ["DATABASE_URL"], asked.documents, keep=asked.keep)
    os.environ["DATABASE_URL"] = url
    with tempfile.TemporaryDirectory() as home:
        os.environ["RECAUDO_HOME"] = home
        report = measure(url, asked.documents, engine=asked.engine, keep=asked.keep)
    for line in _table(report):
        print(line, file=sys.stderr if asked.json else sys.stdout)
    print(json.dumps(report))


def measure(url: str, documents: int, *, engine: str, keep: bool) -> dict[str, Any]:
    """Fill the database, run the day twice, measure the floor."""
    _django()
    from django.db import connection
    from machine import PeakMemory, load_average, versions

    from recaudo.strategy.actions.runs import run_day

    today = date.today()  # noqa: DTZ011
    started = perf_counter()
    creditor, sizes = _portfolio(url, documents, today)
    filled = perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_backend_pid(), current_database(), current_setting('server_version')"
        )
        pid, database, server = cursor.fetchone()
    before = load_average()
    with PeakMemory(pid, database) as memory:
        started = perf_counter()
        figures = run_day(creditor, today, today=today, engine=engine)
        total = perf_counter() - started
    with PeakMemory(pid, database) as second_memory:
        started = perf_counter()
        run_day(creditor, today, today=today, engine=engine)
        again = perf_counter() - started
    out, back = _floor(url, creditor, today)
    connection.close()
    assert figures["without_next_action"] == 0, figures
    return {
        "benchmark": "run",
        "documents": documents,
        "seconds_total": round(total, 3),
        "floor_seconds": round(out + back, 3),
        "times_floor": round(total / (out + back), 2),
        "floor_out_seconds": round(out, 3),
        "floor_in_seconds": round(back, 3),
        "second_run_seconds": round(again, 3),
        "peak_mb": round(max(memory.peak_mb, second_memory.peak_mb)),
        "client_mb": round(memory.client_mb),
        "server_mb": round(memory.server_mb) if memory.sees_server else None,
        "phases": _phases(creditor, total),
        "figures": {name: value for name, value in figures.items() if name != "seconds"},
        "portfolio": sizes,
        "fill_seconds": round(filled, 1),
        "versions": versions(server),
        "settings": {**_server_settings(url), "engine": engine, "processors": os.cpu_count()},
        "load_before": before,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--engine", default="duckdb", choices=("duckdb", "postgres"))
    parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")
    parser.add_argument("--keep", action="store_true", help="leave the database for a look")
    return parser.parse_args()


def _own_database(url: str, documents: int, *, keep: bool) -> str:
    """A fresh database on the same server; gives its address."""
    name = f"recaudo_bench_run_{documents}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return make_conninfo(url, dbname=name)


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-the-benchmark")
    import django

    django.setup()


def _portfolio(url: str, documents: int, today: date) -> tuple[Any, dict[str, int]]:
    from django.core.management import call_command

    from portfolio import fill
    from recaudo.access.models import Creditor
    from recaudo.strategy.actions.books import activate_preset

    call_command("migrate", verbosity=0, skip_checks=True)
    creditor = Creditor.objects.create(
        code="bench", name="Bench", country="CO", currency="COP", timezone="America/Bogota",
        small_balance=50,
    )  # fmt: skip
    activate_preset(creditor, by=None)
    with psycopg.connect(url, autocommit=True) as connection:
        return creditor, fill(connection, creditor.pk, documents, today)


def _phases(creditor: Any, total: float) -> dict[str, float]:
    """Seconds by phase of the engine, and what the writing took besides."""
    from django_scopes import scope

    from recaudo.strategy.models import Run

    with scope(creditor=creditor):
        phases: dict[str, float] = dict(Run.objects.order_by("id")[0].result.get("phases", {}))
    decided = sum(phases.values())
    return {**phases, "write": round(total - decided, 3)}


# -- the floor -----------------------------------------------------------------------------------


def _floor(url: str, creditor: Any, today: date) -> tuple[float, float]:
    """Seconds to move the run's columns out, and the run's rows in; medians."""
    outs = [_move_out(url, creditor, today) for _ in range(FLOOR_TIMES)]
    with psycopg.connect(url, autocommit=True) as connection, tempfile.TemporaryDirectory() as box:
        files = {table: _spool(connection, table, box) for table in WRITTEN}
        backs = [_move_in(connection, files) for _ in range(FLOOR_TIMES)]
    return median(outs), median(backs)


def _move_out(url: str, creditor: Any, today: date) -> float:
    from recaudo.engine.engines.duckdb import DuckDB
    from recaudo.engine.plan import Day
    from recaudo.engine.relations import LEDGER, source_sql
    from recaudo.engine.run import LARGEST_FIRST
    from recaudo.strategy.judging import sources

    day = Day(creditor.pk, today, (), zone=creditor.timezone)
    names = (*LARGEST_FIRST, *(name for name in LEDGER if name not in LARGEST_FIRST))
    selects = {name: source_sql(sources(), name, day, creditor.currency) for name in names}
    wanted = {name: (select, LEDGER[name]) for name, select in selects.items() if select}
    with DuckDB(url) as engine:
        started = perf_counter()
        engine.load(wanted)
        return perf_counter() - started


def _spool(connection: psycopg.Connection[Any], table: str, box: str) -> str:
    path = os.path.join(box, table)
    with (
        open(path, "wb") as file,
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT (FORMAT binary)") as copy,
    ):
        for part in copy:
            file.write(part)
    return path


def _move_in(connection: psycopg.Connection[Any], files: dict[str, str]) -> float:
    """In one transaction, into tables without keys, then undone."""
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        for table in files:
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table})")
        started = perf_counter()
        for table, path in files.items():
            statement = f"COPY floor_{table} FROM STDIN (FORMAT binary)"
            with open(path, "rb") as file, cursor.copy(statement) as copy:
                while part := file.read(1 << 20):
                    copy.write(part)
        return perf_counter() - started


def _server_settings(url: str) -> dict[str, str]:
    names = ("shared_buffers", "work_mem", "fsync", "wal_level", "max_parallel_workers_per_gather")
    with psycopg.connect(url) as connection:
        return {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in names}  # type: ignore[index]


def _table(report: dict[str, Any]) -> list[str]:
    shown = ("documents", "seconds_total", "floor_seconds", "times_floor", "second_run_seconds",
             "peak_mb", "load_before")  # fmt: skip
    lines = [f"{name:>24}  {report[name]}" for name in shown]
    return lines + [f"{name:>24}  {seconds}" for name, seconds in report["phases"].items()]


if __name__ == "__main__":
    main()
