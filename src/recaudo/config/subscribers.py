"""Who listens to which event. One table; a subscriber does the same however often it is called."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from recaudo.access.models import User
from recaudo.audit.events import Subscriber
from recaudo.audit.models import DomainEvent
from recaudo.core.calendar import local_day
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


SUBSCRIBERS: dict[str, tuple[Subscriber, ...]] = {
    # contact
    "contact.callback_agreed": (call_back,),
    "contact.made": (decide_anew,),
    "contact.reply_came": (decide_anew,),
    "contact.reply_classified": (decide_anew,),
    "contact.point_changed": (decide_anew,),
    "contact.stopped": (decide_anew,),
    # payments
    "payment.reported": (decide_anew,),
    "payment.report_ended": (decide_anew,),
    "payment.received": (decide_anew,),
}
