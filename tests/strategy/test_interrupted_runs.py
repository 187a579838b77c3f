"""Runs that are killed, that race, or whose database goes away: the next one ends right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django_scopes import scope

from recaudo.core.problems import Problem
from recaudo.portfolio.models import Hold
from recaudo.strategy.actions.holds import place_hold
from recaudo.strategy.actions.kept_facts import creditor_folder
from recaudo.strategy.actions.locks import RUNS, run_lock
from recaudo.strategy.judging import dsn
from recaudo.strategy.models import Decision, Run
from strategy.portfolio import (
    DAY,
    ONE,
    mixed_portfolio,
    owing,
    picture,
    ready_creditor,
    run,
    run_and_release,
)

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 8
SCRIPT = """
import sys, django
django.setup()
from datetime import date
from recaudo.access.models import Creditor
from recaudo.core.problems import Problem
from recaudo.strategy.actions.runs import run_day
creditor = Creditor.objects.get(pk=int(sys.argv[1]))
day = date.fromisoformat(sys.argv[2])
print("ready", flush=True)
try:
    print(run_day(creditor, day, today=day)["state"])
except Problem as problem:
    print(problem.code)
"""


def start_run(creditor, day: date) -> subprocess.Popen[str]:
    """A run in a process of its own; its first line is ``ready``, the last its outcome."""
    environment = os.environ | {
        "DATABASE_URL": dsn().url,
        "RECAUDO_HOME": str(settings.FACTS_ROOT.parent),
        "DJANGO_SETTINGS_MODULE": "recaudo.config.test_settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(creditor.pk), day.isoformat()],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready", process.communicate()[1]
    return process


def run_when_free(creditor, day: date) -> dict:
    """The server needs a moment to see that a client is gone."""
    for _ in range(100):
        try:
            return run(creditor, day)
        except Problem as problem:
            if problem.code != "run_in_progress":
                raise
            time.sleep(0.2)
    raise AssertionError("the dead run never let go")


def test_killed_at_random_points_and_run_again_it_ends_as_if_nothing_had_happened():
    untouched, killed = ready_creditor(), ready_creditor()
    for creditor in (untouched, killed):
        mixed_portfolio(creditor)
        run_and_release(creditor)
        run(creditor, DAY + ONE)
    day = DAY + 9 * ONE
    run(untouched, day)
    chance = random.Random(15)
    for _ in range(KILLS):
        process = start_run(killed, day)
        time.sleep(chance.uniform(0.0, 0.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
    run_when_free(killed, day)
    assert picture(killed) == picture(untouched)
    with scope(creditor=killed):
        assert not Run.objects.filter(state="running").exists()
    folders = list(creditor_folder(killed.pk).glob(f"{day.isoformat()}/*"))
    assert len(folders) == 1
    assert not list(creditor_folder(killed.pk).glob(".run-*"))


def test_while_a_run_is_at_work_a_second_is_refused():
    creditor = ready_creditor()
    owing(creditor, "A")
    with psycopg.connect(dsn().conninfo) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [RUNS, creditor.pk])
        with pytest.raises(Problem, match="run_in_progress"):
            run(creditor)
    assert run_when_free(creditor, DAY)["state"] == "proposal"


def test_a_second_hold_while_a_run_is_at_work_is_not_lost():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A")
    run_and_release(creditor)
    with psycopg.connect(dsn().conninfo) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [RUNS, creditor.pk])
        for kind in ("manual", "disputed"):
            place_hold(creditor, customer, kind=kind, reason="x", today=DAY)
    with scope(creditor=creditor):
        assert Hold.objects.filter(customer=customer).count() == 2


def test_two_at_once_make_one_days_work():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    run_and_release(creditor)
    racers = [start_run(creditor, DAY + ONE) for _ in range(2)]
    outcomes = sorted(racer.communicate(timeout=60)[0].strip() for racer in racers)
    assert outcomes in (["done", "done"], ["done", "run_in_progress"])
    before = picture(creditor)
    run(creditor, DAY + ONE)
    assert picture(creditor) == before


def test_creditors_run_beside_each_other():
    creditors = [ready_creditor() for _ in range(2)]
    for creditor in creditors:
        mixed_portfolio(creditor)
    racers = [start_run(creditor, DAY) for creditor in creditors]
    assert [racer.communicate(timeout=60)[0].strip() for racer in racers] == ["proposal"] * 2


def test_a_run_left_for_dead_is_called_failed_by_the_next():
    creditor = ready_creditor()
    with scope(creditor=creditor):
        book = creditor.strategybook_set.get()
        dead = Run.objects.create(
            creditor=creditor, as_of=DAY, state="running", book=book, engine="duckdb"
        )
        run(creditor)
        dead.refresh_from_db()
        assert (dead.state, dead.error_code) == ("failed", "interrupted")


def test_a_database_that_goes_away_half_way_loses_nothing():
    creditor, twin = ready_creditor(), ready_creditor()
    for each in (creditor, twin):
        mixed_portfolio(each)
        run_and_release(each)
    run(twin, DAY + ONE)
    before = picture(creditor)
    process = start_run(creditor, DAY + ONE)
    cut = _cut_until_it_ends(process)
    assert cut and process.returncode != 0
    with scope(creditor=creditor):
        assert picture(creditor) == before
    run_when_free(creditor, DAY + ONE)
    assert picture(creditor) == picture(twin)


def _cut_until_it_ends(process: subprocess.Popen[str]) -> int:
    """Ends the run's sessions again and again, as a server does that is shut down."""
    cut = 0
    with psycopg.connect(dsn().conninfo, autocommit=True) as other:
        while process.poll() is None:
            row = other.execute(
                "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> ALL(%s)",
                [[other.info.backend_pid, _own_pid()]],
            ).fetchone()
            cut += row[0] if row else 0
            time.sleep(0.02)
    process.communicate()
    return cut


def _own_pid() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def test_a_refresh_during_a_run_waits_for_a_job():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=15)
    run_and_release(creditor)
    with psycopg.connect(dsn().conninfo) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [RUNS, creditor.pk])
        place_hold(creditor, customer, kind="manual", reason="x", today=DAY)
        place_hold(creditor, customer, kind="disputed", reason="y", today=DAY)
    with scope(creditor=creditor):
        assert customer.holds.count() == 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'strategy.refresh' "
            "AND status = 'todo' AND (args ->> 'creditor_id')::int = %s",
            [creditor.pk],
        )
        assert len(cursor.fetchall()) == 1


def test_a_run_waits_for_somebody_who_reads_the_decisions():
    creditor = ready_creditor()
    owing(creditor, "A")
    run_and_release(creditor)
    with psycopg.connect(dsn().conninfo) as reader:
        reader.execute("SELECT * FROM strategy_decision")
        process = start_run(creditor, DAY + ONE)
        time.sleep(3)
        assert process.poll() is None
        with scope(creditor=creditor):
            assert Decision.objects.count() == 1, "who reads meanwhile reads the day before"
        reader.rollback()
        assert process.communicate(timeout=60)[0].strip() == "done"


def test_the_lock_is_let_go_after_a_refusal():
    creditor = ready_creditor()
    with pytest.raises(ZeroDivisionError), run_lock(creditor):
        raise ZeroDivisionError
    with run_lock(creditor):
        pass
