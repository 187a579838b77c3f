"""Which debt does a credit pay? (*aplicación de pagos*)

Worked tables: docs/rules/application.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from recaudo.core.money import Money, total
from recaudo.core.problems import Problem

COMPONENTS = ("default_interest", "interest", "fees", "insurance", "tax", "capital")
"""Every component that a document may have, in the house order."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What is open of one component of one document; ``open`` >= 0.

    ``document`` is the ledger's id, ``number`` what people call it (for ties only).
    """

    document: int
    number: str
    due_on: date
    component: str
    open: Money


@dataclass(frozen=True, slots=True)
class Order:
    """In which order debts are paid.

    ``tiers`` rank the components: first tier first, those of one tier alike. ``first`` says what
    counts more: ``component`` pays the interest of all documents before any capital (the civil
    codes' order), ``document`` pays off the oldest document, its interest first, before the next
    (usual for instalments).
    """

    tiers: tuple[tuple[str, ...], ...]
    first: Literal["component", "document"] = "component"


HOUSE_ORDER = Order(tuple((component,) for component in COMPONENTS))
"""Default interest, interest, costs (fees, insurance, tax), capital; each oldest first. Where a
country's code ranks only interest before capital, the rest of this is our choice."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A document the payer named; at most ``amount`` of it, or all of it when None."""

    document: int
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """``amount`` of a credit goes to this component of this document; negative in a reversal."""

    document: int
    component: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Applied:
    """``lines`` in the order they were made; ``remainder`` is what stays unapplied.

    ``not_owed``: stated documents that owe nothing (paid, or another customer's): for a person.
    """

    lines: tuple[Line, ...]
    remainder: Money
    not_owed: tuple[int, ...] = ()


def apply_credit(
    credit: Money,
    owed: Sequence[Owed],
    order: Order = HOUSE_ORDER,
    *,
    stated: Sequence[Stated] = (),
    keep_rest: bool = False,
) -> Applied:
    """Spread ``credit`` (> 0, one currency) over ``owed``.

    What the payer stated comes first, in the payer's order; the rest follows ``order`` over all
    that is still open, or stays unapplied with ``keep_rest``.

    Guarantee: lines + remainder = credit; no part receives more than it owes; every line > 0.
    Ties: older due date first, then document number (code points), then document id.
    Source: the country's code (CO 1653, CL 1595, PE 1257, MX CCF 2094) ranks interest before
    capital; the payer's own statement wins. Worked tables in docs/rules/application.md.
    Raises Problem ``credit_not_positive``, ``currency_mismatch``, ``component_unranked``,
    ``owed_negative``, ``owed_twice``, ``stated_not_positive``.
    """
    ranks = _ranks(order)
    _check(credit, owed, ranks, stated)
    queue = sorted(owed, key=lambda part: _place(part, order, ranks))
    open_now = {(part.document, part.component): part.open for part in queue}
    lines: dict[tuple[int, str], Money] = {}
    left = credit

    def pay(part: Owed, at_most: Money) -> Money:
        """What ``part`` takes of ``at_most``."""
        key = part.document, part.component
        taken = min(open_now[key], at_most, left)
        if taken:
            open_now[key] -= taken
            lines[key] = lines.get(key, Money.zero(credit.currency)) + taken
        return taken

    for wish in stated:
        wished = credit if wish.amount is None else wish.amount
        for part in (part for part in queue if part.document == wish.document):
            taken = pay(part, wished)
            wished, left = wished - taken, left - taken
    for part in () if keep_rest else queue:
        left -= pay(part, left)
    owing = {part.document for part in owed if part.open}
    return Applied(
        tuple(Line(document, component, amount) for (document, component), amount in lines.items()),
        left,
        tuple(wish.document for wish in stated if wish.document not in owing),
    )


def reversal(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines that undo ``lines``, last first."""
    return tuple(replace(line, amount=-line.amount) for line in reversed(tuple(lines)))


def owed_after(owed: Sequence[Owed], lines: Iterable[Line]) -> tuple[Owed, ...]:
    """``owed`` once ``lines`` are posted; in the same order, paid parts kept with 0.

    Raises Problem ``over_applied`` when a part would fall below 0, ``not_owed`` when a line
    names a part that is not there.
    """
    open_now = {(part.document, part.component): part.open for part in owed}
    for line in lines:
        key = line.document, line.component
        if key not in open_now:
            raise Problem("not_owed", document=line.document, component=line.component)
        open_now[key] -= line.amount
    for (document, component), amount in open_now.items():
        if amount.amount < 0:
            raise Problem("over_applied", document=document, component=component, by=-amount)
    return tuple(replace(part, open=open_now[part.document, part.component]) for part in owed)


def _ranks(order: Order) -> dict[str, int]:
    return {component: rank for rank, tier in enumerate(order.tiers) for component in tier}


def _place(
    part: Owed, order: Order, ranks: Mapping[str, int]
) -> tuple[int, date, str, int, int, str]:
    """Where a part stands in the queue."""
    rank = ranks[part.component]
    by_component = order.first == "component"
    return (
        rank if by_component else 0,
        part.due_on,
        part.number,
        part.document,
        0 if by_component else rank,
        part.component,
    )


def _check(
    credit: Money, owed: Sequence[Owed], ranks: Mapping[str, int], stated: Sequence[Stated]
) -> None:
    if credit.amount <= 0:
        raise Problem("credit_not_positive", credit=credit)
    total((part.open for part in owed), credit.currency)  # refuses another currency
    for wish in stated:
        if wish.amount is not None and wish.amount <= Money.zero(credit.currency):
            raise Problem("stated_not_positive", document=wish.document, amount=wish.amount)
    seen: set[tuple[int, str]] = set()
    for part in owed:
        if part.component not in ranks:
            raise Problem("component_unranked", component=part.component, number=part.number)
        if part.open.amount < 0:
            raise Problem("owed_negative", number=part.number, open=part.open)
        if (part.document, part.component) in seen:
            raise Problem("owed_twice", number=part.number, component=part.component)
        seen.add((part.document, part.component))
