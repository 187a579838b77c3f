"""Events for the rooms above: written where something happens, delivered by the worker.

A room never calls upward. It publishes; ``config/subscribers.py`` says who listens.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from recaudo.access.models import Creditor
from recaudo.audit.models import DomainEvent
from recaudo.core.problems import Problem

log = logging.getLogger(__name__)

#: The job that delivers (config/schedule.py); named, because that room is above this one.
DELIVERY = "events.deliver"
#: After so many failures an event is left for `recaudo check` to tell of.
TRIES = 20

Subscriber = Callable[[DomainEvent], None]


def publish(kind: str, creditor: Creditor, *, customer_id: int | None = None, **facts: Any) -> None:
    """Write the event in the caller's transaction, and ask for its delivery after the commit."""
    publish_many(kind, creditor, [(customer_id, facts)])


def publish_many(
    kind: str, creditor: Creditor, events: Iterable[tuple[int | None, Mapping[str, Any]]]
) -> None:
    """The same for many customers at once: ``(customer_id, facts)`` each, one asking for all."""
    rows = [
        DomainEvent(kind=kind, creditor=creditor, customer_id=customer, facts=dict(facts))
        for customer, facts in events
    ]
    if not rows:
        return
    DomainEvent.objects.bulk_create(rows)
    try:
        with transaction.atomic():
            app.configure_task(DELIVERY, queueing_lock=DELIVERY).defer(timestamp=0)
    except AlreadyEnqueued:
        log.debug("delivery is already asked for")


def deliver(subscribers: Mapping[str, Sequence[Subscriber]]) -> dict[str, int]:
    """Everything published and not yet delivered, oldest first: ``{"delivered", "failed"}``.

    Each event and what its subscribers do is one transaction of its own; one that fails stops
    nobody else and is tried again. Any number of workers may be at it.
    """
    counts = {"delivered": 0, "failed": 0}
    last = 0
    while True:
        outcome = _deliver_next(subscribers, after=last)
        if outcome is None:
            return counts
        last, done = outcome
        counts["delivered" if done else "failed"] += 1


def _deliver_next(
    subscribers: Mapping[str, Sequence[Subscriber]], after: int
) -> tuple[int, bool] | None:
    with transaction.atomic():
        event = (
            DomainEvent.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("creditor")
            .filter(delivered_at__isnull=True, tries__lt=TRIES, id__gt=after)
            .order_by("id")
            .first()
        )
        if event is None:
            return None
        try:
            with transaction.atomic():
                for subscriber in subscribers.get(event.kind, ()):
                    subscriber(event)
        except Exception as error:
            code = error.code if isinstance(error, Problem) else type(error).__name__
            log.warning("event %s (%s) not delivered: %s", event.pk, event.kind, code)
            DomainEvent.objects.filter(pk=event.pk).update(tries=event.tries + 1, error_code=code)
            return event.pk, False
        DomainEvent.objects.filter(pk=event.pk).update(delivered_at=Now())
        return event.pk, True
