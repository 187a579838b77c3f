from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.buckets import (
    DEFAULT,
    PRESETS,
    BucketTable,
    Slot,
    as_stored,
    read_table,
    rolls_on,
    slot_of,
)
from recaudo.core.calendar import days_past_due
from recaudo.core.problems import Problem

from .rules import rows

TABLES = st.sampled_from(list(PRESETS.values()))


def written(slot: Slot) -> str:
    end = "" if slot.to_dpd is None else slot.to_dpd
    return f"{slot.code}{'*' * slot.critical} {slot.from_dpd}-{end}"


def test_the_presets_are_those_of_the_document() -> None:
    documented = {
        row["preset"]: row["slots (critical ones marked *)"]
        for row in rows("buckets.md", "presets")
    }
    assert documented == {
        code: ", ".join(map(written, table.slots)) for code, table in PRESETS.items()
    }


def test_b2b_calls_the_old_debt_hard_to_collect() -> None:
    assert slot_of(181, PRESETS["b2b"]).name_es.startswith("difícil cobro")


def test_slots_and_rolling_dates_are_those_of_the_worked_table() -> None:
    for row in rows("buckets.md", "slots"):
        table = PRESETS[row["preset"]]
        due, as_of = date.fromisoformat(row["due"]), date.fromisoformat(row["as of"])
        rolling = None if row["rolls on"] == "none" else date.fromisoformat(row["rolls on"])
        assert slot_of(days_past_due(due, as_of), table).code == row["slot"], row
        assert rolls_on(due, table, as_of) == rolling, row


@given(TABLES, st.integers(0, 5000))
def test_each_day_late_is_in_exactly_one_slot(table: BucketTable, dpd: int) -> None:
    holding = [slot for slot in table.slots if slot.has(dpd)]
    assert holding == [slot_of(dpd, table)]
    assert table.slots[table.number_of(dpd) - 1] == holding[0]


@given(TABLES, st.integers(-60, 400))
def test_a_document_changes_its_slot_on_the_day_it_rolls_and_not_before(
    table: BucketTable, age: int
) -> None:
    as_of = date(2026, 3, 10)
    due = as_of - timedelta(days=age)
    day = rolls_on(due, table, as_of)
    now = table.number_of(days_past_due(due, as_of))
    if day is None:
        assert now == len(table.slots)
    else:
        assert day > as_of
        assert table.number_of(days_past_due(due, day - timedelta(days=1))) == now
        assert table.number_of(days_past_due(due, day)) == now + 1


@given(TABLES)
def test_the_stored_form_there_and_back_is_the_same(table: BucketTable) -> None:
    assert read_table(table.code, as_stored(table)) == table


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ([(1, None)], "buckets_start"),
        ([(0, 0), (2, None)], "buckets_gap"),
        ([(0, 5), (5, None)], "buckets_overlap"),
        ([(0, None), (1, None)], "buckets_overlap"),
        ([(0, 5)], "buckets_end"),
        ([(0, 5), (6, 4), (5, None)], "buckets_backwards"),
        ([], "buckets_count"),
        ([(n, n) for n in range(12)] + [(12, None)], "buckets_count"),
    ],
)
def test_slots_that_do_not_partition_the_days_are_refused(
    ends: list[tuple[int, int | None]], code: str
) -> None:
    slots = tuple(Slot(f"s{n}", *pair, "", "") for n, pair in enumerate(ends))
    with pytest.raises(Problem) as refused:
        BucketTable("mine", slots)
    assert refused.value.code == code


def test_twelve_slots_are_allowed_and_a_code_stands_once() -> None:
    twelve = [*((n, n) for n in range(11)), (11, None)]
    assert len(BucketTable("t", tuple(Slot(str(a), a, b, "", "") for a, b in twelve)).slots) == 12
    with pytest.raises(Problem, match="buckets_code"):
        BucketTable("t", (Slot("x", 0, 0, "", ""), Slot("x", 1, None, "", "")))


@pytest.mark.parametrize(
    "change", [{"from": "0"}, {"from": True}, {"to": 1.5}, {"code": 3}, {"critical": 1}, {"x": 1}]
)
def test_a_stored_slot_that_means_nothing_is_refused(change: dict[str, object]) -> None:
    stored = as_stored(DEFAULT)
    stored[0] |= change
    with pytest.raises(Problem, match="buckets_unreadable"):
        read_table("mine", stored)
