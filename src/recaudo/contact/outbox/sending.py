"""The wire: recorded before it is touched, and told what came of it.

A message is ``attempted``, committed, before anything of it can leave. The commit is synchronous:
after a power cut the database still knows. A handful is attempted at once (``Times.at_once``), and
its answers share the commit of the next handful: a worker that is killed leaves at most so many
uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg import Cursor

from recaudo.access.models import Creditor
from recaudo.audit.events import publish
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
WITH word AS (
  SELECT *, (told_at AT TIME ZONE %(zone)s::text)::date AS told_on
  FROM UNNEST(%(told)s::bigint[], %(told_leases)s::text[], %(states)s::text[], %(codes)s::text[],
    %(details)s::text[], %(told_at)s::timestamptz[], %(debts)s::text[])
    u (told, told_lease, state, code, detail, told_at, debts)
), settled AS (
  UPDATE contact_message m SET state = word.state, state_at = told_at, error_code = code,
    leased_until = NULL
  FROM word WHERE id = told AND leased_by = told_lease AND m.state IN ('attempted', 'uncertain')
  RETURNING id, creditor_id, customer_id, contact_point_id, channel, purpose, step_key
), event AS (
  INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
  SELECT creditor_id, id, state, told_at, code, detail, %(worker)s::text
  FROM settled JOIN word ON told = id
), contact AS (
  INSERT INTO contact_interaction (creditor_id, customer_id, contact_point_id, message_id, at,
    on_day, channel, direction, purpose, is_effective, is_answered, outcome, note, debts, step_key,
    source, external_id)
  SELECT creditor_id, customer_id, contact_point_id, id, told_at, told_on, channel, 'out', purpose,
    FALSE, FALSE, '', '', debts::bigint[], step_key, 'outbox', id::text
  FROM settled JOIN word ON told = id
  ON CONFLICT (creditor_id, source, external_id) DO NOTHING
), tried AS (
  UPDATE contact_message m SET state = 'attempted', state_at = %(now)s::timestamptz,
    leased_until = %(until)s::timestamptz
  FROM UNNEST(%(next)s::bigint[], %(leases)s::text[]) u (next, lease)
  WHERE id = next AND leased_by = lease AND m.state = 'rendered'
    AND leased_until > %(now)s::timestamptz
  RETURNING id, creditor_id
), trying AS (
  INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
  SELECT creditor_id, id, 'attempted', %(now)s::timestamptz, '', '', %(worker)s::text FROM tried
)
SELECT id FROM tried
"""
# This worker recorded the attempt and did not make it: nothing has left.
UNTOUCHED = """
WITH back AS (
  UPDATE contact_message m SET state = 'planned', state_at = %(now)s, leased_by = '',
    leased_until = NULL
  FROM UNNEST(%(ids)s::bigint[], %(leases)s::text[]) u (id, lease)
  WHERE m.id = u.id AND leased_by = lease AND state = 'attempted'
  RETURNING m.id, creditor_id
)
INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
SELECT creditor_id, id, 'planned', %(now)s, 'stopped', '', %(worker)s FROM back
"""
DEAD = re.compile(r"(?<![\d.])5\.1\.(?:0|1|2|3|6|10)(?![\d.])")


def step(
    creditor: Creditor,
    told: Sequence[Told],
    following: Sequence[Leased],
    *,
    now: datetime,
    worker: str,
    times: Times,
) -> set[int]:
    """Store what came of ``told`` and record that ``following`` are being tried; one commit.

    The ids of ``following`` that are this worker's to send now. Whatever is missing has lost its
    lease and must not be sent.
    """
    if not told and not following:
        return set()
    given: dict[str, Any] = {
        "told": [each.message.id for each in told],
        "told_leases": [each.message.lease for each in told],
        "states": [each.state for each in told],
        "codes": [each.code for each in told],
        "details": [each.detail for each in told],
        "told_at": [each.at for each in told],
        "debts": ["{" + ",".join(map(str, each.message.debts)) + "}" for each in told],
        "zone": creditor.timezone,
        "worker": worker,
        "now": now,
        "until": now + times.attempted,
        "next": [each.id for each in following],
        "leases": [each.lease for each in following],
    }
    connection.ensure_connection()
    # Bound and prepared by the server: planned once a connection, not once a message.
    with Cursor(connection.connection) as cursor:
        cursor.execute(STEP, given, prepare=True)
        return {row[0] for row in cursor.fetchall()}


def untouched(messages: Sequence[Leased], *, now: datetime, worker: str) -> None:
    """Attempts recorded and not made, as only this worker can know: planned again."""
    if messages:
        with connection.cursor() as cursor:
            ids, leases = [each.id for each in messages], [each.lease for each in messages]
            given = {"ids": ids, "leases": leases, "now": now, "worker": worker}
            cursor.execute(UNTOUCHED, given)


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
        if state == "bounced" and (status := DEAD.search(f"{code} {detail}")):
            # The contact point learns of it from whoever listens.
            publish(
                "contact.message_bounced",
                row.creditor,
                customer_id=row.customer_id,
                message=row.pk,
                status=status.group(),
            )
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
