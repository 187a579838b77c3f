"""What do the creditor's rules mean for each age? The plan and the day as small relations.

Ages are spelled out, one row an age, so that a step looks up by equality what it would otherwise
search for: which step does a debt of 47 days call for, and which comes next?
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa

from recaudo.core.buckets import BucketTable
from recaudo.core.problems import Problem
from recaudo.engine.plan import (
    APPLY_CREDIT,
    CHANNELS,
    FIX_CONTACT,
    SERVICE_STEPS,
    UNASSIGNED,
    Day,
    Plan,
    Step,
    Strategy,
)
from recaudo.engine.result import HOLD_REASONS, REASONS

EPOCH = date(1970, 1, 1)
REASON_RANK: Mapping[str, int] = {reason: n for n, reason in enumerate(REASONS, 1)}
"""1 for the first of REASONS; the engine's column ``reason`` until the end."""

SERVICE_NUMBERS: Mapping[str, int] = {APPLY_CREDIT: 10, FIX_CONTACT: 20}

Row = Mapping[str, object]


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def step_number(strategy: int, weight: int, step: Step) -> int:
    """Orders the steps of a strategy by weight; the last digit says whether it is a contact."""
    return strategy * 10_000 + weight * 10 + (1 if step.channels else 0)


def lookups(plan: Plan, day: Day) -> dict[str, pa.Table]:
    """Relations by name; their columns are those of the rows below."""
    key_numbers = _key_numbers(plan)
    strategies = list(enumerate(plan.strategies, 1))
    return {
        "steps": _table(_STEPS, _steps(plan, day, key_numbers)),
        "step_keys": _table(
            {"step_key": "text", "key_no": "int"},
            ({"step_key": key, "key_no": number} for key, number in key_numbers.items()),
        ),
        "strategies": _table(
            dict.fromkeys(("strategy", "min_gap", "age_from", "age_to", "stay_to"), "int"),
            (_strategy_row(n, strategy) for n, strategy in strategies),
        ),
        "segments": _table(
            {"segment_no": "int", "segment": "text", "strategy": "int"}, _segments(plan)
        ),
        "ages": _table(
            _AGES, (row for n, strategy in strategies for row in _ages(n, strategy, key_numbers))
        ),
        "stay_ages": _table(
            _STAY_AGES,
            (row for n, strategy in strategies for row in _stay_ages(n, strategy, key_numbers)),
        ),
        "buckets": _table(_BUCKETS, _buckets(plan)),
        "bucket_products": _table(
            {"product": "text", "bucket_table": "int"},
            (
                {"product": product, "bucket_table": n}
                for n, product in enumerate(sorted(plan.bucket_tables), 1)
            ),
        ),
        "reasons": _table(
            {"reason_no": "int", "reason": "text"},
            ({"reason_no": n, "reason": reason} for reason, n in REASON_RANK.items()),
        ),
        "hold_reasons": _table(
            {"kind": "text", "reason_no": "int"},
            (
                {"kind": reason.removeprefix("hold_"), "reason_no": REASON_RANK[reason]}
                for reason in HOLD_REASONS
            ),
        ),
        "business_days": _table(
            {"day": "int", "ordinal": "int", "next_day": "int"}, _business_days(day)
        ),
        "payment_days": _table(
            {"calendar": "text", "day": "int"},
            (
                {"calendar": calendar, "day": day_number(on)}
                for calendar, days in day.payment_days.items()
                for on in days
            ),
        ),
    }


# -- ages ----------------------------------------------------------------------------------------


_AGES = {
    "strategy": "int",
    "age": "int",
    **dict.fromkeys(("due_step", "due_key", "due_offset", "due_tolerance"), "int?"),
    **dict.fromkeys(("next_due_step", "next_due_offset"), "int?"),
    **dict.fromkeys(("rep_step", "rep_key", "rep_offset", "rep_every", "rep_cap"), "int?"),
    **dict.fromkeys(("end_step", "end_key", "end_offset", "end_every"), "int?"),
    **dict.fromkeys(("later_step", "later_offset"), "int?"),
}


