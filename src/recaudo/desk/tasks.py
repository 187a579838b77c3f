"""Long work that a page starts: the worker does it, and the page asks how it goes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django_scopes import scope
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from recaudo.access.models import Creditor, User
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.insights.actions import take_photo
from recaudo.strategy.actions.arrivals import decide_after_import
from recaudo.strategy.actions.runs import run_day

KEPT_SECONDS = 24 * 3600
RUN_TASK = "recaudo.desk.run_today"
PHOTO_TASK = "recaudo.desk.photo_today"


@dataclass(frozen=True)
class RunState:
    """``waiting``, ``running`` or empty; ``problem`` is why the last one was refused."""

    state: str
    problem: Problem | None


@app.task(name=RUN_TASK)
def run_today(creditor_id: int, user_id: int) -> None:
    """The run of the creditor's local day, and the home page's figures after it."""
    creditor, user = Creditor.objects.get(pk=creditor_id), User.objects.get(pk=user_id)
    today = local_day(timezone.now(), creditor.timezone)
    with scope(creditor=creditor):
        try:
            run_day(creditor, today, today=today, by=user, origin="web")
        except Problem as problem:
            cache.set(_refusal_key(creditor_id), (problem.code, problem.facts), KEPT_SECONDS)
            return
        take_photo(creditor, today)


@app.task(name=PHOTO_TASK)
def photo_today(creditor_id: int, batch_id: int | None = None) -> None:
    """The home page's figures, ready before somebody looks; after an import, decisions too."""
    creditor = Creditor.objects.get(pk=creditor_id)
    today = local_day(timezone.now(), creditor.timezone)
    if batch_id is not None:
        decide_after_import(creditor, batch_id, today=today)
    take_photo(creditor, today)


def photo_soon(creditor: Creditor, batch_id: int | None = None) -> None:
    """Ask for it once, whoever asks."""
    lock = f"photo:{creditor.pk}:{batch_id or ''}"
    with contextlib.suppress(exceptions.AlreadyEnqueued):
        photo_today.configure(queueing_lock=lock).defer(creditor_id=creditor.pk, batch_id=batch_id)


def start_run(creditor: Creditor, user: User) -> bool:
    """Ask the worker for it. False where one already waits or runs."""
    cache.delete(_refusal_key(creditor.pk))
    lock = f"run:{creditor.pk}"
    job = run_today.configure(queueing_lock=lock, lock=lock)
    if _job(creditor) is not None:
        return False
    try:
        job.defer(creditor_id=creditor.pk, user_id=user.pk)
    except exceptions.AlreadyEnqueued:
        return False
    return True


def run_state(creditor: Creditor) -> RunState:
    job = _job(creditor)
    if job is not None:
        return RunState("running" if job.status == "doing" else "waiting", None)
    kept: tuple[str, dict[str, Any]] | None = cache.get(_refusal_key(creditor.pk))
    return RunState("", Problem(kept[0], **kept[1]) if kept else None)


def _job(creditor: Creditor) -> ProcrastinateJob | None:
    return ProcrastinateJob.objects.filter(
        task_name=RUN_TASK, status__in=("todo", "doing"), args__creditor_id=creditor.pk
    ).first()


def _refusal_key(creditor_id: int) -> str:
    return f"desk:run-refused:{creditor_id}"
