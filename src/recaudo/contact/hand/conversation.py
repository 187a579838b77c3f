"""Everything said between the creditor and one customer, by any channel, in one thread.

Messages of ours in their states, what came in, calls and visits, contacts made elsewhere, and the
times when the gate refused one: with the verdict on each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from recaudo.contact.models import MessageText, Verdict
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Customer

SIZE = 30

#: kind → SELECT of (instant, id). The instant never moves while a message goes through its states:
#: it is that of its contact once it has left, and of its planning before.
SOURCES = {
    "message": """
      SELECT COALESCE(i.at, m.created_at), m.id FROM contact_message m
      LEFT JOIN LATERAL (
        SELECT MIN(at) AS at FROM contact_interaction
        WHERE customer_id = m.customer_id AND message_id = m.id AND direction = 'out'
      ) i ON TRUE
      WHERE m.customer_id = %(customer)s AND m.creditor_id = %(creditor)s
        AND m.state <> 'proposed'
        AND (m.state <> 'withdrawn' OR m.attempts > 0 OR m.origin <> 'run'
          OR EXISTS (SELECT FROM contact_verdict v WHERE v.message_id = m.id))""",
    "inbound": """
      SELECT received_at, id FROM contact_inboundmessage
      WHERE customer_id = %(customer)s AND creditor_id = %(creditor)s""",
    # Those of a message are told with it.
    "interaction": """
      SELECT at, id FROM contact_interaction i
      WHERE customer_id = %(customer)s AND creditor_id = %(creditor)s AND message_id IS NULL
        AND NOT (direction = 'in' AND source IN ('inbound', 'inbound_promise'))""",
    # The gate refused, and nothing was done: it is told all the same.
    "refusal": """
      SELECT v.at, v.id FROM contact_verdict v
      WHERE v.customer_id = %(customer)s AND v.creditor_id = %(creditor)s AND NOT v.is_allowed
        AND v.message_id IS NULL AND NOT EXISTS (
          SELECT FROM contact_interaction i WHERE i.customer_id = v.customer_id AND i.at = v.at)""",
}

ROWS = {
    "message": """
      SELECT id, JSONB_BUILD_OBJECT('channel', channel, 'state', state, 'origin', origin,
        'step', step_key, 'template', template_key, 'reason', withdrawn_reason,
        'error', error_code, 'amount', balance::text, 'currency', currency, 'by', by_id,
        'not_before', not_before, 'next_try_at', next_try_at)
      FROM contact_message WHERE id = ANY(%s)""",
    "inbound": """
      SELECT id, JSONB_BUILD_OBJECT('channel', channel, 'kind', kind, 'state', state,
        'subject', subject, 'text', own_text, 'whole', text, 'proposed', proposed,
        'classified', classified, 'by', classified_by_id,
        'files', (SELECT COUNT(*) FROM contact_inboundfile f WHERE f.inbound_id = m.id))
      FROM contact_inboundmessage m WHERE id = ANY(%s)""",
    "interaction": """
      SELECT id, JSONB_BUILD_OBJECT('channel', channel, 'direction', direction,
        'outcome', outcome, 'note', note, 'by', by_id, 'source', source,
        'is_answered', is_answered)
      FROM contact_interaction WHERE id = ANY(%s)""",
    "refusal": """
      SELECT id, JSONB_BUILD_OBJECT('channel', channel, 'by', by_id)
      FROM contact_verdict WHERE id = ANY(%s)""",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry. ``facts`` depend on ``kind`` (see ``ROWS``); ``verdict`` is the gate's latest word
    on it, where it was asked. ``has_text``: what it said word for word can be read."""

    kind: str
    at: datetime
    id: int
    facts: dict[str, Any]
    verdict: Verdict | None = None
    has_text: bool = False

    @property
    def is_out(self) -> bool:
        if self.kind == "interaction":
            return bool(self.facts["direction"] == "out")
        return self.kind != "inbound"


