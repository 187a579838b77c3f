"""Which messages are due, in which order, and whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.contact.models import Message, MessageItem
from recaudo.contact.outbox.parts import Parts
from recaudo.portfolio.models import Channel, ContactPoint

#: The channels that a machine sends by. The others wait for a person (``by_hand``).
SENT_BY_MACHINE = (Channel.EMAIL.value,)

# Due now. Whoever waits for a retry holds the customer's later messages back; whoever the gate put
# off does not, since that may be for days.
DUE = """
  m.creditor_id = %(creditor)s AND m.channel = %(channel)s AND m.state = 'planned'
  AND m.not_before <= %(now)s AND m.not_after > %(now)s
  AND (m.next_try_at IS NULL OR m.next_try_at <= %(now)s)
"""
TURN = """
  NOT EXISTS (
    SELECT FROM contact_message e
    WHERE e.customer_id = m.customer_id AND e.channel = m.channel AND e.id <> m.id
      AND (e.state IN ('rendered', 'attempted')
        OR e.state = 'planned' AND e.id < m.id
          AND e.not_before <= %(now)s AND e.not_after > %(now)s
          AND (e.next_try_at IS NULL OR e.next_try_at <= %(now)s OR e.attempts > 0)))
"""
TAKE = f"""
SELECT m.id FROM contact_message m
WHERE {DUE} AND m.customer_id > %(after)s AND {TURN}
ORDER BY m.customer_id, m.id LIMIT %(size)s
FOR UPDATE OF m SKIP LOCKED
"""
WAITING = f"SELECT m.id FROM contact_message m WHERE {DUE} ORDER BY m.customer_id, m.id"


def take(
    creditor: Creditor, channel: str, *, now: datetime, after: int, size: int
) -> list[Message]:
    """Lock up to ``size`` due messages, the earliest of each customer beyond customer ``after``.

    What another worker is at is passed over. The locks last as long as the transaction.
    """
    given = {
        "creditor": creditor.pk,
        "channel": channel,
        "now": now,
        "after": after,
        "size": size,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, given)
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return []
    found = Message.objects.filter(pk__in=ids).select_related("customer")
    return sorted(found, key=lambda each: (each.customer_id, each.pk))


def due(creditor: Creditor, channel: str, *, now: datetime) -> list[int]:
    """The messages that a worker would look at now, without touching them."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"creditor": creditor.pk, "channel": channel, "now": now})
        return [row[0] for row in cursor.fetchall()]


def items_of(messages: Sequence[Message]) -> dict[int, list[MessageItem]]:
    """Each message's live items, by id."""
    found: dict[int, list[MessageItem]] = {each.pk: [] for each in messages}
    for item in MessageItem.objects.filter(message__in=list(found), is_live=True).order_by("id"):
        found[item.message_id].append(item)
    return found


def points_of(messages: Sequence[Message]) -> dict[int, ContactPoint]:
    """To which contact point each message goes: the one chosen by hand, or the customer's best.

    Best: known to work, verified by hand, the customer's own, the oldest. Only points in use and
    not known to be wrong, of the customer or of who answers for them.
    """
    chosen = ContactPoint.objects.in_bulk(
        [m.contact_point_id for m in messages if m.contact_point_id]
    )
    open_ones = [m for m in messages if not m.contact_point_id]
    best: dict[tuple[int, str], ContactPoint] = {}
    if open_ones:
        rows = (
            ContactPoint.objects.filter(
                customer__in={m.customer_id for m in open_ones},
                channel__in={m.channel for m in open_ones},
                is_active=True,
            )
            .exclude(state="invalid")
            .exclude(normalised="")
            .select_related("party")
        )
        for point in sorted(rows, key=_preference):
            if point.party is None or point.party.role in ("contact", "legal_representative"):
                best.setdefault((point.customer_id, point.channel), point)
    found = {}
    for each in messages:
        point = (
            chosen.get(each.contact_point_id)
            if each.contact_point_id
            else best.get((each.customer_id, each.channel))
        )
        if point is not None:
            found[each.pk] = point
    return found


def _preference(point: ContactPoint) -> tuple[bool, bool, bool, int]:
    return (
        point.state != "valid",
        not point.is_verified_by_hand,
        point.party_id is not None,
        point.pk,
    )


def documents_of(items: Sequence[MessageItem]) -> tuple[int, ...]:
    return tuple(item.document_id for item in items if item.document_id)


def request_for(
    parts: Parts, message: Message, items: Sequence[MessageItem], point: ContactPoint | None
) -> Any:
    """The message as a question to the gate."""
    return parts.request(
        customer_id=message.customer_id,
        channel=message.channel,
        purpose=message.purpose,
        origin=message.origin,
        contact_point_id=point.pk if point else None,
        document_ids=documents_of(items),
        message_id=message.pk,
        not_before=message.not_before,
        not_after=message.not_after,
    )
