"""The periodic run: each creditor once a day after its hour, a missed week as one run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django_scopes import scope

from factories import make_creditor
from recaudo.strategy.models import Run
from recaudo.strategy.tasks import due_creditors, run_due
from strategy.portfolio import owing, ready_creditor

pytestmark = pytest.mark.django_db(transaction=True)

#: 06:30 in Bogotá on 15 April, 05:30 in Mexico City.
MORNING = datetime(2026, 4, 15, 11, 30, tzinfo=UTC)


def runs_of(creditor):
    with scope(creditor=creditor):
        return [str(day) for day in Run.objects.order_by("id").values_list("as_of", flat=True)]


def test_a_creditor_is_due_once_its_own_hour_has_come():
    bogota = ready_creditor()
    mexico = ready_creditor(country="MX", currency="MXN", timezone="America/Mexico_City")
    assert due_creditors(MORNING - timedelta(minutes=31)) == []
    assert due_creditors(MORNING) == [bogota]
    assert due_creditors(MORNING + timedelta(minutes=30)) == [bogota, mexico]


def test_without_a_book_or_switched_off_nobody_is_due():
    make_creditor()
    ready_creditor(is_active=False)
    assert due_creditors(MORNING) == []


def test_twice_is_once_and_a_missed_week_is_one_run_of_today():
    creditor = ready_creditor()
    assert run_due(MORNING) == {creditor.code: "done"}
    assert run_due(MORNING + timedelta(minutes=10)) == {}
    assert run_due(MORNING + timedelta(days=7)) == {creditor.code: "done"}
    assert runs_of(creditor) == ["2026-04-15", "2026-04-22"]


def test_one_creditor_that_fails_stops_nobody_else():
    broken, fine = ready_creditor(), ready_creditor()
    with scope(creditor=broken):
        # A version of the product that no longer reads this book.
        broken.strategybook_set.update(toml="es = 'rota'")
    owing(fine, "A")
    assert run_due(MORNING) == {broken.code: "book_refused", fine.code: "done"}


def test_the_schedule_knows_its_jobs():
    from procrastinate.contrib.django import app

    from recaudo.config import schedule

    assert schedule.runs_of_the_day.name in app.tasks
    crons = {task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert "*/10 * * * *" in crons
