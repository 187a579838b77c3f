"""Jobs of this room: the day's run of each creditor, and refreshes that had to wait."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from recaudo.access.models import Creditor
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.strategy.actions.runs import newest_run, refresh_customers, run_day

log = logging.getLogger(__name__)

REFRESH_WAIT_SECONDS = 15
REFRESH_TRIES = 40


def due_creditors(now: datetime) -> list[Creditor]:
    """Active creditors with a book whose hour has come and whose day has no run yet."""
    from django_scopes import scope

    from recaudo.strategy.models import StrategyBook

    due = []
    for creditor in Creditor.objects.filter(is_active=True).order_by("id"):
        local = now.astimezone(ZoneInfo(creditor.timezone))
        if local.hour < creditor.run_at_hour:
            continue
        with scope(creditor=creditor):
            last = newest_run(creditor)
            has_book = StrategyBook.objects.filter(is_active=True).exists()
        if has_book and (last is None or last.as_of < local.date()):
            due.append(creditor)
    return due


def run_due(now: datetime) -> dict[str, str]:
    """Run the day for every creditor that is due; creditor's code → ``done`` or a problem's code.

    A missed week is one run: today's. One creditor that fails stops nobody else.
    """
    outcome = {}
    for creditor in due_creditors(now):
        today = local_day(now, creditor.timezone)
        try:
            run_day(creditor, today, today=today, origin="worker")
            outcome[creditor.code] = "done"
        except Problem as problem:
            log.warning("run of %s refused: %s", creditor.code, problem)
            outcome[creditor.code] = problem.code
        except Exception:
            log.exception("run of %s failed", creditor.code)
            outcome[creditor.code] = "failed"
    return outcome


@app.task(
    name="strategy.refresh",
    retry=RetryStrategy(max_attempts=REFRESH_TRIES, wait=REFRESH_WAIT_SECONDS),
)
def refresh(creditor_id: int, customers: list[int]) -> None:
    creditor = Creditor.objects.get(pk=creditor_id)
    refresh_customers(
        creditor, customers, today=local_day(timezone.now(), creditor.timezone), may_wait=False
    )


def refresh_later(creditor_id: int, customers: Sequence[int]) -> None:
    """Ask for it once, whoever asks, in the caller's transaction, which goes on either way."""
    try:
        with transaction.atomic():
            refresh.configure(
                queueing_lock=f"refresh-{creditor_id}-{hash(tuple(customers))}",
                schedule_in={"seconds": REFRESH_WAIT_SECONDS},
            ).defer(creditor_id=creditor_id, customers=list(customers))
    except AlreadyEnqueued:
        log.info("refresh of creditor %s is already asked for", creditor_id)
