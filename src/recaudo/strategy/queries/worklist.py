"""Whom to work now, in order: the newest run's decisions with their facts, filtered by any fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User

Order = Literal["priority", "overdue", "dpd", "balance", "next_on", "name"]


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show. Empty means all; every part given must hold.

    ``condition`` is a user's expression over the facts (``max_dpd > 30 AND overdue >= 1000000``);
    ``search`` a piece of the name, the code or the tax id; ``work`` one of ``task`` (somebody
    must act), ``message`` (a message is planned), ``held`` (nothing now, and why);
    ``kind`` the kind of its open task (``call``, ``visit``, ``apply_credit`` …).
    """

    condition: str = ""
    segment: str = ""
    reason: str = ""
    work: str = ""
    kind: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One customer. Amounts in the creditor's currency; ``priority`` in whole units of it."""

    customer_id: int
    code: str
    name: str
    segment: str
    reason: str
    step_key: str | None
    next_step: str | None
    next_on: date | None
    priority: int
    balance: Decimal
    overdue: Decimal
    unapplied: Decimal
    max_dpd: int
    oldest_due_on: date | None
    # The open task with the highest priority, if any.
    task_id: int | None
    task_kind: str
    task_due_on: date | None


@dataclass(frozen=True, slots=True)
class Page:
    """``next`` is what to give as ``after`` for the page that follows; None at the end."""

    lines: list[Line]
    next: str | None


def worklist(
    creditor: Creditor,
    user: User | None,
    *,
    as_of: date,
    where: Filter = Filter(),
    order: Order = "priority",
    after: str | None = None,
    size: int = 50,
) -> Page:
    """One page of the customers that ``user`` may see (all for None), in ``order``.

    ``priority``, ``overdue``, ``dpd`` and ``balance`` fall; ``next_on`` and ``name`` rise; ties by
    customer. One statement, whatever the size of the portfolio. Raises what the condition compiler
    raises, and Problem ``page_unknown`` for an ``after`` that was not ours.
    """
    raise NotImplementedError


def worklist_count(
    creditor: Creditor, user: User | None, *, as_of: date, where: Filter = Filter()
) -> int:
    """How many customers the whole list holds."""
    raise NotImplementedError


def every_line(
    creditor: Creditor,
    user: User | None,
    *,
    as_of: date,
    where: Filter = Filter(),
    order: Order = "priority",
) -> list[Line]:
    """The whole list, for an export."""
    raise NotImplementedError
