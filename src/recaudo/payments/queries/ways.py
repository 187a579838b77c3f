"""How can the creditor be paid, in words that a customer can act on? (F11)"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.payments.models import PaymentWay

#: Stands for the payment reference in the address of a link, and in any other way's line.
PLACE = "{reference}"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay, with the customer's reference in its place. ``url`` only of a link."""

    kind: str
    title: str
    details: str
    url: str


def ways_of(creditor: Creditor) -> dict[str, list[PaymentWay]]:
    """The ways in use, by currency, in the order that the creditor gave them. One query."""
    with scope(creditor=creditor):
        rows = list(
            PaymentWay.objects.filter(is_active=True).order_by("currency", "position", "id")
        )
    found: dict[str, list[PaymentWay]] = {}
    for row in rows:
        found.setdefault(row.currency, []).append(row)
    return found


def filled(ways: Iterable[PaymentWay], reference: str) -> list[Way]:
    """These ways for one customer."""
    return [_filled(way, reference) for way in ways]


def _filled(way: PaymentWay, reference: str) -> Way:
    details = way.details.replace(PLACE, reference)
    return Way(way.kind, way.title, details, details if way.kind == "link" else "")
