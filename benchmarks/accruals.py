"""What does it cost to reckon the interest of a whole portfolio, and to post a month's end?

    python benchmarks/accruals.py --documents 100000 --json

In a database of its own (``recaudo_bench_accruals``) on the server of DATABASE_URL. Colombian
debts, overdue up to two years, a quarter of them partly paid since, under a ceiling that changes
every month. ``seconds`` is one ``accrued_many`` over all of them, the middle of ``--times``;
``seconds_post`` is ``post_charges`` of ``--posted`` of the customers, to the last commit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PER_CUSTOMER = 5
SERIES = "CO.ibc.consumo_ordinario"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--posted", type=int, default=2_000, help="customers of the posting")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")
    asked = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from benchmarks.bank import own_database

    os.environ["DATABASE_URL"] = own_database(os.environ["DATABASE_URL"], "recaudo_bench_accruals")
    report = measure(asked.documents, asked.posted, asked.times)
    if not asked.json:
        for name, value in report.items():
            print(f"{name:>20}  {value}", file=sys.stderr)
    print(json.dumps(report))


def measure(documents: int, posted: int, times: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-the-benchmark")
    import django

    django.setup()
    from django.core.management import call_command
    from django_scopes import scope

    from recaudo.access.models import Creditor
    from recaudo.payments.actions.month_end import post_charges
    from recaudo.payments.queries.accruals import accrued_many
    from recaudo.payments.queries.check import check_ledger
    from recaudo.portfolio.models import Customer

    call_command("migrate", verbosity=0, skip_checks=True)
    creditor = Creditor.objects.create(
        code="bench", name="Bench", country="CO", currency="COP", timezone="America/Bogota"
    )
    with scope(creditor=creditor):
        _portfolio(creditor, documents)
        wanted = list(Customer.objects.order_by("id").values_list("id", flat=True)[:posted])
    seconds, found = [], 0
    for _ in range(times):
        started = perf_counter()
        found = sum(
            bool(each.accrued.amount) for each in accrued_many(creditor, AS_OF, in_full=False)
        )
        seconds.append(perf_counter() - started)
    started = perf_counter()
    posted_now = post_charges(creditor, AS_OF, now=NOW, customers=wanted)
    seconds_post = perf_counter() - started
    started = perf_counter()
    again = post_charges(creditor, AS_OF, now=NOW, customers=wanted)
    return {
        "documents": documents,
        "bearing": found,
        "seconds": round(statistics.median(seconds), 2),
        "posted_charges": posted_now.charges,
        "seconds_post": round(seconds_post, 2),
        "seconds_post_again": round(perf_counter() - started, 2),
        "posted_again": again.charges,
        "ledger_agrees": check_ledger(creditor) == [],
    }


def _portfolio(creditor: Any, count: int) -> None:
    from django.db import connection

    from recaudo.payments.actions.terms import Wanted, set_terms
    from recaudo.payments.models import ReferenceRate
    from recaudo.portfolio.models import Customer

    Customer.objects.bulk_create(
        [
            Customer(
                creditor=creditor, code=f"C{n}", name=f"Cliente {n}", country="CO", slot=n % 10_000
            )
            for n in range(count // PER_CUSTOMER)
        ],
        batch_size=5_000,
    )
    wanted = Wanted(
        from_on=date(2020, 1, 1),
        source="c. 7",
        interest="computed",
        annual_rate=Decimal(24),
    )
    set_terms(creditor, wanted, by=None, origin="bench")
    ReferenceRate.objects.bulk_create(
        ReferenceRate(
            creditor=creditor,
            series=SERIES,
            valid_from=date(2024 + n // 12, n % 12 + 1, 1),
            value=Decimal("15.5") + Decimal(n % 7) / 4,
            quoted_as="effective_annual",
            source="bench",
        )
        for n in range(36)
    )
    given = {"creditor": creditor.pk, "per": PER_CUSTOMER, "day": AS_OF}
    with connection.cursor() as cursor:
        for text in _ROWS:
            cursor.execute(text, given)
        cursor.execute("ANALYZE")


_ROWS = (
    """
    INSERT INTO portfolio_document (creditor_id, customer_id, kind, key, number, product, regime,
      doc_type, prefix, instalment, issued_on, due_on, currency, original_amount, amount,
      open_amount, seller, branch, zone, purchase_order)
    SELECT %(creditor)s, c.id, 'invoice', '||F' || c.id || '-' || n || '|', 'F' || c.id || '-' || n,
      '', 'consumer', '', '', '', %(day)s::date - 800, %(day)s::date - (1 + (c.id * 7 + n * 131) %%
      730)::int, 'COP', 100000 + (c.id %% 977) * 1000, 100000 + (c.id %% 977) * 1000,
      100000 + (c.id %% 977) * 1000, '', '', '', ''
    FROM portfolio_customer c, GENERATE_SERIES(1, %(per)s) n WHERE c.creditor_id = %(creditor)s
    """,
    """
    INSERT INTO payments_credit (creditor_id, customer_id, kind, value_on, currency,
      original_amount, amount, unapplied, source, external_id, reference, method)
    SELECT %(creditor)s, customer_id, 'payment', due_on + (%(day)s::date - due_on) / 2, 'COP',
      30000, 30000, 30000, 'bench', id::text, '', ''
    FROM portfolio_document WHERE creditor_id = %(creditor)s AND id %% 4 = 0
    """,
    """
    INSERT INTO payments_application (creditor_id, credit_id, document_id, component, amount,
      value_on)
    SELECT creditor_id, id, external_id::bigint, '', 30000, value_on
    FROM payments_credit WHERE creditor_id = %(creditor)s
    """,
)


if __name__ == "__main__":
    main()
