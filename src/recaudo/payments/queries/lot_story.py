"""Lots as people look at them: the list, and one with its shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from recaudo.payments.models import BankLine, CashReceipt, Credit, LineWork, PaymentLot

#: A line of the bank this near to the lot's day may be its money.
NEAR = timedelta(days=10)
SHARES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Share:
    """What one customer received of a lot: ``applied`` to ``documents``, the rest unapplied."""

    credit: int
    customer: int
    code: str
    name: str
    amount: Decimal
    unapplied: Decimal
    documents: int
    is_taken_back: bool

    @property
    def applied(self) -> Decimal:
        return self.amount - self.unapplied


def lots() -> QuerySet[PaymentLot]:
    """The newest first."""
    found: QuerySet[PaymentLot] = PaymentLot.objects.select_related("by", "line")
    return found.order_by("-value_on", "-id")


def shares_of(lot: PaymentLot, most: int = SHARES_SHOWN) -> list[Share]:
    """The largest first."""
    rows = (
        Credit.objects.filter(lot=lot)
        .annotate(paid=Count("applications__document", distinct=True))
        .order_by("-original_amount", "id")
        .values_list(
            "pk",
            "customer_id",
            "customer__code",
            "customer__name",
            "original_amount",
            "amount",
            "unapplied",
            "paid",
        )[:most]
    )
    return [
        Share(pk, customer, code, name, original, unapplied, paid, not amount)
        for pk, customer, code, name, original, amount, unapplied, paid in rows
    ]


def lines_for(lot: PaymentLot) -> list[BankLine]:
    """Lines of the bank that wait and may be the lot's money."""
    works = LineWork.objects.select_related("line", "line__account").filter(
        state__in=["new", "offered", "unidentified", "conflict", "parked"],
        line__amount=lot.amount,
        line__currency=lot.currency,
        line__value_on__range=(lot.value_on - NEAR, lot.value_on + NEAR),
    )
    return [work.line for work in works.order_by("line__value_on", "id")[:10]]


def held_receipts(seller: str, most: int = SHARES_SHOWN) -> Sequence[CashReceipt]:
    """Receipts of ``seller`` that no sheet has deposited, the oldest first."""
    found = CashReceipt.objects.filter(seller=seller, lot=None, credit__amount__gt=0)
    return list(
        found.select_related("customer", "credit").order_by("received_on", "number", "id")[:most]
    )


def sellers() -> list[str]:
    """Who wrote receipts."""
    rows = CashReceipt.objects.filter(~Q(seller="")).values_list("seller", flat=True)
    return sorted(set(rows.distinct()))
