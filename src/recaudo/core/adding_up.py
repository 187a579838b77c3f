"""Which documents add up to an amount? Whole ten-thousandths of one currency; the oldest first.

Rules and bounds: docs/rules/reconciliation.md, "How the amount agrees".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb

#: Documents taken together beyond the simple ways (all, all due, the oldest ones), and among how
#: many choices of them.
COMBINATIONS_MAX = 20_000
TOGETHER_MAX = 4


@dataclass(frozen=True, slots=True)
class Debt:
    """An open document. ``keys``: its number as it may be written (``references.keys_of``).

    ``told_on``: closed by a corte of that day (an ordinal), by inference: the money of that day or
    before is what the corte saw, and takes the inference's place; later money is not.
    ``net``: what a customer who withholds will pay of it, all of it still being open (F16).
    """

    id: int
    customer: int
    keys: tuple[str, ...]
    due: int
    open: int
    told_on: int | None = None
    net: int | None = None


def whole(debts: Iterable[Debt]) -> tuple[tuple[int, int], ...]:
    """Each with all it owes."""
    return tuple((debt.id, debt.open) for debt in debts)


def in_turn(amount: int, debts: Sequence[Debt]) -> tuple[tuple[int, int], ...]:
    """The first takes all it owes, then the next."""
    lines, left = [], amount
    for debt in debts:
        taken = min(left, debt.open)
        if taken:
            lines.append((debt.id, taken))
            left -= taken
    return tuple(lines)


def at_net(amount: int, debts: Sequence[Debt]) -> tuple[tuple[int, int], ...]:
    """What ``amount`` pays where it is exactly the net of one document, or of the oldest ones
    together (those without a net whole); nothing where it is not."""
    alone = [debt for debt in debts if debt.net == amount]
    if len(alone) == 1:
        return ((alone[0].id, amount),)
    lines, left, has_net = [], amount, False
    for debt in debts:
        part = debt.open if debt.net is None else debt.net
        if part > left:
            return ()
        lines.append((debt.id, part))
        left, has_net = left - part, has_net or debt.net is not None
        if not left:
            return tuple(lines) if has_net else ()
    return ()


def exactly(
    amount: int, debts: Sequence[Debt], today: int, liked: Set[int] = frozenset()
) -> list[Debt] | None:
    """Documents that add up to ``amount``; None where none do, or where more than one way does.

    One document; all; all that are due; the oldest ones; neighbours by due date; then any few.
    Among documents of one amount those that a cut number may name, then the oldest.
    """
    alone = [debt for debt in debts if debt.open == amount]
    if alone:
        return [next((debt for debt in alone if debt.id in liked), alone[0])]
    if len(debts) < 2:
        return None
    whole = sum(debt.open for debt in debts)
    if whole <= amount:
        return list(debts) if whole == amount else None
    due = [debt for debt in debts if debt.due <= today]
    if len(due) > 1 and sum(debt.open for debt in due) == amount:
        return due
    if first := oldest(amount, debts):
        return first
    return _only_way(amount, debts, liked)


def oldest(amount: int, debts: Sequence[Debt]) -> list[Debt] | None:
    """The oldest ones, if so many add up to ``amount``."""
    total = 0
    for count, debt in enumerate(debts, start=1):
        total += debt.open
        if total >= amount:
            return list(debts[:count]) if total == amount else None
    return None


def _runs(amount: int, debts: Sequence[Debt]) -> list[list[Debt]]:
    """Runs of documents that follow each other and add up to ``amount``."""
    found: list[list[Debt]] = []
    start = total = 0
    for end, debt in enumerate(debts, start=1):
        total += debt.open
        while total > amount:
            total -= debts[start].open
            start += 1
        if total == amount and end - start > 1:
            found.append(list(debts[start:end]))
    return found


def _only_way(amount: int, debts: Sequence[Debt], liked: Set[int]) -> list[Debt] | None:
    """Neighbours, or two to four documents; None unless only one set of amounts adds up.

    A size is tried only where there are at most ``COMBINATIONS_MAX`` ways to choose so many: among
    more, some add up to anything.
    """
    runs = _runs(amount, debts)
    have = Counter(debt.open for debt in debts if debt.open < amount)
    count, sizes = sum(have.values()), sorted(have)
    ways = {tuple(sorted(debt.open for debt in run)) for run in runs}
    for together in range(2, TOGETHER_MAX + 1):
        if count >= together and comb(count, together) <= COMBINATIONS_MAX:
            found = _ways(amount, sizes, together)
            ways |= {way for way in found if not Counter(way) - have}
    if len(ways) != 1:
        return None
    if runs and not liked:
        return runs[0]
    (way,) = ways
    chosen: list[Debt] = []
    for size, often in Counter(way).items():
        alike = [debt for debt in debts if debt.open == size]
        alike.sort(key=lambda debt: debt.id not in liked)  # stable: the oldest of each
        chosen += alike[:often]
    return sorted(chosen, key=debts.index)


def _ways(amount: int, sizes: Sequence[int], together: int) -> set[tuple[int, ...]]:
    """Sorted sizes that add up to ``amount``; each may stand more than once."""
    known = set(sizes)
    if together == 2:
        return {(one, amount - one) for one in sizes if one <= amount - one in known}
    if together == 3:
        return {
            (one, *rest)
            for one in sizes
            for rest in _ways(amount - one, sizes, 2)
            if one <= rest[0]
        }
    pairs: dict[int, list[tuple[int, int]]] = {}
    for one, other in combinations_with_replacement(sizes, 2):
        pairs.setdefault(one + other, []).append((one, other))
    return {
        (*low, *high)
        for total, lows in pairs.items()
        for high in pairs.get(amount - total, ())
        for low in lows
        if low[1] <= high[0]
    }
