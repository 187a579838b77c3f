"""The statements of a lease: some tens of messages at once, each only while it is ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor

from recaudo.access.models import Creditor
from recaudo.contact.models import MailAccount, Message, MessageItem
from recaudo.contact.outbox.parts import Written
from recaudo.portfolio.models import Document, DocumentFile

HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Ready:
    """A message written and composed. ``items``: what each live item comes to, None: no longer."""

    message: Message
    point_id: int
    sender: str
    to: str
    token: str
    text: Written
    raw: bytes
    sha256: str
    items: dict[int, Decimal | None]
    live: dict[int, MessageItem]

    @property
    def debts(self) -> list[int]:
        """The documents spoken of; none where it is about all of the customer's."""
        left = [self.live[item] for item, value in self.items.items() if value is not None]
        return sorted({item.document_id for item in left if item.document_id})

    @property
    def total(self) -> Decimal:
        """The sum of its items (U11); a message without items is worth what its text says."""
        if not self.items:
            return self.text.balance
        return sum((value for value in self.items.values() if value is not None), Decimal(0))


@dataclass(frozen=True)
class Ended:
    message_id: int
    state: str
    code: str


# Read after the persons are locked: a message of the same customer that another worker has taken
# meanwhile is seen here, and this one waits.
MADE_READY = """
UPDATE contact_message m
SET state = 'rendered', state_at = %(now)s, leased_by = %(lease)s, leased_until = %(until)s,
  account_id = %(account)s, contact_point_id = u.point, template_version_id = u.version,
  token = u.token, currency = u.currency, balance = u.total, error_code = ''
FROM UNNEST(%(ids)s::bigint[], %(points)s::bigint[], %(versions)s::bigint[], %(tokens)s::text[],
  %(currencies)s::text[], %(totals)s::numeric[]) u (id, point, version, token, currency, total)
WHERE m.id = u.id AND m.state = 'planned' AND NOT EXISTS (
  SELECT FROM contact_message e WHERE e.customer_id = m.customer_id AND e.channel = m.channel
    AND e.id <> m.id AND e.state IN ('rendered', 'attempted'))
RETURNING m.id
"""
ITEMS = """
UPDATE contact_messageitem i SET balance = COALESCE(u.balance, i.balance),
  is_live = u.balance IS NOT NULL
FROM UNNEST(%(ids)s::bigint[], %(balances)s::numeric[]) u (id, balance) WHERE i.id = u.id
"""
TEXTS = """
INSERT INTO contact_messagetext (creditor_id, message_id, to_value, subject, preview, text, html,
  headers, attachments, sha256, written_at)
SELECT %(creditor)s, * FROM UNNEST(%(ids)b::bigint[], %(to)b::text[], %(subjects)b::text[],
  %(previews)b::text[], %(texts)b::text[], %(htmls)b::text[], %(headers)b::text[]::jsonb[],
  %(attachments)b::text[]::jsonb[], %(sha256)b::text[]) u, (SELECT %(now)s::timestamptz) n
ON CONFLICT (message_id) DO UPDATE SET to_value = EXCLUDED.to_value, subject = EXCLUDED.subject,
  preview = EXCLUDED.preview, text = EXCLUDED.text, html = EXCLUDED.html,
  headers = EXCLUDED.headers, attachments = EXCLUDED.attachments, sha256 = EXCLUDED.sha256,
  written_at = EXCLUDED.written_at
"""
EVENTS = """
INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
SELECT %(creditor)s, u.id, u.state, %(now)s, u.code, '', %(worker)s
FROM UNNEST(%(ids)s::bigint[], %(states)s::text[], %(codes)s::text[]) u (id, state, code)
"""
PUT_OFF = """
UPDATE contact_message m SET next_try_at = u.at
FROM UNNEST(%(ids)s::bigint[], %(at)s::timestamptz[]) u (id, at)
WHERE m.id = u.id AND m.state = 'planned'
"""
ENDED = """
UPDATE contact_message m
SET state = u.state, state_at = %(now)s, leased_by = '', leased_until = NULL,
  withdrawn_at = CASE u.state WHEN 'withdrawn' THEN %(now)s END,
  withdrawn_reason = CASE u.state WHEN 'withdrawn' THEN u.code ELSE '' END,
  error_code = CASE u.state WHEN 'withdrawn' THEN '' ELSE u.code END
FROM UNNEST(%(ids)s::bigint[], %(states)s::text[], %(codes)s::text[]) u (id, state, code)
WHERE m.id = u.id AND m.state = 'planned'
"""
# The customer has not been told: the run may decide afresh.
FREE = """
UPDATE contact_messageitem SET is_live = FALSE
WHERE message_id = ANY(%(ids)s::bigint[]) AND is_live
"""


