"""How much default interest has a debt borne by a day? (*intereses de mora*)

Simple, daily, on capital only. Guarantees and worked tables: docs/rules/interest.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from recaudo.core.day_rates import (
    WIDE,
    DayCount,
    Quote,
    daily_ceiling,
    daily_rate,
    days_between,
)
from recaudo.core.money import Money, Rounding, minor_units, rounded
from recaudo.core.problems import Problem

__all__ = [
    "Accrued",
    "Balance",
    "Basis",
    "Ceiling",
    "DayCount",
    "InterestTerms",
    "Quote",
    "Rate",
    "Reference",
    "Stretch",
    "accrue",
    "daily_rate",
    "days_between",
]

Basis = Literal["agreed", "legal", "ceiling"]
#: What is left of a third of a cent after as many stretches as a debt can have lies far below.
_DUST = Decimal(1).scaleb(-12)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_cent`` holds from ``from_on`` until the day before ``until_on`` (None: still)."""

    from_on: date
    until_on: date | None
    per_cent: Decimal
    quote: Quote
    source: str

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True, slots=True)
class Reference:
    """A published series: its value times ``multiple`` plus ``spread`` points, in its own quote.

    ``fixed_for``: ``day`` takes the value of each day; ``half_year`` the one of the eve of the
    half-year (31 December or 30 June) for the whole of it, as Dir. 2011/7 and SI 2002/1675 do.
    """

    series: str
    multiple: Decimal = Decimal(1)
    spread: Decimal = Decimal(0)
    fixed_for: Literal["day", "half_year"] = "day"