def _ages(n: int, strategy: Strategy, keys: Mapping[str, int]) -> Iterator[Row]:
    """For each age: the step of the chain that it calls for (unless a repetition has taken over)
    and the next; the repetition in force, the endless one behind it, and the next to start."""
    due = _numbered(n, strategy, "due")
    repeats = _numbered(n, strategy, "repeat")
    endless = [entry for entry in repeats if entry[1].cap is None]
    start, end = _range_of(strategy)
    for age in range(start, end + 1):
        row: dict[str, object] = {"strategy": n, "age": age}
        now, after = _at(due, age)
        repeat, later = _at(repeats, age)
        last, _ = _at(endless, age)
        if now and not (repeat and repeat[1].offset_days > now[1].offset_days):
            number, step = now
            row |= {"due_step": number, "due_key": keys[step.key], "due_offset": step.offset_days}
            row["due_tolerance"] = step.tolerance_days
        if after:
            row |= {"next_due_step": after[0], "next_due_offset": after[1].offset_days}
        for prefix, entry in (("rep", repeat), ("end", last)):
            if entry:
                number, step = entry
                row |= {
                    f"{prefix}_step": number,
                    f"{prefix}_key": keys[step.key],
                    f"{prefix}_offset": step.offset_days,
                    f"{prefix}_every": step.every_days,
                }
        if repeat:
            row["rep_cap"] = repeat[1].cap
        if later:
            row |= {"later_step": later[0], "later_offset": later[1].offset_days}
        yield row


def _range_of(strategy: Strategy) -> tuple[int, int]:
    """The ages below and above which nothing changes any more."""
    offsets = [step.offset_days for step in strategy.steps]
    return min(offsets) - 1, max(offsets) + 1


def _stay_limit(strategy: Strategy) -> int:
    """Days in the segment from which no further entry step starts."""
    return max((s.offset_days for s in strategy.steps if s.anchor == "entry"), default=0)


def _strategy_row(n: int, strategy: Strategy) -> Row:
    start, end = _range_of(strategy)
    return {
        "strategy": n,
        "min_gap": strategy.min_gap_days,
        "age_from": start,
        "age_to": end,
        "stay_to": _stay_limit(strategy),
    }


_STAY_AGES = {
    "strategy": "int",
    "days": "int",
    **dict.fromkeys(("entry_step", "entry_key", "entry_offset", "entry_tolerance"), "int?"),
    **dict.fromkeys(("next_entry_step", "next_entry_offset"), "int?"),
}


def _stay_ages(n: int, strategy: Strategy, keys: Mapping[str, int]) -> Iterator[Row]:
    entry = _numbered(n, strategy, "entry")
    for days in range(_stay_limit(strategy) + 1):
        row: dict[str, object] = {"strategy": n, "days": days}
        now, after = _at(entry, days)
        if now:
            number, step = now
            row |= {"entry_step": number, "entry_key": keys[step.key]}
            row |= {"entry_offset": step.offset_days, "entry_tolerance": step.tolerance_days}
        if after:
            row |= {"next_entry_step": after[0], "next_entry_offset": after[1].offset_days}
        yield row


def _numbered(n: int, strategy: Strategy, anchor: str) -> list[tuple[int, Step]]:
    """The steps of one anchor with their numbers, by offset; on a tie the heavier comes later."""
    steps = [
        (step_number(n, weight, step), step)
        for weight, step in enumerate(strategy.steps, 1)
        if step.anchor == anchor
    ]
    return sorted(steps, key=lambda entry: (entry[1].offset_days, entry[0]))


def _at(
    steps: Sequence[tuple[int, Step]], age: int
) -> tuple[tuple[int, Step] | None, tuple[int, Step] | None]:
    """The last step whose offset is not above ``age``, and the one after it."""
    found = bisect_right(steps, age, key=lambda entry: entry[1].offset_days)
    return (
        steps[found - 1] if found else None,
        steps[found] if found < len(steps) else None,
    )


# -- steps, segments, buckets, days --------------------------------------------------------------

_STEPS = {
    "step": "int",
    "step_key": "text",
    "kind": "text",
    "is_message": "int",
    **dict.fromkeys(("channel_1", "channel_2", "channel_3"), "int"),
    "template_key": "text",
    "task_kind": "text",
    "tone": "int",
    "cost": "big",
    "deadline_day": "int",
}


def _steps(plan: Plan, day: Day, keys: Mapping[str, int]) -> Iterator[Row]:
    for service in SERVICE_STEPS:
        task = Step(service, "task", "entry", 0, task_kind=service, deadline_days=2)
        yield _step_row(SERVICE_NUMBERS[service], task, day)
    for n, strategy in enumerate(plan.strategies, 1):
        for weight, step in enumerate(strategy.steps, 1):
            yield _step_row(step_number(n, weight, step), step, day)


def _step_row(number: int, step: Step, day: Day) -> Row:
    channels = [CHANNELS.index(channel) + 1 for channel in step.channels]
    one, two, three = [*channels, 0, 0, 0][:3]
    return {
        "step": number,
        "step_key": step.key,
        "kind": step.kind,
        "is_message": int(step.kind == "message"),
        "channel_1": one,
        "channel_2": two,
        "channel_3": three,
        "template_key": step.template_key,
        "task_kind": step.task_kind,
        "tone": step.tone,
        "cost": step.cost,
        "deadline_day": _business_days_later(day, step.deadline_days),
    }


