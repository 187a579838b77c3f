"""Notices: a document was issued, a payment came in (S2-04). Not collection, so neither the
minimum gap nor the ledger's age holds them back.

A notice of issue waits while the customer is contacted anyway that day; a payment is always
acknowledged, once for each customer and value day. What the very first run finds is old news.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.backends.utils import CursorWrapper

from recaudo.core.calendar import Place, add_business_days
from recaudo.core.money import to_ten_thousandths
from recaudo.engine.result import ACT_ITEMS, ACTS, STATED_HOLDS, Result
from recaudo.strategy.actions.acts import Writing
from recaudo.strategy.book import NoticePart, Notices

PURPOSE = "service"
STAGED_ACTS = pa.schema(
    [*ACTS, pa.field("purpose", pa.string()), pa.field("currency", pa.string())]
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest ids that were there when a run began."""

    document: int
    credit: int


def newest_ids(cursor: CursorWrapper) -> Seen:
    cursor.execute(
        "SELECT COALESCE((SELECT MAX(id) FROM portfolio_document), 0), "
        "COALESCE((SELECT MAX(id) FROM payments_credit), 0)"
    )
    return Seen(*cursor.fetchone())


def staged(
    cursor: CursorWrapper,
    writing: Writing,
    result: Result,
    notices: Notices,
    *,
    since: Seen | None,
    place: Place,
) -> tuple[pa.Table, pa.Table]:
    """The run's acts and items with today's notices after them, as ``acts.write_acts`` takes them.

    ``since``: what an earlier run of the notices' window had seen; None on the first run.
    """
    acts = result["acts"]
    rows = len(acts)
    acts = acts.append_column("purpose", pa.repeat("collection", rows))
    acts = acts.append_column("currency", pa.repeat(writing.currency, rows))
    items = result["act_items"]
    if since is None:
        return acts, items
    issued = _issued(cursor, writing, result, notices.issued, since)
    received = _received(cursor, writing, notices.received, since)
    reach = _Reach(result, {customer for customer, _ in (*issued, *received)})
    added: list[dict[str, Any]] = []
    for part, found in ((notices.issued, issued), (notices.received, received)):
        for (customer, currency), its in found.items():
            assert part is not None
            if part is notices.issued and customer in reach.contacted:
                continue
            channel = reach.channel(customer, part.channels)
            if channel:
                due_on = add_business_days(writing.as_of, part.deadline_days, place)
                added.append(_act(part, customer, currency, channel, due_on, its))
    first = (pc.max(acts["act"]).as_py() or 0) + 1
    return _with(acts, items, added, first)


def _act(
    part: NoticePart, customer: int, currency: str, channel: str, due_on: date, items: list[dict]
) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "kind": "message",
        "step_key": part.key,
        "channel": channel,
        "template_key": part.template,
        "task_kind": "",
        "tone": 1,
        "balance": sum(item["balance"] for item in items),
        "due_on": due_on,
        "priority": 0,
        "purpose": PURPOSE,
        "currency": currency,
        "items": items,
    }


def _with(
    acts: pa.Table, items: pa.Table, added: Sequence[Mapping[str, Any]], first: int
) -> tuple[pa.Table, pa.Table]:
    more_acts, more_items = [], []
    for number, act in enumerate(added, first):
        more_acts.append({**{k: v for k, v in act.items() if k != "items"}, "act": number})
        for item in act["items"]:
            own = {"customer_id": act["customer_id"], "step_key": act["step_key"]}
            more_items.append({**item, **own, "act": number})
    return (
        pa.concat_tables([acts.cast(STAGED_ACTS), pa.Table.from_pylist(more_acts, STAGED_ACTS)]),
        pa.concat_tables([items.cast(ACT_ITEMS), pa.Table.from_pylist(more_items, ACT_ITEMS)]),
    )


Found = dict[tuple[int, str], list[dict[str, Any]]]

