"""Work done by people: what came of a task or of a contact that no task asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.contact.hand.outcomes import find
from recaudo.contact.hand.recording import record_contact
from recaudo.contact.models import Interaction
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.portfolio.models import ContactPoint, Customer
from recaudo.strategy.actions.callbacks import plan_callback
from recaudo.strategy.actions.runs import refresh_customers
from recaudo.strategy.models import Task

#: Kinds of task that contact the customer, with the channel where the step names none.
CONTACTS = {"call": "phone", "visit": "address"}
#: Outcomes of any other task; those of a contact are the creditor's tree (contact/hand).
PLAIN_OUTCOMES = ("finished", "not_possible")


def contact_channel(task: Task) -> str:
    """By which channel the task reaches the customer; empty where it contacts nobody."""
    return (task.channel or CONTACTS[task.kind]) if task.kind in CONTACTS else ""


def finish_task(
    task: Task,
    *,
    outcome: str,
    now: datetime,
    by: User,
    note: str = "",
    origin: str = "web",
    contact_point: ContactPoint | None = None,
    callback_at: datetime | None = None,
    override_reason: str = "",
    promise_on: date | None = None,
) -> Task:
    """Close ``task`` with ``outcome``; a call or visit also records the contact and its effects.

    The customer is decided anew in the same transaction. Raises Problem ``task_not_open``,
    ``outcome_unknown``, and what ``record_contact`` raises.
    """
    creditor = task.creditor
    with scope(creditor=creditor), transaction.atomic():
        locked: Task = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
        if locked.state != "open":
            raise Problem("task_not_open", task=task.pk, state=locked.state)
        channel = contact_channel(locked)
        if not channel and outcome not in PLAIN_OUTCOMES:
            raise Problem("outcome_unknown", outcome=outcome, known=list(PLAIN_OUTCOMES))
        locked.state, locked.outcome = "done", outcome
        locked.finished_at, locked.finished_by = now, by
        locked.save(update_fields=["state", "outcome", "finished_at", "finished_by"])
        record_change(
            "task_finished",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="task",
            subject_id=locked.pk,
            outcome=outcome,
        )
        if channel:
            record_work(
                locked.customer,
                outcome=outcome,
                channel=channel,
                now=now,
                by=by,
                note=note,
                task=locked,
                contact_point=contact_point,
                callback_at=callback_at,
                override_reason=override_reason,
                promise_on=promise_on,
            )
        else:
            _decide_anew(locked.customer, local_day(now, creditor.timezone))
    return locked


def record_work(
    customer: Customer,
    *,
    outcome: str,
    channel: str,
    now: datetime,
    by: User,
    note: str = "",
    task: Task | None = None,
    contact_point: ContactPoint | None = None,
    debts: Sequence[int] = (),
    callback_at: datetime | None = None,
    override_reason: str = "",
    promise_on: date | None = None,
) -> Interaction:
    """A contact that a person made: recorded, its effects applied, the customer decided anew and
    the call back on somebody's list, all at once.

    Raises what ``record_contact`` raises.
    """
    creditor = customer.creditor
    with scope(creditor=creditor), transaction.atomic():
        made = record_contact(
            creditor,
            customer,
            outcome=outcome,
            channel=channel,
            at=now,
            by=by,
            contact_point=contact_point,
            task_id=task.pk if task else None,
            note=note,
            debts=debts,
            callback_at=callback_at,
            source="task" if task else "desk",
            step_key=task.step_key if task else "",
            override_reason=override_reason,
            promise_on=promise_on,
        )
        if callback_at is not None and find(creditor, outcome, channel).effect == "callback":
            plan_callback(creditor, made.pk, due_at=callback_at, by=by)
        _decide_anew(customer, local_day(now, creditor.timezone))
    return made


def _decide_anew(customer: Customer, today: date) -> None:
    refresh_customers(customer.creditor, [customer.pk], today=today)
