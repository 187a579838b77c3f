"""The run of the day: evaluate a creditor's whole portfolio and write what should happen next."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.db.utils import Error
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.engine.plan import Plan
from recaudo.engine.result import Result
from recaudo.strategy.actions import kept_facts
from recaudo.strategy.actions.locks import holds_until_commit, run_lock
from recaudo.strategy.actions.messages import spread
from recaudo.strategy.actions.notices import Seen, newest_ids
from recaudo.strategy.actions.writing import Written, fill_whole, write_some, write_whole
from recaudo.strategy.book import Book
from recaudo.strategy.books import active_book, book_of
from recaudo.strategy.judging import judge, judge_some
from recaudo.strategy.models import Run

log = logging.getLogger(__name__)

LIVE = ("proposal", "done")


def run_day(
    creditor: Creditor,
    as_of: date,
    *,
    today: date,
    engine: str = "duckdb",
    what_if: bool = False,
    by: User | None = None,
    origin: str = "cli",
) -> dict[str, Any]:
    """Evaluate ``as_of``; live where it is ``today`` (creditor's local day), else a what-if.

    Gives back ``{"run","as_of","state","customers","documents_open","decisions","tasks",
    "messages","by_segment","by_reason","without_next_action","seconds"}`` and further figures;
    ``run`` is None and ``state`` ``what_if`` where nothing was written. Raises Problem
    ``run_in_progress``, ``run_goes_back``, ``book_missing``, and what the engine raises.
    """
    started = perf_counter()
    with scope(creditor=creditor):
        row, book = active_book(creditor)
        plan = plan_of(creditor, book)
        if what_if or as_of != today:
            result = judge(creditor, plan, as_of, today=today, engine=engine)
            return _figures(None, as_of, "what_if", result, None, started)
        with run_lock(creditor):
            _bury_dead_runs(creditor)
            _refuse_to_go_back(creditor, as_of)
            run = Run.objects.create(
                creditor=creditor, as_of=as_of, state="running", book=row, engine=engine
            )
            try:
                figures = _live(run, creditor, book, plan, engine, started)
            except BaseException as error:
                _fail(run, error)
                raise
            record_change(
                "run_done",
                creditor=creditor,
                by=by,
                origin=origin,
                subject="run",
                subject_id=run.pk,
            )
            return figures


def plan_of(creditor: Creditor, book: Book) -> Plan:
    return book.plan(currency=creditor.currency, small_balance=Decimal(creditor.small_balance))


def _live(
    run: Run, creditor: Creditor, book: Book, plan: Plan, engine: str, started: float
) -> dict[str, Any]:
    with connection.cursor() as cursor:
        seen = newest_ids(cursor)
    result = judge(creditor, plan, run.as_of, today=run.as_of, engine=engine)
    state = "done" if creditor.released_at else "proposal"
    with ThreadPoolExecutor(1) as hand, transaction.atomic():
        if not holds_until_commit(creditor):
            raise Problem("run_in_progress", creditor=creditor.code)
        filled = fill_whole(run, result)
        # Now the database works by itself for a while, and this process has a hand free.
        keeping = hand.submit(kept_facts.write_facts, result, creditor.pk, run.as_of, run.pk)
        since = _seen_before(creditor, book, run)
        written = write_whole(run, creditor, book, plan, result, filled, since=since)
        kept_facts.show(_kept(keeping), creditor.pk, run.as_of, run.pk)
        figures = _figures(run.pk, run.as_of, state, result, written, started)
        Run.objects.filter(pk=run.pk).update(
            state=state,
            finished_at=Now(),
            result=figures | {"seen": [seen.document, seen.credit], "phases": result.seconds},
        )
    kept_facts.sweep(creditor.pk, _newest_of_each_day(creditor))
    return figures


def _kept(keeping: Future[Path]) -> Path:
    """Raises Problem ``facts_not_kept`` where the disk did not take them."""
    try:
        return keeping.result()
    except OSError as error:
        raise Problem("facts_not_kept", detail=error.strerror or str(error)) from error


def _figures(
    run_id: int | None,
    as_of: date,
    state: str,
    result: Result,
    written: Written | None,
    started: float,
) -> dict[str, Any]:
    counts = result.counts
    figures: dict[str, Any] = {
        "run": run_id,
        "as_of": as_of.isoformat(),
        "state": state,
        "customers": counts.customers,
        "documents_open": counts.documents_open,
        "decisions": counts.decisions,
        "tasks": counts.tasks,
        "messages": counts.messages + (written.notices if written else 0),
        "by_segment": dict(counts.by_segment),
        "by_reason": dict(counts.by_reason),
        "without_next_action": counts.without_next_action,
        "quarantined": counts.quarantined,
        "missed_steps": counts.missed_steps,
    }
    if written is not None:
        figures |= {"later": written.later, "changes": written.changes}
    return figures | {"seconds": round(perf_counter() - started, 3)}


def _bury_dead_runs(creditor: Creditor) -> None:
    """Whoever holds the lock knows that a run still called running is nobody's."""
    Run.objects.filter(creditor=creditor, state="running").update(
        state="failed", error_code="interrupted", finished_at=Now()
    )


def _refuse_to_go_back(creditor: Creditor, as_of: date) -> None:
    last = newest_run(creditor)
    if last is not None and last.as_of > as_of:
        raise Problem("run_goes_back", as_of=as_of, last=last.as_of)


def newest_run(creditor: Creditor) -> Run | None:
    """The newest live run that was finished."""
    found: Run | None = (
        Run.objects.filter(creditor=creditor, state__in=LIVE).order_by("-id").first()
    )
    return found


def _seen_before(creditor: Creditor, book: Book, run: Run) -> Seen | None:
    """What had been seen when the notices' window began: by the newest run before it, else by the
    first of all; None where this is the first."""
    notices = book.text.notices
    window = max(
        (part.within_days for part in (notices.issued, notices.received) if part), default=0
    )
    runs = Run.objects.filter(creditor=creditor, state__in=LIVE, result__has_key="seen")
    before = runs.filter(as_of__lt=run.as_of - timedelta(days=window)).order_by("-id").first()
    found = before or runs.order_by("id").first()
    return Seen(*found.result["seen"]) if found else None


def _newest_of_each_day(creditor: Creditor) -> set[int]:
    runs = Run.objects.filter(creditor=creditor, state__in=LIVE).order_by("id")
    return set(dict(runs.values_list("as_of", "pk")).values())


def _fail(run: Run, error: BaseException) -> None:
    """Say on the run why it ended; where the database is gone, the next run says it."""
    code = error.code if isinstance(error, Problem) else type(error).__name__
    try:
        Run.objects.filter(pk=run.pk).update(state="failed", error_code=code, finished_at=Now())
    except Error as gone:
        log.warning("run %s could not be marked as failed: %s", run.pk, gone)


def release(
    creditor: Creditor, *, today: date, by: User | None, origin: str = "cli"
) -> dict[str, int]:
    """Let the first run's proposal out (F9): ``{"tasks","messages","later"}``.

    Messages beyond the creditor's daily cap get a later day (``later`` of ``messages``). Raises
    Problem ``nothing_to_release``, ``already_released``, ``proposal_old``, ``run_in_progress``.
    """
    with scope(creditor=creditor), run_lock(creditor), transaction.atomic():
        locked = Creditor.objects.select_for_update().get(pk=creditor.pk)
        run = newest_run(creditor)
        if locked.released_at is not None:
            raise Problem("already_released", creditor=creditor.code)
        if run is None:
            raise Problem("nothing_to_release", creditor=creditor.code)
        if run.as_of != today:
            raise Problem("proposal_old", creditor=creditor.code, as_of=run.as_of)
        with connection.cursor() as cursor:
            counts = {}
            for name, table, state in (
                ("messages", "contact_message", "planned"),
                ("tasks", "strategy_task", "open"),
            ):
                cursor.execute(
                    f"UPDATE {table} SET state = %s WHERE creditor_id = %s AND run_id = ANY(%s) "
                    "AND state = 'proposed'",
                    [state, creditor.pk, _run_ids(creditor)],
                )
                counts[name] = cursor.rowcount
            Creditor.objects.filter(pk=creditor.pk).update(released_at=Now())
            Run.objects.filter(pk=run.pk).update(state="done")
            counts["later"] = spread(cursor, creditor, today)
        creditor.refresh_from_db(fields=["released_at"])
        record_change(
            "run_released",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="run",
            subject_id=run.pk,
            **counts,
        )
        return counts


def _run_ids(creditor: Creditor) -> list[int]:
    return list(Run.objects.filter(creditor=creditor).values_list("pk", flat=True))


def refresh_customers(
    creditor: Creditor, customer_ids: Sequence[int], *, today: date, may_wait: bool = True
) -> None:
    """Decide anew for these customers, in place, after a payment, a hold or a correction.

    In the caller's transaction, which sees and undoes it with the rest. Does nothing where the
    day's run has not happened yet: it will see everything. While a run is at work, a job does it
    afterwards; without ``may_wait`` that is Problem ``run_in_progress``.
    """
    from recaudo.strategy.tasks import refresh_later

    customers = sorted(set(customer_ids))
    if not customers:
        return
    with scope(creditor=creditor), transaction.atomic():
        if not holds_until_commit(creditor):
            if not may_wait:
                raise Problem("run_in_progress", creditor=creditor.code)
            refresh_later(creditor.pk, customers)
            return
        run = newest_run(creditor)
        if run is None or run.as_of != today:
            return
        book = book_of(run.book)
        plan = plan_of(creditor, book)
        result = judge_some(creditor, plan, today, customers)
        since = _seen_before(creditor, book, run)
        write_some(run, creditor, book, plan, result, customers, since=since)
