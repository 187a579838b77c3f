"""How long do the pages that people open all day take on the server?

    python benchmarks/pages.py --documents 1000000 --json

In a database of its own (``recaudo_bench_pages_N``) on the server of DATABASE_URL: the portfolio of
``benchmarks/run.py`` (N open documents, N / 4 customers), a run of the day, released, and the home
page's photo, as the worker leaves it. Each page is asked for through the whole of Django, as a
supervisor who sees everything and as a collector with one customer in 250. The last line is JSON:
milliseconds (median, p95, worst) of each page. The limit is 300 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

LIMIT_MS = 300
TIMES = 15


def main() -> None:
    asked = _arguments()
    url = _own_database(os.environ["DATABASE_URL"], asked.documents)
    os.environ["DATABASE_URL"] = url
    with tempfile.TemporaryDirectory() as home:
        os.environ["RECAUDO_HOME"] = home
        report = measure(url, asked.documents)
    for name, page in report["pages"].items():
        line = f"{name:>34}  {page['median_ms']:8.1f} ms"
        print(line, file=sys.stderr if asked.json else sys.stdout)
    print(json.dumps(report))


def measure(url: str, documents: int) -> dict[str, Any]:
    """Fill the database where it is new, then ask for each page ``TIMES`` times."""
    _django()
    from django.db import connection
    from machine import load_average, versions

    creditor, users = _world(url, documents)
    before = load_average()
    pages = {
        f"{role} {name}": _timed(user, path)
        for role, user in users.items()
        for name, path in _paths(creditor).items()
        if role == "supervisor" or name not in ("customer", "imports")
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        server = cursor.fetchone()[0]
    return {
        "benchmark": "pages",
        "documents": documents,
        "customers": documents // 4,
        "limit_ms": LIMIT_MS,
        "worst_median_ms": max(page["median_ms"] for page in pages.values()),
        "pages": pages,
        "versions": versions(server),
        "load_before": before,
    }


def _paths(creditor: Any) -> dict[str, str]:
    from django_scopes import scope

    from recaudo.strategy.models import Decision

    with scope(creditor=creditor):
        first = Decision.objects.order_by("-priority").values_list("customer_id", flat=True)[0]
    root = f"/{creditor.code}/"
    return {
        "home": root,
        "worklist": f"{root}trabajo/",
        "worklist condition": f"{root}trabajo/?condition=max_dpd+%3E+60+AND+balance+%3E+100000",
        "worklist rare condition": f"{root}trabajo/?condition=overdue_documents+%3E+40",
        "worklist search": f"{root}trabajo/?q=cliente+1234",
        "worklist by days": f"{root}trabajo/?order=dpd",
        "worklist tasks": f"{root}trabajo/?work=task",
        "customer": f"{root}clientes/{first}/",
        "messages": f"{root}mensajes/",
        "imports": f"{root}cargas/",
    }


def _timed(user: Any, path: str) -> dict[str, float]:
    from django.test import Client

    client = Client()
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    taken = []
    for _ in range(TIMES):
        started = perf_counter()
        client.get(path)
        taken.append((perf_counter() - started) * 1000)
    return {
        "median_ms": round(median(taken), 1),
        "p95_ms": round(quantiles(taken, n=20)[-1], 1),
        "worst_ms": round(max(taken), 1),
    }


def _world(url: str, documents: int) -> tuple[Any, dict[str, Any]]:
    """The creditor and its people, made once a database; the run again where it is gone."""
    from django.core.management import call_command
    from django_scopes import scope

    from recaudo.access.models import Creditor, User
    from recaudo.strategy.models import Decision

    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("createcachetable", verbosity=0)
    if not Creditor.objects.filter(code="bench").exists():
        _make(url, documents)
    creditor = Creditor.objects.get(code="bench")
    with scope(creditor=creditor):
        is_decided = Decision.objects.exists()
    if not is_decided:
        _run(url, creditor)
    users = {role: User.objects.get(email=f"{role}@bench.example") for role in _ROLES}
    return creditor, users


_ROLES = ("supervisor", "collector")


def _make(url: str, documents: int) -> None:
    from portfolio import fill
    from recaudo.access.models import Creditor, Membership, User
    from recaudo.strategy.actions.books import activate_preset

    today = datetime.now(UTC).date()
    creditor = Creditor.objects.create(
        code="bench", name="Bench", country="CO", currency="COP", timezone="UTC"
    )
    activate_preset(creditor, by=None)
    for role in _ROLES:
        user = User.objects.create_user(f"{role}@bench.example", name=role)
        Membership.objects.create(user=user, creditor=creditor, role=role)
    with psycopg.connect(url, autocommit=True) as connection:
        fill(connection, creditor.pk, documents, today)
        connection.execute(
            """INSERT INTO portfolio_assignment
                 (creditor_id, customer_id, role, person_code, person_name, user_id, from_on)
               SELECT creditor_id, id, 'collector', 'G' || id %% 250, '',
                 CASE WHEN id %% 250 = 7 THEN %s END, DATE '2020-01-01' FROM portfolio_customer""",
            (user.pk,),
        )
        connection.execute("VACUUM ANALYZE")


def _run(url: str, creditor: Any) -> None:
    from recaudo.insights.actions import take_photo
    from recaudo.strategy.actions.runs import release, run_day

    today = datetime.now(UTC).date()
    run_day(creditor, today, today=today)
    if creditor.released_at is None:
        release(creditor, today=today, by=None)
    take_photo(creditor, today)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")
    return parser.parse_args()


def _own_database(url: str, documents: int) -> str:
    """The benchmark's database on the same server, kept from one time to the next."""
    name = f"recaudo_bench_pages_{documents}"
    with psycopg.connect(url, autocommit=True) as connection:
        there = connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if there is None:
            connection.execute(f"CREATE DATABASE {name}")
    return make_conninfo(url, dbname=name)


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-the-benchmark")
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS.append("testserver")


if __name__ == "__main__":
    main()
