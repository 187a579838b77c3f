"""What was open on a day?

Amounts are value-dated and exact for every day: what is open now, plus what was applied later,
less what was corrected later. The relations are SQL texts, so that reports aggregate a million
documents where they lie; all take the parameters of ``parameters``.

- A document is there from its issue, or from the day it was recorded where that was earlier.
- Due dates are those known on the day; write-offs and cessions those that had happened.
- A credit is there from its value date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from recaudo.access.models import Creditor

#: ``open_on``: one row per document with something open on the day. document_id, key, customer_id,
#: currency, open_amount, due_on, dpd (days past due, 0 … ), is_written_off, is_ceded, issued_on,
#: kind, product, seller, branch, zone.
OPEN_ON = """
WITH later AS MATERIALIZED (
  SELECT document_id, SUM(amount) AS amount
  FROM (
    SELECT document_id, amount FROM payments_application
    WHERE creditor_id = %(creditor)s AND value_on > %(day)s
    UNION ALL
    SELECT document_id, -delta FROM portfolio_documentadjustment
    WHERE creditor_id = %(creditor)s AND value_on > %(day)s
  ) postings
  GROUP BY document_id
),
later_due AS MATERIALIZED (
  SELECT DISTINCT ON (document_id) document_id, previous_due_on AS due_on
  FROM portfolio_duedate
  WHERE creditor_id = %(creditor)s AND (recorded_at AT TIME ZONE %(zone)s)::date > %(day)s
  ORDER BY document_id, id
),
left_ageing AS MATERIALIZED (
  SELECT document_id, BOOL_OR(kind = 'written_off') AS is_written_off,
         BOOL_OR(kind = 'ceded') AS is_ceded
  FROM (
    SELECT DISTINCT ON (document_id, kind IN ('ceded', 'cession_undone')) document_id, kind
    FROM portfolio_documentevent
    WHERE creditor_id = %(creditor)s AND happened_on <= %(day)s
      AND kind IN ('written_off', 'write_off_undone', 'ceded', 'cession_undone')
    ORDER BY document_id, kind IN ('ceded', 'cession_undone'), happened_on DESC, id DESC
  ) newest
  GROUP BY document_id
),
candidates AS (
  SELECT d.*, d.open_amount + COALESCE(l.amount, 0) AS open_then
  FROM portfolio_document d LEFT JOIN later l ON l.document_id = d.id
  WHERE d.creditor_id = %(creditor)s AND d.open_amount > 0
    AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY(%(customers)s))
  UNION ALL
  SELECT d.*, l.amount AS open_then
  FROM later l JOIN portfolio_document d ON d.id = l.document_id
  WHERE d.open_amount = 0
    AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY(%(customers)s))
),
open_on AS (
  SELECT d.id AS document_id, d.key, d.customer_id, d.currency, d.open_then AS open_amount,
         COALESCE(u.due_on, d.due_on) AS due_on,
         GREATEST(0, %(day)s::date - COALESCE(u.due_on, d.due_on)) AS dpd,
         COALESCE(e.is_written_off, FALSE) AS is_written_off,
         COALESCE(e.is_ceded, FALSE) AS is_ceded,
         d.issued_on, d.kind, d.product, d.seller, d.branch, d.zone
  FROM candidates d
  LEFT JOIN later_due u ON u.document_id = d.id
  LEFT JOIN left_ageing e ON e.document_id = d.id
  WHERE d.open_then <> 0
    AND (d.issued_on <= %(day)s OR (d.recorded_at AT TIME ZONE %(zone)s)::date <= %(day)s)
)
"""

#: ``unapplied_on``: one row per credit with something unapplied on the day. credit_id, customer_id,
#: currency, unapplied.
UNAPPLIED_ON = """
WITH later AS MATERIALIZED (
  SELECT credit_id, SUM(amount) AS amount
  FROM (
    SELECT credit_id, amount FROM payments_application
    WHERE creditor_id = %(creditor)s AND value_on > %(day)s
    UNION ALL
    SELECT credit_id, -delta FROM payments_creditadjustment
    WHERE creditor_id = %(creditor)s AND value_on > %(day)s
  ) postings
  GROUP BY credit_id
),
unapplied_on AS (
  SELECT c.id AS credit_id, c.customer_id, c.currency, c.unapplied + COALESCE(l.amount, 0)
         AS unapplied
  FROM payments_credit c LEFT JOIN later l ON l.credit_id = c.id
  WHERE c.creditor_id = %(creditor)s AND c.value_on <= %(day)s AND c.unapplied > 0
    AND c.unapplied + COALESCE(l.amount, 0) <> 0
    AND (%(customers)s::bigint[] IS NULL OR c.customer_id = ANY(%(customers)s))
  UNION ALL
  SELECT c.id, c.customer_id, c.currency, l.amount
  FROM later l JOIN payments_credit c ON c.id = l.credit_id
  WHERE c.value_on <= %(day)s AND c.unapplied = 0 AND l.amount <> 0
    AND (%(customers)s::bigint[] IS NULL OR c.customer_id = ANY(%(customers)s))
)
"""


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document as it stood on a day. ``open`` is in ``currency``; ``dpd`` is never negative."""

    document: int
    customer: int
    currency: str
    open: Decimal
    due_on: date
    dpd: int
    is_written_off: bool
    is_ceded: bool


@dataclass(frozen=True, slots=True)
class UnappliedCredit:
    """A credit with something left on a day."""

    credit: int
    customer: int
    currency: str
    unapplied: Decimal


def parameters(
    creditor: Creditor, day: date, customers: Sequence[int] | None = None
) -> dict[str, Any]:
    """What ``OPEN_ON`` and ``UNAPPLIED_ON`` read. ``customers`` (ids): only theirs; None: all."""
    return {
        "creditor": creditor.pk,
        "day": day,
        "zone": creditor.timezone,
        "customers": None if customers is None else list(customers),
    }


def open_as_of(
    creditor: Creditor, day: date, customers: Sequence[int] | None = None
) -> Iterator[OpenDocument]:
    """Every document (of these customers) open on ``day``, by id; written off, ceded marked."""
    text = (
        OPEN_ON + "SELECT document_id, customer_id, currency, open_amount, due_on, dpd, "
        "is_written_off, is_ceded FROM open_on ORDER BY document_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, parameters(creditor, day, customers))
        yield from (OpenDocument(*row) for row in cursor.fetchall())


def unapplied_as_of(
    creditor: Creditor, day: date, customers: Sequence[int] | None = None
) -> Iterator[UnappliedCredit]:
    """Every credit (of these customers) with something unapplied on ``day``, by id."""
    text = UNAPPLIED_ON + (
        "SELECT credit_id, customer_id, currency, unapplied FROM unapplied_on ORDER BY credit_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, parameters(creditor, day, customers))
        yield from (UnappliedCredit(*row) for row in cursor.fetchall())
