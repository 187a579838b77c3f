"""Default interest where the terms themselves change in time.

``core.interest`` reckons with one contract; here are several, each from its own day on. The grace
is that of the contract that held when the debt fell due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from recaudo.core.day_rates import WIDE
from recaudo.core.interest import Accrued, Balance, InterestTerms, Rate, Stretch, accrue
from recaudo.core.money import Money, Rounding, minor_units, rounded

_DUST = Decimal(1).scaleb(-12)


@dataclass(frozen=True, slots=True)
class DatedTerms:
    """``terms`` hold from ``from_on`` on, until the next ones; None: nothing is borne."""

    from_on: date
    terms: InterestTerms | None


def accrue_dated(
    balances: Sequence[Balance],
    *,
    due_on: date,
    until_on: date,
    dated: Sequence[DatedTerms],
    rates: Mapping[str, Sequence[Rate]],
) -> Accrued:
    """As ``accrue``, a stretch breaking wherever other terms begin; rounded once, over all.

    ``dated`` in order of ``from_on``; before the first nothing is borne. With one contract for all
    days the result is that of ``accrue``. A missing rate stops what comes after it too.
    """
    nothing = Money.zero(balances[0].capital.currency)
    steps, start = _after_grace(balances, due_on, until_on, dated)
    if start is None:
        return Accrued(nothing, ())
    stretches: list[Stretch] = []
    stopped_on, missing = None, ""
    for place, part in enumerate(dated):
        ends = dated[place + 1].from_on if place + 1 < len(dated) else until_on
        first, last = max(part.from_on, start), min(ends, until_on)
        if part.terms is None or first >= last:
            continue
        bare = replace(part.terms, grace_days=0)
        found = accrue(steps, due_on=first, until_on=last, terms=bare, rates=rates)
        stretches += found.stretches
        if found.missing:
            stopped_on, missing = found.stopped_on, found.missing
            break
    exact = Decimal(0)
    for stretch in stretches:
        exact = WIDE.add(exact, stretch.amount)
    settled = exact.quantize(_DUST, context=WIDE)
    amount = rounded(settled, minor_units(nothing.currency), Rounding.HALF_UP)
    return Accrued(Money(amount, nothing.currency), tuple(stretches), stopped_on, missing)


def grace_of(dated: Sequence[DatedTerms], due_on: date) -> tuple[int, bool]:
    """Days of grace of a debt due on that day, and whether they are free for good."""
    held = [part.terms for part in dated if part.from_on <= due_on and part.terms is not None]
    if not held:
        return 0, False
    return held[-1].grace_days, held[-1].is_grace_free


def _after_grace(
    balances: Sequence[Balance], due_on: date, until_on: date, dated: Sequence[DatedTerms]
) -> tuple[Sequence[Balance], date | None]:
    """The balances that bear, and from when; None: the grace has not ended."""
    days, is_free = grace_of(dated, due_on)
    ends = due_on + timedelta(days=days)
    if until_on <= ends:
        return balances, None
    if is_free or not days:
        return balances, ends
    # Paid within the grace bears nothing, also for the days before it was paid.
    steps = sorted(balances, key=lambda step: step.from_on)
    lasting = Money.zero(steps[0].capital.currency)
    for step in steps:
        if step.from_on <= ends:
            lasting = step.capital
    early = [
        Balance(step.from_on, min(step.capital, lasting)) for step in steps if step.from_on < ends
    ]
    return [
        *early,
        Balance(ends, lasting),
        *(step for step in steps if step.from_on > ends),
    ], due_on
