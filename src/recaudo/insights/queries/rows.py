"""Which rows make up a figure? Every number opens into these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.core.buckets import BucketTable
from recaudo.core.calendar import month_start
from recaudo.core.problems import Problem
from recaudo.insights.queries.ageing import KEYS, RATES, SELLERS, By, bucket_table
from recaudo.insights.queries.kpis import DUE_FOR_WORK
from recaudo.payments.queries.balances import OPEN_ON, parameters

#: Days past due that nobody reaches.
FOREVER = 10**6
Part = Literal["gross", "overdue", "not_due", "written_off", "ceded"]

#: part → which open documents it is made of.
CONDITIONS: dict[str, str] = {
    "gross": "NOT o.is_ceded AND NOT o.is_written_off",
    "overdue": "NOT o.is_ceded AND NOT o.is_written_off AND o.dpd > 0",
    "not_due": "NOT o.is_ceded AND NOT o.is_written_off AND o.dpd = 0",
    "written_off": "o.is_written_off AND NOT o.is_ceded",
    "ceded": "o.is_ceded",
}
#: Indicator → the documents in its numerator. Coverage opens into customers.
KPI_PARTS: dict[str, Part] = {
    "dso": "gross",
    "dso_countback": "gross",
    "dso_best_possible": "not_due",
    "days_delinquent": "overdue",
    "percent_overdue": "overdue",
}


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """``open`` in ``currency``, ``here`` in the creditor's (0 where the day has no rate)."""

    document_id: int
    customer_id: int
    customer_code: str
    customer_name: str
    document: str
    issued_on: date
    due_on: date
    dpd: int
    currency: str
    open: Decimal
    here: Decimal


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A customer due for work whom nobody tried to reach; ``overdue``: creditor's currency."""

    customer_id: int
    code: str
    name: str
    overdue: Decimal


def documents_behind(
    creditor: Creditor,
    as_of: date,
    part: Part = "gross",
    *,
    bucket: str | None = None,
    by: By | None = None,
    key: str = "",
    table: BucketTable | None = None,
    customers: Sequence[int] | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[DocumentRow]:
    """The documents in ``part`` (of one ``bucket``, of one group ``key`` of ``by``), the largest
    first, ties by id. Raises Problem ``bucket_unknown``, ``part_unknown``."""
    if part not in get_args(Part):
        raise Problem("part_unknown", part=part, known=list(get_args(Part)))
    joins, group_key, _ = KEYS[by or ""]
    facts: dict[str, Any] = parameters(creditor, as_of, customers) | {
        "currency": creditor.currency,
        "key": key,
        "limit": limit,
        "offset": offset,
    }
    conditions = [CONDITIONS[part]]
    if by is not None:
        conditions.append(f"{group_key} = %(key)s")
    if bucket is not None:
        facts |= _days_of(bucket, table or bucket_table(creditor))
        conditions.append("o.dpd BETWEEN %(from_dpd)s AND %(to_dpd)s")
    return [
        DocumentRow(*row)
        for row in _rows(
            f"""{OPEN_ON}{RATES}{SELLERS if by == "seller" else ""}
            SELECT o.document_id, o.customer_id, w.code, w.name,
                   d.prefix || d.number || CASE WHEN d.instalment = '' THEN ''
                     ELSE '/' || d.instalment END,
                   o.issued_on, o.due_on, o.dpd, o.currency, o.open_amount,
                   COALESCE(ROUND(o.open_amount * r.rate, 4), 0) AS here
            FROM open_on o {joins}
            JOIN portfolio_document d ON d.id = o.document_id
            JOIN portfolio_customer w ON w.id = o.customer_id
            LEFT JOIN rates_of_the_day r ON r.currency = o.currency
            WHERE {" AND ".join(conditions)}
            ORDER BY here DESC, o.document_id LIMIT %(limit)s OFFSET %(offset)s""",
            facts,
        )
    ]


def left_out(
    creditor: Creditor,
    as_of: date,
    *,
    customers: Sequence[int] | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[LeftOut]:
    """Whom the coverage of the month misses, by what they owe late today; ties by id."""
    facts = parameters(creditor, as_of, customers) | {
        "since": month_start(as_of),
        "currency": creditor.currency,
        "limit": limit,
        "offset": offset,
    }
    text = f"""{DUE_FOR_WORK}{RATES}
        SELECT k.id, k.code, k.name, COALESCE(SUM(ROUND(d.open_amount * r.rate, 4)), 0) AS overdue
        FROM due_for_work w
        JOIN portfolio_customer k ON k.id = w.customer_id
        LEFT JOIN portfolio_document d ON d.creditor_id = %(creditor)s AND d.customer_id = k.id
          AND d.open_amount > 0 AND d.due_on < %(day)s
          AND d.ceded_on IS NULL AND d.written_off_on IS NULL
        LEFT JOIN rates_of_the_day r ON r.currency = d.currency
        WHERE w.customer_id NOT IN (SELECT customer_id FROM worked)
        GROUP BY k.id, k.code, k.name
        ORDER BY overdue DESC, k.id LIMIT %(limit)s OFFSET %(offset)s"""
    return [LeftOut(*row) for row in _rows(text, facts)]


def _days_of(bucket: str, table: BucketTable) -> dict[str, int]:
    for slot in table.slots:
        if slot.code == bucket:
            last = FOREVER if slot.to_dpd is None else slot.to_dpd
            return {"from_dpd": slot.from_dpd, "to_dpd": last}
    raise Problem("bucket_unknown", bucket=bucket, known=[slot.code for slot in table.slots])


def _rows(text: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, facts)
        return list(cursor.fetchall())
