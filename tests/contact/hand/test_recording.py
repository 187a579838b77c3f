"""A contact that was made is kept, with the gate's word on it and what follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scope

from factories import (
    allow,
    make_contact_point,
    make_creditor,
    make_customer,
    make_document,
    make_member,
)
from recaudo.access.models import Creditor
from recaudo.audit.models import DomainEvent
from recaudo.config.subscribers import SUBSCRIBERS
from recaudo.contact.hand.outcomes import EFFECTS, Node, default_tree, replace_tree
from recaudo.contact.hand.recording import record_contact
from recaudo.contact.models import Interaction, Verdict
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Customer, Hold, Party
from recaudo.strategy.models import Task

#: A Wednesday, noon in Bogotá.
NOON = datetime(2026, 4, 15, 17, tzinfo=UTC)
DAY = date(2026, 4, 15)
NIGHT = datetime(2026, 4, 16, 1, 30, tzinfo=UTC)  # 20:30 there
RULES = Path(__file__).parents[3] / "docs" / "rules" / "hand.md"


@pytest.fixture
def creditor(db: None) -> Any:
    creditor = make_creditor()
    with scope(creditor=creditor):
        yield creditor


@pytest.fixture
def customer(creditor: Creditor) -> Customer:
    customer = make_customer(creditor, name="Ferretería El Tornillo")
    make_document(customer, "500000", due_on="2026-03-31")
    allow(customer)
    return customer


def record(customer: Customer, outcome: str, **given: Any) -> Interaction:
    given = {"channel": "phone", "at": NOON, "by": make_member(customer.creditor)} | given
    return record_contact(customer.creditor, customer, outcome=outcome, **given)


def test_an_allowed_call_is_kept_with_the_word_that_allowed_it(customer: Customer) -> None:
    made = record(customer, "no_answer", note=" Dos veces ")
    assert (made.on_day, made.is_answered, made.is_effective) == (DAY, False, False)
    assert (made.note, made.direction, made.source) == ("Dos veces", "out", "desk")
    verdict = Verdict.objects.get()
    assert (verdict.is_allowed, verdict.at, verdict.by) == (True, NOON, made.by)


def test_a_call_outside_the_law_is_kept_all_the_same_and_says_so(customer: Customer) -> None:
    made = record(customer, "talked", at=NIGHT)
    verdict = Verdict.objects.get()
    assert made.is_effective
    assert (verdict.is_allowed, verdict.kind, verdict.at) == (False, "law", NIGHT)
    assert verdict.article


def test_what_was_recorded_counts_for_the_next_one(customer: Customer) -> None:
    record(customer, "talked")
    record(customer, "talked", at=NOON + timedelta(hours=1))
    first, second = Verdict.objects.order_by("id")
    assert first.is_allowed
    assert (second.is_allowed, second.kind) == (False, "law")


def test_who_answered_for_a_codebtor_is_kept_with_them(customer: Customer) -> None:
    party = Party.objects.create(
        creditor=customer.creditor, customer=customer, role="co_debtor", name="Ana"
    )
    point = make_contact_point(customer, "phone", "+573001112233", party=party)
    assert record(customer, "talked", contact_point=point).party == party


def test_an_unknown_result_writes_nothing(customer: Customer) -> None:
    with pytest.raises(Problem, match="outcome_unknown"):
        record(customer, "inventado")
    assert (Interaction.objects.count(), Verdict.objects.count()) == (0, 0)


# -- effects ---------------------------------------------------------------------------------------


def test_the_effects_are_those_of_the_table() -> None:
    lines = RULES.read_text("utf-8").splitlines()
    told = {line.split("|")[1].strip(" `") for line in lines if line.startswith("| `")}
    assert told == {effect for effect in EFFECTS if effect}


@pytest.mark.parametrize(
    ("outcome", "kind", "days"),
    [
        ("says_paid", "reported_paid", 3),
        ("will_pay", "manual", 3),
        ("objects", "disputed", None),
        ("situation", "situation", None),
    ],
)
def test_what_the_customer_says_pauses_as_a_reply_that_says_it(
    outcome: str, kind: str, days: int | None, customer: Customer
) -> None:
    record(customer, outcome)
    record(customer, outcome, at=NOON + timedelta(minutes=5))  # twice is as once
    hold = Hold.objects.get()
    until = None if days is None else DAY + timedelta(days=days + (kind == "manual"))
    assert (hold.kind, hold.from_on, hold.until_on) == (kind, DAY, until)


def test_a_promise_waits_until_its_day_is_over(customer: Customer) -> None:
    record(customer, "will_pay", promise_on=DAY + timedelta(days=7))
    assert Hold.objects.get().until_on == DAY + timedelta(days=8)
    with pytest.raises(Problem, match="promise_in_past"):
        record(customer, "will_pay", promise_on=DAY - timedelta(days=1))
    record(customer, "will_pay", promise_on=DAY)


def test_an_objection_pauses_only_what_was_spoken_of(customer: Customer) -> None:
    document = make_document(customer, "1", due_on="2026-04-01")
    record(customer, "objects", debts=[document.pk])
    assert [hold.document_id for hold in Hold.objects.all()] == [document.pk]


def test_a_wrong_number_is_no_good_from_then_on(customer: Customer) -> None:
    point = make_contact_point(customer, "phone", "+573001112233")
    record(customer, "wrong_number", contact_point=point)
    point.refresh_from_db()
    assert (point.state, point.state_since, point.state_reason) == (
        "invalid", DAY, "wrong_number",
    )  # fmt: skip
    assert DomainEvent.objects.filter(kind="contact.point_changed").count() == 1


def test_who_asks_not_to_be_contacted_is_not(customer: Customer) -> None:
    record(customer, "do_not_contact", note="No quiere más llamadas")
    customer.refresh_from_db()
    assert customer.do_not_contact_since == DAY
    record(customer, "no_answer", at=NOON + timedelta(days=1))
    assert not Verdict.objects.latest("id").is_allowed


def test_a_result_of_the_creditors_own_does_what_its_effect_says(customer: Customer) -> None:
    own = Node("acuerda", "Acuerda fecha", "direct", effect="promise")
    replace_tree(customer.creditor, [*default_tree(), own])
    record(customer, "acuerda")
    assert Hold.objects.filter(kind="manual").exists()


# -- calling back ----------------------------------------------------------------------------------


def test_an_agreed_hour_becomes_a_task_once_however_often_it_is_told(customer: Customer) -> None:
    at = NOON + timedelta(days=1)
    record(customer, "callback", callback_at=at, note="Después de almuerzo")
    event = DomainEvent.objects.get(kind="contact.callback_agreed")
    for _ in range(2):
        for subscriber in SUBSCRIBERS["contact.callback_agreed"]:
            subscriber(event)
    task = Task.objects.get()
    assert (task.kind, task.step_key, task.run_id, task.state) == ("call", "callback", None, "open")
    assert (task.due_at, task.due_on, task.note) == (at, date(2026, 4, 16), "Después de almuerzo")


@pytest.mark.parametrize(
    ("local", "is_allowed"),
    [("06:59", False), ("07:00", True), ("18:59", True), ("19:00", False)],
)
def test_an_hour_outside_the_law_is_refused_and_the_nearest_offered(
    local: str, is_allowed: bool, customer: Customer
) -> None:
    at = datetime.fromisoformat(f"2026-04-16T{local}:00-05:00")
    if is_allowed:
        record(customer, "callback", callback_at=at)
        return
    with pytest.raises(Problem, match="callback_not_allowed") as refused:
        record(customer, "callback", callback_at=at)
    nearest = "2026-04-16T07:00:00-05:00" if local < "12" else "2026-04-17T07:00:00-05:00"
    assert refused.value.facts["earliest"] == datetime.fromisoformat(nearest)
    assert Interaction.objects.count() == 0


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (None, "callback_at_missing"),
        (NOON, "callback_past"),
        (NOON + timedelta(days=91), "callback_far"),
    ],
)
def test_a_call_back_without_a_sensible_hour_is_refused(
    at: datetime | None, code: str, customer: Customer
) -> None:
    with pytest.raises(Problem, match=code):
        record(customer, "callback", callback_at=at)


def test_an_hour_beside_another_result_is_left_alone(customer: Customer) -> None:
    record(customer, "talked", callback_at=NOON + timedelta(days=1))
    assert not DomainEvent.objects.filter(kind="contact.callback_agreed").exists()
    assert timezone.is_aware(Interaction.objects.get().at)
