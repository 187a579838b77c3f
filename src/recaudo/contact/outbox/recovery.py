"""What dead workers leave behind, and what a person says about what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.contact.models import Message, MessageItem, MessageState, MessageText
from recaudo.contact.outbox.states import set_state
from recaudo.contact.outbox.writing import Ended, store_ended
from recaudo.core.problems import Problem

# Nothing of these touched the wire.
GIVEN_BACK = """
WITH back AS (
  UPDATE contact_message m
  SET state = 'planned', state_at = %(now)s, leased_by = '', leased_until = NULL, token = NULL
  WHERE m.creditor_id = %(creditor)s AND m.state = 'rendered' AND {which}
  RETURNING id
)
INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
SELECT %(creditor)s, id, 'planned', %(now)s, %(code)s, '', %(worker)s FROM back
"""
# These may have left. They count as contacts: the stricter reading.
UNKNOWN = """
WITH lost AS (
  UPDATE contact_message m
  SET state = 'uncertain', state_at = %(now)s, error_code = %(code)s, leased_until = NULL
  WHERE m.creditor_id = %(creditor)s AND {which}
  RETURNING id, creditor_id, customer_id, contact_point_id, channel, purpose, step_key
), told AS (
  INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
  SELECT creditor_id, id, 'uncertain', %(now)s, %(code)s, '', '' FROM lost
), contact AS (
  INSERT INTO contact_interaction (creditor_id, customer_id, contact_point_id, message_id, at,
    on_day, channel, direction, purpose, is_effective, is_answered, outcome, note, debts, step_key,
    source, external_id)
  SELECT creditor_id, customer_id, contact_point_id, id, tried.at,
    (tried.at AT TIME ZONE %(zone)s)::date, channel, 'out', purpose, FALSE, FALSE, '', '',
    COALESCE((SELECT ARRAY_AGG(document_id) FROM contact_messageitem i
      WHERE i.message_id = lost.id AND i.is_live AND document_id IS NOT NULL), '{{}}'),
    step_key, 'outbox', id::text
  FROM lost, LATERAL (
    SELECT COALESCE(MAX(e.at), %(now)s) AS at FROM contact_messageevent e
    WHERE e.message_id = lost.id AND e.state = 'attempted') tried
  ON CONFLICT (creditor_id, source, external_id) DO NOTHING
)
SELECT COUNT(*) FROM lost
"""
WORKER_GONE = "m.state = 'attempted' AND m.leased_until <= %(now)s"
RESTORED = """
(m.state IN ('rendered', 'attempted') OR m.state = 'planned' AND m.not_before <= %(now)s)
"""


def recover(creditor: Creditor, *, now: datetime) -> dict[str, int]:
    """``{"planned", "uncertain"}``: messages whose worker's lease has passed.

    Only written: planned again. Attempted: uncertain, and never repeated by itself. Twice is as
    once; any number of workers may be at it.
    """
    given = {
        "creditor": creditor.pk,
        "now": now,
        "zone": creditor.timezone,
        "code": "lease_over",
        "worker": "",
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(GIVEN_BACK.format(which="m.leased_until <= %(now)s"), given)
        planned = cursor.rowcount
        cursor.execute(UNKNOWN.format(which=WORKER_GONE), given | {"code": "worker_gone"})
        (uncertain,) = cursor.fetchone()
    return {"planned": planned, "uncertain": uncertain}


def mistrust_restored(*, now: datetime) -> int:
    """After a copy of the database was put back: how many messages are uncertain because of it.

    The copy remembers them waiting; since it was made they may have left. Those not yet due at
    ``now`` cannot have, and stay planned. What a run planned and sent since then the copy does not
    know at all, and the next run would plan it again: so each creditor's next run is a proposal
    once more (F9), and nothing leaves until a person releases it. All creditors, in one
    transaction; twice is as once.
    """
    lost = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for creditor in Creditor.objects.order_by("id"):
            given = {
                "creditor": creditor.pk,
                "now": now,
                "zone": creditor.timezone,
                "code": "restored",
            }
            cursor.execute(UNKNOWN.format(which=RESTORED), given)
            lost += cursor.fetchone()[0]
        Creditor.objects.update(released_at=None)
    return lost


def give_back(
    creditor: Creditor, leases: Iterable[str], *, now: datetime, worker: str, code: str
) -> int:
    """A worker that stops returns what it has written and not tried."""
    given = {
        "creditor": creditor.pk,
        "now": now,
        "leases": list(leases),
        "code": code,
        "worker": worker,
    }
    if not given["leases"]:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(GIVEN_BACK.format(which="m.leased_by = ANY(%(leases)s)"), given)
        return int(cursor.rowcount)


def withdraw_passed(creditor: Creditor, *, now: datetime) -> int:
    """Planned messages whose window has passed are not sent late: withdrawn, and told (S2-01)."""
    with transaction.atomic():
        late = list(
            Message.objects.select_for_update(skip_locked=True)
            .filter(creditor=creditor, state=MessageState.PLANNED, not_after__lte=now)
            .values_list("pk", flat=True)
        )
        if late:
            ended = [Ended(each, "withdrawn", "window_passed") for each in late]
            store_ended(creditor, ended, now=now, worker="")
    return len(late)


def settle_uncertain(
    message: Message, what: str, *, by: User, reason: str, now: datetime
) -> Message:
    """A person says what became of it: ``sent``, or ``again`` (their word that it may be repeated).

    ``again`` keeps the old one as it is, failed, and plans a new message in its place with a new
    text, through the gate like any other; it is returned. The old contact goes on counting for
    caps: the stricter reading. Raises Problem ``not_uncertain``, ``reason_missing``,
    ``again_too_late`` where its window has passed.
    """
    if not reason.strip():
        raise Problem("delivery_reason_missing")
    with transaction.atomic():
        row = Message.objects.select_for_update().get(pk=message.pk)
        if row.state != MessageState.UNCERTAIN:
            raise Problem("not_uncertain", message=row.pk)
        if what == "again" and row.not_after <= now:
            raise Problem("again_too_late")
        after = row
        if what == "again":
            items = list(MessageItem.objects.filter(message=row, is_live=True))
            set_state(row, MessageState.FAILED, at=now, code="repeated_by_hand")
            after = _again(row, items, by=by, now=now)
        elif what == "sent":
            set_state(row, MessageState.SENT, at=now, code="said_by_hand")
        else:
            raise Problem("unknown_word", word=what)
        record_change(
            "message_settled",
            creditor=row.creditor,
            by=by,
            origin="web",
            subject="message",
            subject_id=row.pk,
            word=what,
            reason=reason,
            new=after.pk,
        )
    return after


def _again(row: Message, items: list[MessageItem], *, by: User, now: datetime) -> Message:
    new = Message.objects.create(
        creditor_id=row.creditor_id,
        customer_id=row.customer_id,
        origin=row.origin,
        run_id=row.run_id,
        step_key=row.step_key,
        channel=row.channel,
        template_key=row.template_key,
        tone=row.tone,
        purpose=row.purpose,
        state=MessageState.PLANNED,
        state_at=now,
        currency=row.currency,
        balance=row.balance,
        not_before=now,
        not_after=row.not_after,
        by=by,
        answers_id=row.answers_id,
        contact_point_id=row.contact_point_id,
    )
    MessageItem.objects.bulk_create(
        MessageItem(
            creditor_id=item.creditor_id,
            customer_id=item.customer_id,
            document_id=item.document_id,
            step_key=item.step_key,
            anchor_on=item.anchor_on,
            occurrence=item.occurrence,
            balance=item.balance,
            message=new,
        )
        for item in items
    )
    text = MessageText.objects.filter(message_id=row.pk).first()
    if text is not None and not row.template_key:
        # What a person wrote goes with it; what a template says is written anew.
        text.pk, text.message_id = None, new.pk
        text.save(force_insert=True)
    return new


def uncertain(creditor: Creditor) -> int:
    """How many wait for a person's word."""
    return Message.objects.filter(creditor=creditor, state=MessageState.UNCERTAIN).count()
