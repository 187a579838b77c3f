"""Where a message may go from where it is; and what goes with each step. docs/rules/outbox.md."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from recaudo.contact.models import Message, MessageEvent, MessageItem, MessageState
from recaudo.core.problems import Problem

S = MessageState

#: From each state, where to. A table of docs/rules/outbox.md says why, and a test compares both.
NEXT: dict[str, frozenset[str]] = {
    S.PROPOSED: frozenset({S.PLANNED}),
    S.PLANNED: frozenset({S.RENDERED, S.WITHDRAWN, S.FAILED}),
    S.RENDERED: frozenset({S.ATTEMPTED, S.PLANNED}),
    S.ATTEMPTED: frozenset({S.SENT, S.UNCERTAIN, S.FAILED, S.BOUNCED, S.PLANNED}),
    S.SENT: frozenset({S.DELIVERED, S.READ, S.ANSWERED, S.BOUNCED}),
    S.UNCERTAIN: frozenset({S.SENT, S.FAILED, S.DELIVERED, S.READ, S.ANSWERED, S.BOUNCED}),
    S.DELIVERED: frozenset({S.READ, S.ANSWERED, S.BOUNCED}),
    S.READ: frozenset({S.ANSWERED, S.BOUNCED}),
    S.ANSWERED: frozenset(),
    S.BOUNCED: frozenset(),
    S.FAILED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
#: A report that comes after a better one says nothing new.
GOOD = (S.SENT, S.DELIVERED, S.READ, S.ANSWERED)
#: The customer has not been told: the step is not spent, its items are free for another message.
UNSPENT = frozenset({S.WITHDRAWN, S.FAILED, S.BOUNCED})


def is_old_news(now_in: str, state: str) -> bool:
    """``state`` is where the message is already, or has been before: 'delivered' after 'read'."""
    if now_in == state:
        return True
    return now_in in GOOD and state in GOOD and GOOD.index(S(state)) < GOOD.index(S(now_in))


def set_state(
    message: Message,
    state: str,
    *,
    at: datetime,
    code: str = "",
    detail: str = "",
    worker: str = "",
) -> bool:
    """Bring ``message`` into ``state``, with its event, in the caller's transaction or its own.

    False where it was there already or further along: reports arrive late and twice. ``code`` and
    ``detail`` are free of contact values. Raises Problem ``message_state`` where the table allows
    no such step.
    """
    with transaction.atomic():
        now_in = (
            Message.objects.select_for_update().values_list("state", flat=True).get(pk=message.pk)
        )
        if is_old_news(now_in, state):
            return False
        if state not in NEXT[now_in]:
            raise Problem("message_state", state=now_in, asked=state)
        changes: dict[str, object] = {"state": state, "state_at": at, "error_code": code}
        if state == S.WITHDRAWN:
            changes |= {"withdrawn_at": at, "withdrawn_reason": code, "error_code": ""}
        if state in (S.PLANNED, S.WITHDRAWN):
            changes |= {"leased_by": "", "leased_until": None}
        Message.objects.filter(pk=message.pk).update(**changes)
        MessageEvent.objects.create(
            creditor_id=message.creditor_id,
            message_id=message.pk,
            state=state,
            at=at,
            code=code,
            detail=detail,
            worker=worker,
        )
        if state in UNSPENT:
            MessageItem.objects.filter(message_id=message.pk, is_live=True).update(is_live=False)
    for name, value in changes.items():
        setattr(message, name, value)
    return True
