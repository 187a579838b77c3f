"""What does it cost to ask the gate about every planned message of a day, histories included?

    python benchmarks/gate_db.py --requests 1000000 --json

In a database of its own (``recaudo_bench_gate_N``) on the server of DATABASE_URL: N customers with
two open documents each, half of them known under a tax id, ten contacts each in the last weeks, one
of which was made for another creditor. ``judge_many`` is asked by one process a core, each over its
share. ``floor_seconds``: the same rows moved out of the database and counted, nothing decided.
The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

AT = datetime(2026, 11, 19, 15, tzinfo=UTC)  # a Thursday, ten o'clock in Bogotá

STATEMENTS = (
    """
    INSERT INTO portfolio_customer (id, creditor_id, code, name, tax_id, tax_id_kind, person_key,
      kind, class_name, country, language, timezone, branch, zone, is_prospect,
      do_not_contact_reason, slot)
    SELECT i + c.half, c.id, 'C' || i, 'Cliente ' || i, '', '',
      CASE WHEN i % 2 = 0 THEN 'CO:' || i ELSE '' END, 'company', '', 'CO', '', '', '', '', false,
      '', i % 10000
    FROM generate_series(1, {n}) i,
      (VALUES ({one}, 0), ({other}, {n})) AS c (id, half)
    WHERE c.half = 0 OR i % 2 = 0
    """,
    """
    INSERT INTO portfolio_document (id, creditor_id, customer_id, kind, key, doc_type, prefix,
      number, instalment, product, regime, issued_on, due_on, currency, original_amount, amount,
      open_amount, state, seller, branch, zone, purchase_order)
    SELECT i, {one}, 1 + i % {n}, 'invoice', 'F||' || i || '|', 'F', '', i::text, '', 'p',
      'consumer', DATE '2026-08-01', DATE '2026-09-01' + (i % 60)::int, 'COP', 1000, 1000, 1000,
      'issued', '', '', '', ''
    FROM generate_series(1, 2 * {n}) i
    """,
    """
    INSERT INTO portfolio_consent (creditor_id, customer_id, channel, purpose, is_granted, given_on,
      source, recorded_at)
    SELECT {one}, i, '*', 'collection', i % 50 <> 0, DATE '2026-01-01', 'bench', now()
    FROM generate_series(1, {n}) i
    """,
    """
    INSERT INTO contact_interaction (creditor_id, customer_id, at, on_day, channel, direction,
      purpose, is_effective, is_answered, outcome, note, step_key, source)
    SELECT CASE WHEN elsewhere THEN {other} ELSE {one} END,
      CASE WHEN elsewhere THEN who + {n} ELSE who END, at, at::date, 'email', 'out', 'collection',
      false, false, '', '', '', 'bench'
    FROM (SELECT 1 + i % {n} AS who, i < {n} AND (1 + i % {n}) % 2 = 0 AS elsewhere,
            TIMESTAMPTZ '2026-11-19 15:00+00' - (1 + (i * 2654435761) % 3400000) * interval '1 second'
              AS at
          FROM generate_series(0, 10 * {n} - 1) i) made
    """,
    """
    INSERT INTO portfolio_hold (creditor_id, customer_id, channel, kind, from_on, reason, source)
    SELECT {one}, i, '', 'manual', DATE '2026-01-01', '', 'bench'
    FROM generate_series(1, {n}, 100) i
    """,
)
TABLES = (
    "portfolio_customer",
    "portfolio_document",
    "portfolio_consent",
    "contact_interaction",
    "portfolio_hold",
)
FLOOR = (
    "SELECT id, person_key, kind, country, timezone, do_not_contact_since FROM portfolio_customer "
    "WHERE creditor_id = %(one)s AND id BETWEEN %(low)s AND %(high)s",
    "SELECT id, customer_id, regime, open_amount, due_on FROM portfolio_document "
    "WHERE creditor_id = %(one)s AND customer_id BETWEEN %(low)s AND %(high)s",
    "SELECT customer_id, at, channel FROM contact_interaction "
    "WHERE customer_id BETWEEN %(low)s AND %(high)s AND direction = 'out'",
)


def main() -> None:
    asked = _arguments()
    url = _own_database(os.environ["DATABASE_URL"], asked.requests)
    os.environ["DATABASE_URL"] = url
    report = measure(url, asked.requests, asked.processes)
    for name, value in report.items():
        print(f"{name:>20}  {value}", file=sys.stderr if asked.json else sys.stdout)
    print(json.dumps(report))


def measure(url: str, requests: int, processes: int) -> dict[str, Any]:
    _django()
    from machine import versions

    one = _fill(url, requests)
    size = -(-requests // processes)
    shares = [(low, min(low + size - 1, requests)) for low in range(1, requests + 1, size)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(_warm, shares))
        started = perf_counter()
        floors = list(pool.map(_floor, [(url, one, *share) for share in shares]))
        floor = perf_counter() - started
        started = perf_counter()
        found: Counter[str] = Counter()
        for rules in pool.map(_judge, [(one, *share) for share in shares]):
            found.update(rules)
        seconds = perf_counter() - started
    assert found.total() == requests
    return {
        "requests": requests,
        "processes": processes,
        "seconds": round(seconds, 2),
        "per_second": round(requests / seconds),
        "floor_seconds": round(floor, 2),
        "floor_rows": sum(floors),
        "words": dict(found.most_common()),
        "versions": versions(),
    }


def _judge(share: tuple[int, int, int]) -> Counter[str]:
    """One process' part, as a worker would ask: some thousands at a time."""
    from recaudo.access.models import Creditor
    from recaudo.contact.gate import Request, judge_many

    one, low, high = share
    creditor = Creditor.objects.get(pk=one)
    requests = [Request(i, "email", origin="run") for i in range(low, high + 1)]
    return Counter(word.rule for word in judge_many(creditor, requests, at=AT))


