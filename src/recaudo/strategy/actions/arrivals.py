"""What came in changes what should happen: whoever an import spoke of is decided anew.

So nobody whom this morning's file shows as paid keeps this morning's reminder until tomorrow.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.strategy.actions.runs import refresh_customers

#: Beyond this many customers in one file, running the day again is the shorter way.
CUSTOMERS_MAX = 5_000

TOUCHED = """
SELECT customer_id FROM portfolio_document WHERE creditor_id = %(creditor)s AND batch_id = %(batch)s
UNION
SELECT customer_id FROM payments_credit WHERE creditor_id = %(creditor)s AND batch_id = %(batch)s
UNION
SELECT d.customer_id FROM payments_application p JOIN portfolio_document d ON d.id = p.document_id
WHERE p.creditor_id = %(creditor)s AND p.batch_id = %(batch)s
UNION
SELECT d.customer_id FROM portfolio_documentadjustment p
JOIN portfolio_document d ON d.id = p.document_id
WHERE p.creditor_id = %(creditor)s AND p.batch_id = %(batch)s
LIMIT %(most)s
"""


def decide_after_import(creditor: Creditor, batch_id: int, *, today: date) -> bool:
    """Decide anew for the customers whose debts or credits the batch moved.

    False where they are more than ``CUSTOMERS_MAX``: then the day's run must be done again, and
    whoever calls says so. Nothing happens before the day's first run, which sees everything.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            TOUCHED, {"creditor": creditor.pk, "batch": batch_id, "most": CUSTOMERS_MAX + 1}
        )
        touched = [customer for (customer,) in cursor.fetchall()]
    if len(touched) > CUSTOMERS_MAX:
        return False
    refresh_customers(creditor, touched, today=today)
    return True
