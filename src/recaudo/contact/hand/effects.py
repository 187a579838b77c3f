"""What a result does beyond being written down (F18). The table: docs/rules/hand.md.

The same effects as those of a reply that says the same: a hold of the same kind, so that the
customer's sequence waits whichever way they told us.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from recaudo.audit.events import publish
from recaudo.contact.inbound.points import mark_point
from recaudo.contact.models import Interaction
from recaudo.core.calendar import ONE_DAY
from recaudo.core.problems import Problem
from recaudo.payments.actions.reported import report_payment
from recaudo.payments.models import ReportedPayment
from recaudo.portfolio.actions.customers import refuse_contact
from recaudo.portfolio.actions.holds import open_hold
from recaudo.portfolio.models import ContactPoint, Customer, Document, Hold, HoldKind

if TYPE_CHECKING:
    from recaudo.access.models import User

#: A promise without a day waits so long for the money.
PROMISE_DAYS = 3
SOURCE = "hand"


@dataclass(frozen=True)
class Made:
    """The contact just recorded, and by whom."""

    interaction: Interaction
    customer: Customer
    contact_point: ContactPoint | None
    by: User | None
    promise_on: date | None = None

    @property
    def day(self) -> date:
        day: date = self.interaction.on_day
        return day


def reported_paid(made: Made) -> None:
    """Contact waits for the money to be seen (F13), as long as the creditor says. A report that
    waits already is enough."""
    if ReportedPayment.objects.filter(customer=made.customer, state="waiting").exists():
        return
    report_payment(made.customer, now=made.interaction.at, source=SOURCE, by=made.by)


def promise(made: Made) -> None:
    """Nobody is chased before the promised day is over. Raises Problem ``promise_in_past``."""
    day = made.promise_on or made.day + timedelta(days=PROMISE_DAYS)
    if day < made.day:
        raise Problem("promise_in_past", day=day)
    _hold(made, HoldKind.MANUAL, day + ONE_DAY)


def objection(made: Made) -> None:
    """Only what was spoken of; everything where no document was named."""
    _hold(made, HoldKind.DISPUTED, None)


def situation(made: Made) -> None:
    _hold(made, HoldKind.SITUATION, None)


def wrong_number(made: Made) -> None:
    """The number leads nowhere (S1-13). Nothing where no number was named."""
    if made.contact_point is not None:
        mark_point(
            made.contact_point,
            "invalid",
            reason=made.interaction.outcome,
            on=made.day,
            by=made.by,
            origin=SOURCE,
        )


def do_not_contact(made: Made) -> None:
    reason = made.interaction.note or made.interaction.outcome
    if refuse_contact(made.customer, on=made.day, reason=reason):
        publish(
            "contact.stopped",
            made.interaction.creditor,
            customer_id=made.customer.pk,
            interaction=made.interaction.pk,
        )


def _hold(made: Made, kind: HoldKind, until: date | None) -> None:
    """One hold for the customer, or one for each document spoken of. One in force that lasts at
    least as long is enough."""
    lasting = Q(until_on__isnull=True)
    if until is not None:
        lasting |= Q(until_on__gte=until)
    documents: list[Document | None] = [None]
    if made.interaction.debts:
        named = Document.objects.filter(customer=made.customer, pk__in=made.interaction.debts)
        documents = list(named.order_by("id")) or [None]
    for document in documents:
        standing = Hold.objects.filter(
            lasting,
            customer=made.customer,
            document=document,
            kind=kind,
            channel="",
            from_on__lte=made.day,
            released_at__isnull=True,
        )
        if standing.exists():
            continue
        open_hold(
            made.customer,
            kind=kind,
            from_on=made.day,
            until_on=until,
            document=document,
            reason=made.interaction.note or made.interaction.outcome,
            source=SOURCE,
            by=made.by,
        )


#: ``callback`` becomes a task in the room above; ``retry`` and none leave it to the strategy.
EFFECTS: dict[str, Callable[[Made], None]] = {
    "reported_paid": reported_paid,
    "promise": promise,
    "objection": objection,
    "situation": situation,
    "wrong_number": wrong_number,
    "do_not_contact": do_not_contact,
}
