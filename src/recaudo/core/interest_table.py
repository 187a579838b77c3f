"""The interest of many debts under the same terms, without reckoning each day's rate for each.

What one unit of capital bears up to each day is worked out once, by ``core.interest`` itself; a
debt then is its capital times the difference of two days. The amounts are those of ``accrue``, to
the last digit; the stretches are not told.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from recaudo.core.day_rates import WIDE, DayCount, days_between
from recaudo.core.interest import (
    Accrued,
    Balance,
    InterestTerms,
    Rate,
    Stretch,
    accrue,
    rounded_once,
)
from recaudo.core.money import Money

_NOTHING = Decimal(0)


@dataclass(slots=True)
class _Run:
    """Days without a gap in the rates: from ``start`` on, until ``end`` (not in it), where the
    series ``missing`` is not known (empty: where the question ends)."""

    start: date
    end: date
    missing: str
    stretches: tuple[Stretch, ...]
    day_count: DayCount
    starts: list[date] = field(init=False)
    before: list[Decimal] = field(init=False)
    known: dict[date, Decimal] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = [stretch.from_on for stretch in self.stretches]
        self.before, self.known = [], {}
        borne = _NOTHING
        for stretch in self.stretches:
            self.before.append(borne)
            borne = WIDE.add(borne, stretch.amount)

    def borne(self, day: date) -> Decimal:
        """What one unit has borne from ``start`` until ``day``."""
        found = self.known.get(day)
        if found is None:
            found = self.known[day] = self._borne(day)
        return found

    def _borne(self, day: date) -> Decimal:
        place = bisect_right(self.starts, day) - 1
        if place < 0:
            return _NOTHING
        stretch = self.stretches[place]
        if not stretch.days:
            return self.before[place]
        daily = WIDE.divide(stretch.amount, Decimal(stretch.days))
        days = days_between(stretch.from_on, min(day, stretch.until_on), self.day_count)
        return WIDE.add(self.before[place], WIDE.multiply(daily, Decimal(days)))


class InterestTable:
    """For debts of ``currency`` under ``terms``, due on ``first`` or later, up to ``until_on``."""

    def __init__(
        self,
        terms: InterestTerms,
        currency: str,
        rates: Mapping[str, Sequence[Rate]],
        *,
        first: date,
        until_on: date,
    ) -> None:
        self.terms, self.currency, self.until_on = terms, currency, until_on
        self._runs: list[_Run] = []
        bare = replace(terms, grace_days=0)
        unit = Money(Decimal(1), currency)
        start: date | None = first
        while start is not None and start < until_on:
            told = accrue(
                [Balance(start, unit)], due_on=start, until_on=until_on, terms=bare, rates=rates
            )
            end = told.stopped_on or until_on
            self._runs.append(_Run(start, end, told.missing, told.stretches, terms.day_count))
            start = _next_start(terms, rates, end) if told.missing else None

    def accrued(
        self, balances: Sequence[Balance], *, due_on: date, until_on: date
    ) -> Accrued | None:
        """As ``accrue``, without stretches; None where only ``accrue`` can tell (a debt that begins
        in a gap of the rates, or has no capital on the day of one)."""
        if until_on > self.until_on:
            return None
        steps = sorted(balances, key=lambda step: step.from_on)
        grace_ends = due_on + timedelta(days=self.terms.grace_days)
        if until_on <= grace_ends:
            return Accrued(Money.zero(self.currency), ())
        start = grace_ends if self.terms.is_grace_free else due_on
        parts = _parts(steps, start, until_on, grace_ends)
        if not parts:
            return Accrued(Money.zero(self.currency), ())
        first = parts[0][0]
        run = next((run for run in self._runs if run.start <= first < run.end), None)
        if run is None:
            return None
        stopped_on, missing = None, ""
        if run.missing and parts[-1][1] > run.end:
            if not any(begins <= run.end < ends for begins, ends, _ in parts):
                return None
            stopped_on, missing = run.end, run.missing
        exact = _NOTHING
        for begins, ends, capital in parts:
            last = min(ends, run.end)
            if begins >= last:
                break
            factor = WIDE.subtract(run.borne(last), run.borne(begins))
            exact = WIDE.add(exact, WIDE.multiply(capital, factor))
        return Accrued(rounded_once(exact, self.currency), (), stopped_on, missing)


def _parts(
    steps: Sequence[Balance], start: date, until_on: date, grace_ends: date
) -> list[tuple[date, date, Decimal]]:
    """(from, until, capital) of the days that bear, only those with capital."""
    lasting = _NOTHING
    for step in steps:
        if step.from_on <= grace_ends:
            lasting = step.capital.amount
    found: list[tuple[date, date, Decimal]] = []
    for place, step in enumerate(steps):
        ends = steps[place + 1].from_on if place + 1 < len(steps) else until_on
        begins, ends = max(step.from_on, start), min(ends, until_on)
        if begins >= ends:
            continue
        capital = step.capital.amount
        # Paid within the grace bears nothing, also for the days before it was paid.
        cut = min(ends, grace_ends)
        if begins < cut and min(capital, lasting):
            found.append((begins, cut, min(capital, lasting)))
        if max(begins, cut) < ends and capital:
            found.append((max(begins, cut), ends, capital))
    return found


def _next_start(
    terms: InterestTerms, rates: Mapping[str, Sequence[Rate]], gap: date
) -> date | None:
    """The first day after ``gap`` on which a rate may be there again."""
    references = [*([terms.legal] if terms.legal else []), *terms.ceilings]
    days = [rate.from_on for one in references for rate in rates.get(one.series, ())]
    if terms.agreed is not None:
        days.append(terms.agreed.from_on)
    if any(one.fixed_for == "half_year" for one in references):
        last = max([gap, *days]).year + 1
        days += [date(year, month, 1) for year in range(gap.year, last + 1) for month in (1, 7)]
    return min((day for day in days if day > gap), default=None)
