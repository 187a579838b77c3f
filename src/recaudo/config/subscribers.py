"""Who listens to which event. One table; a subscriber does the same however often it is called."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.events import Subscriber
from recaudo.audit.models import DomainEvent
from recaudo.contact.inbound.points import mark_bounce
from recaudo.contact.models import Message
from recaudo.core.calendar import local_day
from recaudo.payments.actions.clearances import void_resting_on
from recaudo.strategy.actions.callbacks import plan_callback
from recaudo.strategy.actions.runs import refresh_customers


def decide_anew(event: DomainEvent) -> None:
    """The customer's facts have changed: their decision is made again, in place."""
    if event.customer_id is not None:
        creditor = event.creditor
        today = local_day(timezone.now(), creditor.timezone)
        refresh_customers(creditor, [event.customer_id], today=today)


def call_back(event: DomainEvent) -> None:
    """The hour that was agreed becomes a task, unless whoever recorded it has made it already."""
    facts = event.facts
    plan_callback(
        event.creditor,
        facts["interaction"],
        due_at=datetime.fromisoformat(facts["due_at"]),
        by=User.objects.filter(pk=facts["by"]).first(),
    )


def mark_address(event: DomainEvent) -> None:
    """The server said at once that there is no such address: it is known to be wrong."""
    with scope(creditor=event.creditor):
        message = (
            Message.objects.select_related("contact_point")
            .filter(pk=event.facts["message"])
            .first()
        )
    if message is not None and message.contact_point is not None:
        on = local_day(message.state_at or event.created_at, event.creditor.timezone)
        mark_bounce(message.contact_point, event.facts["status"], final=True, on=on)


def clearance_falls(event: DomainEvent) -> None:
    """A payment came back: the certificates that rested on it no longer stand."""
    on = local_day(event.created_at, event.creditor.timezone)
    void_resting_on(event.creditor, event.facts["credit"], on=on)


SUBSCRIBERS: dict[str, tuple[Subscriber, ...]] = {
    # contact
    "contact.callback_agreed": (call_back,),
    "contact.message_bounced": (mark_address, decide_anew),
    "contact.made": (decide_anew,),
    "contact.reply_came": (decide_anew,),
    "contact.reply_classified": (decide_anew,),
    "contact.point_changed": (decide_anew,),
    "contact.stopped": (decide_anew,),
    # payments
    "payment.reported": (decide_anew,),
    "payment.report_ended": (decide_anew,),
    "payment.received": (decide_anew,),
    "payment.taken_back": (clearance_falls, decide_anew),
    "payment.refunded": (decide_anew,),
    "instrument.moved": (decide_anew,),
    "document.moved": (decide_anew,),
    # money by hand
    "payment.applied": (decide_anew,),
    "charges.fixed": (decide_anew,),
}
