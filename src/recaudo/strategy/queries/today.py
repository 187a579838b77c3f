"""Today's work in figures, for the home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User


@dataclass(frozen=True, slots=True)
class Count:
    """How many of ``code`` and what they owe (creditor's currency)."""

    code: str
    count: int
    balance: Decimal


@dataclass(frozen=True, slots=True)
class LastRun:
    run_id: int
    as_of: date
    state: str
    finished_at: datetime | None
    quarantined: int
    without_next_action: int


@dataclass(frozen=True, slots=True)
class Today:
    """``tasks`` by kind, open and due; ``late_tasks`` of them past their deadline (S1-17).

    ``messages`` by channel, planned and not past their window. ``segments`` and ``reasons`` by
    customer, largest balance first. ``held``: customers for whom nothing happens because of a
    hold; ``unassigned``: owing customers without a collector; ``uncovered``: owing, not held,
    without any next step. ``last_run`` None: nothing has run yet.
    """

    last_run: LastRun | None
    is_released: bool
    tasks: list[Count]
    late_tasks: int
    messages: list[Count]
    segments: list[Count]
    reasons: list[Count]
    customers: int
    held: int
    unassigned: int
    uncovered: int


def today(creditor: Creditor, user: User | None, *, as_of: date) -> Today:
    """The figures over the customers that ``user`` may see (all for None)."""
    raise NotImplementedError
