"""Finishing a task, placing and releasing a hold: the customer is decided anew at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django_scopes import scope

from factories import make_document, make_member
from recaudo.audit.models import ChangeEvent
from recaudo.contact.models import Interaction
from recaudo.core.problems import Problem
from recaudo.strategy.actions.holds import place_hold, release_hold
from recaudo.strategy.actions.tasks import finish_task
from recaudo.strategy.models import Decision, Task
from strategy.portfolio import DAY, ONE, owing, ready_creditor, run, run_and_release, waiting

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 4, 15, 17, tzinfo=UTC)


@pytest.fixture
def creditor():
    creditor = ready_creditor()
    owing(creditor, "A", dpd=15)
    run_and_release(creditor)
    with scope(creditor=creditor):
        yield creditor


def test_a_call_is_kept_as_an_interaction_of_the_creditors_local_day(creditor):
    late = datetime(2026, 4, 16, 3, tzinfo=UTC)  # still the 15th in Bogotá
    by = make_member(creditor)
    finish_task(Task.objects.get(), outcome="will_pay", now=late, by=by, note="el viernes")
    kept = Interaction.objects.get()
    assert (kept.on_day, kept.channel, kept.step_key) == (DAY, "phone", "llamada_15")
    assert (kept.is_answered, kept.is_effective, kept.note) == (True, True, "el viernes")
    assert Task.objects.get().finished_by == by
    assert ChangeEvent.objects.filter(kind="task_finished").exists()


def test_nobody_answered_is_an_attempt_and_no_contact(creditor):
    finish_task(Task.objects.get(), outcome="no_answer", now=NOON, by=make_member(creditor))
    kept = Interaction.objects.get()
    assert (kept.is_answered, kept.is_effective) == (False, False)


def test_a_finished_task_does_not_come_back(creditor):
    finish_task(Task.objects.get(), outcome="talked", now=NOON, by=make_member(creditor))
    assert Decision.objects.get().reason in ("min_gap", "not_yet_due")
    for days in range(4):
        run(creditor, DAY + days * ONE)
        assert waiting(creditor) == []


def test_a_task_is_finished_once(creditor):
    task, by = Task.objects.get(), make_member(creditor)
    finish_task(task, outcome="talked", now=NOON, by=by)
    with pytest.raises(Problem, match="task_not_open"):
        finish_task(task, outcome="talked", now=NOON, by=by)
    assert Interaction.objects.count() == 1


def test_an_outcome_of_another_kind_of_task_is_refused(creditor):
    with pytest.raises(Problem, match="outcome_unknown"):
        finish_task(Task.objects.get(), outcome="finished", now=NOON, by=make_member(creditor))
    assert Task.objects.get().state == "open"


def test_a_hold_withdraws_the_work_at_once_and_its_release_brings_it_back(creditor):
    customer = creditor.customer_set.get()
    hold = place_hold(creditor, customer, kind="manual", reason="vacaciones", today=DAY)
    assert waiting(creditor) == []
    assert Task.objects.get().outcome == "hold_manual"
    release_hold(hold, today=DAY)
    assert waiting(creditor) == [("A", "llamada_15", "phone")]
    with pytest.raises(Problem, match="hold_already_released"):
        release_hold(hold, today=DAY)


def test_a_hold_on_one_document_leaves_the_others(creditor):
    customer = creditor.customer_set.get()
    other = make_document(customer, 50_000, due_on=DAY.replace(day=1))
    run(creditor)
    place_hold(creditor, customer, kind="disputed", reason="precio", today=DAY, document=other)
    task = Task.objects.get(state="open")
    assert [item.document_id == other.pk for item in task.items.filter(is_live=True)] == [False]
    assert task.balance == 1_000_000


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"reason": " "}, "hold_reason_missing"),
        ({"until_on": DAY}, "hold_span"),
        ({"kind": "capricho"}, "hold_kind_unknown"),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(creditor, wrong, code):
    customer = creditor.customer_set.get()
    given = {"kind": "manual", "reason": "x", "today": DAY} | wrong
    with pytest.raises(Problem, match=code):
        place_hold(creditor, customer, **given)
    assert waiting(creditor) != []


def test_a_hold_until_tomorrow_is_the_shortest(creditor):
    customer = creditor.customer_set.get()
    place_hold(creditor, customer, kind="manual", reason="x", today=DAY, until_on=DAY + ONE)
    run(creditor, DAY + ONE)
    assert waiting(creditor) == [("A", "llamada_15", "phone")]


def test_somebody_elses_document_cannot_be_held(creditor):
    _, foreign = owing(creditor, "B")
    with pytest.raises(Problem, match="hold_foreign_document"):
        place_hold(
            creditor,
            creditor.customer_set.get(code="A"),
            kind="manual",
            reason="x",
            today=DAY,
            document=foreign,
        )
