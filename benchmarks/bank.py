"""What does matching cost? 100,000 bank lines against 1,000,000 open documents.

    python benchmarks/bank.py --lines 100000 --documents 1000000 --json

In a database of its own (``recaudo_bench_bank``) on the server of DATABASE_URL, made with a seed.
``seconds_match`` is from the lines in the database to credits and applications committed;
``seconds_again`` the same once more, when only what was left is judged.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

AS_OF = date(2026, 11, 20)
DOCUMENTS_EACH = 4
SYLLABLES = [
    "ba",
    "co",
    "di",
    "fe",
    "gu",
    "la",
    "me",
    "ni",
    "po",
    "ra",
    "su",
    "ta",
    "ve",
    "zi",
    "mon",
    "tal",
    "ber",
    "dor",
]
TRADES = ("Comercial", "Ferretería", "Distribuidora", "Inversiones", "Droguería", "Papelería")

CUSTOMERS = """
COPY portfolio_customer (creditor_id, code, name, tax_id, country, slot, tax_id_kind, person_key,
  kind, class_name, is_prospect, language, timezone, branch, zone, do_not_contact_reason)
FROM STDIN
"""
DOCUMENTS = """
INSERT INTO portfolio_document (creditor_id, customer_id, key, number, issued_on, due_on, currency,
  original_amount, amount, open_amount, doc_type, prefix, instalment, product, regime, seller,
  branch, zone, purchase_order)
SELECT %(creditor)s, c.id, 'FV|FE|' || (7000000 + n) || '|', (7000000 + n)::text,
  DATE '2026-08-01' + n %% 90, DATE '2026-09-01' + n %% 90, 'COP', a, a, a, 'FV', 'FE', '', '',
  'company', '', '', '', ''
FROM (SELECT n, 10000 + (n::bigint * 7919 %% 899999993) / 100.0 AS a
      FROM generate_series(0, %(documents)s - 1) n) s
JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS at FROM portfolio_customer
      WHERE creditor_id = %(creditor)s) c ON c.at = s.n / 4
"""


def own_database(url: str, name: str) -> str:
    """A fresh database on the same server; gives its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return make_conninfo(url, dbname=name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")
    asked = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ["DATABASE_URL"] = own_database(os.environ["DATABASE_URL"], "recaudo_bench_bank")
    report = measure(asked.documents, asked.lines)
    if not asked.json:
        for name, value in report.items():
            print(f"{name:>20}  {value}", file=sys.stderr)
    print(json.dumps(report))


def measure(documents: int, lines: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-the-benchmark")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from recaudo.access.models import Creditor
    from recaudo.payments.actions.matching import match_lines
    from recaudo.payments.actions.statements import open_account, take_in

    call_command("migrate", verbosity=0, skip_checks=True)
    creditor = Creditor.objects.create(
        code="bench", name="Bench", country="CO", currency="COP", timezone="America/Bogota"
    )
    names = _load(creditor.pk, documents)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    open_account(creditor, "123456", currency="COP", origin="bench")
    statement = _statement(names, documents, lines)
    started = perf_counter()
    take_in(creditor, [statement], file_name="x", format="made", today=AS_OF, origin="bench")
    taken = perf_counter() - started
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    before = round(os.getloadavg()[0], 1)
    started, worked = perf_counter(), process_time()
    did = match_lines(creditor, today=AS_OF, now=now, origin="bench").as_dict()
    matched, worked = perf_counter() - started, process_time() - worked
    started = perf_counter()
    match_lines(creditor, today=AS_OF, now=now, origin="bench")
    again = perf_counter() - started
    return {
        "benchmark": "bank",
        "documents": documents,
        "lines": lines,
        "seconds_take_in": round(taken, 1),
        "seconds_match": round(matched, 1),
        "seconds_again": round(again, 1),
        "cpu_seconds_client": round(worked, 1),
        "load_before": before,
        "applied": did["applied"],
        "offered": did["offered"],
        "unidentified": did["unidentified"],
        "reasons": did["reasons"],
        "processors": os.cpu_count(),
    }


def _load(creditor: int, documents: int) -> list[str]:
    """Customers with names of their own, four documents each."""
    from django.db import connection

    chance = random.Random(1)
    names = []
    with connection.cursor() as cursor:
        with cursor.copy(CUSTOMERS) as copy:
            for at in range(documents // DOCUMENTS_EACH):
                word = "".join(chance.choices(SYLLABLES, k=4)).title()
                name = f"{chance.choice(TRADES)} {word} {at % 97} SAS"
                names.append(name)
                fixed = ("", "", "company", "", False, "", "", "", "", "")
                copy.write_row((creditor, f"C{at}", name, f"9{at:08}", "CO", at % 10_000, *fixed))
        cursor.execute(DOCUMENTS, {"creditor": creditor, "documents": documents})
    return names


def _amount(n: int) -> Any:
    from decimal import Decimal

    return Decimal(10000) + Decimal(n * 7919 % 899999993) / 100


def _statement(names: list[str], documents: int, lines: int) -> Any:
    """Half of the lines name their document, the rest tell tax id, cut numbers or only a name."""
    from recaudo.core.bank_statement import BankStatement, StatementLine

    chance = random.Random(2)
    made = []
    for at, n in enumerate(chance.sample(range(documents), lines)):
        who, number, amount = n // DOCUMENTS_EACH, 7000000 + n, _amount(n)
        way = chance.randrange(10)
        name = names[who] if way != 9 else names[who][:18]
        text = "TRANSFERENCIA"
        if way < 5:
            text = f"PAGO FE {number}"
        elif way < 7:
            text = f"NIT 9{who:08}"
        elif way == 7:
            text = f"PAGO {str(number)[:6]}"
        if way == 4 and n % DOCUMENTS_EACH < 3:
            amount += _amount(n + 1)
            text += f" Y {number + 1}"
        made.append(
            StatementLine(
                value_on=AS_OF - timedelta(days=at % 3),
                booked_on=AS_OF,
                amount=amount,
                currency="COP",
                text=f"{text} OP {chance.randrange(10**8, 10**9)}",
                payer_name=name.upper() if way > 2 else "",
                bank_id=f"B{at}",
            )
        )
    return BankStatement("123456", "COP", tuple(made))


if __name__ == "__main__":
    main()
