"""What does a run need to know? The creditor's rules (Plan) and the day that is judged (Day).

Everything the engine takes besides the ledger's rows, as plain frozen values: money in whole
ten-thousandths of the creditor's currency, days as ``date``. Rules: docs/rules/run.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from recaudo.core.buckets import DEFAULT, BucketTable
from recaudo.core.problems import Problem
from recaudo.core.scorecard import Scorecard, house_scorecard

Kind = Literal["message", "task"]
Anchor = Literal["due", "entry", "repeat"]

CHANNELS = ("email", "phone", "whatsapp", "sms", "address")
UNASSIGNED = "unassigned"

APPLY_CREDIT = "apply_credit"
"""Step key and task kind of 'aplicar': credits cover what is overdue (F6)."""

FIX_CONTACT = "fix_contact"
"""Step key and task kind of 'completar datos': the step is due and no channel reaches them."""

SERVICE_STEPS = (APPLY_CREDIT, FIX_CONTACT)

OFFSET_LIMIT = 3650
"""Offsets lie within ten years before and after their anchor."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a strategy. ``key`` is stable across versions of the book: done is done.

    ``anchor``: ``due``, ``offset_days`` after each document's due date (negative: before it);
    ``entry``, after the customer's entry into the segment; ``repeat``, from ``offset_days`` past
    due on, every ``every_days`` after the last step that spoke of the document, ``cap`` times a
    document (None: until it is paid).
    ``tolerance_days``: business days that it may be late; later it is skipped and listed.
    ``channels``: tried in order, the first that reaches the customer; none for a task that is not
    a contact (a review). ``template_key`` for messages, ``task_kind`` for tasks (``call`` …).
    ``deadline_days``: business days that its message or task stays good.
    """

    key: str
    kind: Kind
    anchor: Anchor
    offset_days: int
    every_days: int = 0
    cap: int | None = None
    tolerance_days: int = 2
    channels: tuple[str, ...] = ()
    template_key: str = ""
    task_kind: str = ""
    tone: int = 1
    cost: int = 0
    deadline_days: int = 1


@dataclass(frozen=True, slots=True)
class Strategy:
    """Steps in rising order of weight: of several due on one day, the last in the list speaks.

    ``min_gap_days``: calendar days from one contact with the customer to the next.
    """

    key: str
    steps: tuple[Step, ...]
    min_gap_days: int = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """Customers for whom ``condition`` (over the customer facts) is the first true one."""

    key: str
    condition: str
    strategy: str


@dataclass(frozen=True)
class Plan:
    """A creditor's rules. ``segments`` in order of precedence; who fits none is ``unassigned``
    (listed) and follows ``fallback_strategy``.

    ``bucket_tables``: product → table, ``default_buckets`` for every other product.
    ``channel_costs``: what one attempt costs, by channel; a missing one costs nothing.
    Raises Problem from ``__post_init__``; see ``check``.
    """

    currency: str
    segments: tuple[Segment, ...]
    strategies: tuple[Strategy, ...]
    fallback_strategy: str
    small_balance: int = 0
    default_buckets: BucketTable = DEFAULT
    bucket_tables: Mapping[str, BucketTable] = field(default_factory=dict)
    channel_costs: Mapping[str, int] = field(default_factory=dict)
    scorecard: Scorecard = field(default_factory=house_scorecard)
    critical_first: bool = True

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Day:
    """The day judged, for one creditor.

    ``ordinals``: ``core.calendar.business_ordinals`` for at least 400 days before and after
    ``as_of`` (what lies outside counts as long past, or as a plain day).
    ``payment_days``: for each payment calendar in use, keyed by its text in the database
    (``payment_calendar::text``), its days from 62 days before ``as_of`` to 62 days after.
    ``ledger_on``: day of the newest import that was done; None where the ledger is not imported.
    ``customers``: only these; None is all of them. The result is that part of the whole result.
    ``zone``: the creditor's IANA zone; instants of the ledger count on their local day.
    ``is_past``: balances are replayed as of the day (open now plus what was applied later).
    """

    creditor_id: int
    as_of: date
    ordinals: Sequence[tuple[date, int]]
    ledger_on: date | None = None
    stale_after_days: int = 1
    payment_days: Mapping[str, Sequence[date]] = field(default_factory=dict)
    customers: Sequence[int] | None = None
    zone: str = "UTC"
    is_past: bool = False


def check(plan: Plan) -> None:
    """Raises Problem ``plan_segment_twice``, ``plan_strategy_twice``, ``plan_strategy_unknown``,
    ``plan_step_twice`` (one key, two meanings), ``plan_step_invalid`` (with the field),
    ``plan_steps_same_offset``, ``plan_dead_end`` (no endless repeat ends the strategy, S3-11).
    """
    _once([segment.key for segment in plan.segments] + [UNASSIGNED], "plan_segment_twice")
    _once([strategy.key for strategy in plan.strategies], "plan_strategy_twice")
    known = {strategy.key for strategy in plan.strategies}
    for name in (*(segment.strategy for segment in plan.segments), plan.fallback_strategy):
        if name not in known:
            raise Problem("plan_strategy_unknown", strategy=name, known=sorted(known))
    for strategy in plan.strategies:
        _check_strategy(strategy)


def _check_strategy(strategy: Strategy) -> None:
    _once([step.key for step in strategy.steps], "plan_step_twice")
    if strategy.min_gap_days < 0:
        raise Problem("plan_step_invalid", strategy=strategy.key, step="", field="min_gap_days")
    for step in strategy.steps:
        for name in _wrong_fields(step):
            raise Problem("plan_step_invalid", strategy=strategy.key, step=step.key, field=name)
    for anchor in ("due", "entry"):
        seen: dict[int, str] = {}
        for step in strategy.steps:
            if step.anchor == anchor and seen.setdefault(step.offset_days, step.key) != step.key:
                raise Problem(
                    "plan_steps_same_offset",
                    strategy=strategy.key,
                    step=step.key,
                    other=seen[step.offset_days],
                    offset=step.offset_days,
                )
    if not any(step.anchor == "repeat" and step.cap is None for step in strategy.steps):
        raise Problem("plan_dead_end", strategy=strategy.key)


def _wrong_fields(step: Step) -> list[str]:
    contact = step.kind == "message"
    right = {
        "key": bool(step.key) and step.key not in SERVICE_STEPS,
        "kind": step.kind in ("message", "task"),
        "anchor": step.anchor in ("due", "entry", "repeat"),
        "offset_days": abs(step.offset_days) <= OFFSET_LIMIT
        and (step.anchor == "due" or step.offset_days >= (1 if step.anchor == "repeat" else 0)),
        "every_days": (step.every_days >= 1) == (step.anchor == "repeat"),
        "cap": step.cap is None or (step.anchor == "repeat" and step.cap >= 1),
        "tolerance_days": step.tolerance_days >= 0,
        "channels": len(step.channels) <= 3
        and set(step.channels) <= set(CHANNELS)
        and (bool(step.channels) or not contact),
        "template_key": bool(step.template_key) == contact,
        "task_kind": bool(step.task_kind) != contact,
        "tone": 1 <= step.tone <= 5,
        "cost": step.cost >= 0,
        "deadline_days": step.deadline_days >= 0,
    }
    return [name for name, holds in right.items() if not holds]


def _once(names: Sequence[str], code: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise Problem(code, key=name)
