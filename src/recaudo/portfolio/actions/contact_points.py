"""Mending how a customer is reached: in place, at once, without a new import (S1-14)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.portfolio.actions.customers import claim
from recaudo.portfolio.models import Channel, ContactPoint, Customer

#: Where a value that a person typed comes from.
BY_HAND = "desk"


def add_contact_point(
    customer: Customer,
    *,
    channel: str,
    value: str,
    normalised: str,
    today: date,
    by: User,
    version: int,
) -> ContactPoint:
    """A new way to reach ``customer``, verified by the person who adds it.

    One that was there before (switched off or not) is verified and switched on again. Raises
    Problem ``customer_changed``, ``contact_value_missing``, ``contact_channel_unknown``.
    """
    _check(channel, value)
    with transaction.atomic():
        claim(customer, version)
        point, _ = ContactPoint.objects.update_or_create(
            creditor_id=customer.creditor_id,
            customer=customer,
            channel=channel,
            normalised=normalised,
            defaults={"value": value, "source": BY_HAND, "is_active": True} | _verified(today),
        )
        _log("contact_added", point, by)
    return point


def correct_contact_point(
    point: ContactPoint, *, value: str, normalised: str, today: date, by: User, version: int
) -> ContactPoint:
    """``point`` becomes another value, verified by hand. The old value stays, switched off, so that
    an import that brings it again is recognised.

    Raises Problem ``customer_changed``, ``contact_value_missing``.
    """
    _check(point.channel, value)
    with transaction.atomic():
        claim(point.customer, version)
        if normalised == point.normalised:
            _set(point, value=value, **_verified(today))
            corrected = point
        else:
            _set(
                point, is_active=False, state="invalid", state_since=today, state_reason="corrected"
            )
            corrected, _ = ContactPoint.objects.update_or_create(
                creditor_id=point.creditor_id,
                customer_id=point.customer_id,
                channel=point.channel,
                normalised=normalised,
                defaults={
                    "value": value,
                    "party_id": point.party_id,
                    "purpose": point.purpose,
                    "source": BY_HAND,
                    "is_active": True,
                }
                | _verified(today),
            )
        _log("contact_corrected", corrected, by, replaced=point.id)
    return corrected


def mark_contact_point(
    point: ContactPoint, *, state: str, reason: str = "", today: date, by: User, version: int
) -> None:
    """A person says that it works (``valid``, then verified by hand) or not (``invalid``).

    Raises Problem ``customer_changed``, ``contact_state_unknown``.
    """
    if state not in {"valid", "invalid"}:
        raise Problem("contact_state_unknown", state=state)
    with transaction.atomic():
        claim(point.customer, version)
        if state == "valid":
            _set(point, is_active=True, **_verified(today))
        else:
            _set(
                point,
                state=state,
                state_since=today,
                state_reason=reason,
                is_verified_by_hand=False,
            )
        _log("contact_marked", point, by, state=state)


def _verified(today: date) -> dict[str, object]:
    return {
        "state": "valid",
        "state_since": today,
        "state_reason": "",
        "is_verified_by_hand": True,
    }


def _set(point: ContactPoint, **values: object) -> None:
    for name, value in values.items():
        setattr(point, name, value)
    point.save(update_fields=list(values))


def _check(channel: str, value: str) -> None:
    if channel not in Channel.values:
        raise Problem("contact_channel_unknown", channel=channel)
    if not value.strip():
        raise Problem("contact_value_missing", channel=channel)


def _log(kind: str, point: ContactPoint, by: User, **facts: object) -> None:
    """Never the value itself: the change log keeps no contact data."""
    record_change(
        kind,
        creditor=point.creditor,
        by=by,
        origin="web",
        subject="contact_point",
        subject_id=point.id,
        channel=point.channel,
        **facts,
    )
