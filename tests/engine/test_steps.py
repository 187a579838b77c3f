"""When is a step due, when is it late, and what stands before it? docs/rules/run.md in examples.

The day judged is Wednesday 11 March 2026 unless a test says otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from engine.portfolios import (
    CALL,
    PLAN,
    TODAY,
    UNIT,
    a_day,
    customer,
    decide,
    document,
    done,
    email,
    phone,
    step,
)
from recaudo.engine.lookups import day_number
from recaudo.engine.plan import Plan, Segment, Strategy
from recaudo.engine.result import Result

EVERYBODY = Segment("all", "open_documents >= 0", "only")


def a_plan(*steps: Any, gap: int = 3, **fields: Any) -> Plan:
    """One strategy for everybody; an endless repetition far away keeps it open."""
    far = step("far", "repeat", 900, every_days=90)
    strategy = Strategy("only", (*steps, far), min_gap_days=gap)
    return Plan(
        "COP", (Segment("all", "open_documents >= 0", "only"),), (strategy,), "only", **fields
    )


def the(result: Result, name: str) -> dict[str, Any]:
    """The only row."""
    (row,) = result[name].to_pylist()
    return row


def items(result: Result) -> list[tuple[int | None, str]]:
    return [(row["document_id"], row["step_key"]) for row in result["act_items"].to_pylist()]


def decide_one(plan: Plan, *documents: dict[str, Any], **ledger: Any) -> Result:
    """Customer 1, long in the segment, with an e-mail address and a telephone."""
    as_of = ledger.pop("as_of", TODAY)
    day = ledger.pop("day", None) or a_day(as_of)
    stay = {"customer_id": 1, "segment": "all", "entered_day": day_number(TODAY) - 300}
    whole = {
        "customers": [customer()],
        "open_documents": list(documents),
        "contact_points": [email(), phone()],
        "stays": [stay],
    }
    return decide(whole | ledger, plan, day)


CHAIN = a_plan(step("first", "due", 1), step("second", "due", 15), step("third", "due", 30))


@pytest.mark.parametrize(
    ("age", "today", "after"),
    [
        (0, None, "first"),
        (1, "first", "second"),
        (14, None, "second"),
        (15, "second", "third"),
        (30, "third", "far"),
    ],
)
def test_a_step_is_due_on_its_day_and_not_the_day_before(
    age: int, today: str | None, after: str
) -> None:
    decision = the(decide_one(CHAIN, document(age=age)), "decisions")
    assert (decision["step_key"], decision["next_step"]) == (today, after)


def test_a_step_before_the_due_date_has_a_negative_offset() -> None:
    plan = a_plan(step("before", "due", -5))
    assert the(decide_one(plan, document(age=-6)), "decisions")["reason"] == "not_yet_due"
    assert the(decide_one(plan, document(age=-5)), "decisions")["step_key"] == "before"


@pytest.mark.parametrize(("late", "is_sent"), [(2, True), (3, False)])
def test_a_step_later_than_its_tolerance_is_skipped_and_listed(late: int, is_sent: bool) -> None:
    """Due Friday 6 March, tolerance two business days: Tuesday still, Wednesday no more."""
    as_of = date(2026, 3, 6) + timedelta(days=4 if late == 2 else 5)
    friday_debt = document(age=(TODAY - date(2026, 3, 5)).days)
    result = decide_one(CHAIN, friday_debt, as_of=as_of)
    word = the(result, "document_decisions")
    if is_sent:
        assert (word["next_step"], word["missed_step"]) == ("first", None)
    else:
        assert (word["next_step"], word["missed_step"]) == ("second", "first")
        assert word["next_on"] == date(2026, 3, 20)
        assert result.counts.missed_steps == 1


def test_a_debt_that_arrives_old_starts_at_the_step_of_its_age_and_only_that() -> None:
    arrived = document(age=20, recorded_day=day_number(TODAY))
    result = decide_one(CHAIN, arrived)
    assert items(result) == [(1, "second")]
    next_day = decide_one(
        CHAIN,
        arrived,
        as_of=TODAY + timedelta(days=1),
        done_steps=[done(1, "second", anchor_age=20, days_ago=0)],
    )
    assert items(next_day) == []
    assert the(next_day, "decisions")["next_step"] == "third"


def test_a_customer_new_to_the_segment_starts_at_the_step_of_the_debts_age() -> None:
    assert items(decide_one(CHAIN, document(age=20), stays=[])) == [(1, "second")]


def test_a_step_that_was_spent_never_comes_again() -> None:
    spent = done(1, "second", anchor_age=15, days_ago=0)
    assert items(decide_one(CHAIN, document(age=15), done_steps=[spent])) == []


def test_a_new_due_date_is_a_new_anchor() -> None:
    spent = done(1, "first", anchor_age=30, days_ago=29)
    assert items(decide_one(CHAIN, document(age=1), done_steps=[spent])) == [(1, "first")]


# -- one contact for everything due --------------------------------------------------------------


def test_due_steps_of_a_customer_become_one_message_of_the_heaviest() -> None:
    plan = a_plan(step("before", "due", -5), step("first", "due", 1), step("second", "due", 15))
    result = decide_one(
        plan,
        document(1, age=15, amount=100),
        document(2, age=1, amount=20),
        document(3, age=-5, amount=3),
        document(4, age=7, amount=4000),
    )
    act = the(result, "acts")
    assert (act["kind"], act["step_key"], act["channel"]) == ("message", "second", "email")
    assert act["balance"] == 123 * UNIT
    assert items(result) == [(1, "second"), (2, "first"), (3, "before")]


def test_a_balance_counts_once_where_two_steps_speak_of_a_document() -> None:
    plan = a_plan(step("welcome", "entry", 0), step("first", "due", 1))
    result = decide_one(plan, document(age=1, amount=50), stays=[])
    assert the(result, "acts")["balance"] == 50 * UNIT
    assert sorted(items(result)) == [(1, "first"), (1, "welcome")]


def test_a_review_for_a_person_does_not_count_as_a_contact() -> None:
    review = step("review", "entry", 0, kind="task", task_kind="review")
    result = decide_one(a_plan(review, step("first", "due", 1)), document(age=1), stays=[])
    assert [row["step_key"] for row in result["acts"].to_pylist()] == ["review", "first"]


@pytest.mark.parametrize(("days_ago", "reason"), [(1, "min_gap"), (2, "min_gap"), (3, "step_due")])
def test_the_minimum_gap_holds_the_next_contact_back(days_ago: int, reason: str) -> None:
    talk = {
        "customer_id": 1, "at_us": 1, "day": day_number(TODAY) - days_ago, "is_out": 1,
        "is_effective": 0, "is_answered": 0,
    }  # fmt: skip
    decision = the(decide_one(CHAIN, document(age=1), interactions=[talk]), "decisions")
    assert decision["reason"] == reason


def test_a_step_held_back_by_the_gap_is_not_late_on_the_first_free_day() -> None:
    plan = a_plan(step("first", "due", 1, tolerance_days=0), gap=6)
    earlier = done(2, "second", anchor_age=40, days_ago=6)
    assert items(decide_one(plan, document(age=5), done_steps=[earlier])) == [(1, "first")]


# -- repetitions ---------------------------------------------------------------------------------

REPEATING = Plan(
    "COP",
    (EVERYBODY,),
    (
        Strategy(
            "only",
            (
                step("weekly", "repeat", 1, every_days=7),
                step("call", "repeat", 30, every_days=10, cap=2, **CALL),
            ),
            min_gap_days=3,
        ),
    ),
    "only",
)


@pytest.mark.parametrize(("days_ago", "is_due"), [(6, False), (7, True), (30, True)])
def test_a_repetition_counts_from_the_last_step_that_spoke_of_the_document(
    days_ago: int, is_due: bool
) -> None:
    last = done(1, "whatever", anchor_age=20, days_ago=days_ago)
    result = decide_one(REPEATING, document(age=20), done_steps=[last])
    assert bool(items(result)) == is_due
    if is_due:
        item = the(result, "act_items")
        assert item["anchor_on"] == TODAY - timedelta(days=days_ago)


def test_a_repetition_whose_cap_is_used_up_gives_way_to_the_endless_one() -> None:
    calls = [
        done(1, "call", anchor_age=n * 10 + 20, days_ago=n * 10 + 10, occurrence=2 - n)
        for n in range(2)
    ]
    once = decide_one(REPEATING, document(age=60), done_steps=calls[1:])
    assert (the(once, "acts")["step_key"], the(once, "act_items")["occurrence"]) == ("call", 2)
    assert the(decide_one(REPEATING, document(age=60), done_steps=calls), "acts")["step_key"] == (
        "weekly"
    )


def test_a_repetition_that_the_gap_would_delay_comes_along() -> None:
    spent = [
        done(1, "weekly", anchor_age=20, days_ago=7),
        done(2, "weekly", anchor_age=20, days_ago=5),
        done(3, "weekly", anchor_age=20, days_ago=3),
    ]
    documents = [document(n, age=20) for n in (1, 2, 3)]
    assert items(decide_one(REPEATING, *documents, done_steps=spent)) == [
        (1, "weekly"),
        (2, "weekly"),
    ]


# -- from the entry into a segment ---------------------------------------------------------------

ENTERING = a_plan(step("welcome", "entry", 0), step("after_ten", "entry", 10))


@pytest.mark.parametrize(
    ("days", "today"), [(0, "welcome"), (9, None), (10, "after_ten"), (12, "after_ten"), (20, None)]
)
def test_an_entry_step_counts_from_the_day_of_entry(days: int, today: str | None) -> None:
    stay = {"customer_id": 1, "segment": "all", "entered_day": day_number(TODAY) - days}
    decision = the(decide_one(ENTERING, document(age=30), stays=[stay]), "decisions")
    assert decision["step_key"] == today


def test_an_entry_step_speaks_of_what_is_overdue() -> None:
    result = decide_one(ENTERING, document(1, age=30), document(2, age=-30), stays=[])
    assert items(result) == [(1, "welcome")]


def test_an_entry_step_comes_once_for_one_entry() -> None:
    stay = {"customer_id": 1, "segment": "all", "entered_day": day_number(TODAY) - 1}
    spent = done(2, "welcome", anchor_age=1, days_ago=1)
    assert items(decide_one(ENTERING, document(age=30), stays=[stay], done_steps=[spent])) == []


# -- what stands before a contact ----------------------------------------------------------------


def test_who_pays_on_fridays_is_not_asked_before_friday() -> None:
    """F10: due on Tuesday, pays on Fridays."""
    fridays = {"fridays": [date(2026, 3, 6) + timedelta(weeks=n) for n in range(-8, 9)]}
    owes = {"customers": [customer(calendar="fridays")]}
    words = {}
    for as_of in (date(2026, 3, 11), date(2026, 3, 12), date(2026, 3, 13)):
        day = a_day(as_of, payment_days=fridays)
        result = decide_one(CHAIN, document(age=1), day=day, **owes)
        word = the(result, "document_decisions")
        words[as_of.day] = (word["reason"], word["next_step"], word["next_on"])
    friday = date(2026, 3, 13)
    assert words == {
        11: ("waiting_payment_day", "first", friday),
        12: ("waiting_payment_day", "first", friday),
        13: ("step_due", "first", friday),
    }


def credit(amount: int) -> dict[str, Any]:
    return {
        "credit_id": 1, "customer_id": 1, "value_day": day_number(TODAY) - 4,
        "amount": amount, "currency": None,
    }  # fmt: skip


@pytest.mark.parametrize(("left_over", "reason"), [(0, "credits_cover"), (-1, "step_due")])
def test_credits_that_cover_what_is_overdue_mean_a_task_and_no_reminder(
    left_over: int, reason: str
) -> None:
    """F6, to the ten-thousandth."""
    owed = credit(100 * UNIT + left_over)
    result = decide_one(CHAIN, document(age=1, amount=100), credits_unapplied=[owed])
    assert the(result, "decisions")["reason"] == reason
    assert the(result, "acts")["step_key"] == ("first" if left_over else "apply_credit")


def test_the_task_to_apply_credits_is_asked_again_after_a_month() -> None:
    for days_ago, is_open, acts in ((1, 1, 0), (29, 0, 0), (30, 0, 1), (90, 1, 0)):
        asked = done(None, "apply_credit", anchor_age=4, days_ago=days_ago, is_open=is_open)
        result = decide_one(
            CHAIN, document(age=1), credits_unapplied=[credit(10**9)], done_steps=[asked]
        )
        assert result["acts"].num_rows == acts, (days_ago, is_open)
        assert the(result, "document_decisions")["next_step"] == "apply_credit"


@pytest.mark.parametrize(("amount", "reason"), [(49_999, "small_balance"), (50_000, "step_due")])
def test_below_the_small_balance_nobody_is_chased(amount: int, reason: str) -> None:
    plan = replace(CHAIN, small_balance=50_000)
    result = decide_one(plan, document(age=1, open_amount=amount))
    assert the(result, "decisions")["reason"] == reason


def a_hold(**fields: Any) -> dict[str, Any]:
    return {
        "customer_id": 1, "document_id": None, "channel": "", "kind": "manual",
        "until_day": None, **fields,
    }  # fmt: skip


def test_a_hold_on_the_customer_holds_everything_until_its_end() -> None:
    until = day_number(TODAY) + 9
    result = decide_one(CHAIN, document(age=1), holds=[a_hold(kind="legal", until_day=until)])
    word = the(result, "document_decisions")
    assert (word["reason"], word["next_step"]) == ("hold_legal", None)
    assert word["next_on"] == TODAY + timedelta(days=9)
    assert the(result, "decisions")["reason"] == "hold_legal"


def test_a_hold_on_a_document_leaves_the_others_alone() -> None:
    """F15: a document covered by a cheque in custody is shown apart and not chased."""
    hold = a_hold(document_id=1, kind="instrument")
    result = decide_one(CHAIN, document(1, age=1, amount=70), document(2, age=1), holds=[hold])
    assert items(result) == [(2, "first")]
    facts = the(result, "customer_facts")
    assert (facts["documented_balance"], facts["held_balance"]) == (70 * UNIT, 70 * UNIT)


def test_a_hold_on_a_channel_leaves_the_step_its_other_channels() -> None:
    plan = a_plan(step("first", "due", 1, channels=("email", "phone")))
    result = decide_one(plan, document(age=1), holds=[a_hold(channel="email")])
    assert the(result, "acts")["channel"] == "phone"


def test_who_must_not_be_contacted_is_not_but_may_be_thought_about() -> None:
    review = step("review", "due", 1, kind="task", task_kind="review")
    silent = {"customers": [customer(do_not_contact_day=day_number(TODAY))]}
    assert the(decide_one(a_plan(review), document(age=1), **silent), "acts")["kind"] == "task"
    decision = the(decide_one(CHAIN, document(age=1), **silent), "decisions")
    assert decision["reason"] == "do_not_contact"


def test_a_step_that_nothing_can_carry_becomes_a_task_to_complete_the_data() -> None:
    result = decide_one(CHAIN, document(age=1), contact_points=[phone()])
    assert the(result, "decisions")["reason"] == "no_channel"
    act = the(result, "acts")
    assert (act["step_key"], act["task_kind"], act["channel"]) == ("fix_contact", "fix_contact", "")
    assert the(result, "document_decisions")["next_step"] == "fix_contact"


@pytest.mark.parametrize(
    ("ledger_on", "reason"), [(date(2026, 3, 10), "step_due"), (date(2026, 3, 9), "ledger_stale")]
)
def test_a_message_waits_for_a_fresh_ledger(ledger_on: date, reason: str) -> None:
    """F7: one business day is the limit."""
    result = decide_one(CHAIN, document(age=1), day=a_day(ledger_on=ledger_on))
    word = the(result, "document_decisions")
    assert word["reason"] == reason
    assert word["next_on"] == (TODAY if reason == "step_due" else TODAY + timedelta(days=1))


def test_a_call_does_not_wait_for_a_fresh_ledger() -> None:
    plan = a_plan(step("call", "due", 1, **CALL))
    old = a_day(ledger_on=TODAY - timedelta(days=30))
    assert the(decide_one(plan, document(age=1), day=old), "decisions")["step_key"] == "call"


def test_nothing_is_planned_on_a_day_without_banks() -> None:
    saturday = TODAY + timedelta(days=3)
    word = the(decide_one(CHAIN, document(age=-2), as_of=saturday), "document_decisions")
    assert (word["reason"], word["next_on"]) == ("not_business_day", date(2026, 3, 16))


def test_a_written_off_debt_leaves_the_ageing_and_is_still_worked() -> None:
    """F12."""
    lost = document(age=15, amount=30, written_off_day=day_number(TODAY) - 100)
    result = decide_one(CHAIN, lost)
    facts = the(result, "customer_facts")
    assert (facts["balance"], facts["bucket_slot"]) == (0, 0)
    assert (facts["written_off_balance"], facts["claimable_balance"]) == (30 * UNIT, 30 * UNIT)
    assert items(result) == [(1, "second")]


def test_a_ceded_document_is_nobodys_to_chase() -> None:
    """F32."""
    result = decide_one(CHAIN, document(age=15, ceded_day=day_number(TODAY)))
    assert the(result, "decisions")["reason"] == "ceded"
    facts = the(result, "customer_facts")
    assert (facts["balance"], facts["ceded_balance"]) == (0, 1000 * UNIT)
    tomorrow = day_number(TODAY) + 1
    assert items(decide_one(CHAIN, document(age=15, ceded_day=tomorrow))) == [(1, "second")]


# -- bad rows ------------------------------------------------------------------------------------


def test_a_currency_without_rate_is_put_aside_and_the_rest_go_on() -> None:
    result = decide_one(
        CHAIN,
        document(1, age=1, amount=5),
        document(2, age=1, currency="USD", amount=7),
        document(3, age=1, currency="EUR", amount=9),
        rates=[{"currency": "USD", "rate_e10": 4_000_5 * 10**9}],
    )
    bad = the(result, "quarantine")
    assert (bad["relation"], bad["row_id"], bad["reason"]) == ("open_documents", 3, "no_rate")
    assert the(result, "customer_facts")["balance"] == 5 * UNIT + 7 * 40_005 * 1000
    assert (result.counts.documents_open, result.counts.quarantined) == (3, 1)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"open_amount": 0}, "bad_amount"),
        ({"open_amount": -5}, "bad_amount"),
        ({"open_amount": 90_000_000_000_000_001}, "bad_amount"),
        ({"open_amount": 10**16, "currency": "USD"}, "bad_amount"),
        ({"due_day": 80_000}, "bad_dates"),
    ],
)
def test_a_row_that_breaks_an_invariant_is_put_aside(fields: dict[str, Any], reason: str) -> None:
    result = decide_one(
        CHAIN,
        document(1, age=1, **fields),
        document(2, age=1),
        rates=[{"currency": "USD", "rate_e10": 4000 * 10**10}],
    )
    assert the(result, "quarantine")["reason"] == reason
    assert items(result) == [(2, "first")]


# -- segments, value, order ----------------------------------------------------------------------


def test_the_first_segment_that_fits_counts_and_who_fits_none_is_unassigned() -> None:
    segments = (Segment("big", "balance >= 1000", "only"), Segment("late", "max_dpd > 5", "only"))
    plan = replace(CHAIN, segments=segments)
    ledger = {
        "customers": [customer(n) for n in (1, 2, 3)],
        "open_documents": [
            document(1, 1, age=9, amount=1000),
            document(2, 2, age=9, amount=999),
            document(3, 3, age=5, amount=999),
        ],
    }
    result = decide(ledger, plan)
    assert result["decisions"]["segment"].to_pylist() == ["big", "late", "unassigned"]
    assert result.counts.by_segment == {"big": 1, "late": 1, "unassigned": 1}


def test_entering_another_segment_is_told_once() -> None:
    stays = [{"customer_id": 1, "segment": "old", "entered_day": 1}]
    stay = the(decide_one(CHAIN, document(age=1), stays=stays), "stays")
    assert (stay["segment"], stay["previous"], stay["entered_on"]) == ("all", "old", TODAY)
    assert decide_one(CHAIN, document(age=1))["stays"].num_rows == 0


def test_what_is_hard_to_collect_comes_first_whatever_its_value() -> None:
    """S4-03."""
    ledger = {
        "customers": [customer(1), customer(2)],
        "open_documents": [document(1, 1, age=120, amount=10), document(2, 2, age=2, amount=10**6)],
    }
    priority = decide(ledger)["decisions"]["priority"].to_pylist()
    assert priority[0] > priority[1]
    by_value = decide(ledger, replace(PLAN, critical_first=False))["decisions"]["priority"]
    assert by_value.to_pylist()[0] < by_value.to_pylist()[1]


def test_the_expected_value_is_probability_times_balance_minus_cost() -> None:
    """S0-04."""
    plan = replace(CHAIN, channel_costs={"email": 3 * UNIT, "phone": 50 * UNIT})
    facts = the(decide_one(plan, document(age=10, amount=200)), "customer_facts")
    assert facts["cost_to_work"] == 3 * UNIT
    assert facts["expected_value"] == 200 * UNIT * facts["p_pay"] // 10**6 - 3 * UNIT
