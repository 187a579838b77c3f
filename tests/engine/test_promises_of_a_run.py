"""What holds for every portfolio: nobody is left out, nothing is said twice, totals agree."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings

from engine.portfolios import PLAN, TODAY, Ledger, Moment, a_day, day_of, decide, ledgers, moments
from recaudo.engine.plan import Day
from recaudo.engine.result import REASONS, SCHEMAS, STATED_HOLDS, Result

EPOCH = date(1970, 1, 1)
ONE_DAY = timedelta(days=1)

random_portfolios = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def rows(result: Result, name: str) -> list[dict[str, Any]]:
    return result[name].to_pylist()


@random_portfolios
@given(ledger=ledgers(), moment=moments())
def test_what_holds_for_every_portfolio(ledger: Ledger, moment: Moment) -> None:
    day = day_of(moment)
    result = decide(ledger, day=day)
    every_document_has_a_next_step_or_a_stated_hold(result, day)
    every_customer_is_in_exactly_one_segment(result, ledger)
    an_act_is_the_sum_of_its_items(result)
    no_due_step_comes_twice(result, ledger)
    nobody_gets_two_messages_a_day(result)
    the_slots_add_up_to_the_balance(result)
    the_columns_are_those_that_are_promised(result)


def every_document_has_a_next_step_or_a_stated_hold(result: Result, day: Day) -> None:
    assert result.counts.without_next_action == 0
    for row in rows(result, "document_decisions"):
        if row["reason"] in STATED_HOLDS:
            assert row["next_step"] is None
        else:
            assert row["next_step"] and row["next_on"] >= day.as_of
    quarantined = sum(row["relation"] == "open_documents" for row in rows(result, "quarantine"))
    assert result.counts.documents_open == len(rows(result, "document_decisions")) + quarantined


def every_customer_is_in_exactly_one_segment(result: Result, ledger: Ledger) -> None:
    decided = [row["customer_id"] for row in rows(result, "decisions")]
    assert decided == sorted(row["customer_id"] for row in ledger["customers"])
    known = {segment.key for segment in PLAN.segments} | {"unassigned"}
    assert {row["segment"] for row in rows(result, "decisions")} <= known
    assert {row["reason"] for row in rows(result, "decisions")} <= set(REASONS)


def an_act_is_the_sum_of_its_items(result: Result) -> None:
    sums: Counter[int] = Counter()
    for item in rows(result, "act_items"):
        sums[item["act"]] += item["balance"]
    assert {row["act"]: row["balance"] for row in rows(result, "acts")} == dict(sums)


def no_due_step_comes_twice(result: Result, ledger: Ledger) -> None:
    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["customer_id"], row["document_id"], row["step_key"]

    items = [(*key(row), row["anchor_on"], row["occurrence"]) for row in rows(result, "act_items")]
    assert len(items) == len(set(items))


def nobody_gets_two_messages_a_day(result: Result) -> None:
    contacts = [row["customer_id"] for row in rows(result, "acts") if row["channel"]]
    assert len(contacts) == len(set(contacts))


def the_slots_add_up_to_the_balance(result: Result) -> None:
    for row in rows(result, "customer_facts"):
        assert sum(row[f"balance_slot_{n}"] for n in range(1, 13)) == row["balance"]
        assert row["balance"] - row["unapplied"] == row["net_balance"]


def the_columns_are_those_that_are_promised(result: Result) -> None:
    for name, schema in SCHEMAS.items():
        assert result[name].schema.equals(schema), name
        for field in schema:
            assert field.nullable or not result[name][field.name].null_count, field.name


def acts(result: Result) -> dict[int, dict[str, Any]]:
    return {row["act"]: row for row in rows(result, "acts")}


@random_portfolios
@given(ledger=ledgers())
def test_after_the_acts_of_a_day_the_next_day_repeats_none_of_them(ledger: Ledger) -> None:
    first = decide(ledger)
    spent = [
        {
            "customer_id": item["customer_id"],
            "document_id": item["document_id"],
            "step_key": item["step_key"],
            "anchor_day": (item["anchor_on"] - EPOCH).days,
            "occurrence": item["occurrence"],
            "done_day": (TODAY - EPOCH).days,
            "is_contact": int(bool(acts(first)[item["act"]]["channel"])),
            "is_open": int(acts(first)[item["act"]]["kind"] == "task"),
        }
        for item in rows(first, "act_items")
    ]
    later = ledger | {"done_steps": ledger["done_steps"] + spent}
    second = decide(later, day=a_day(TODAY + ONE_DAY))
    keys = ("customer_id", "document_id", "step_key", "anchor_on", "occurrence")
    before = {tuple(item[key] for key in keys) for item in rows(first, "act_items")}
    after = {tuple(item[key] for key in keys) for item in rows(second, "act_items")}
    assert not before & after