def store_ready(
    creditor: Creditor,
    account: MailAccount,
    written: Sequence[Ready],
    *,
    lease: str,
    until: datetime,
    now: datetime,
    worker: str,
) -> set[int]:
    """Store texts, items and totals; the ids that are now this worker's."""
    if not written:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            MADE_READY,
            {
                "now": now,
                "lease": lease,
                "until": until,
                "account": account.pk,
                "ids": [each.message.pk for each in written],
                "points": [each.point_id for each in written],
                "versions": [each.text.template_version_id for each in written],
                "tokens": [each.token for each in written],
                "currencies": [each.text.currency for each in written],
                "totals": [each.total for each in written],
            },
        )
        ours = {row[0] for row in cursor.fetchall()}
        kept = [each for each in written if each.message.pk in ours]
        _store_items(cursor, kept)
        _store_texts(creditor, kept, now)
        _store_events(
            cursor,
            creditor,
            [Ended(each, "rendered", "") for each in sorted(ours)],
            now=now,
            worker=worker,
        )
    return ours


def _store_items(cursor: CursorWrapper, kept: Sequence[Ready]) -> None:
    changed = [
        (item, balance)
        for each in kept
        for item, balance in each.items.items()
        if balance is None or balance != each.live[item].balance
    ]
    if changed:
        ids, balances = zip(*changed, strict=True)
        cursor.execute(ITEMS, {"ids": list(ids), "balances": list(balances)})


def _store_texts(creditor: Creditor, kept: Sequence[Ready], now: datetime) -> None:
    if not kept:
        return
    files = _files(kept)
    # Bound by the server, in binary: texts are long, and quoting them costs more than storing them.
    plain = Cursor(connection.connection)
    plain.execute(
        TEXTS,
        {
            "creditor": creditor.pk,
            "now": now,
            "ids": [each.message.pk for each in kept],
            "to": [each.to for each in kept],
            "subjects": [each.text.subject for each in kept],
            "previews": [each.text.preview for each in kept],
            "texts": [each.text.text for each in kept],
            "htmls": [each.text.html for each in kept],
            "headers": [json.dumps(headers(each.raw)) for each in kept],
            "attachments": [
                json.dumps([files[file] for file in each.text.attachments]) for each in kept
            ],
            "sha256": [each.sha256 for each in kept],
        },
    )


def _files(kept: Sequence[Ready]) -> dict[int, dict[str, object]]:
    wanted = {file for each in kept for file in each.text.attachments}
    rows = (
        DocumentFile.objects.filter(pk__in=wanted).values("pk", "name", "sha256") if wanted else ()
    )
    return {
        row["pk"]: {
            "name": row["name"],
            "sha256": row["sha256"],
            "document_file_id": row["pk"],
        }
        for row in rows
    }


def headers(raw: bytes) -> list[list[str]]:
    """The header lines of a composed message, unfolded: [[name, value]] in their order."""
    found: list[list[str]] = []
    for line in raw.split(HEADERS_END, 1)[0].decode("utf-8", "replace").split("\r\n"):
        if line[:1] in (" ", "\t") and found:
            found[-1][1] += line
        elif ":" in line:
            name, value = line.split(":", 1)
            found.append([name, value.strip()])
    return found


def store_put_off(put_off: Sequence[tuple[Message, str, datetime]]) -> None:
    """They stay planned, and are not looked at again before the gate's next allowed moment."""
    if put_off:
        with connection.cursor() as cursor:
            ids = [message.pk for message, _, _ in put_off]
            cursor.execute(PUT_OFF, {"ids": ids, "at": [at for _, _, at in put_off]})


def store_ended(creditor: Creditor, ended: Sequence[Ended], *, now: datetime, worker: str) -> None:
    """Withdrawn and failed ones, with their reason; their items are free again."""
    if not ended:
        return
    ids = [each.message_id for each in ended]
    with connection.cursor() as cursor:
        cursor.execute(
            ENDED,
            {
                "now": now,
                "ids": ids,
                "states": [each.state for each in ended],
                "codes": [each.code for each in ended],
            },
        )
        cursor.execute(FREE, {"ids": ids})
        _store_events(cursor, creditor, ended, now=now, worker=worker)


def _store_events(
    cursor: CursorWrapper,
    creditor: Creditor,
    events: Sequence[Ended],
    *,
    now: datetime,
    worker: str,
) -> None:
    if events:
        cursor.execute(
            EVENTS,
            {
                "creditor": creditor.pk,
                "now": now,
                "worker": worker,
                "ids": [each.message_id for each in events],
                "states": [each.state for each in events],
                "codes": [each.code for each in events],
            },
        )


def open_amounts(creditor: Creditor, documents: Sequence[int]) -> dict[int, Decimal]:
    """What each document owes now, in its own currency."""
    if not documents:
        return {}
    rows = Document.objects.filter(creditor=creditor, pk__in=documents)
    return dict(rows.values_list("pk", "open_amount"))
