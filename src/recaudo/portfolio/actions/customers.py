"""A customer's own row. Two people at it: the second to save is told, never overwritten in silence
(S1-23)."""

from __future__ import annotations

from datetime import date

from django.db.models import F
from django.db.models.functions import Now

from recaudo.core.problems import Problem
from recaudo.portfolio.models import Customer


def claim(customer: Customer, version: int) -> None:
    """Raise the customer's version from the one that the person had before them.

    The row stays locked until the caller's transaction ends. Raises Problem ``customer_changed``.
    """
    seen = Customer.objects.filter(pk=customer.pk, version=version)
    if not seen.update(version=F("version") + 1, updated_at=Now()):
        raise Problem("customer_changed", customer=customer.name)
    customer.version = version + 1


def touch(customer: Customer) -> None:
    """Something was added to what is known of ``customer``: open pages shall hear of it."""
    Customer.objects.filter(pk=customer.pk).update(version=F("version") + 1, updated_at=Now())


def refuse_contact(customer: Customer, *, on: date, reason: str) -> bool:
    """They asked not to be contacted at all: binds every path at once (U8). An earlier wish keeps
    its day; False where there was one."""
    never_asked = Customer.objects.filter(pk=customer.pk, do_not_contact_since__isnull=True)
    return bool(
        never_asked.update(
            do_not_contact_since=on,
            do_not_contact_reason=reason,
            version=F("version") + 1,
            updated_at=Now(),
        )
    )
