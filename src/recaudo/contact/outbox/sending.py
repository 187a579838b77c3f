"""The wire: recorded before it is touched, and told what came of it.

A message is ``attempted``, committed, before anything of it can leave. The commit is synchronous:
after a power cut the database still knows. The answer to one message and the attempt of the next
share one commit; a worker that dies between leaves at most one message uncertain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg import Cursor

from recaudo.access.models import Creditor
from recaudo.contact.models import Message
from recaudo.contact.outbox.leasing import Leased
from recaudo.contact.outbox.parts import Times
from recaudo.contact.outbox.states import set_state


@dataclass(frozen=True)
class Told:
    """The gateway's word on one message, not yet stored. ``sent`` or ``uncertain``."""

    message: Leased
    state: str
    code: str
    detail: str
    at: datetime


# One statement, one commit. Its two halves touch different messages.
STEP = """
WITH given AS (
  SELECT %(told)s::bigint AS told, %(told_lease)s::text AS told_lease, %(state)s::text AS state,
    %(code)s::text AS code, %(detail)s::text AS detail, %(told_at)s::timestamptz AS told_at,
    (%(told_at)s::timestamptz AT TIME ZONE %(zone)s::text)::date AS told_on,
    %(debts)s::bigint[] AS debts, %(next)s::bigint AS next, %(lease)s::text AS lease,
    %(now)s::timestamptz AS now, %(until)s::timestamptz AS until, %(worker)s::text AS worker
), settled AS (
  UPDATE contact_message m SET state = given.state, state_at = told_at, error_code = code,
    leased_until = NULL
  FROM given WHERE id = told AND leased_by = told_lease AND m.state IN ('attempted', 'uncertain')
  RETURNING id, creditor_id, customer_id, contact_point_id, channel, purpose, step_key
), told AS (
  INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
  SELECT creditor_id, id, state, told_at, code, detail, worker FROM settled, given
), contact AS (
  INSERT INTO contact_interaction (creditor_id, customer_id, contact_point_id, message_id, at,
    on_day, channel, direction, purpose, is_effective, is_answered, outcome, note, debts, step_key,
    source, external_id)
  SELECT creditor_id, customer_id, contact_point_id, id, told_at, told_on, channel, 'out', purpose,
    FALSE, FALSE, '', '', debts, step_key, 'outbox', id::text
  FROM settled, given
  ON CONFLICT (creditor_id, source, external_id) DO NOTHING
), tried AS (
  UPDATE contact_message m SET state = 'attempted', state_at = now, leased_until = until
  FROM given WHERE id = next AND leased_by = lease AND m.state = 'rendered' AND leased_until > now
  RETURNING id, creditor_id
), trying AS (
  INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
  SELECT creditor_id, id, 'attempted', now, '', '', worker FROM tried, given
)
SELECT (SELECT COUNT(*) FROM settled), (SELECT COUNT(*) FROM tried)
"""
DEAD = re.compile(r"(?<![\d.])5\.1\.(?:0|1|2|3|6|10)(?![\d.])")
NOBODY: dict[str, Any] = {"told": 0, "told_lease": "", "state": "", "code": "", "detail": ""}


def step(
    creditor: Creditor,
    told: Told | None,
    following: Leased | None,
    *,
    now: datetime,
    worker: str,
    times: Times,
) -> bool:
    """Store what came of ``told`` and record that ``following`` is being tried; one commit.

    True where ``following`` is this worker's to send now. False where its lease has passed: then
    it must not be sent.
    """
    given: dict[str, Any] = {
        **NOBODY,
        "told_at": now,
        "debts": [],
        "zone": creditor.timezone,
        "worker": worker,
        "now": now,
        "until": now + times.attempted,
        "next": following.id if following else 0,
        "lease": following.lease if following else "",
    }
    if told:
        given |= {
            "told": told.message.id,
            "told_lease": told.message.lease,
            "state": told.state,
            "code": told.code,
            "detail": told.detail,
            "told_at": told.at,
            "debts": told.message.debts,
        }
    connection.ensure_connection()
    # Bound and prepared by the server: planned once a connection, not once a message.
    with Cursor(connection.connection) as cursor:
        cursor.execute(STEP, given, prepare=True)
        row = cursor.fetchone()
    return row is not None and bool(row[1])


def not_left(
    creditor: Creditor,
    message: Leased,
    *,
    code: str,
    detail: str,
    now: datetime,
    worker: str,
    times: Times,
) -> str:
    """Nothing can have left: it is planned again after a pause, or fails after the last one."""
    with transaction.atomic():
        row = _ours(message)
        if row is None:
            return "lost"
        tries = row.attempts + 1
        if row.state == "uncertain" or tries > len(times.pauses):
            set_state(row, "failed", at=now, code=code, detail=detail, worker=worker)
            return "failed"
        set_state(row, "planned", at=now, code=code, detail=detail, worker=worker)
        Message.objects.filter(pk=row.pk).update(
            attempts=tries, next_try_at=now + times.pauses[tries - 1]
        )
    return "planned"


def refused(message: Leased, *, code: str, detail: str, now: datetime, worker: str) -> str:
    """The server's final no: the address does not exist (``bounced``), or another reason."""
    state = "bounced" if is_about_address(code, detail) else "failed"
    with transaction.atomic():
        row = _ours(message)
        if row is None:
            return "lost"
        set_state(row, state, at=now, code=code, detail=detail, worker=worker)
    return state


def is_about_address(code: str, detail: str) -> bool:
    """RFC 3463's ``5.1.x`` say that the address is wrong; a bare ``550`` may mean anything."""
    return bool(DEAD.search(f"{code} {detail}"))


def _ours(message: Leased) -> Message | None:
    return (
        Message.objects.select_for_update()
        .filter(pk=message.id, leased_by=message.lease, state__in=("attempted", "uncertain"))
        .first()
    )
