"""Placing and ending holds, for the rooms that may not ask for a new decision themselves.

Whoever calls publishes what happened (audit.events); the decision is made anew by who listens.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models.functions import Now

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Customer, Document, Hold


def open_hold(
    customer: Customer,
    *,
    kind: str,
    from_on: date,
    reason: str,
    source: str,
    until_on: date | None = None,
    document: Document | None = None,
    channel: str = "",
    by: User | None = None,
) -> Hold:
    """A hold of ``customer`` from ``from_on`` to before ``until_on``, in the caller's transaction.

    Raises Problem ``hold_span``, ``hold_foreign_document``.
    """
    if until_on is not None and until_on <= from_on:
        raise Problem("hold_span", until=until_on, today=from_on)
    if document is not None and document.customer_id != customer.pk:
        raise Problem("hold_foreign_document", document=str(document), customer=customer.code)
    hold: Hold = Hold.objects.create(
        creditor_id=customer.creditor_id,
        customer=customer,
        document=document,
        channel=channel,
        kind=kind,
        from_on=from_on,
        until_on=until_on,
        reason=reason,
        source=source,
        by=by,
    )
    _record("hold_placed", hold, by, source, until=str(until_on or ""))
    return hold


def end_holds(holds: Iterable[Hold], *, source: str, by: User | None = None) -> int:
    """End those of ``holds`` that stand; gives back how many did. Twice is the same as once."""
    ended = 0
    for hold in holds:
        standing = Hold.objects.filter(pk=hold.pk, released_at__isnull=True)
        if standing.update(released_at=Now(), released_by=by):
            _record("hold_released", hold, by, source)
            ended += 1
    return ended


def _record(event: str, hold: Hold, by: User | None, origin: str, **facts: str) -> None:
    record_change(
        event,
        creditor=hold.creditor,
        by=by,
        origin=origin,
        subject="customer",
        subject_id=hold.customer_id,
        hold=hold.pk,
        why=hold.kind,
        **facts,
    )
