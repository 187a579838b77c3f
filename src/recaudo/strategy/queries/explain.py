"""Why this segment, this step, this priority, and what comes next: one customer, with numbers.

``recaudo.strategy.words.tell`` makes sentences of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recaudo.access.models import Creditor
    from recaudo.portfolio.models import Customer


@dataclass(frozen=True, slots=True)
class Number:
    """One fact by name, with the value it had; money in the creditor's currency."""

    fact: str
    title: str
    value: Decimal | int | str | date | bool | None
    unit: str


@dataclass(frozen=True, slots=True)
class SegmentWhy:
    code: str
    name: str
    condition: str
    numbers: list[Number]
    since: date | None


@dataclass(frozen=True, slots=True)
class ItemWhy:
    """A document in today's step. ``dpd`` below zero: days until it falls due."""

    number: str
    due_on: date
    dpd: int
    balance: Decimal


@dataclass(frozen=True, slots=True)
class StepWhy:
    """Today's step. ``medium`` message | task; ``kind`` of a task, ``channel`` of a message."""

    key: str
    name: str
    medium: str
    kind: str
    channel: str
    state: str
    anchor: str
    offset_days: int
    items: list[ItemWhy]


@dataclass(frozen=True, slots=True)
class PriorityWhy:
    """``value`` = ``probability_ppm`` × ``balance`` − ``cost``; ``priority`` orders the worklist."""

    probability_ppm: int
    balance: Decimal
    cost: Decimal
    value: Decimal
    priority: int


@dataclass(frozen=True, slots=True)
class HeldWhy:
    """What holds the customer or one document back: a hold's kind, or a decision's reason."""

    code: str
    document: str
    until: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """``as_of`` None: no run has judged this customer yet, and the rest is empty."""

    customer_id: int
    code: str
    name: str
    currency: str
    as_of: date | None
    balance: Decimal
    overdue: Decimal
    max_dpd: int
    reason: str = ""
    segment: SegmentWhy | None = None
    step: StepWhy | None = None
    priority: PriorityWhy | None = None
    next_step: str = ""
    next_step_name: str = ""
    next_on: date | None = None
    held: list[HeldWhy] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)


def explain(creditor: Creditor, customer: Customer) -> Explanation:
    """What the newest run decided for ``customer`` and from which numbers."""
    raise NotImplementedError
