"""The word itself: the first rule in the way, and the first minute with none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from recaudo.core.contact_rules.counting import (
    Counted,
    Stop,
    counted_cap,
    counted_channels,
    counted_spacing,
)
from recaudo.core.contact_rules.days import DAY, MINUTE, Zone, seconds_of, zone
from recaudo.core.contact_rules.hours import KINDS_OF_DAY, OpenHours, open_hours
from recaudo.core.contact_rules.shapes import (
    Ask,
    Cap,
    Channel,
    Contact,
    Rules,
    Said,
    Source,
    Spacing,
)

#: A moment later than this is no answer: None says that time will not help.
HORIZON_DAYS = 365
ALLOWED = "allowed"
FORBIDDEN = "channel_forbidden"


@dataclass(frozen=True, slots=True)
class _OnChannel:
    """What binds one channel."""

    hours: OpenHours
    caps: tuple[Cap, ...]
    spacings: tuple[Spacing, ...]
    one_channel: Source | None
    #: Of the hours; the law's where there is any.
    source: Source | None


def judge(rules: Rules, ask: Ask, history: Sequence[Contact]) -> Said:
    """May ``ask`` happen, by ``rules`` and what was had before (in any order)?

    Looked at in this order, and the first in the way is named: channel forbidden, hours, caps,
    spacing, one channel a week; several of a kind as the rules list them. Guarantees: nothing
    accepted breaks a rule of ``rules``; ``earliest`` is a whole minute, the one before it is
    refused, it itself is accepted. Worked tables: docs/rules/contact.md.
    Raises Problem ``instant_without_zone``, ``zone_unknown``.
    """
    if ask.channel in rules.forbidden:
        return Said(False, FORBIDDEN, rules.forbidden[ask.channel])
    bound = _bound(rules, ask.channel)
    where = zone(ask.zone)
    now = seconds_of(ask.at)
    second = now + where.offset(now)
    today, second = second // DAY, second % DAY
    counted = _counted(bound, ask, history, where) if history or bound.caps else []
    kind = bound.hours.kind_of_day(today, ask.is_holiday) if bound.hours.rules else 0
    shut = bound.hours.shut_by(kind, second)
    if shut is not None:
        rule = bound.hours.rules[shut]
        facts = _hours_facts(bound.hours, shut, kind)
        return Said(False, rule.rule, rule.source, _earliest(bound, counted, ask, now), facts)
    stop = _first(counted, today)
    if stop is not None:
        return Said(False, stop.rule, stop.source, _earliest(bound, counted, ask, now), stop.facts)
    return Said(True, ALLOWED, bound.source)


def judge_everywhere(
    rules: Rules, ask: Ask, zones: Iterable[str], history: Sequence[Contact]
) -> Said:
    """The same where the customer may be in any of ``zones``: allowed only if allowed in each.

    ``ask.zone`` is not looked at. ``earliest`` is the first minute that suits all of them.
    """
    everywhere = [replace(ask, zone=name) for name in dict.fromkeys(zones)]
    words = [judge(rules, one, history) for one in everywhere]
    refused = next((said for said in words if not said.allowed), None)
    if refused is None:
        return words[0]
    latest = seconds_of(ask.at) + HORIZON_DAYS * DAY
    while not all(said.allowed for said in words):
        moments = [said.earliest for said in words if not said.allowed]
        known = [moment for moment in moments if moment is not None]
        if len(known) < len(moments) or seconds_of(max(known)) > latest:
            return replace(refused, earliest=None)
        words = [judge(rules, replace(one, at=max(known)), history) for one in everywhere]
    return replace(refused, earliest=max(known))


def _bound(rules: Rules, channel: Channel) -> _OnChannel:
    known = rules.prepared.get(channel)
    if isinstance(known, _OnChannel):
        return known
    hours = open_hours(rule for rule in rules.hours if channel in rule.channels)
    sources = [rule.source for rule in hours.rules]
    made = _OnChannel(
        hours,
        tuple(cap for cap in rules.caps if channel in cap.channels),
        tuple(spacing for spacing in rules.spacings if channel in spacing.channels),
        rules.one_channel_a_week,
        next((source for source in sources if source.is_law), sources[0] if sources else None),
    )
    rules.prepared[channel] = made
    return made


def _counted(bound: _OnChannel, ask: Ask, history: Sequence[Contact], where: Zone) -> list[Counted]:
    """The rules about what was had before, in the order in which they are named."""
    if not (bound.caps or bound.spacings or bound.one_channel):
        return []
    had = [(seconds_of(contact.at), contact) for contact in history]
    had.sort(key=lambda one: one[0])
    by_day = [(where.day_of(at), contact) for at, contact in had]
    found = [counted_cap(cap, ask, by_day) for cap in bound.caps]
    found += [counted_spacing(spacing, by_day) for spacing in bound.spacings]
    if bound.one_channel is not None:
        found.append(counted_channels(bound.one_channel, ask, by_day))
    return [one for one in found if one is not None]


def _first(counted: list[Counted], day: int) -> Stop | None:
    for rule in counted:
        stop = rule(day)
        if stop is not None:
            return stop
    return None


def _earliest(bound: _OnChannel, counted: list[Counted], ask: Ask, now: int) -> datetime | None:
    """Jump from what is in the way to where it ends, until nothing is.

    Looks at each day once at most: a rule about what was had holds for whole local days, and
    within a day the windows say where to go.
    """
    if not any(bound.hours.together):
        return None
    where = zone(ask.zone)
    next_minute = now - now % MINUTE + MINUTE
    latest = now + HORIZON_DAYS * DAY
    day, last_day = where.day_of(next_minute), where.day_of(latest)
    while day <= last_day:
        stop = _first(counted, day)
        if stop is not None:
            if stop.free_on is None:
                return None
            day = stop.free_on
            continue
        kind = bound.hours.kind_of_day(day, ask.is_holiday) if bound.hours.rules else 0
        opens = bound.hours.opens_at(where, day, kind, next_minute)
        if opens is not None:
            return datetime.fromtimestamp(opens, UTC) if opens <= latest else None
        day += 1
    return None


def _hours_facts(hours: OpenHours, place: int, kind: int) -> dict[str, object]:
    """``day``, and where that day has windows at all: ``opens``, ``closes`` of the whole of it."""
    facts: dict[str, object] = {"day": KINDS_OF_DAY[kind]}
    windows = hours.of_rule[place][kind]
    if windows:
        facts |= {"opens": _clock(windows[0][0]), "closes": _clock(windows[-1][1])}
    return facts


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}"
