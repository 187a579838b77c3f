"""Placing and releasing holds; the customer's decision is made anew at once."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models.functions import Now
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Customer, Document, Hold, HoldKind
from recaudo.strategy.actions.runs import refresh_customers


def place_hold(
    creditor: Creditor,
    customer: Customer,
    *,
    kind: str,
    reason: str,
    today: date,
    until_on: date | None = None,
    document: Document | None = None,
    channel: str = "",
    by: User | None = None,
    origin: str = "web",
) -> Hold:
    """Nothing happens to ``customer`` (or one document, or by one channel) from ``today`` on.

    ``until_on`` is excluded. Raises Problem ``hold_span`` (until is not after today),
    ``hold_reason_missing``, ``hold_kind_unknown``, ``hold_foreign_document``.
    """
    if kind not in HoldKind.values:
        raise Problem("hold_kind_unknown", kind=kind)
    if not reason.strip():
        raise Problem("hold_reason_missing")
    if until_on is not None and until_on <= today:
        raise Problem("hold_span", until=until_on, today=today)
    if document is not None and document.customer_id != customer.pk:
        raise Problem("hold_foreign_document", document=str(document), customer=customer.code)
    with scope(creditor=creditor), transaction.atomic():
        hold: Hold = Hold.objects.create(
            creditor=creditor,
            customer=customer,
            document=document,
            channel=channel,
            kind=kind,
            from_on=today,
            until_on=until_on,
            reason=reason.strip(),
            source=origin,
            by=by,
        )
        _record("hold_placed", hold, by, origin, why=kind, until=str(until_on or ""))
        refresh_customers(creditor, [customer.pk], today=today)
    return hold


def release_hold(hold: Hold, *, today: date, by: User | None = None, origin: str = "web") -> None:
    """The hold ends now. Raises Problem ``hold_already_released``."""
    creditor = hold.creditor
    with scope(creditor=creditor), transaction.atomic():
        standing = Hold.objects.select_for_update().filter(pk=hold.pk, released_at__isnull=True)
        if not standing.update(released_at=Now(), released_by=by):
            raise Problem("hold_already_released", hold=hold.pk)
        _record("hold_released", hold, by, origin, why=hold.kind)
        refresh_customers(creditor, [hold.customer_id], today=today)


def _record(event: str, hold: Hold, by: User | None, origin: str, **facts: str) -> None:
    record_change(
        event,
        creditor=hold.creditor,
        by=by,
        origin=origin,
        subject="customer",
        subject_id=hold.customer_id,
        hold=hold.pk,
        **facts,
    )
