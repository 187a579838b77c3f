"""What people allow and forbid: dated rows, the newest counts; nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.portfolio.models import Consent, ContactPoint, Customer

if TYPE_CHECKING:
    from recaudo.access.models import User


def withdraw_consent(
    customer: Customer,
    *,
    channel: str,
    contact_point: ContactPoint | None = None,
    on: date,
    source: str,
    purposes: Sequence[str] = ("collection",),
    by: User | None = None,
    origin: str = "portal",
) -> bool:
    """From ``on`` the customer is no longer written to by ``channel`` (``*``: by any), or only not
    at ``contact_point``, for ``purposes``. Publishes ``contact.stopped``. False where that was so
    already.
    """
    with transaction.atomic():
        # One after the other: two clicks at once are one withdrawal.
        Customer.objects.select_for_update().get(pk=customer.pk)
        newest = {
            each.purpose: each.is_granted
            for each in Consent.objects.filter(
                customer=customer, channel=channel, contact_point=contact_point
            ).order_by("given_on", "id")
        }
        missing = [purpose for purpose in purposes if newest.get(purpose, True)]
        if not missing:
            return False
        Consent.objects.bulk_create(
            Consent(
                creditor_id=customer.creditor_id,
                customer=customer,
                contact_point=contact_point,
                channel=channel,
                purpose=purpose,
                is_granted=False,
                given_on=on,
                source=source,
            )
            for purpose in missing
        )
        record_change(
            "consent_withdrawn",
            creditor=customer.creditor,
            by=by,
            origin=origin,
            subject="customer",
            subject_id=customer.pk,
            channel=channel,
            source=source,
        )
        publish(
            "contact.stopped",
            customer.creditor,
            customer_id=customer.pk,
            channel=channel,
            contact_point=contact_point.pk if contact_point else None,
            source=source,
        )
    return True


def grant_consent(
    customer: Customer,
    *,
    channel: str,
    contact_point: ContactPoint | None = None,
    on: date,
    source: str,
    purposes: Sequence[str] = ("collection",),
    by: User | None = None,
    origin: str = "web",
) -> bool:
    """The customer allowed ``channel`` (``*``: any), or only ``contact_point``, on ``on``.

    A withdrawal of a later day stays in force: a paper found today revives nothing. Neither does
    leave for a channel lift the withdrawal of one address (see ``gate.decide.consent_of``). False
    where exactly this was written down already and nothing was withdrawn since.
    """
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=customer.pk)
        missing = [
            each for each in purposes if not _is_granted(customer, channel, contact_point, on, each)
        ]
        if not missing:
            return False
        Consent.objects.bulk_create(
            Consent(
                creditor_id=customer.creditor_id,
                customer=customer,
                contact_point=contact_point,
                channel=channel,
                purpose=purpose,
                is_granted=True,
                given_on=on,
                source=source,
            )
            for purpose in missing
        )
        record_change(
            "consent_granted",
            creditor=customer.creditor,
            by=by,
            origin=origin,
            subject="customer",
            subject_id=customer.pk,
            channel=channel,
            source=source,
        )
    return True


def _is_granted(
    customer: Customer, channel: str, contact_point: ContactPoint | None, on: date, purpose: str
) -> bool:
    """Granted that very day for exactly that, and nothing withdrawn later the same day."""
    said = Consent.objects.filter(customer=customer, given_on=on).order_by("-id")
    for row in said:
        if not row.is_granted:
            return False
        same = row.contact_point_id == (contact_point.pk if contact_point else None)
        if same and (row.channel, row.purpose) == (channel, purpose):
            return True
    return False
