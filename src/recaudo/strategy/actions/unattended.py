"""Tasks that nobody attended by their deadline become the supervisor's (S1-17)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.models import Task

log = logging.getLogger(__name__)

#: After the agreed hour, so long is a call back still the collector's.
GRACE = timedelta(hours=1)


def escalate_unattended(as_of: datetime) -> dict[str, int | str]:
    """Mark every open task whose day is over, or whose agreed hour passed more than ``GRACE`` ago.

    Creditor's code → how many, or a problem's code. Once each: twice is as once, a missed week is
    made up, one creditor that fails stops nobody else.
    """
    outcome: dict[str, int | str] = {}
    for creditor in Creditor.objects.filter(is_active=True).order_by("id"):
        try:
            outcome[creditor.code] = _escalate(creditor, as_of)
        except Problem as problem:
            log.warning("unattended tasks of %s: %s", creditor.code, problem)
            outcome[creditor.code] = problem.code
        except Exception:
            log.exception("unattended tasks of %s failed", creditor.code)
            outcome[creditor.code] = "failed"
    return outcome


def _escalate(creditor: Creditor, as_of: datetime) -> int:
    today = local_day(as_of, creditor.timezone)
    late = Q(due_on__lt=today) | Q(due_at__lt=as_of - GRACE)
    with scope(creditor=creditor), transaction.atomic():
        waiting = Task.objects.filter(late, state="open", escalated_at__isnull=True)
        count = waiting.update(escalated_at=as_of)
        if count:
            record_change("tasks_escalated", creditor=creditor, by=None, origin="worker", n=count)
    return count


def hand_over(task: Task, *, to: User, now: datetime, by: User) -> None:
    """``to`` attends the task, until the end of today. The hour agreed, once passed, is no more.

    Raises Problem ``task_not_open``, ``assignee_cannot_see`` (the customer is not among theirs).
    """
    creditor = task.creditor
    today = local_day(now, creditor.timezone)
    with scope(creditor=creditor), transaction.atomic():
        locked: Task = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
        if locked.state != "open":
            raise Problem("task_not_open", task=task.pk, state=locked.state)
        if not visible_customers(to, creditor, today).filter(pk=locked.customer_id).exists():
            raise Problem("assignee_cannot_see", person=to.name)
        locked.assigned_to, locked.escalated_at = to, None
        locked.due_on = max(locked.due_on, today)
        if locked.due_at is not None and locked.due_at < now:
            locked.due_at = None
        locked.save(update_fields=["assigned_to", "escalated_at", "due_on", "due_at"])
        record_change(
            "task_handed_over",
            creditor=creditor,
            by=by,
            origin="web",
            subject="task",
            subject_id=locked.pk,
            to=to.pk,
        )
