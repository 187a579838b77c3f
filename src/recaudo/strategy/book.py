"""What does a strategy book say? Its TOML, read and checked whole (docs/rules/strategies.md).

A book holds a creditor's segments, strategies, steps and bucket tables. ``read_book`` gives it back
or every problem at once, so that a person mends the file in one go.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from recaudo.core.buckets import DEFAULT, PRESETS, BucketTable, read_table
from recaudo.core.money import to_ten_thousandths
from recaudo.core.problems import Problem
from recaudo.engine import plan as engine
from recaudo.engine.conditions import compile_condition
from recaudo.engine.facts import facts_about

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Channel = Literal["email", "phone", "whatsapp", "sms", "address"]
Stage = Literal["issued", "before_due", "overdue", "summary", "received"]
TaskKind = Literal["call", "visit", "apply_credit", "fix_contact", "review"]

#: The five messages that every book should have (S2-04).
STAGES: tuple[Stage, ...] = ("issued", "before_due", "overdue", "summary", "received")
TONE_RISE_MAX = 1


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(_Part):
    """``es`` is what a Spanish screen shows, ``en`` an English one."""

    es: str = Field(min_length=1)
    en: str = ""

    def title(self, language: str) -> str:
        return self.en if language.startswith("en") and self.en else self.es


class StepPart(Named):
    """One step; the fields mean what ``engine.plan.Step`` says."""

    do: Literal["message", "task"]
    anchor: Literal["due", "entry", "repeat"]
    offset_days: int
    every_days: int = 0
    at_most: int | None = None
    stage: Stage | None = None
    channels: tuple[Channel, ...] = ()
    template: str = ""
    task: TaskKind | None = None
    tone: int = 1
    # Empty: what an attempt by the first of ``channels`` costs.
    cost: Decimal | None = Field(default=None, ge=0)
    tolerance_days: int = 2
    deadline_days: int = 1


class NoticePart(Named):
    """A message about something that happened: a document was issued, a payment came in.

    Sent once for each, where it is not older than ``within_days`` calendar days.
    """

    key: Key
    channels: tuple[Channel, ...] = Field(min_length=1)
    template: str = Field(min_length=1)
    within_days: int = Field(default=5, ge=0, le=30)
    deadline_days: int = Field(default=1, ge=0)


class Notices(_Part):
    issued: NoticePart | None = None
    received: NoticePart | None = None


class StrategyPart(Named):
    steps: tuple[Key, ...] = Field(min_length=1)
    minimum_gap_days: int | None = Field(default=None, ge=0)


class SegmentPart(Named):
    code: Key
    when: str = Field(min_length=1)
    strategy: Key


class BookText(_Part):
    """The TOML as it stands."""

    es: str = Field(min_length=1)
    en: str = ""
    minimum_gap_days: int = Field(default=3, ge=0)
    longest_silence_days: int = Field(default=45, ge=1)
    default_strategy: Key
    default_buckets: str = DEFAULT.code
    buckets: dict[str, str | list[dict[str, Any]]] = {}
    channel_costs: dict[Channel, Decimal] = {}
    notices: Notices = Notices()
    steps: dict[Key, StepPart]
    strategies: dict[Key, StrategyPart]
    segments: tuple[SegmentPart, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Book:
    """A book that holds together. ``warnings`` are worth a look and refuse nothing."""

    text: BookText
    warnings: tuple[Problem, ...] = ()

    def plan(self, *, currency: str, small_balance: Decimal = Decimal(0)) -> engine.Plan:
        """What the engine runs, for a creditor whose totals are in ``currency``."""
        return _plan(self.text, currency, small_balance)

    def segment_title(self, code: str, language: str = "es") -> str:
        """The segment's name; the code itself where the book does not know it."""
        found = next((each for each in self.text.segments if each.code == code), None)
        return found.title(language) if found else code

    def step_title(self, key: str, language: str = "es") -> str:
        """The step's or notice's name; the key itself where the book does not know it."""
        found: Named | None = self.text.steps.get(key) or next(
            (each for each in notices_of(self.text).values() if each.key == key), None
        )
        return found.title(language) if found else key


def notices_of(text: BookText) -> dict[str, NoticePart]:
    """The notices that the book has: ``issued``, ``received``."""
    both = {"issued": text.notices.issued, "received": text.notices.received}
    return {name: part for name, part in both.items() if part is not None}