def _key_numbers(plan: Plan) -> dict[str, int]:
    """One number a step key: the same step in two strategies is the same step."""
    keys = {step.key for strategy in plan.strategies for step in strategy.steps}
    return {key: n for n, key in enumerate(sorted(keys), 1)}


def _segments(plan: Plan) -> Iterator[Row]:
    numbers = {strategy.key: n for n, strategy in enumerate(plan.strategies, 1)}
    for n, segment in enumerate(plan.segments, 1):
        yield {"segment_no": n, "segment": segment.key, "strategy": numbers[segment.strategy]}
    yield {
        "segment_no": 0,
        "segment": UNASSIGNED,
        "strategy": numbers[plan.fallback_strategy],
    }


_BUCKETS = {
    "bucket_table": "int",
    "age": "int",
    "slot": "int",
    "rolls_at": "int?",
    "is_critical": "int",
}


def bucket_limit(plan: Plan) -> int:
    """Days past due from which every table is in its last slot."""
    tables = [plan.default_buckets, *plan.bucket_tables.values()]
    return max(table.slots[-1].from_dpd for table in tables)


def _buckets(plan: Plan) -> Iterator[Row]:
    limit = bucket_limit(plan)
    yield from _bucket_ages(0, plan.default_buckets, limit)
    for n, product in enumerate(sorted(plan.bucket_tables), 1):
        yield from _bucket_ages(n, plan.bucket_tables[product], limit)


def _bucket_ages(n: int, table: BucketTable, limit: int) -> Iterator[Row]:
    for number, slot in enumerate(table.slots, 1):
        last = limit if slot.to_dpd is None else min(slot.to_dpd, limit)
        for age in range(slot.from_dpd, last + 1):
            yield {
                "bucket_table": n,
                "age": age,
                "slot": number,
                "rolls_at": None if slot.to_dpd is None else slot.to_dpd + 1,
                "is_critical": int(slot.critical),
            }


def _business_days(day: Day) -> Iterator[Row]:
    """``ordinal``: business days before it; ``next_day``: the first one on or after it."""
    rows = sorted(day.ordinals)
    following = day_number(rows[-1][0]) + 1 if rows else 0
    for n in range(len(rows) - 1, -1, -1):
        on, ordinal = rows[n]
        is_last = n + 1 == len(rows)
        if is_last or rows[n + 1][1] > ordinal:
            following = day_number(on)
        yield {"day": day_number(on), "ordinal": ordinal, "next_day": following}


def is_business_day(day: Day) -> bool:
    """Is the day judged one? Days that nobody said anything about are."""
    ordinals = dict(day.ordinals)
    today = ordinals.get(day.as_of)
    after = ordinals.get(date.fromordinal(day.as_of.toordinal() + 1))
    return today is None or after is None or after > today


def today_ordinal(day: Day) -> int:
    """Business days before the day judged, counted as ``ordinals`` counts them.

    Raises Problem ``day_without_ordinal`` where the caller's window leaves the day out.
    """
    for on, ordinal in day.ordinals:
        if on == day.as_of:
            return ordinal
    raise Problem("day_without_ordinal", day=day.as_of)


def ledger_age(day: Day) -> int:
    """Business days since the newest import; 0 where the ledger is not imported."""
    if day.ledger_on is None or day.ledger_on >= day.as_of:
        return 0
    ordinals = dict(day.ordinals)
    start, end = ordinals.get(day.ledger_on), ordinals.get(day.as_of)
    if start is None or end is None:
        return (day.as_of - day.ledger_on).days
    return end - start


def _business_days_later(day: Day, count: int) -> int:
    """The ``count``-th business day after the day judged; that day itself for 0."""
    if count == 0:
        return day_number(day.as_of)
    ordinals = sorted(day.ordinals)
    found = bisect_right(ordinals, (day.as_of, 1 << 60))
    business = [
        on for (on, o), (_, after) in zip(ordinals[found:], ordinals[found + 1 :], strict=False)
        if after > o
    ]  # fmt: skip
    if len(business) < count:
        return day_number(day.as_of) + count
    return day_number(business[count - 1])


_KINDS = {"int": pa.int32(), "big": pa.int64(), "text": pa.string()}


def _table(columns: Mapping[str, str], rows: Iterator[Row]) -> pa.Table:
    """``column="int"`` or ``"int?"`` where it may be empty."""
    schema = pa.schema(
        [pa.field(n, _KINDS[k.rstrip("?")], nullable=k.endswith("?")) for n, k in columns.items()]
    )
    found = list(rows)
    return pa.table([[row.get(name) for row in found] for name in columns], schema=schema)
