"""A call that was agreed: a task with its hour, on the list of whoever agreed it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.contact.models import Interaction
from recaudo.core.calendar import local_day
from recaudo.core.money import from_ten_thousandths
from recaudo.portfolio.models import Customer
from recaudo.strategy.models import Decision, Task

STEP = "callback"


def plan_callback(
    creditor: Creditor, interaction_id: int, *, due_at: datetime, by: User | None
) -> Task:
    """The task for calling the contact's customer at ``due_at``; once, however often asked."""
    with scope(creditor=creditor), transaction.atomic():
        made = Interaction.objects.get(pk=interaction_id)
        # Two at once, the event and the page: the customer's row decides who is first.
        Customer.objects.select_for_update(no_key=True).get(pk=made.customer_id)
        known = Task.objects.filter(customer=made.customer_id, step_key=STEP, due_at=due_at)
        task: Task | None = known.first()
        if task is not None:
            return task
        decided = Decision.objects.filter(pk=made.customer_id).first()
        task = Task.objects.create(
            creditor=creditor,
            customer_id=made.customer_id,
            step_key=STEP,
            kind="call",
            channel="phone",
            state="open",
            priority=decided.priority if decided else 0,
            currency=creditor.currency,
            balance=from_ten_thousandths(decided.overdue if decided else 0),
            due_on=local_day(due_at, creditor.timezone),
            due_at=due_at,
            note=made.note,
            assigned_to=by,
        )
    return task