UNSENT = """
  NOT EXISTS (
    SELECT FROM contact_messageitem i JOIN contact_message m ON m.id = i.message_id
    WHERE i.is_live AND i.step_key = %(key)s AND NOT m.run_id = ANY(%(runs)s) AND
"""
ISSUED = f"""
SELECT d.id, d.customer_id, d.issued_on FROM portfolio_document d
WHERE d.creditor_id = %(creditor)s AND d.id > %(since)s AND d.issued_on > %(after)s
  AND d.issued_on <= %(as_of)s AND d.due_on > %(as_of)s AND d.open_amount > 0 AND {{among}} AND
  {UNSENT} i.customer_id = d.customer_id AND i.document_id = d.id)
ORDER BY d.id
"""
RECEIVED = f"""
SELECT c.customer_id, c.currency, c.value_on, SUM(c.amount) FROM payments_credit c
WHERE c.creditor_id = %(creditor)s AND c.id > %(since)s AND c.value_on > %(after)s
  AND c.value_on <= %(as_of)s AND c.kind IN ('payment', 'advance') AND c.amount > 0 AND {{among}}
  AND {UNSENT} i.customer_id = c.customer_id AND i.document_id IS NULL AND i.anchor_on = c.value_on)
GROUP BY c.customer_id, c.currency, c.value_on
ORDER BY c.customer_id, c.currency <> %(currency)s, c.currency, c.value_on
"""


def _issued(
    cursor: CursorWrapper,
    writing: Writing,
    result: Result,
    part: NoticePart | None,
    since: Seen,
) -> Found:
    if part is None:
        return {}
    rows = _rows(cursor, ISSUED, "d.", writing, part, since.document)
    balances = _column(result["document_facts"], "document_id", [row[0] for row in rows], "balance")
    reasons = _column(
        result["document_decisions"], "document_id", [row[0] for row in rows], "reason"
    )
    found: Found = defaultdict(list)
    for document, customer, issued_on in rows:
        if document in balances and reasons.get(document) not in STATED_HOLDS:
            found[customer, writing.currency].append(
                {
                    "document_id": document,
                    "anchor_on": issued_on,
                    "occurrence": 1,
                    "balance": balances[document],
                }
            )
    return found


def _received(
    cursor: CursorWrapper, writing: Writing, part: NoticePart | None, since: Seen
) -> Found:
    """In each customer's rows a second currency of one day is its second occurrence."""
    if part is None:
        return {}
    found: Found = defaultdict(list)
    times: dict[tuple[int, date], int] = defaultdict(int)
    for customer, currency, value_on, amount in _rows(
        cursor, RECEIVED, "c.", writing, part, since.credit
    ):
        times[customer, value_on] += 1
        found[customer, currency].append(
            {
                "document_id": None,
                "anchor_on": value_on,
                "occurrence": times[customer, value_on],
                "balance": to_ten_thousandths(amount),
            }
        )
    return found


def _rows(
    cursor: CursorWrapper,
    statement: str,
    alias: str,
    writing: Writing,
    part: NoticePart,
    since: int,
) -> list[tuple[Any, ...]]:
    among = alias + writing.among if writing.customers is not None else "TRUE"
    given = writing.parameters() | {
        "key": part.key,
        "since": since,
        "after": writing.as_of - timedelta(days=part.within_days + 1),
    }
    cursor.execute(statement.format(among=among), given)
    return list(cursor.fetchall())


class _Reach:
    """Which of ``customers`` may be written to, by which channel; who is contacted today anyway."""

    def __init__(self, result: Result, customers: Iterable[int]) -> None:
        acts, facts = result["acts"], result["customer_facts"]
        contacts = acts.filter(pc.not_equal(acts["channel"], ""))
        self.contacted = set(contacts["customer_id"].to_pylist())
        wanted = pa.array(sorted(customers), pa.int64())
        rows = facts.filter(pc.is_in(facts["customer_id"], value_set=wanted)).to_pylist()
        self._facts = {row["customer_id"]: row for row in rows}

    def channel(self, customer: int, channels: Iterable[str]) -> str:
        """The first of ``channels`` that reaches the customer; empty where none may."""
        row = self._facts.get(customer)
        if row is None or row["do_not_contact"] or row["consent"] == "withdrawn":
            return ""
        return next((channel for channel in channels if row[f"can_{channel}"]), "")


def _column(table: pa.Table, key: str, wanted: Sequence[int], column: str) -> dict[int, Any]:
    """``wanted`` key → the column's value, for the keys that are there."""
    if not wanted:
        return {}
    rows = table.filter(pc.is_in(table[key], value_set=pa.array(wanted, pa.int64())))
    return dict(zip(rows[key].to_pylist(), rows[column].to_pylist(), strict=True))
