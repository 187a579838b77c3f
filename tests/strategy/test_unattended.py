"""What nobody attended becomes the supervisor's (S1-17)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django_scopes import scope

from factories import assign, make_creditor, make_customer, make_member
from recaudo.access.models import Creditor, Role
from recaudo.core.problems import Problem
from recaudo.strategy.actions.unattended import escalate_unattended, hand_over
from recaudo.strategy.models import Task

pytestmark = pytest.mark.django_db

#: Noon of a Wednesday in Bogotá.
NOON = datetime(2026, 4, 15, 17, tzinfo=UTC)
DAY = date(2026, 4, 15)


def task(creditor: Creditor, **fields: Any) -> Task:
    given = {"due_on": DAY, "state": "open"} | fields
    with scope(creditor=creditor):
        return Task.objects.create(
            creditor=creditor,
            customer=make_customer(creditor),
            step_key="llamada_15",
            kind="call",
            priority=1,
            currency="COP",
            balance=1,
            **given,
        )


def is_escalated(each: Task) -> bool:
    with scope(creditor=each.creditor):
        each.refresh_from_db()
    return each.escalated_at is not None


@pytest.mark.parametrize(
    ("due_on", "late"),
    [
        (DAY - timedelta(days=1), True),
        (DAY, False),
        (DAY + timedelta(days=1), False),
        (DAY - timedelta(days=9), True),  # a missed week is made up
    ],
)
def test_a_task_has_its_whole_day(due_on: date, late: bool) -> None:
    each = task(make_creditor(), due_on=due_on)
    escalate_unattended(NOON)
    assert is_escalated(each) is late


@pytest.mark.parametrize(("minutes", "late"), [(59, False), (60, False), (61, True)])
def test_an_agreed_hour_has_one_hour_of_grace(minutes: int, late: bool) -> None:
    each = task(make_creditor(), due_at=NOON - timedelta(minutes=minutes))
    escalate_unattended(NOON)
    assert is_escalated(each) is late


def test_twice_is_as_once() -> None:
    creditor = make_creditor()
    each = task(creditor, due_on=DAY - timedelta(days=1))
    assert escalate_unattended(NOON)[creditor.code] == 1
    assert escalate_unattended(NOON + timedelta(hours=1))[creditor.code] == 0
    assert is_escalated(each)
    assert each.escalated_at == NOON


def test_done_withdrawn_and_proposed_tasks_are_nobodys_to_attend() -> None:
    creditor = make_creditor()
    rows = [
        task(creditor, state=state, due_on=DAY - timedelta(days=1))
        for state in ("done", "withdrawn", "proposed")
    ]
    escalate_unattended(NOON)
    assert not any(is_escalated(each) for each in rows)


def test_one_creditor_that_fails_stops_nobody_else() -> None:
    broken, sound = make_creditor("a-roto", timezone="Marte/Olympus"), make_creditor("z-bien")
    each = task(sound, due_on=DAY - timedelta(days=1))
    outcome = escalate_unattended(NOON)
    assert isinstance(outcome[broken.code], str)
    assert outcome[sound.code] == 1
    assert is_escalated(each)


def test_who_takes_it_has_until_the_end_of_today() -> None:
    creditor = make_creditor()
    each = task(creditor, due_on=DAY - timedelta(days=1), due_at=NOON - timedelta(days=1))
    escalate_unattended(NOON)
    chief = make_member(creditor)
    hand_over(each, to=chief, now=NOON, by=chief)
    assert not is_escalated(each)
    assert (each.assigned_to, each.due_on, each.due_at) == (chief, DAY, None)
    escalate_unattended(NOON)
    assert not is_escalated(each)
    escalate_unattended(NOON + timedelta(days=1))
    assert is_escalated(each)


def test_it_goes_only_to_who_sees_the_customer_and_only_while_open() -> None:
    creditor = make_creditor()
    each, chief = task(creditor), make_member(creditor)
    collector = make_member(creditor, Role.COLLECTOR)
    with pytest.raises(Problem, match="assignee_cannot_see"):
        hand_over(each, to=collector, now=NOON, by=chief)
    assign(each.customer, collector)
    hand_over(each, to=collector, now=NOON, by=chief)
    with scope(creditor=creditor):
        Task.objects.update(state="done")
    with pytest.raises(Problem, match="task_not_open"):
        hand_over(each, to=chief, now=NOON, by=chief)