@dataclass(frozen=True, slots=True)
class Page:
    """``turns`` as they are read, the newest last. ``before`` gives the page that came earlier."""

    turns: list[Turn] = field(default_factory=list)
    before: str | None = None


def conversation(customer: Customer, *, before: str | None = None, size: int = SIZE) -> Page:
    """The newest turns, or those before a place in the thread. A constant number of queries.

    Raises Problem ``conversation_page_unknown`` for a ``before`` that was not ours.
    """
    given: dict[str, Any] = {
        "customer": customer.pk, "creditor": customer.creditor_id, "size": size + 1,
    }  # fmt: skip
    earlier = ""
    if before is not None:
        given |= _place(before)
        earlier = "WHERE (at, kind, id) < (%(at)s, %(kind)s, %(id)s)"
    union = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, s.* FROM ({text}) AS s (at, id)"
        for kind, text in SOURCES.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT kind, at, id FROM ({union}) turns {earlier} "
            "ORDER BY at DESC, kind DESC, id DESC LIMIT %(size)s",
            given,
        )
        rows = cursor.fetchall()
    shown = rows[:size]
    turns = _turns(customer, shown)
    more = _token(*shown[-1]) if len(rows) > size else None
    return Page(turns[::-1], more)


def _turns(customer: Customer, rows: list[tuple[str, datetime, int]]) -> list[Turn]:
    facts: dict[tuple[str, int], dict[str, Any]] = {}
    with connection.cursor() as cursor:
        for kind, statement in ROWS.items():
            cursor.execute(statement, [[pk for each, _, pk in rows if each == kind]])
            facts |= {(kind, pk): _read(told) for pk, told in cursor.fetchall()}
    verdicts = _verdicts(customer, rows)
    messages = [pk for kind, _, pk in rows if kind == "message"]
    texts = set(
        MessageText.objects.filter(message_id__in=messages).values_list("message_id", flat=True)
    )
    return [
        Turn(
            kind,
            at,
            pk,
            facts[kind, pk],
            verdicts.get((kind, pk)),
            has_text=kind == "message" and pk in texts,
        )
        for kind, at, pk in rows
    ]


def _verdicts(
    customer: Customer, rows: Iterable[tuple[str, datetime, int]]
) -> dict[tuple[str, int], Verdict]:
    """Of a message by its number, of a contact by its instant, of a refusal itself. One query."""
    kinds: dict[str, list[int]] = {kind: [] for kind in SOURCES}
    instants = {}
    for kind, at, pk in rows:
        kinds[kind].append(pk)
        if kind == "interaction":
            instants[at] = pk
    found: dict[tuple[str, int], Verdict] = {}
    mine = Verdict.objects.filter(customer=customer)
    wanted = (
        mine.filter(message_id__in=kinds["message"])
        | mine.filter(at__in=list(instants), message_id__isnull=True)
        | mine.filter(pk__in=kinds["refusal"])
    )
    for verdict in wanted.order_by("id"):
        if verdict.message_id is not None:
            found["message", verdict.message_id] = verdict
        elif verdict.at in instants:
            found["interaction", instants[verdict.at]] = verdict
        else:
            found["refusal", verdict.pk] = verdict
    return found


def _read(told: Any) -> dict[str, Any]:
    return told if isinstance(told, dict) else dict(json.loads(told))


def _token(kind: str, at: datetime, pk: int) -> str:
    return f"{at.isoformat()}|{kind}|{pk}"


def _place(before: str) -> dict[str, Any]:
    try:
        instant, kind, pk = before.split("|")
        at = parse_datetime(instant)
        place = {"at": at, "kind": kind, "id": int(pk)}
    except ValueError as error:
        raise Problem("conversation_page_unknown", page=before) from error
    if at is None or at.tzinfo is None or kind not in SOURCES or place["id"] >= 1 << 63:
        raise Problem("conversation_page_unknown", page=before)
    return place
