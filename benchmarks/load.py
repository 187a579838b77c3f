"""What does bringing a file in cost, beside a bare COPY of the same rows?

    python benchmarks/load.py --documents 1000000 --json

In a database of its own (``recaudo_bench_load_N``) on the server of DATABASE_URL. The file is a
semicolon CSV in Spanish with N documents of N / 4 customers, each with tax id, e-mail, mobile
number, seller and branch; one document in ten is partly paid. The last line is JSON:
``seconds_total`` (file to committed ledger), ``copy_seconds`` (the same rows into a table without
keys, in the same run), ``again_seconds`` (the same file once more: nothing changes), ``peak_mb``
(client and the database's private memory together).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

HEADINGS = (
    *("Código cliente", "Nombre", "NIT", "Correo", "Celular", "Vendedor", "Sucursal", "Prefijo"),
    *("Factura", "Fecha factura", "Fecha vencimiento", "Valor", "Saldo"),
)
BARE = """
CREATE TABLE bare (code text, name text, tax_id text, email text, phone text, seller text,
  branch text, prefix text, number text, issued_on date, due_on date, amount numeric(18,4),
  open_amount numeric(18,4))
"""
COPY = "COPY bare FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)"


def main() -> None:
    asked = _arguments()
    url = _own_database(os.environ["DATABASE_URL"], asked.documents)
    os.environ["DATABASE_URL"] = url
    with tempfile.TemporaryDirectory() as home:
        os.environ["RECAUDO_HOME"] = home
        file = Path(home) / "cartera.csv"
        _write(file, asked.documents)
        report = measure(url, file, asked.documents)
    if not asked.keep:
        with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE recaudo_bench_load_{asked.documents} WITH (FORCE)")
    for line in _table(report):
        print(line, file=sys.stderr if asked.json else sys.stdout)
    print(json.dumps(report))


def measure(url: str, file: Path, documents: int) -> dict[str, Any]:
    """COPY, import, import again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-the-benchmark")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from machine import PeakMemory, load_average, versions

    from recaudo.access.models import Creditor
    from recaudo.intake.actions import import_file
    from recaudo.intake.actions.writing import PHASES

    call_command("migrate", verbosity=0, skip_checks=True)
    creditor = Creditor.objects.create(
        code="bench", name="Bench", country="CO", currency="COP", timezone="America/Bogota"
    )
    copied = _bare_copy(url, file)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_backend_pid(), current_database(), current_setting('server_version')"
        )
        pid, database, server = cursor.fetchone()
    before = load_average()
    marks: list[tuple[int | None, float]] = []
    with PeakMemory(pid, database) as memory:
        started = perf_counter()
        result = import_file(
            creditor,
            file,
            origin="bench",
            on_progress=lambda done, total: marks.append(
                (done if total is not None else None, perf_counter() - started)
            ),
        )
        total = perf_counter() - started
    with PeakMemory(pid, database) as memory_again:
        started = perf_counter()
        again = import_file(creditor, file, origin="bench")
        again_seconds = perf_counter() - started
    assert result["accepted"] == result["documents"] == documents, result
    assert again["unchanged"] == documents, again
    connection.close()
    return {
        "benchmark": "load",
        "documents": documents,
        "seconds_total": round(total, 2),
        "copy_seconds": round(copied, 2),
        "times_copy": round(total / copied, 1),
        "again_seconds": round(again_seconds, 2),
        "peak_mb": round(max(memory.peak_mb, memory_again.peak_mb)),
        "client_mb": round(max(memory.client_mb, memory_again.client_mb)),
        "server_mb": round(max(memory.server_mb, memory_again.server_mb))
        if memory.sees_server
        else None,
        "phases": _phases(marks, PHASES, total),
        "file_mb": round(file.stat().st_size / 1e6, 1),
        "customers": result["customers"],
        "credits": result["credits"],
        "versions": versions(server),
        "settings": {**_settings(url), "processors": os.cpu_count()},
        "load_before": before,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")
    parser.add_argument("--keep", action="store_true", help="leave the database for a look")
    return parser.parse_args()


def _own_database(url: str, documents: int) -> str:
    """A fresh database on the same server; gives its address."""
    name = f"recaudo_bench_load_{documents}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return make_conninfo(url, dbname=name)


def _write(file: Path, documents: int) -> None:
    """The file, always the same; the documents of a customer lie far apart in it."""
    chance = random.Random(20260801)
    customers = max(1, documents // 4)
    today = date(2026, 8, 1)
    with file.open("w", encoding="utf-8") as out:
        out.write(";".join(HEADINGS) + "\n")
        for at in range(documents):
            who = at % customers
            cents = chance.randrange(500_000, 900_000_000)
            left = cents // 2 if at % 10 == 0 else cents
            due = today + timedelta(days=chance.randrange(-180, 45))
            issued = due - timedelta(days=30)
            out.write(
                f"C{who};Comercial {who} S.A.S.;{800_000_000 + who};"
                f"pagos{who}@cliente{who % 97}.com;"
                f"3{who:09};V{who % 60};Sucursal {who % 12};FV;{1_000_000 + at};"
                f"{issued};{due};{cents / 100:.2f};{left / 100:.2f}\n"
            )


def _bare_copy(url: str, file: Path) -> float:
    """Seconds to COPY the rows into a table without keys."""
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(BARE)
        started = perf_counter()
        with file.open("rb") as source, cursor.copy(COPY) as copy:
            while part := source.read(1 << 20):
                copy.write(part)
        seconds = perf_counter() - started
        cursor.execute("DROP TABLE bare")
    return seconds


def _phases(
    marks: list[tuple[int | None, float]], names: tuple[str, ...], total: float
) -> dict[str, float]:
    """Seconds by phase: reading and staging, deciding, each part of the writing, the rest."""
    read = max((at for done, at in marks if done is None), default=0.0)
    found, last = {"read": round(read, 2)}, read
    for name, at in zip(("decide", *names), (at for done, at in marks if done), strict=True):
        found[name] = round(at - last, 2)
        last = at
    return {**found, "finish": round(total - last, 2)}


def _settings(url: str) -> dict[str, str]:
    wanted = ("shared_buffers", "max_wal_size", "synchronous_commit", "fsync", "wal_level")
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute("SELECT current_setting(%s)", (name,)).fetchone()[0]  # type: ignore[index]
            for name in wanted
        }


def _table(report: dict[str, Any]) -> list[str]:
    lines = [
        f"{report['documents']:>12,} documents of {report['customers']:,} customers",
        f"{report['seconds_total']:>12} s to import, {report['times_copy']} x the bare COPY "
        f"({report['copy_seconds']} s)",
        f"{report['again_seconds']:>12} s for the same file again",
        f"{report['peak_mb']:>12} MB at most (client {report['client_mb']}, "
        f"server {report['server_mb']})",
    ]
    return lines + [f"{seconds:>12} s {name}" for name, seconds in report["phases"].items()]


if __name__ == "__main__":
    main()
