"""Which local day is an instant, and which instants make a local day? Seconds and day numbers.

Instants are whole seconds since 1970 UTC, days are numbered from 1970-01-01. A zone's offsets are
asked of ``zoneinfo`` once a day and kept, because a gate judges millions of instants.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recaudo.core.problems import Problem

DAY = 86_400
HOUR = 3_600
MINUTE = 60
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def seconds_of(instant: datetime) -> int:
    """Whole seconds since 1970, rounded down. Raises Problem ``instant_without_zone``."""
    if instant.tzinfo is None:
        raise Problem("instant_without_zone", instant=instant.isoformat())
    return int(instant.timestamp() // 1)


def date_of(day: int) -> date:
    return date.fromordinal(_EPOCH_ORDINAL + day)


def weekday_of(day: int) -> int:
    """Monday is 0."""
    return (day + 3) % 7


class Zone:
    """One IANA zone's days. Take it from ``zone``, which keeps one of each."""

    def __init__(self, info: ZoneInfo) -> None:
        self.info = info
        #: UTC day → its one offset in seconds, or stretches (from, to, offset) where it changes.
        self._offsets: dict[int, int | tuple[tuple[int, int, int], ...]] = {}
        self._stretches: dict[int, tuple[tuple[int, int, int], ...]] = {}

    def day_of(self, at: int) -> int:
        """The local day of an instant."""
        return (at + self.offset(at)) // DAY

    def offset(self, at: int) -> int:
        """Seconds that local clocks are ahead of UTC at ``at``."""
        known = self._offsets.get(at // DAY)
        if known is None:
            known = self._offsets_of(at // DAY)
        if isinstance(known, int):
            return known
        return next(offset for start, end, offset in known if start <= at < end)

    def stretches(self, day: int) -> tuple[tuple[int, int, int], ...]:
        """The instants of a local day as (from, to, offset), ``[from, to)``, in order.

        One stretch on most days; two where clocks change; none for a day that a country skipped.
        """
        found = self._stretches.get(day)
        if found is None:
            found = tuple(
                (max(start, day * DAY - offset), min(end, (day + 1) * DAY - offset), offset)
                for utc_day in (day - 1, day, day + 1)
                for start, end, offset in self._pieces(utc_day)
                if max(start, day * DAY - offset) < min(end, (day + 1) * DAY - offset)
            )
            self._stretches[day] = found
        return found

    def _pieces(self, utc_day: int) -> tuple[tuple[int, int, int], ...]:
        known = self._offsets_of(utc_day)
        if isinstance(known, int):
            return ((utc_day * DAY, (utc_day + 1) * DAY, known),)
        return known

    def _offsets_of(self, utc_day: int) -> int | tuple[tuple[int, int, int], ...]:
        known = self._offsets.get(utc_day)
        if known is None:
            known = self._offsets[utc_day] = self._read(utc_day)
        return known

    def _read(self, utc_day: int) -> int | tuple[tuple[int, int, int], ...]:
        start, end = utc_day * DAY, (utc_day + 1) * DAY
        marks = range(start, end + 1, HOUR)
        offsets = [self._ask(at) for at in marks]
        if len(set(offsets)) == 1:
            return offsets[0]
        pieces = []
        since = start
        for mark, before, after in zip(marks, offsets[:-1], offsets[1:], strict=False):
            if before != after:
                change = self._change(mark, mark + HOUR)
                if change < end:
                    pieces.append((since, change, before))
                    since = change
        pieces.append((since, end, self._ask(end - 1)))
        return tuple(pieces)

    def _change(self, before: int, after: int) -> int:
        """The first second with the offset of ``after``."""
        old = self._ask(before)
        while after - before > 1:
            middle = (before + after) // 2
            if self._ask(middle) == old:
                before = middle
            else:
                after = middle
        return after

    def _ask(self, at: int) -> int:
        offset = datetime.fromtimestamp(at, UTC).astimezone(self.info).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())


@cache
def zone(name: str) -> Zone:
    """Raises Problem ``zone_unknown``."""
    try:
        return Zone(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Problem("zone_unknown", zone=name) from error
