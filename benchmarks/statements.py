"""What does a statement of account cost? PDFs a minute, gathered and set one after another.

    python benchmarks/statements.py --customers 300 --json

In a database of its own (``recaudo_bench_statements``) on the server of DATABASE_URL. Each customer
has 6 invoices, 4 of them overdue with agreed interest that is worked out; ``seconds_300_lines`` is
the middle of 5 statements of one customer with 300 invoices.
``ms_each_busy`` is the processor's time, without the database's: what a quiet machine comes near.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

AS_OF = date(2026, 11, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")
    asked = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from benchmarks.bank import own_database

    os.environ["DATABASE_URL"] = own_database(
        os.environ["DATABASE_URL"], "recaudo_bench_statements"
    )
    report = measure(asked.customers)
    if not asked.json:
        for name, value in report.items():
            print(f"{name:>20}  {value}", file=sys.stderr)
    print(json.dumps(report))


def measure(customers: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-the-benchmark")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django_scopes import scope

    from recaudo.access.models import Creditor
    from recaudo.payments.actions.terms import Wanted, set_terms
    from recaudo.payments.actions.ways import add_way
    from recaudo.payments.queries.debt import debt_of
    from recaudo.payments.statement.forms import statement_as

    call_command("migrate", verbosity=0, skip_checks=True)
    creditor = Creditor.objects.create(
        code="bench", name="Bench", country="MX", currency="MXN", timezone="America/Mexico_City"
    )
    wanted = Wanted(
        from_on=date(2026, 1, 1),
        source="contrato",
        interest="computed",
        annual_rate=Decimal("36.5"),
        rate_quote="nominal_annual",
    )
    set_terms(creditor, wanted, by=None, origin="bench")
    add_way(creditor, kind="account", title="Banco", details="123", currency="MXN")
    with scope(creditor=creditor):
        made = [_customer(creditor, n, 6) for n in range(customers)]
        long = _customer(creditor, customers, 300)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    statement_as("pdf", debt_of(made[0], AS_OF), today=AS_OF)  # the compiler is made once
    started, busy = perf_counter(), process_time()
    size = sum(len(statement_as("pdf", debt_of(each, AS_OF), today=AS_OF)) for each in made)
    seconds, busy = perf_counter() - started, process_time() - busy
    gathered = perf_counter()
    for each in made:
        debt_of(each, AS_OF)
    gathering = perf_counter() - gathered
    lines = []
    for _ in range(5):
        began = perf_counter()
        statement_as("pdf", debt_of(long, AS_OF), today=AS_OF)
        lines.append(perf_counter() - began)
    return {
        "statements": customers,
        "a_minute": round(customers / seconds * 60),
        "ms_each": round(seconds / customers * 1000, 1),
        "ms_each_busy": round(busy / customers * 1000, 1),
        "ms_gathering": round(gathering / customers * 1000, 1),
        "kb_each": round(size / customers / 1000, 1),
        "seconds_300_lines": round(statistics.median(lines), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _customer(creditor: Any, n: int, documents: int) -> Any:
    from recaudo.portfolio.models import Customer, Document

    customer = Customer.objects.create(
        creditor=creditor, code=f"C{n}", name=f"Cliente {n}", country="MX", slot=n % 10_000
    )
    Document.objects.bulk_create(
        Document(
            creditor=creditor,
            customer=customer,
            key=f"|F|{n}-{i}|",
            prefix="F",
            number=f"{n}-{i}",
            issued_on=AS_OF - timedelta(days=90),
            due_on=AS_OF - timedelta(days=40 - i * 10 if i < 6 else i % 60),
            currency="MXN",
            original_amount=Decimal(1000 + i),
            amount=Decimal(1000 + i),
            open_amount=Decimal(1000 + i),
        )
        for i in range(documents)
    )
    customer.creditor = creditor
    return customer


if __name__ == "__main__":
    main()