def _floor(share: tuple[str, int, int, int]) -> int:
    url, one, low, high = share
    rows = 0
    with psycopg.connect(url) as connection:
        for start in range(low, high + 1, 20_000):
            given = {"one": one, "low": start, "high": min(start + 19_999, high)}
            for statement in FLOOR:
                rows += len(connection.execute(statement, given).fetchall())
    return rows


def _warm(share: tuple[int, int]) -> None:
    _django()
    from recaudo.countries import pack_for

    pack_for("CO").rules("consumer")


def _fill(url: str, n: int) -> int:
    """Once for a database; gives the creditor asked for."""
    from recaudo.access.models import Creditor

    known = Creditor.objects.filter(code="uno").first()
    if known is not None:
        return known.pk
    given = {"country": "CO", "currency": "COP", "timezone": "America/Bogota"}
    one = Creditor.objects.create(code="uno", name="Uno", **given)
    other = Creditor.objects.create(code="otro", name="Otro", **given)
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            for statement in STATEMENTS:
                connection.execute(statement.format(n=n, one=one.pk, other=other.pk))
        for table in TABLES:
            connection.execute(f"VACUUM ANALYZE {table}")
    return one.pk


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    if os.environ.pop("GATE_BENCH_MIGRATE", ""):
        call_command("migrate", verbosity=0)


def _own_database(url: str, n: int) -> str:
    name = f"recaudo_bench_gate_{n}"
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"')
    os.environ["GATE_BENCH_MIGRATE"] = "1"
    return make_conninfo(url, dbname=name) if "://" not in url else _renamed(url, name)


def _renamed(url: str, name: str) -> str:
    from urllib.parse import urlsplit, urlunsplit

    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--requests", type=int, default=1_000_000)
    reader.add_argument("--processes", type=int, default=2)
    reader.add_argument("--json", action="store_true")
    return reader.parse_args()


if __name__ == "__main__":
    main()
