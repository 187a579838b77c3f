"""Which day is it, how late is it, and is anybody paying that day?

Worked tables: docs/rules/calendar.md. A customer's own payment days: ``core/payment_days.py``.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from recaudo.core.problems import Problem

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a business day is judged.

    ``country`` is ISO 3166-1 alpha-2, ``subdivision`` the second half of ISO 3166-2 (``RM``),
    ``closed`` further days on which this creditor or its banks do not work.
    """

    country: str
    subdivision: str | None = None
    closed: frozenset[date] = frozenset()


def days_past_due(due_on: date, as_of: date) -> int:
    """Calendar days from ``due_on`` to ``as_of``; never negative. Due today is 0."""
    return max(0, (as_of - due_on).days)


def local_day(instant: datetime, zone: str) -> date:
    """The day it is in ``zone`` (IANA name) at ``instant``.

    Raises Problem ``instant_without_zone``, ``zone_unknown``.
    """
    if instant.tzinfo is None:
        raise Problem("instant_without_zone", instant=instant.isoformat())
    try:
        return instant.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Problem("zone_unknown", zone=zone) from error


def month_start(day: date) -> date:
    """The first day of the month of ``day``."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of the month of ``day``."""
    return month_start(month_start(day) + timedelta(days=31)) - ONE_DAY


def days_of(start: date, end: date) -> Iterator[date]:
    """Each day from ``start`` to ``end``, both included; none when ``end`` is earlier."""
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


def is_business_day(day: date, place: Place) -> bool:
    """Neither weekend, nor public or bank holiday, nor one of the place's closed days."""
    days = _business_days(place, day.year)
    found = bisect_left(days, day)
    return found < len(days) and days[found] == day


def is_holiday(day: date, place: Place) -> bool:
    """A public or bank holiday or a closed day, also when it falls on a weekend."""
    return day in _holidays(place, day.year)


def next_business_day(day: date, place: Place) -> date:
    """The first business day on or after ``day``."""
    return _first_business_day(day, place, ONE_DAY)


def previous_business_day(day: date, place: Place) -> date:
    """The last business day on or before ``day``."""
    return _first_business_day(day, place, -ONE_DAY)


def add_business_days(day: date, count: int, place: Place) -> date:
    """The ``count``-th business day after ``day`` (``count`` >= 0).

    0 gives ``day`` itself when it is one, else the next business day. Raises Problem
    ``business_days_negative``.
    """
    if count < 0:
        raise Problem("business_days_negative", count=count)
    result = next_business_day(day, place)
    for _ in range(count):
        result = next_business_day(result + ONE_DAY, place)
    return result


def business_days_between(start: date, end: date, place: Place) -> int:
    """Business days from ``start`` (included) to ``end`` (not included); never negative."""
    if end <= start:
        return 0
    return sum(
        bisect_left(days, end) - bisect_left(days, start)
        for days in (_business_days(place, year) for year in range(start.year, end.year + 1))
    )


def is_past_tolerance(due_on: date, as_of: date, tolerance: int, place: Place) -> bool:
    """Is ``as_of`` later than ``tolerance`` business days after the due date?

    A due date on a day without banks moves to the next business day. With tolerance 0 the day
    after that is late, weekend or not.
    """
    return business_days_between(due_on, as_of, place) > tolerance


def business_ordinals(start: date, end: date, place: Place) -> list[tuple[date, int]]:
    """For each day of the window (both ends included): business days before it, from ``start``.

    What the engine joins on, so that SQL counts business days with a subtraction:
    ``ordinal(as_of) - ordinal(due) > tolerance`` is ``is_past_tolerance`` for due <= as_of.
    """
    rows: list[tuple[date, int]] = []
    ordinal = 0
    for day in days_of(start, end):
        rows.append((day, ordinal))
        ordinal += is_business_day(day, place)
    return rows


def _first_business_day(day: date, place: Place, step: timedelta) -> date:
    for _ in range(400):
        if is_business_day(day, place):
            return day
        day += step
    raise Problem("no_business_day", near=day, country=place.country)


@lru_cache(maxsize=1024)
def _business_days(place: Place, year: int) -> tuple[date, ...]:
    """All business days of ``year``, in order."""
    shut = _holidays(place, year)
    return tuple(
        day
        for day in days_of(date(year, 1, 1), date(year, 12, 31))
        if day.isoweekday() < 6 and day not in shut
    )


@lru_cache(maxsize=1024)
def _holidays(place: Place, year: int) -> frozenset[date]:
    """Public and bank holidays of ``year`` and the place's closed days, on whatever weekday."""
    try:
        supported = holidays.country_holidays(place.country).supported_categories
        known = holidays.country_holidays(
            place.country,
            subdiv=place.subdivision,
            years=year,
            categories=tuple(kind for kind in ("public", "bank") if kind in supported),
        )
    except NotImplementedError as error:
        raise Problem(
            "holidays_unknown", country=place.country, subdivision=place.subdivision
        ) from error
    return frozenset(known) | place.closed | _banks_shut(place.country, year)


def _banks_shut(country: str, year: int) -> frozenset[date]:
    """Days on which a country's banks are shut that the holiday tables do not list.

    Mexico: the CNBV's yearly notice closes banks on Jueves and Viernes Santo, on 2 November and
    on 12 December; none of them is a statutory rest day, hence not in ``holidays``.
    """
    if country != "MX":
        return frozenset()
    easter = _easter(year)
    return frozenset(
        {easter - 3 * ONE_DAY, easter - 2 * ONE_DAY, date(year, 11, 2), date(year, 12, 12)}
    )


def _easter(year: int) -> date:
    """Easter Sunday, Gregorian (the anonymous computus as Meeus prints it)."""
    golden, (century, within) = year % 19, divmod(year, 100)
    leap, rest = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (within // 4) - moon - within % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
