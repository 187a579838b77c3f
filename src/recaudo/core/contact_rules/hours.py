"""On which windows of a local day may a channel be used, all rules taken together?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time

from recaudo.core.contact_rules.days import DAY, MINUTE, Zone, date_of, weekday_of
from recaudo.core.contact_rules.shapes import Hours

#: ``[start, end)`` in seconds of the local day, in order, apart from each other.
Windows = tuple[tuple[int, int], ...]
KINDS_OF_DAY = ("weekday", "saturday", "sunday", "holiday")
WEEKDAY, SATURDAY, SUNDAY, HOLIDAY = range(4)


@dataclass(frozen=True, slots=True)
class OpenHours:
    """One channel's hours: each rule's windows by kind of day, and what is left of all of them."""

    rules: tuple[Hours, ...]
    of_rule: tuple[tuple[Windows, Windows, Windows, Windows], ...]
    together: tuple[Windows, Windows, Windows, Windows]

    def kind_of_day(self, day: int, is_holiday: Callable[[date], bool]) -> int:
        """A holiday is a holiday, whatever weekday it falls on."""
        if is_holiday(date_of(day)):
            return HOLIDAY
        weekday = weekday_of(day)
        return WEEKDAY if weekday < 5 else SATURDAY if weekday == 5 else SUNDAY

    def shut_by(self, kind: int, second: int) -> int | None:
        """Which rule (its place) closes this second of such a day; None where all are open."""
        for place, windows in enumerate(self.of_rule):
            if not any(start <= second < end for start, end in windows[kind]):
                return place
        return None

    def opens_at(self, zone: Zone, day: int, kind: int, earliest: int) -> int | None:
        """The first instant of that local day, not before ``earliest``, at which all are open.

        A window that clocks jump over does not exist; one that they repeat exists twice.
        """
        midnight = day * DAY
        starts = [
            max(start, midnight + opens - offset, earliest)
            for start, end, offset in zone.stretches(day)
            for opens, closes in self.together[kind]
            if max(start, midnight + opens - offset, earliest)
            < min(end, midnight + closes - offset)
        ]
        return min(starts, default=None)


def open_hours(rules: Iterable[Hours]) -> OpenHours:
    """The hours that ``rules`` leave, taken together. No rules: all day, every day."""
    bound = tuple(rules)
    of_rule = tuple(
        (
            _windows(rule.weekday),
            _windows(rule.saturday),
            _windows(rule.sunday),
            _windows(rule.holiday),
        )
        for rule in bound
    )
    left: list[Windows] = [((0, DAY),)] * 4
    for windows in of_rule:
        left = [_both(one, other) for one, other in zip(left, windows, strict=True)]
    return OpenHours(bound, of_rule, (left[0], left[1], left[2], left[3]))


def _windows(windows: tuple[tuple[time, time], ...]) -> Windows:
    """Ends at 00:00 mean the end of the day."""
    return tuple(sorted((_seconds(start), _seconds(end) or DAY) for start, end in windows))


def _seconds(clock: time) -> int:
    return (clock.hour * 60 + clock.minute) * MINUTE


def _both(one: Windows, other: Windows) -> Windows:
    return tuple((max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d))
