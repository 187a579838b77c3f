"""What does a yearly or monthly rate come to in one day, and how many days are there?"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, Overflow
from enum import StrEnum
from functools import lru_cache

WIDE = Context(prec=80, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow])
#: A day's rate keeps this many decimals: then capital times rate times days is exact, and a span
#: cut anywhere adds up to the last digit.
_RATE_PLACES = Decimal(1).scaleb(-40)


class Quote(StrEnum):
    """How a rate is written down: 26.62 % effective a year, 24 % nominal a year, 2 % a month."""

    EFFECTIVE_ANNUAL = "effective_annual"
    NOMINAL_ANNUAL = "nominal_annual"
    NOMINAL_MONTHLY = "nominal_monthly"


class DayCount(StrEnum):
    """Which days count, and how many a year has. ``THIRTY_360``: every month has 30 (30E/360)."""

    ACTUAL_365 = "actual_365"
    ACTUAL_360 = "actual_360"
    THIRTY_360 = "thirty_360"


def days_between(from_on: date, until_on: date, day_count: DayCount) -> int:
    """Days from ``from_on`` (in it) until ``until_on`` (not in it); a span cut anywhere adds up."""
    if day_count is DayCount.THIRTY_360:
        return _place_in_360(until_on) - _place_in_360(from_on)
    return (until_on - from_on).days


def daily_rate(per_cent: Decimal, quote: Quote, day_count: DayCount) -> Decimal:
    """What one unit bears in one day of ``day_count``, to 40 decimals; nothing below zero.

    Effective annual: ((1 + rate) ^ (1/365)) - 1, the day that compounded over a year gives the
    rate; it is then added up, not compounded. Nominal: twelve months to a year, a year over its
    365 or 360 days.
    """
    return _daily(per_cent, quote, 360 if day_count is not DayCount.ACTUAL_365 else 365, day_count)


def _place_in_360(day: date) -> int:
    return day.year * 360 + day.month * 30 + min(day.day, 30)


def daily_ceiling(per_cent: Decimal, quote: Quote, day_count: DayCount) -> Decimal:
    """A ceiling is a ceiling for the year: 365 actual days must not bear more than it, however the
    contract counts."""
    year = 360 if day_count is DayCount.THIRTY_360 else 365
    return _daily(per_cent, quote, year, day_count)


@lru_cache(maxsize=4096)
def _daily(per_cent: Decimal, quote: Quote, year: int, day_count: DayCount) -> Decimal:
    if per_cent <= 0:
        return Decimal(0)
    rate = WIDE.divide(per_cent, Decimal(100))
    if quote is Quote.EFFECTIVE_ANNUAL:
        # An effective rate speaks of a whole year, never of 360 of its 365 days.
        whole = 360 if day_count is DayCount.THIRTY_360 else 365
        root = WIDE.divide(Decimal(1), Decimal(whole))
        daily = WIDE.subtract(WIDE.power(WIDE.add(Decimal(1), rate), root), Decimal(1))
    else:
        months = 12 if quote is Quote.NOMINAL_MONTHLY else 1
        daily = WIDE.divide(WIDE.multiply(rate, Decimal(months)), Decimal(year))
    return daily.quantize(_RATE_PLACES, context=WIDE)
