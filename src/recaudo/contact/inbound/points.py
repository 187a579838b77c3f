"""Does this address or number work? What bounces, replies and wrong numbers say (S1-13).

``mark_point`` is the one door for evidence. What a person verified is not overridden by a machine:
it is kept, shown as to be looked at, and the change log tells of it, without the value.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Channel, ContactPoint

STATES = ("unknown", "valid", "invalid")
#: Before the reason, where evidence speaks against what a person verified.
NEEDS_LOOK = "needs_look:"
#: Statuses of a report (RFC 3463) that say that the address itself is no good. Others may pass.
DEAD_STATUSES = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
TELEPHONES = (Channel.PHONE, Channel.WHATSAPP, Channel.SMS)


def mark_point(
    point: ContactPoint,
    state: str,
    reason: str,
    on: date,
    *,
    by: User | None = None,
    origin: str = "worker",
) -> str:
    """``point`` is ``state`` since ``on``, because of ``reason`` (a code: ``5.1.1``, ``reply`` …).

    Gives back what was done: ``marked``; ``same``; ``older`` (newer evidence stands);
    ``needs_look`` (a person had verified it: kept, and marked to be looked at). A person (``by``)
    is never held back. Raises Problem ``contact_state_unknown``.
    """
    if state not in STATES:
        raise Problem("contact_state_unknown", state=state)
    with scope(creditor=point.creditor), transaction.atomic():
        held: ContactPoint = ContactPoint.objects.select_for_update(no_key=True).get(pk=point.pk)
        done = _judge(held, state, reason, on, by)
        if done in ("marked", "needs_look"):
            _write(held, state, reason, on, by, done)
            record_change(
                "contact_marked" if done == "marked" else "contact_point_conflict",
                creditor=held.creditor,
                by=by,
                origin=origin,
                subject="contact_point",
                subject_id=held.pk,
                channel=held.channel,
                state=state,
                reason=reason,
            )
            publish(
                "contact.point_changed", held.creditor, customer_id=held.customer_id, point=held.pk
            )
    point.refresh_from_db()
    return done


def _judge(held: ContactPoint, state: str, reason: str, on: date, by: User | None) -> str:
    noted = held.state_reason in (reason, f"{NEEDS_LOOK}{reason}")
    if held.state == state and (state == "valid" or noted) and not by:
        return "same"
    if by is None and held.state_since is not None and on < held.state_since:
        return "older"
    if by is None and held.is_verified_by_hand and state != held.state:
        return "same" if noted else "needs_look"
    return "marked"


def _write(
    held: ContactPoint, state: str, reason: str, on: date, by: User | None, done: str
) -> None:
    fields = ["state_reason"]
    if done == "needs_look":
        held.state_reason = f"{NEEDS_LOOK}{reason}"
    else:
        held.state, held.state_since, held.state_reason = state, on, reason
        fields += ["state", "state_since"]
        if by is not None:
            held.is_verified_by_hand = state == "valid"
            fields.append("is_verified_by_hand")
    held.save(update_fields=fields)


def note_point(point: ContactPoint, reason: str) -> None:
    """Write ``reason`` beside the state and leave the state: out of office, mailbox full."""
    with scope(creditor=point.creditor):
        ContactPoint.objects.filter(pk=point.pk, is_verified_by_hand=False).exclude(
            state="invalid"
        ).update(state_reason=reason)


def mark_bounce(point: ContactPoint, status: str, *, final: bool, on: date) -> str:
    """What a report of failure says of the address: dead, or only full or slow.

    ``status`` as in RFC 3463 (``5.1.1``). Gives back as ``mark_point``, or ``noted``.
    """
    if final and status.startswith(DEAD_STATUSES):
        return mark_point(point, "invalid", status, on)
    note_point(point, f"bounce {status}".strip())
    return "noted"
