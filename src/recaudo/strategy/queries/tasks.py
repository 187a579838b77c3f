"""Tasks as lists: agreed calls of the day, what nobody attended, and who comes next."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.models import Task
from recaudo.strategy.queries.worklist import Filter, worklist

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User


def callbacks_of(creditor: Creditor, user: User | None, today: date) -> list[Task]:
    """Open tasks with an hour agreed for ``today``, or for an earlier day and still open, the
    earliest first: of the customers that ``user`` may see (all for None), and not somebody
    else's."""
    end = datetime.combine(today + timedelta(days=1), time(), ZoneInfo(creditor.timezone))
    found = Task.objects.filter(state="open", due_at__lt=end).select_related("customer")
    if user is not None:
        mine = Q(assigned_to=user) | Q(assigned_to__isnull=True)
        found = found.filter(mine, customer__in=visible_customers(user, creditor, today))
    return list(found.order_by("due_at", "id"))


def unattended() -> QuerySet[Task]:
    """Open tasks that were left past their deadline, those that have waited longest first."""
    waiting = Task.objects.filter(state="open", escalated_at__isnull=False)
    ordered: QuerySet[Task] = waiting.order_by("due_on", "-priority", "id")
    return ordered


def next_customer(
    creditor: Creditor, user: User | None, *, as_of: date, but: int, now: datetime
) -> int | None:
    """Whom to work after the customer ``but``: an agreed call whose hour has come, or else the
    first of the worklist for whom somebody must act. None: nobody is left."""
    for task in callbacks_of(creditor, user, as_of):
        if task.due_at is not None and task.due_at <= now and task.customer_id != but:
            return int(task.customer_id)
    page = worklist(creditor, user, as_of=as_of, where=Filter(work="task"), size=2)
    return next((line.customer_id for line in page.lines if line.customer_id != but), None)
