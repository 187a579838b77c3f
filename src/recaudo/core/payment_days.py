"""On which days does this customer pay, and on which does it receive invoices? (field note F10)

Many companies pay on Fridays, or on the 15th and the 30th, and take invoices in (*revisión*,
*radicación*) on one weekday. An invoice due on Tuesday is then paid on Friday, and asking on
Wednesday only shows that nobody looked. Stored form and worked table: docs/rules/calendar.md.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from recaudo.core.calendar import (
    ONE_DAY,
    Place,
    days_of,
    is_business_day,
    is_holiday,
    month_end,
    next_business_day,
    previous_business_day,
)
from recaudo.core.problems import Problem

OnHoliday = Literal["after", "before", "skip"]


@dataclass(frozen=True, slots=True)
class Days:
    """A set of days; none of the three means any day.

    ``weekdays`` ISO (1 Monday … 7 Sunday); ``month_days`` 1 … 31 (a shorter month has it on its
    last day) or -1, the last; ``nth`` pairs (n, weekday), n = 1 … 5 or -1 the last of the month.
    """

    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    nth: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.weekdays or self.month_days or self.nth)

    def has(self, day: date) -> bool:
        """Is ``day`` one of them by the rule alone, holidays apart?"""
        weekday, last = day.isoweekday(), month_end(day).day
        if weekday in self.weekdays:
            return True
        if any(day.day == (last if n == -1 else min(n, last)) for n in self.month_days):
            return True
        from_start, from_end = (day.day - 1) // 7 + 1, -1 - (last - day.day) // 7
        return (from_start, weekday) in self.nth or (from_end, weekday) in self.nth


@dataclass(frozen=True, slots=True)
class PaymentCalendar:
    """A customer's days of payment and of review, and what a holiday does to them."""

    pays: Days = Days()
    review: Days = Days()
    on_holiday: OnHoliday = "after"

    def __bool__(self) -> bool:
        return bool(self.pays or self.review)


def payment_days(
    calendar: PaymentCalendar, start: date, end: date, place: Place | None = None
) -> list[date]:
    """The customer's payment days from ``start`` to ``end``, both included, in order, once each.

    With a ``place``, a day that falls on a holiday moves by ``on_holiday``; a day of the month
    also moves off a weekend, a weekday that was named (*paga los sábados*) does not. An empty
    calendar gives every day of the window.
    """
    return _days_between(calendar.pays, calendar.on_holiday, start, end, place)


def next_payment_day(calendar: PaymentCalendar, on: date, place: Place | None = None) -> date:
    """The first payment day on or after ``on``; ``on`` itself for an empty calendar."""
    return _next(calendar.pays, calendar.on_holiday, on, place)


def next_review_day(calendar: PaymentCalendar, on: date, place: Place | None = None) -> date:
    """The first day on or after ``on`` on which the customer receives invoices."""
    return _next(calendar.review, calendar.on_holiday, on, place)


def _next(days: Days, on_holiday: OnHoliday, on: date, place: Place | None) -> date:
    if not days:
        return on
    start = on
    for _ in range(18):  # three years: enough for a fifth Monday with every holiday against it
        found = _days_between(days, on_holiday, start, start + timedelta(days=61), place)
        if found:
            return found[0]
        start += timedelta(days=62)
    raise Problem("payment_calendar_never", after=on)


def _days_between(
    days: Days, on_holiday: OnHoliday, start: date, end: date, place: Place | None
) -> list[date]:
    if not days or place is None:
        return [day for day in days_of(start, end) if not days or days.has(day)]
    margin = timedelta(days=14)  # longer than any run of holidays
    moved = (
        _moved(day, days, on_holiday, place)
        for day in days_of(start - margin, end + margin)
        if days.has(day)
    )
    return sorted({day for day in moved if day is not None and start <= day <= end})


def _moved(day: date, days: Days, on_holiday: OnHoliday, place: Place) -> date | None:
    """Where ``day`` ends up; None when it is skipped."""
    if is_business_day(day, place):
        return day
    named = day.isoweekday() in days.weekdays or any(w == day.isoweekday() for _, w in days.nth)
    if named and day.isoweekday() >= 6 and not is_holiday(day, place):
        return day
    if on_holiday == "skip":
        return None
    if on_holiday == "before":
        return previous_business_day(day - ONE_DAY, place)
    return next_business_day(day + ONE_DAY, place)