def read_book(toml: str) -> Book:
    """The book, checked. Raises Problem ``book_refused`` with ``count`` and ``problems``: every
    Problem found, each with ``where`` it stands (``segments.3.when``)."""
    text = _parse(toml)
    problems = [*_references(text), *_bucket_problems(text)]
    problems = problems or [*_strategies_problems(text)] or [*_plan_problems(text)]
    problems += _condition_problems(text)
    if problems:
        raise _refused(problems)
    return Book(text, tuple(_warnings(text)))


def _parse(toml: str) -> BookText:
    try:
        return BookText.model_validate(tomllib.loads(toml, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        found = [Problem("book_not_toml", where="", detail=str(error))]
    except ValidationError as error:
        found = [_field_problem(each) for each in error.errors(include_url=False)]
    raise _refused(found)


def _refused(problems: Sequence[Problem]) -> Problem:
    return Problem("book_refused", count=len(problems), problems=problems)


def _field_problem(error: Mapping[str, Any]) -> Problem:
    where = ".".join(str(part) for part in error["loc"] if part != "[key]")
    match error["type"]:
        case "missing":
            return Problem("book_field_missing", where=where)
        case "extra_forbidden":
            return Problem("book_field_unknown", where=where)
        case "literal_error":
            return Problem(
                "book_field_choice",
                where=where,
                value=error["input"],
                choices=error["ctx"]["expected"].replace("'", "").replace(" or ", ", "),
            )
    return Problem("book_field_wrong", where=where, value=error["input"])


def _references(text: BookText) -> Iterable[Problem]:
    for name, strategy in text.strategies.items():
        for key in strategy.steps:
            if key not in text.steps:
                yield Problem("book_step_unknown", where=f"strategies.{name}.steps", step=key)
    for number, segment in enumerate(text.segments, 1):
        if segment.strategy not in text.strategies:
            yield Problem(
                "book_strategy_unknown",
                where=f"segments.{number}.strategy ({segment.code})",
                strategy=segment.strategy,
            )
    if text.default_strategy not in text.strategies:
        yield Problem(
            "book_strategy_unknown", where="default_strategy", strategy=text.default_strategy
        )
    for part in notices_of(text).values():
        if part.key in text.steps:
            yield Problem("book_key_twice", where=f"notices ({part.key})", key=part.key)
    codes = [segment.code for segment in text.segments]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Problem("book_key_twice", where=f"segments ({code})", key=code)


def _bucket_problems(text: BookText) -> Iterable[Problem]:
    tables: dict[str, Any] = {"default_buckets": text.default_buckets}
    tables |= {f"buckets.{product}": stored for product, stored in text.buckets.items()}
    for where, stored in tables.items():
        try:
            bucket_table(where, stored)
        except Problem as problem:
            yield Problem(problem.code, where=where, **problem.facts)


def bucket_table(code: str, stored: str | Sequence[Mapping[str, object]]) -> BucketTable:
    """A house table by its name, or the slots written out. Raises Problem ``buckets_…``."""
    if not isinstance(stored, str):
        return read_table(code, stored)
    if stored not in PRESETS:
        raise Problem("buckets_preset_unknown", preset=stored, known=sorted(PRESETS))
    return PRESETS[stored]


def _strategies_problems(text: BookText) -> Iterable[Problem]:
    for name, strategy in text.strategies.items():
        steps = [(key, text.steps[key]) for key in strategy.steps]
        where = f"strategies.{name}.steps"
        dated = [(key, step) for key, step in steps if step.anchor == "due"]
        for (before, one), (after, other) in pairwise(dated):
            if one.offset_days >= other.offset_days:
                yield Problem("book_steps_order", where=where, before=before, after=after)
        for (before, one), (after, other) in pairwise(steps):
            if other.tone > one.tone + TONE_RISE_MAX:
                yield Problem(
                    "book_tone_jump",
                    where=where,
                    before=before,
                    before_tone=one.tone,
                    after=after,
                    after_tone=other.tone,
                )
        yield from _silence_problem(text, where, [step for _, step in steps])


def _silence_problem(text: BookText, where: str, steps: Sequence[StepPart]) -> Iterable[Problem]:
    days = days_spoken(steps)
    for before, after in zip(days, [*days[1:], SIMULATED_UNTIL], strict=True):
        if after - before > text.longest_silence_days:
            yield Problem(
                "book_silence",
                where=where,
                from_day=before,
                to_day=after,
                days=after - before,
                limit=text.longest_silence_days,
            )
            return


#: Days past due up to which a document's life is simulated (S3-11).
SIMULATED_UNTIL = 400


def days_spoken(steps: Sequence[StepPart]) -> list[int]:
    """Days from the due date (negative: before) on which these steps speak of one unpaid document.

    From 60 days before the due date to ``SIMULATED_UNTIL`` after it; steps that hang on the entry
    into a segment are left out, for the document alone does not tell that day.
    """
    dated = {step.offset_days for step in steps if step.anchor == "due"}
    repeats = [step for step in steps if step.anchor == "repeat"]
    used = [0] * len(repeats)
    spoken: list[int] = []
    for day in range(-60, SIMULATED_UNTIL + 1):
        due = day in dated
        for number, step in enumerate(repeats):
            rested = not spoken or day - spoken[-1] >= step.every_days
            left = step.at_most is None or used[number] < step.at_most
            if not due and day >= step.offset_days and rested and left:
                used[number] += 1
                due = True
        if due:
            spoken.append(day)
    return spoken


def _plan_problems(text: BookText) -> Iterable[Problem]:
    try:
        _plan(text, "COP", Decimal(0))
    except Problem as problem:
        yield Problem(problem.code, **{"where": "", **problem.facts})


def _condition_problems(text: BookText) -> Iterable[Problem]:
    for number, segment in enumerate(text.segments, 1):
        try:
            compile_condition(segment.when, facts_about("customer"))
        except Problem as problem:
            where = f"segments.{number}.when ({segment.code})"
            yield Problem(problem.code, **{**problem.facts, "where": where})


def _plan(text: BookText, currency: str, small_balance: Decimal) -> engine.Plan:
    return engine.Plan(
        currency=currency,
        segments=tuple(engine.Segment(s.code, s.when, s.strategy) for s in text.segments),
        strategies=tuple(_strategy(text, name) for name in text.strategies),
        fallback_strategy=text.default_strategy,
        small_balance=to_ten_thousandths(small_balance),
        default_buckets=bucket_table("default", text.default_buckets),
        bucket_tables={
            product: bucket_table(product, stored) for product, stored in text.buckets.items()
        },
        channel_costs={
            channel: to_ten_thousandths(cost) for channel, cost in text.channel_costs.items()
        },
    )


def _strategy(text: BookText, name: str) -> engine.Strategy:
    part = text.strategies[name]
    gap = part.minimum_gap_days
    return engine.Strategy(
        name,
        tuple(_step(key, text.steps[key], text.channel_costs) for key in part.steps),
        text.minimum_gap_days if gap is None else gap,
    )


def _step(key: str, part: StepPart, channel_costs: Mapping[Channel, Decimal]) -> engine.Step:
    cost = part.cost
    if cost is None:
        cost = channel_costs.get(part.channels[0], Decimal(0)) if part.channels else Decimal(0)
    return engine.Step(
        key=key,
        kind=part.do,
        anchor=part.anchor,
        offset_days=part.offset_days,
        every_days=part.every_days,
        cap=part.at_most,
        tolerance_days=part.tolerance_days,
        channels=part.channels,
        template_key=part.template,
        task_kind=part.task or "",
        tone=part.tone,
        cost=to_ten_thousandths(cost),
        deadline_days=part.deadline_days,
    )


def _warnings(text: BookText) -> Iterable[Problem]:
    used = {key for strategy in text.strategies.values() for key in strategy.steps}
    for key in text.steps:
        if key not in used:
            yield Problem("book_step_unused", where=f"steps.{key}", step=key)
    serving = {segment.strategy for segment in text.segments} | {text.default_strategy}
    for name in text.strategies:
        if name not in serving:
            yield Problem("book_strategy_unused", where=f"strategies.{name}", strategy=name)
    stages = {text.steps[key].stage for key in used} | set(notices_of(text))
    for stage in STAGES:
        if stage not in stages:
            yield Problem("book_stage_missing", where="steps", stage=stage)
    if len(text.segments) == 1:
        yield Problem("book_single_segment", where="segments", segment=text.segments[0].code)
