"""What should happen today, and why? Gather and decide for one creditor; nothing is written.

The steps are the files of ``steps/`` in their order, each one SELECT over the relations before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from string import Template
from time import perf_counter

import pyarrow as pa
import pyarrow.compute as pc

from recaudo.core.calendar import month_end, month_start
from recaudo.core.scorecard import points_sql, ppm_sql
from recaudo.engine.conditions import compile_condition
from recaudo.engine.engines import Engine
from recaudo.engine.facts import facts_about
from recaudo.engine.lookups import (
    REASON_RANK,
    bucket_limit,
    day_number,
    is_business_day,
    ledger_age,
    lookups,
    today_ordinal,
)
from recaudo.engine.plan import CHANNELS, Day, Plan
from recaudo.engine.relations import LEDGER, source_sql
from recaudo.engine.result import SCHEMAS, STATED_HOLDS, Counts, Result

AMOUNT_LIMIT = 90_000_000_000_000_000
"""Ten-thousandths: above nine million million units an amount is taken for a mistake."""

CRITICAL_BONUS = 1_000_000_000_000_000
"""Lifts customers with a critical balance above all others, whatever their value (S4-03)."""

LARGEST_FIRST = (
    "open_documents",
    "closed_documents",
    "interactions",
    "contact_points",
    "customers",
)


@dataclass(frozen=True, slots=True)
class EngineStep:
    """One SELECT with its name; ``sql`` is ready to run."""

    name: str
    sql: str


def run(engine: Engine, plan: Plan, day: Day, sources: Mapping[str, str]) -> Result:
    """Judge the creditor's customers on ``day`` by ``plan``.

    ``sources``: SQL templates by relation (``relations.read_sources``). The engine is left open,
    with every relation in it. Raises Problem ``source_unreadable``, and what ``compile_condition``
    raises for a segment's condition.
    """
    clock = Clock()
    parameters(plan, day)  # what is wrong with the rules is said before anything is read
    _load(engine, plan, day, sources)
    clock.lap("load")
    return judge(engine, plan, day, clock)


def judge(engine: Engine, plan: Plan, day: Day, clock: "Clock | None" = None) -> Result:
    """``run`` over relations of the ledger that the engine already has (``relations.LEDGER``)."""
    clock = clock or Clock()
    for name, rows in lookups(plan, day).items():
        engine.give(name, rows)
    clock.lap("lookups")
    for step in steps_for(plan, day):
        engine.make(step.name, step.sql)
        clock.lap(f"step_{step.name}")
    tables = {step.name: engine.fetch(step.sql, SCHEMAS[step.name]) for step in outputs()}
    clock.lap("fetch")
    return Result(tables, count(tables), clock.seconds)


def steps_for(plan: Plan, day: Day) -> list[EngineStep]:
    """The steps in their order, with the plan's and the day's values filled in."""
    values = parameters(plan, day)
    return [
        EngineStep(name.split("_", 1)[1], Template(text).substitute(values))
        for name, text in _texts("steps").items()
    ]


def outputs() -> list[EngineStep]:
    """The SELECTs of what a run gives, by the names of ``result.SCHEMAS``."""
    return [EngineStep(name, text) for name, text in _texts("out").items()]


def parameters(plan: Plan, day: Day) -> dict[str, str]:
    """What ``$name`` stands for in the steps: whole numbers, and expressions over facts."""
    costs = [plan.channel_costs.get(channel, 0) for channel in CHANNELS]
    numbers = {
        "as_of": day_number(day.as_of),
        "month_start": day_number(month_start(day.as_of)),
        "month_end": day_number(month_end(day.as_of)),
        "today_ordinal": today_ordinal(day),
        "is_business_day": int(is_business_day(day)),
        "ledger_age": ledger_age(day),
        "is_stale": int(ledger_age(day) > day.stale_after_days),
        "small_balance": plan.small_balance,
        "amount_limit": AMOUNT_LIMIT,
        "bucket_limit": bucket_limit(plan),
        "never": 2**62,
        "critical_bonus": CRITICAL_BONUS if plan.critical_first else 0,
        "cost_dearest": max(costs),
        **{f"cost_{channel}": cost for channel, cost in zip(CHANNELS, costs, strict=True)},
        **{f"r_{reason}": rank for reason, rank in REASON_RANK.items()},
    }
    values = {name: str(number) for name, number in numbers.items()}
    values["currency"] = "'" + plan.currency.replace("'", "''") + "'"
    values["score"] = points_sql(plan.scorecard)
    values["p_pay"] = ppm_sql(plan.scorecard, "points")
    values["segment_case"] = _segment_case(plan)
    return values


def _segment_case(plan: Plan) -> str:
    if not plan.segments:
        return "0"
    whens = [
        f"WHEN {_condition_sql(segment.condition)} THEN {number}"
        for number, segment in enumerate(plan.segments, 1)
    ]
    return f"CASE {' '.join(whens)} ELSE 0 END"


@lru_cache(maxsize=1024)
def _condition_sql(condition: str) -> str:
    return compile_condition(condition, facts_about("customer")).sql


def _load(engine: Engine, plan: Plan, day: Day, sources: Mapping[str, str]) -> None:
    """The ledger's relations; those that nobody ships are empty."""
    wanted: dict[str, tuple[str, pa.Schema]] = {}
    for name in (*LARGEST_FIRST, *(name for name in LEDGER if name not in LARGEST_FIRST)):
        select = source_sql(sources, name, day, plan.currency)
        if select is None:
            engine.give(name, LEDGER[name].empty_table())
        else:
            wanted[name] = (select, LEDGER[name])
    engine.load(wanted)


@cache
def _texts(folder: str) -> Mapping[str, str]:
    entries = sorted((files("recaudo.engine") / folder).iterdir(), key=lambda entry: entry.name)
    return {
        entry.name.removesuffix(".sql"): entry.read_text("utf-8")
        for entry in entries
        if entry.name.endswith(".sql")
    }


# -- counting ------------------------------------------------------------------------------------


def count(tables: Mapping[str, pa.Table]) -> Counts:
    """The figures of `run --json` from the tables of a result."""
    decisions, documents = tables["decisions"], tables["document_decisions"]
    kinds = _tally(tables["acts"]["kind"])
    quarantined = _tally(tables["quarantine"]["relation"])
    held = pc.is_in(documents["reason"], value_set=pa.array(STATED_HOLDS))
    planned = pc.and_(pc.is_valid(documents["next_step"]), pc.is_valid(documents["next_on"]))
    covered = pc.sum(pc.or_(held, planned)).as_py() or 0
    return Counts(
        customers=decisions.num_rows,
        documents_open=documents.num_rows + quarantined.get("open_documents", 0),
        decisions=decisions.num_rows,
        tasks=kinds.get("task", 0),
        messages=kinds.get("message", 0),
        quarantined=sum(quarantined.values()),
        missed_steps=documents.num_rows - documents["missed_step"].null_count,
        without_next_action=documents.num_rows - int(covered),
        by_segment=_tally(decisions["segment"]),
        by_reason=_tally(decisions["reason"]),
    )


def _tally(column: pa.ChunkedArray) -> dict[str, int]:
    """How often each value occurs, by value."""
    pairs = ((entry["values"], entry["counts"]) for entry in pc.value_counts(column).to_pylist())
    return dict(sorted(pairs))


class Clock:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, phase: str) -> None:
        now = perf_counter()
        self.seconds[phase] = round(now - self._last, 4)
        self._last = now
