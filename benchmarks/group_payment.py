"""What does one payment over a whole group cost? 300 customers, 1,000 invoices (U9).

    python benchmarks/group_payment.py --customers 300 --documents 1000 --json

In a database of its own (``recaudo_bench_group``) on the server of DATABASE_URL. ``seconds`` is one
``receive_group`` to its commit, the middle of ``--times``; every second invoice has two parts.
``seconds_floor`` copies rows like those it writes into the same tables, triggers and all, with
nothing read or decided: ``ratio`` is how much more than that it takes. ``seconds_back`` is
``reverse_lot``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--others", type=int, default=50_000, help="invoices of other customers")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")
    asked = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from benchmarks.bank import own_database

    os.environ["DATABASE_URL"] = own_database(os.environ["DATABASE_URL"], "recaudo_bench_group")
    report = measure(asked.customers, asked.documents, asked.others, asked.times)
    if not asked.json:
        for name, value in report.items():
            print(f"{name:>20}  {value}", file=sys.stderr)
    print(json.dumps(report))


def measure(customers: int, documents: int, others: int, times: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-the-benchmark")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django_scopes import scope

    from recaudo.access.models import Creditor
    from recaudo.core.money import Money
    from recaudo.payments.actions.lots import receive_group, reverse_lot
    from recaudo.payments.queries.check import check_ledger
    from recaudo.portfolio.models import Customer, CustomerGroup

    import_module("recaudo.config.schedule")  # a server has the jobs at hand
    call_command("migrate", verbosity=0, skip_checks=True)
    creditor = Creditor.objects.create(
        code="bench", name="Bench", country="CO", currency="COP", timezone="America/Bogota"
    )
    with scope(creditor=creditor):
        group = CustomerGroup.objects.create(creditor=creditor, code="G", name="Grupo")
        made = _customers(creditor, "G", customers, group)
        total = _documents(creditor, made, documents, "FV")
        _documents(creditor, _customers(creditor, "X", others // 4, None), others, "OT")
        assert Customer.objects.count() == customers + others // 4
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    taken, back = [], []
    for time in range(times):
        started = perf_counter()
        paid = receive_group(
            creditor,
            Money(total, "COP"),
            group=group,
            value_on=AS_OF,
            source="bench",
            external_id=str(time),
            now=NOW,
        )
        taken.append(perf_counter() - started)
        if (paid.documents, paid.unassigned) != (documents, 0):
            raise SystemExit(f"paid {paid.documents} documents, {paid.unassigned} left over")
        started = perf_counter()
        reverse_lot(paid.lot, value_on=AS_OF, reason="bench", now=NOW)
        back.append(perf_counter() - started)
    if check_ledger(creditor):
        raise SystemExit("the ledger does not add up")
    floor = [_floor(creditor) for _ in range(times)]
    return {
        "benchmark": "group_payment",
        "customers": customers,
        "documents": documents,
        "others": others,
        "seconds": round(statistics.median(taken), 3),
        "seconds_worst": round(max(taken), 3),
        "seconds_back": round(statistics.median(back), 3),
        "seconds_floor": round(statistics.median(floor), 3),
        "ratio": round(statistics.median(taken) / statistics.median(floor), 1),
        "processors": os.cpu_count(),
    }


def _customers(creditor: Any, code: str, count: int, group: Any) -> list[int]:
    from recaudo.portfolio.models import Customer

    rows = [
        Customer(
            creditor=creditor,
            code=f"{code}{n}",
            name=f"Cliente {code}{n}",
            country="CO",
            slot=n % 10_000,
            group=group,
        )
        for n in range(count)
    ]
    return [row.pk for row in Customer.objects.bulk_create(rows, batch_size=5000)]


def _documents(creditor: Any, customers: list[int], count: int, prefix: str) -> Decimal:
    """Every second one has capital and interest; what they add up to."""
    from recaudo.portfolio.models import Document, DocumentComponent

    rows = []
    for n in range(count):
        amount = Decimal(10_000 + n * 7919 % 899_993)
        rows.append(
            Document(
                creditor=creditor,
                customer_id=customers[n % len(customers)],
                key=f"|{prefix}|{n}|",
                prefix=prefix,
                number=str(n),
                issued_on=date.fromordinal(AS_OF.toordinal() - 60 - n % 90),
                due_on=date.fromordinal(AS_OF.toordinal() - 30 - n % 90),
                currency="COP",
                original_amount=amount,
                amount=amount,
                open_amount=amount,
            )
        )
    made = Document.objects.bulk_create(rows, batch_size=5000)
    DocumentComponent.objects.bulk_create(
        (
            DocumentComponent(
                creditor=creditor,
                document=row,
                component=component,
                original_amount=part,
                amount=part,
                open_amount=part,
            )
            for n, row in enumerate(made)
            if n % 2
            for component, part in (("interest", Decimal(100)), ("capital", row.amount - 100))
        ),
        batch_size=5000,
    )
    return sum((row.amount for row in rows), Decimal(0))


def _floor(creditor: Any) -> float:
    """The rows of the last lot once more, read beforehand, undone after."""
    from django.db import connection, transaction

    from recaudo.payments.copying import copy_rows, take_ids

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, customer_id, original_amount FROM payments_credit WHERE lot_id = "
            "(SELECT MAX(id) FROM payments_paymentlot) ORDER BY id"
        )
        credits = cursor.fetchall()
        cursor.execute(
            "SELECT credit_id, document_id, component, amount, value_on FROM payments_application "
            "WHERE amount > 0 AND credit_id = ANY(%s) ORDER BY id",
            [[row[0] for row in credits]],
        )
        lines = cursor.fetchall()
    with transaction.atomic():
        started = perf_counter()
        ids = dict(
            zip(
                (row[0] for row in credits),
                take_ids("payments_credit", len(credits)),
                strict=True,
            )
        )
        copy_rows(
            "payments_credit",
            (
                *("id", "creditor_id", "customer_id", "kind", "value_on", "currency"),
                *("original_amount", "amount", "unapplied", "source", "external_id"),
                *("reference", "method"),
            ),
            (
                (
                    *(ids[pk], creditor.pk, customer, "payment", AS_OF, "COP"),
                    *(amount, amount, amount, "floor", str(ids[pk]), "", ""),
                )
                for pk, customer, amount in credits
            ),
        )
        copy_rows(
            "payments_application",
            ("creditor_id", "credit_id", "document_id", "component", "amount", "value_on"),
            ((creditor.pk, ids[credit], *row) for credit, *row in lines),
        )
        seconds = perf_counter() - started
        transaction.set_rollback(True)
    return seconds


if __name__ == "__main__":
    main()
