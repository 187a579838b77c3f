"""What would be sent at an instant? Nothing is written, no person locked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.contact.models import Message, MessageState
from recaudo.contact.outbox import queue
from recaudo.contact.outbox.parts import Parts
from recaudo.contact.outbox.real import real_parts

CHUNK = 1_000


def rehearse(creditor: Creditor, *, at: datetime, parts: Parts | None = None) -> dict[str, Any]:
    """``{"at", "due", "allowed", "refused": {rule: count}, "window_passed", "ended"}``.

    Each message is judged by itself: what one of them would use up of a customer's cap does not
    count against the next. ``ended`` as in ``dispatch``.
    """
    parts = parts or real_parts()
    with scope(creditor=creditor):
        ids = queue.due(creditor, "email", now=at)
        refused: Counter[str] = Counter()
        allowed = 0
        for requests in _requests(ids, parts):
            for word in parts.judge(creditor, requests, at=at):
                if word.is_allowed:
                    allowed += 1
                else:
                    refused[word.rule] += 1
        ended = "done"
        if not creditor.is_active or creditor.released_at is None:
            ended = "not_released"
        elif parts.account(creditor) is None:
            ended = "no_account"
        passed = Message.objects.filter(state=MessageState.PLANNED, not_after__lte=at).count()
    return {
        "at": at,
        "due": len(ids),
        "allowed": allowed,
        "refused": dict(refused.most_common()),
        "window_passed": passed,
        "ended": ended,
    }


def _requests(ids: list[int], parts: Parts) -> Iterator[list[Any]]:
    for start in range(0, len(ids), CHUNK):
        messages = list(
            Message.objects.filter(pk__in=ids[start : start + CHUNK]).order_by("customer_id", "id")
        )
        items, points = queue.items_of(messages), queue.points_of(messages)
        yield [queue.request_for(parts, m, items[m.pk], points.get(m.pk)) for m in messages]
