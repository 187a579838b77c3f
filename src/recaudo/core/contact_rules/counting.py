"""Does what happened before stand in the way of a contact on this day, and until which day?

Everything here is counted in local days, so one look at a day holds for all of its minutes.
Contacts that lie after the day asked about (somebody asks about the past, or something is on its
way) count as well: adding one more in between must not break a rule either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recaudo.core.contact_rules.days import date_of, weekday_of
from recaudo.core.contact_rules.shapes import Ask, Cap, Contact, Source, Spacing

WEEK = 7
#: A contact with the number of its local day, oldest first.
Had = tuple[int, Contact]


@dataclass(frozen=True, slots=True)
class Stop:
    """``rule`` stands in the way until ``free_on`` at the earliest; None: for good.

    ``free_on`` may be too early, never too late: whoever jumps there looks again.
    """

    rule: str
    source: Source
    free_on: int | None
    facts: dict[str, object]


#: The rule's answer for a local day: what stands in the way, or None.
Counted = Callable[[int], Stop | None]


def counted_cap(cap: Cap, ask: Ask, had: Sequence[Had]) -> Counted | None:
    """None where nothing that was had counts for it and so it can stop nobody."""
    mine = [
        (day, contact)
        for day, contact in had
        if contact.channel in cap.channels and (cap.scope == "debtor" or _shares(ask, contact))
    ]
    if cap.kind == "after_conversation":
        talks = [place for place, (_, contact) in enumerate(mine) if contact.kind != "attempt"]
        return (lambda day: _after_talk(cap, mine, talks, day)) if talks else None
    days = [day for day, contact in mine if cap.kind == "attempt" or contact.kind != "attempt"]
    if not days and cap.max > 0:
        return None
    return lambda day: _cap(cap, days, day)


def counted_spacing(spacing: Spacing, had: Sequence[Had]) -> Counted | None:
    """``days`` apart in both directions."""
    days = [day for day, contact in had if contact.channel in spacing.channels]
    return (lambda day: _spacing(spacing, days, day)) if days else None


def counted_channels(source: Source, ask: Ask, had: Sequence[Had]) -> Counted | None:
    """One channel a week: the first contact of a week fixes it."""
    if all(contact.channel == ask.channel for _, contact in had):
        return None
    return lambda day: _other_channel(source, ask, had, day)


def _cap(cap: Cap, days: list[int], day: int) -> Stop | None:
    if cap.max == 0:
        return Stop(cap.rule, cap.source, None, {"count": len(days), "max": 0})
    free_on = day
    inside: list[int] = []
    if cap.per == "day":
        inside = [had for had in days if had == day]
        free_on = day + 1
    if cap.per == "week":
        monday = day - weekday_of(day)
        inside = [had for had in days if monday <= had < monday + WEEK]
        free_on = monday + WEEK
    if cap.per != "day" and len(inside) < cap.max:
        inside = _fullest(days, day)
        free_on = inside[-cap.max] + WEEK if len(inside) >= cap.max else day
        free_on = max(free_on, day + 1) if inside and inside[-1] <= day else day + 1
    if len(inside) < cap.max:
        return None
    return Stop(cap.rule, cap.source, free_on, _facts(inside, cap.max))


def _fullest(days: list[int], day: int) -> list[int]:
    """What lies in the fullest 7 days running that ``day`` is one of."""
    inside = [had for had in days if day - WEEK < had <= day]
    if not days or days[-1] <= day:
        return inside
    for start in range(day - WEEK + 2, day + 1):
        other = [had for had in days if start <= had < start + WEEK]
        if len(other) > len(inside):
            inside = other
    return inside


def _after_talk(cap: Cap, mine: list[Had], talks: list[int], day: int) -> Stop | None:
    """Strict where several conversations overlap: each bars on its own."""
    for place in talks:
        talked_on, talk = mine[place]
        until = _bar_ends(cap.per, talked_on)
        if not talked_on <= day < until:
            continue
        further = sum(
            1
            for other, (had_on, contact) in enumerate(mine)
            if other != place and contact.at >= talk.at and had_on < until
        )
        if further >= cap.max:
            facts: dict[str, object] = {
                "count": further,
                "max": cap.max,
                "since": date_of(talked_on).isoformat(),
            }
            return Stop(cap.rule, cap.source, max(until, day + 1), facts)
    return None


def _bar_ends(per: str, talked_on: int) -> int:
    """The first day outside ``per`` of a conversation. 7 days running always outlast its week."""
    return talked_on + (1 if per == "day" else WEEK)


def _spacing(spacing: Spacing, days: list[int], day: int) -> Stop | None:
    near = [had for had in days if abs(day - had) < spacing.days]
    if not near:
        return None
    facts: dict[str, object] = {"days": spacing.days, "since": date_of(near[-1]).isoformat()}
    return Stop(spacing.rule, spacing.source, max(near[-1] + spacing.days, day + 1), facts)


def _other_channel(source: Source, ask: Ask, had: Sequence[Had], day: int) -> Stop | None:
    monday = day - weekday_of(day)
    for start, end in ((monday, monday + WEEK), (day - WEEK + 1, day + 1)):
        first = next((one for one in had if start <= one[0] < end), None)
        if first is not None and first[1].channel != ask.channel:
            free_on = end if start == monday else first[0] + WEEK
            return _fixed(source, first, free_on)
    later = (one for one in had if day < one[0] < day + WEEK and one[1].channel != ask.channel)
    first = next(later, None)
    return None if first is None else _fixed(source, first, day + 1)


def _fixed(source: Source, first: Had, free_on: int) -> Stop:
    facts: dict[str, object] = {"fixed": first[1].channel, "since": date_of(first[0]).isoformat()}
    return Stop("one_channel_a_week", source, free_on, facts)


def _facts(inside: list[int], most: int) -> dict[str, object]:
    return {"count": len(inside), "max": most, "since": date_of(inside[0]).isoformat()}


def _shares(ask: Ask, contact: Contact) -> bool:
    return not ask.debts or not contact.debts or not ask.debts.isdisjoint(contact.debts)