@dataclass(frozen=True, slots=True)
class InterestTerms:
    """The agreed rate, on days that it does not cover the legal one; never above the lowest of
    ``ceilings``. Neither agreed nor legal: no interest.

    ``grace_days``: capital paid at most so many days late bears nothing; what is paid later bears
    from the due date, or with ``is_grace_free`` from the end of the grace.
    """

    agreed: Rate | None
    legal: Reference | None
    ceilings: tuple[Reference, ...]
    day_count: DayCount
    grace_days: int
    is_grace_free: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """Capital open from that day on; paid on the 15th, it is lower from the 15th."""

    from_on: date
    capital: Money


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The lowest ceiling of a stretch, as it was published (multiple and spread applied)."""

    per_cent: Decimal
    quote: Quote
    series: str
    source: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """From ``from_on`` (in it) until ``until_on`` (not in it) nothing changed.

    ``days`` as the day count has it. ``amount`` is exact, not rounded. ``ceiling``: what the rate
    was held against, also where it did not bind.
    """

    from_on: date
    until_on: date
    days: int
    capital: Money
    per_cent: Decimal
    quote: Quote
    basis: Basis
    series: str
    source: str
    amount: Decimal
    ceiling: Ceiling | None = None


@dataclass(frozen=True, slots=True)
class Accrued:
    """``amount``: all stretches, rounded once, half up, to the minor unit.

    ``stopped_on``: from that day on a needed rate is missing: nothing was charged for it or for
    any later day; ``missing`` is the series to load.
    """

    amount: Money
    stretches: tuple[Stretch, ...]
    stopped_on: date | None = None
    missing: str = ""


def accrue(
    balances: Sequence[Balance],
    *,
    due_on: date,
    until_on: date,
    terms: InterestTerms,
    rates: Mapping[str, Sequence[Rate]],
) -> Accrued:
    """Interest from ``due_on`` (in it) until ``until_on`` (not in it): due on the 10th and paid on
    the 15th are 5 days.

    Guarantee: equal to the sum of each single day; a span cut at any day adds up; never falls when
    ``until_on`` grows; never above the lowest ceiling of each day.
    Where a needed rate (the legal one where nothing is agreed, any ceiling) is missing on a day
    with open capital, interest stops on that day for good and says which series is missing.
    Of two rates of a series that cover one day, the one that began later counts.
    Raises Problem ``balance_missing``, ``balance_negative``, ``currency_mismatch``,
    ``grace_negative``.
    """
    currency = _checked(balances, terms)
    rates = _near(terms, rates, due_on, until_on)
    stretches: list[Stretch] = []
    stopped_on, missing = None, ""
    for piece in _pieces(balances, due_on, until_on, terms, rates):
        try:
            found = _applied(piece.from_on, terms, rates)
        except _MissingError as gap:
            stopped_on, missing = piece.from_on, gap.series
            break
        if found is not None:
            _append(stretches, _stretch(piece, found, terms.day_count))
    return Accrued(_rounded_once(stretches, currency), tuple(stretches), stopped_on, missing)


def joined(parts: Sequence[Accrued], currency: str) -> Accrued:
    """Spans that follow each other, each under terms of its own, as one: rounded once.

    Where one stopped, what comes after it does not count.
    """
    stretches: list[Stretch] = []
    for part in parts:
        stretches += part.stretches
        if part.stopped_on is not None:
            amount = _rounded_once(stretches, currency)
            return Accrued(amount, tuple(stretches), part.stopped_on, part.missing)
    return Accrued(_rounded_once(stretches, currency), tuple(stretches))


def balances_from(balances: Sequence[Balance], day: date) -> list[Balance]:
    """The same capital, nothing of it before ``day``."""
    steps = sorted(balances, key=lambda balance: balance.from_on)
    later = [step for step in steps if step.from_on > day]
    return [Balance(day, _capital(steps, day)), *later]


class _MissingError(Exception):
    def __init__(self, series: str) -> None:
        super().__init__(series)
        self.series = series


@dataclass(frozen=True, slots=True)
class _Piece:
    """Days on which neither capital nor any rate changes, and there is capital."""

    from_on: date
    until_on: date
    capital: Money


@dataclass(frozen=True, slots=True)
class _Found:
    """The rate that counts, and by the day."""

    per_cent: Decimal
    quote: Quote
    basis: Basis
    series: str
    source: str
    daily: Decimal
    ceiling: Ceiling | None = None


def _checked(balances: Sequence[Balance], terms: InterestTerms) -> str:
    """The currency of all."""
    if not balances:
        raise Problem("balance_missing")
    if terms.grace_days < 0:
        raise Problem("grace_negative", days=terms.grace_days)
    nothing = Money.zero(balances[0].capital.currency)
    for balance in balances:
        if balance.capital < nothing:  # refuses another currency
            raise Problem("balance_negative", capital=balance.capital, day=balance.from_on)
    return nothing.currency


def _near(
    terms: InterestTerms, rates: Mapping[str, Sequence[Rate]], due_on: date, until_on: date
) -> dict[str, list[Rate]]:
    """Only the rates that can matter: years of months before a young debt cost nothing then."""
    first = _eve_of_half_year(due_on)
    references = [*([terms.legal] if terms.legal else []), *terms.ceilings]
    return {
        reference.series: [
            rate
            for rate in rates.get(reference.series, ())
            if rate.from_on < until_on and (rate.until_on is None or rate.until_on > first)
        ]
        for reference in references
    }


def _pieces(
    balances: Sequence[Balance],
    due_on: date,
    until_on: date,
    terms: InterestTerms,
    rates: Mapping[str, Sequence[Rate]],
) -> Iterator[_Piece]:
    """The span that bears, cut wherever something changes."""
    grace_ends = due_on + timedelta(days=terms.grace_days)
    if until_on <= grace_ends:
        return
    steps = sorted(balances, key=lambda balance: balance.from_on)
    # What was paid within the grace bears nothing, also for the days before it was paid.
    lasting = _capital(steps, grace_ends)
    start = grace_ends if terms.is_grace_free else due_on
    cuts = {start, grace_ends, until_on, *(balance.from_on for balance in steps)}
    cuts |= set(_rate_days(terms, rates, start, until_on))
    for day, end in pairwise(sorted(cut for cut in cuts if start <= cut <= until_on)):
        capital = _capital(steps, day)
        if day < grace_ends:
            capital = min(capital, lasting)
        if capital:
            yield _Piece(day, end, capital)


def _rounded_once(stretches: Sequence[Stretch], currency: str) -> Money:
    exact = Decimal(0)
    for stretch in stretches:
        exact = WIDE.add(exact, stretch.amount)
    return rounded_once(exact, currency)


def rounded_once(exact: Decimal, currency: str) -> Money:
    """Half up, to the minor unit."""
    settled = exact.quantize(_DUST, context=WIDE)
    return Money(rounded(settled, minor_units(currency), Rounding.HALF_UP), currency)


def _capital(steps: Sequence[Balance], day: date) -> Money:
    """Open on ``day``; nothing before the first step, the last of one day counts."""
    found = Money.zero(steps[0].capital.currency)
    for step in steps:
        if step.from_on > day:
            break
        found = step.capital
    return found


def _rate_days(
    terms: InterestTerms, rates: Mapping[str, Sequence[Rate]], start: date, until_on: date
) -> Iterator[date]:
    """Days on which a rate may change."""
    references = [*([terms.legal] if terms.legal else []), *terms.ceilings]
    known = [rate for own in rates.values() for rate in own]
    for rate in [*known, *([terms.agreed] if terms.agreed else [])]:
        yield rate.from_on
        if rate.until_on is not None:
            yield rate.until_on
    if any(reference.fixed_for == "half_year" for reference in references):
        for year in range(start.year, until_on.year + 1):
            yield from (date(year, 1, 1), date(year, 7, 1))


def _applied(day: date, terms: InterestTerms, rates: Mapping[str, Sequence[Rate]]) -> _Found | None:
    """Raises _MissingError."""
    if terms.agreed is not None and terms.agreed.covers(day):
        rate = terms.agreed
        daily = daily_rate(rate.per_cent, rate.quote, terms.day_count)
        found = _Found(max(rate.per_cent, Decimal(0)), rate.quote, "agreed", "", rate.source, daily)
    elif terms.legal is not None:
        rate = _published(terms.legal, day, rates)
        daily = daily_rate(rate.per_cent, rate.quote, terms.day_count)
        series = terms.legal.series
        found = _Found(rate.per_cent, rate.quote, "legal", series, rate.source, daily)
    else:
        return None
    lowest: Ceiling | None = None
    least = Decimal(0)
    for reference in terms.ceilings:
        top = _published(reference, day, rates)
        daily = daily_ceiling(top.per_cent, top.quote, terms.day_count)
        if lowest is None or daily < least:
            lowest, least = Ceiling(top.per_cent, top.quote, reference.series, top.source), daily
    if lowest is not None and least < found.daily:
        return _Found(
            lowest.per_cent, lowest.quote, "ceiling", lowest.series, lowest.source, least, lowest
        )
    return replace(found, ceiling=lowest)


def _published(reference: Reference, day: date, rates: Mapping[str, Sequence[Rate]]) -> Rate:
    """With multiple and spread, never below zero. Raises _MissingError."""
    if reference.fixed_for == "half_year":
        day = _eve_of_half_year(day)
    covering = [rate for rate in rates.get(reference.series, ()) if rate.covers(day)]
    if not covering:
        raise _MissingError(reference.series)
    rate = max(covering, key=lambda one: one.from_on)
    value = WIDE.add(WIDE.multiply(rate.per_cent, reference.multiple), reference.spread)
    return replace(rate, per_cent=max(value, Decimal(0)))


def _eve_of_half_year(day: date) -> date:
    return date(day.year, 1 if day.month < 7 else 7, 1) - _DAY


def _stretch(piece: _Piece, found: _Found, day_count: DayCount) -> Stretch:
    days = days_between(piece.from_on, piece.until_on, day_count)
    return Stretch(
        piece.from_on,
        piece.until_on,
        days,
        piece.capital,
        found.per_cent,
        found.quote,
        found.basis,
        found.series,
        found.source,
        WIDE.multiply(WIDE.multiply(piece.capital.amount, found.daily), Decimal(days)),
        found.ceiling,
    )


def _append(stretches: list[Stretch], new: Stretch) -> None:
    """Joined to the last one where nothing but the days differs."""
    if stretches:
        last = stretches[-1]
        joined = replace(
            last,
            until_on=new.until_on,
            days=last.days + new.days,
            amount=WIDE.add(last.amount, new.amount),
        )
        same = replace(new, from_on=last.from_on, days=joined.days, amount=joined.amount)
        if last.until_on == new.from_on and joined == same:
            stretches[-1] = joined
            return
    stretches.append(new)
