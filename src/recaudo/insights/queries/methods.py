"""What came in by each way of paying, and how soon it came (S2-11).

Counted from what payments were applied to, net of what was taken back: a payment that waits is
money, but says nothing of a debt's days. Days are weighted by the amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.insights.queries.ageing import RATES, rate_missing
from recaudo.payments.methods import spellings
from recaudo.payments.queries.balances import parameters

#: Credits that are money, not paper.
MONEY = ("payment", "advance", "exchange", "detraction")

# Of a payment in another currency the bought credit is applied: its method is the paid one's.
# Files write a way of paying in words and people choose a code: they are one.
_APPLIED = """
applied AS (
  SELECT c.id AS credit_id, COALESCE(w.code, NULLIF(c.method, ''), p.method, '') AS method,
         c.currency,
         a.amount, a.value_on - d.issued_on AS since_issue, a.value_on - d.due_on AS after_due,
         d.written_off_on <= a.value_on AS is_recovery
  FROM payments_application a
  JOIN payments_credit c ON c.id = a.credit_id AND c.kind = ANY(%(money)s)
  JOIN portfolio_document d ON d.id = a.document_id AND d.kind <> 'charge'
  LEFT JOIN payments_credit p ON p.id = c.caused_by_id
  LEFT JOIN UNNEST(%(written)s::text[], %(codes)s::text[]) AS w (written, code)
    ON w.written = LOWER(TRIM(COALESCE(NULLIF(c.method, ''), p.method)))
  WHERE a.creditor_id = %(creditor)s AND a.value_on BETWEEN %(since)s AND %(day)s AND a.amount > 0
    AND NOT EXISTS (SELECT FROM payments_application r WHERE r.reverses_id = a.id)
    AND (%(customers)s::bigint[] IS NULL OR c.customer_id = ANY(%(customers)s))
)
"""


@dataclass(frozen=True, slots=True)
class Method:
    """One way of paying (``method``: its code, or what the file said; empty: not said).

    ``amount`` is in the creditor's currency.

    ``recovered`` is the part of it that paid what was written off before (F12).
    ``days_since_issue`` and ``days_after_due`` are means weighted by the amount; paid early is
    negative.
    """

    method: str
    payments: int
    amount: Decimal
    days_since_issue: Decimal
    days_after_due: Decimal
    recovered: Decimal


def by_method(
    creditor: Creditor, since: date, until: date, *, customers: Sequence[int] | None = None
) -> list[Method]:
    """Every way of paying with something applied from ``since`` to ``until`` (both included), the
    largest amount first. Raises Problem ``rate_missing``."""
    written, codes = spellings()
    facts = parameters(creditor, until, customers) | {
        "since": since,
        "currency": creditor.currency,
        "money": list(MONEY),
        "written": written,
        "codes": codes,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH {_APPLIED}{RATES}
            SELECT DISTINCT a.currency, a.credit_id::text FROM applied a
            WHERE a.currency NOT IN (SELECT currency FROM rates_of_the_day) ORDER BY 2""",
            facts,
        )
        if missing := cursor.fetchall():
            raise rate_missing(missing, creditor.currency, until)
        cursor.execute(
            f"""WITH {_APPLIED}{RATES},
            here AS (
              SELECT a.*, ROUND(a.amount * r.rate, 4) AS here
              FROM applied a JOIN rates_of_the_day r ON r.currency = a.currency
            )
            SELECT method, COUNT(DISTINCT credit_id), SUM(here),
                   COALESCE(ROUND(SUM(here * since_issue) / NULLIF(SUM(here), 0), 1), 0),
                   COALESCE(ROUND(SUM(here * after_due) / NULLIF(SUM(here), 0), 1), 0),
                   COALESCE(SUM(CASE WHEN is_recovery THEN here END), 0)
            FROM here GROUP BY method ORDER BY 3 DESC, 1""",
            facts,
        )
        return [Method(*row) for row in cursor.fetchall()]
