"""How many customers, and how much balance, stand in each state of collection? (S1-03)

By the newest run: segment, reason and next step. Past days stand in the kept facts of their runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from recaudo.access.models import Creditor


@dataclass(frozen=True, slots=True)
class State:
    """``balance`` is gross, in the creditor's currency; ``next_step`` empty where none is due."""

    segment: str
    reason: str
    next_step: str
    customers: int
    balance: Decimal


def by_status(creditor: Creditor) -> list[State]:
    """Every state with somebody in it, the largest balance first; empty before the first run."""
    text = """
        SELECT d.segment, d.reason, COALESCE(d.next_step, ''), COUNT(*),
               COALESCE(SUM(f.balance), 0) * 0.0001
        FROM strategy_decision d
        LEFT JOIN strategy_customer_facts f
          ON f.creditor_id = d.creditor_id AND f.customer_id = d.customer_id
        WHERE d.creditor_id = %(creditor)s
        GROUP BY 1, 2, 3 ORDER BY 5 DESC, 1, 2, 3"""
    with connection.cursor() as cursor:
        cursor.execute(text, {"creditor": creditor.pk})
        return [State(*row) for row in cursor.fetchall()]
