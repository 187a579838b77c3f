"""Finishing a task: what came of it, kept as an interaction where somebody was contacted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.contact.models import Direction, Interaction
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.strategy.actions.runs import refresh_customers
from recaudo.strategy.models import Task

#: Kinds of task that contact the customer, with the channel where the step names none.
CONTACTS = {"call": "phone", "visit": "address"}
#: Outcomes of a call or visit (F18, short): code → (answered, effective).
OUTCOMES: dict[str, tuple[bool, bool]] = {
    "no_answer": (False, False),
    "wrong_number": (False, False),
    "third_party": (True, False),
    "talked": (True, True),
    "will_pay": (True, True),
    "says_paid": (True, True),
    "objects": (True, True),
    "situation": (True, True),
}
#: Outcomes of any other task.
PLAIN_OUTCOMES = ("finished", "not_possible")


def finish_task(
    task: Task, *, outcome: str, now: datetime, by: User, note: str = "", origin: str = "web"
) -> Task:
    """Close ``task`` with ``outcome``; a call or visit also records a contact.Interaction.

    The customer is decided anew in the same transaction. Raises Problem ``task_not_open``,
    ``outcome_unknown``.
    """
    creditor = task.creditor
    today = local_day(now, creditor.timezone)
    with scope(creditor=creditor), transaction.atomic():
        locked: Task = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
        if locked.state != "open":
            raise Problem("task_not_open", task=task.pk, state=locked.state)
        is_contact = locked.kind in CONTACTS
        known = list(OUTCOMES) if is_contact else list(PLAIN_OUTCOMES)
        if outcome not in known:
            raise Problem("outcome_unknown", outcome=outcome, known=known)
        locked.state, locked.outcome = "done", outcome
        locked.finished_at, locked.finished_by = now, by
        locked.save(update_fields=["state", "outcome", "finished_at", "finished_by"])
        if is_contact:
            _record_contact(locked, outcome, now, by, note)
        record_change(
            "task_finished",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="task",
            subject_id=locked.pk,
            outcome=outcome,
        )
        refresh_customers(creditor, [locked.customer_id], today=today)
    return locked


def _record_contact(task: Task, outcome: str, now: datetime, by: User, note: str) -> None:
    answered, effective = OUTCOMES[outcome]
    Interaction.objects.create(
        creditor=task.creditor,
        customer=task.customer,
        at=now,
        on_day=local_day(now, task.creditor.timezone),
        channel=task.channel or CONTACTS[task.kind],
        direction=Direction.OUT,
        is_answered=answered,
        is_effective=effective,
        outcome=outcome,
        note=note,
        step_key=task.step_key,
        source="task",
        external_id=str(task.pk),
        by=by,
    )
