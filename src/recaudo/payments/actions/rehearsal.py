"""What would it do? The very functions that post, run in a transaction that is then undone.

So that what a person is shown before saving is what will be done, and never a second reckoning of
it. Nothing is kept: no rows, no events, no change log. The locks are held for that moment only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.payments.actions.receiving import Received, receive
from recaudo.payments.actions.reversing import Reversed, reverse_payment
from recaudo.payments.models import Application, Credit
from recaudo.portfolio.models import Customer

Done = TypeVar("Done")
Seen = TypeVar("Seen")


def rehearse(creditor: Creditor, act: Callable[[], Done], look: Callable[[Done], Seen]) -> Seen:
    """What ``look`` sees once ``act`` is done; then all of it is undone. Raises what ``act`` does.

    ``look`` must read all that it gives back: no lazy query may be left for later.
    """
    with scope(creditor=creditor), transaction.atomic():
        seen = look(act())
        transaction.set_rollback(True)
    return seen


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one part of a document: ``amount`` is paid (or owed again), ``open`` is what
    the whole document owes afterwards. ``is_new``: a charge that the payment itself would fix."""

    document: str
    due_on: date
    kind: str
    component: str
    amount: Decimal
    open: Decimal
    currency: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Exchanged:
    """``paid`` of the payment would become ``bought`` at ``rate`` of ``rate_on``."""

    paid: Money
    bought: Money
    rate: Decimal
    rate_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``left`` waits unapplied; ``is_known``: that payment is there already, nothing would be
    done."""

    effects: tuple[Effect, ...]
    left: Money
    exchanged: tuple[Exchanged, ...] = ()
    missing_rates: tuple[str, ...] = ()
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class ReversalRehearsal:
    """What would be owed again, and how many other credits (withholdings, conversions) fall."""

    effects: tuple[Effect, ...]
    caused: int
    is_refunded: bool


def rehearse_payment(
    customer: Customer,
    amount: Money,
    *,
    kind: str = "payment",
    value_on: date,
    stated: Sequence[Stated] = (),
    keep_rest: bool = False,
    by: User | None = None,
    now: datetime,
) -> Rehearsal:
    """What ``receive`` would do. Raises its Problems."""
    before = _newest_document(customer)
    return rehearse(
        customer.creditor,
        lambda: receive(
            customer,
            amount,
            kind=kind,
            value_on=value_on,
            source="rehearsal",
            external_id="rehearsal",
            stated=stated,
            keep_rest=keep_rest,
            by=by,
            now=now,
        ),
        lambda received: _told(received, before),
    )


def rehearse_reversal(
    credit: Credit, *, value_on: date, by: User | None = None, now: datetime
) -> ReversalRehearsal:
    """What ``reverse_payment`` would do. Raises its Problems."""
    newest = Application.objects.filter(creditor=credit.creditor).order_by("-id")
    last = newest.values_list("pk", flat=True).first() or 0
    return rehearse(
        credit.creditor,
        lambda: reverse_payment(credit, value_on=value_on, reason="rehearsal", by=by, now=now),
        lambda back: _undone(back, last),
    )


def _undone(back: Reversed, last: int) -> ReversalRehearsal:
    undone = Application.objects.filter(credit__in=back.credits, pk__gt=last, amount__lt=0)
    return ReversalRehearsal(effects_of(undone), max(0, len(back.credits) - 1), back.refunded)


def effects_of(applications: Any, newer_than: int | None = None) -> tuple[Effect, ...]:
    """Applications as effects, in the order in which they were made; amounts without a sign."""
    rows: Iterable[Application] = applications.select_related("document").order_by("id")
    return tuple(
        Effect(
            document=str(each.document),
            due_on=each.document.due_on,
            kind=each.document.kind,
            component=each.component,
            amount=abs(each.amount),
            open=each.document.open_amount,
            currency=each.document.currency,
            is_new=newer_than is not None and each.document_id > newer_than,
        )
        for each in rows
    )


def _told(received: Received, newest: int) -> Rehearsal:
    credits = [received.credit.pk, *(each.bought_id for each in received.conversions)]
    paid = received.credit.currency
    return Rehearsal(
        effects=effects_of(Application.objects.filter(credit__in=credits, amount__gt=0), newest),
        left=Money(received.credit.unapplied, paid),
        exchanged=tuple(
            Exchanged(
                Money(each.paid_amount, paid),
                Money(each.bought.original_amount, each.bought.currency),
                each.rate,
                each.rate_on,
                each.rate_source,
            )
            for each in received.conversions
        ),
        missing_rates=received.missing_rates,
        is_known=not received.is_new,
    )


def _newest_document(customer: Customer) -> int:
    newest: int | None = customer.documents.order_by("-id").values_list("pk", flat=True).first()
    return newest or 0