# -- reading -------------------------------------------------------------------------------------

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("lunes", "lun", "monday", "mon"),
            ("martes", "mar", "tuesday", "tue"),
            ("miercoles", "mie", "wednesday", "wed"),
            ("jueves", "jue", "thursday", "thu"),
            ("viernes", "vie", "friday", "fri"),
            ("sabado", "sabados", "sab", "saturday", "sat"),
            ("domingo", "domingos", "dom", "sunday", "sun"),
        ),
        start=1,
    )
    for name in names
}
_ORDINALS = {
    name: n
    for n, names in {
        1: ("primer", "primero", "1er", "1o", "first", "1st"),
        2: ("segundo", "2do", "2o", "second", "2nd"),
        3: ("tercer", "tercero", "3er", "3o", "third", "3rd"),
        4: ("cuarto", "4to", "4o", "fourth", "4th"),
        5: ("quinto", "5to", "5o", "fifth", "5th"),
        -1: ("ultimo", "last"),
    }.items()
    for name in names
}
_NOISE = re.compile(
    r"\b(?:y|and|e|los|las|el|la|the|de|del|of|dias?|days?|cada|every|pagan?|pagos?|pays?|on|mes|month)\b"
)
_PARTS = re.compile(r"[0-9]+[a-z]+|[a-z]+|-?[0-9]+")
_REVIEW = re.compile(r"\s*(?:dias? de )?(?:revision|recepcion|radicacion|review)\b")
_CLAUSES = re.compile(
    r"[;\n]|,(?=\s*(?:dias? de )?(?:revision|recepcion|radicacion|review|pago)\b)"
)
_MONTH_END = re.compile(r"\b(?:fin|ultimo dia|last day|end) (?:del? |of )?(?:mes|month)\b")


def read_calendar(stored: str | Mapping[str, object] | None) -> PaymentCalendar:
    """The calendar from its JSON form, or from what people write in a cell.

    ``{"weekdays": [5], "month_days": [15, -1], "nth": [[-1, 5]], "review": {"weekdays": [2]},
    "on_holiday": "before"}``; every key may be absent. As text: ``viernes``, ``15 y 30``,
    ``último viernes``, ``fin de mes``, ``viernes; revisión martes``. None or '' is empty.
    Raises Problem ``payment_calendar_unreadable`` with the ``part`` that is not understood.
    """
    if not stored:
        return PaymentCalendar()
    if isinstance(stored, str):
        return _from_text(stored)
    unknown = set(stored) - {"weekdays", "month_days", "nth", "review", "on_holiday"}
    if unknown:
        raise Problem("payment_calendar_unreadable", part=sorted(unknown)[0])
    on_holiday = stored.get("on_holiday", "after")
    if on_holiday not in ("after", "before", "skip"):
        raise Problem("payment_calendar_unreadable", part=on_holiday)
    review = stored.get("review") or {}
    if not isinstance(review, Mapping):
        raise Problem("payment_calendar_unreadable", part=review)
    return PaymentCalendar(_days_from(stored), _days_from(review), on_holiday)


def as_stored(calendar: PaymentCalendar) -> dict[str, object]:
    """The JSON form; what is empty or usual is left out."""
    stored = _days_stored(calendar.pays)
    if calendar.review:
        stored["review"] = _days_stored(calendar.review)
    if calendar.on_holiday != "after":
        stored["on_holiday"] = calendar.on_holiday
    return stored


def _days_stored(days: Days) -> dict[str, object]:
    stored: dict[str, object] = {}
    if days.weekdays:
        stored["weekdays"] = list(days.weekdays)
    if days.month_days:
        stored["month_days"] = list(days.month_days)
    if days.nth:
        stored["nth"] = [list(pair) for pair in days.nth]
    return stored


def _days_from(stored: Mapping[str, object]) -> Days:
    pairs = _list(stored.get("nth"))
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Problem("payment_calendar_unreadable", part=pair)
    return Days(
        _numbers(_list(stored.get("weekdays")), range(1, 8)),
        _numbers(_list(stored.get("month_days")), (-1, *range(1, 32))),
        tuple(
            sorted(
                {
                    (_number(pair[0], (-1, *range(1, 6))), _number(pair[1], range(1, 8)))
                    for pair in pairs
                    if isinstance(pair, list | tuple)
                }
            )
        ),
    )


def _list(value: object) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise Problem("payment_calendar_unreadable", part=value)
    return list(value)


def _numbers(values: list[object], allowed: range | tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted({_number(value, allowed) for value in values}))


def _number(value: object, allowed: range | tuple[int, ...]) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise Problem("payment_calendar_unreadable", part=value)
    return value


def _from_text(text: str) -> PaymentCalendar:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    pays: list[str] = []
    review: list[str] = []
    for clause in _CLAUSES.split(plain):
        found = _REVIEW.match(clause)
        (review if found else pays).append(clause[found.end() :] if found else clause)
    calendar = PaymentCalendar(_days_in(" ".join(pays)), _days_in(" ".join(review)))
    if not calendar:
        raise Problem("payment_calendar_unreadable", part=text)
    return calendar


def _days_in(text: str) -> Days:
    weekdays: list[object] = []
    month_days: list[object] = []
    nth: list[object] = []
    ordinals: list[int] = []  # waiting for their weekday: 'primer y tercer lunes'
    for word in _PARTS.findall(_NOISE.sub(" ", _MONTH_END.sub("-1", text))):
        if word in _WEEKDAYS and ordinals:
            nth += [[n, _WEEKDAYS[word]] for n in ordinals]
            ordinals = []
        elif word in _WEEKDAYS:
            weekdays.append(_WEEKDAYS[word])
        elif word in _ORDINALS:
            ordinals.append(_ORDINALS[word])
        elif word.lstrip("-").isdigit():
            month_days.append(int(word))
        else:
            raise Problem("payment_calendar_unreadable", part=word)
    if ordinals:
        raise Problem("payment_calendar_unreadable", part=text.strip())
    return _days_from({"weekdays": weekdays, "month_days": month_days, "nth": nth})
