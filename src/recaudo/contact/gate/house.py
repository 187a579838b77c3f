"""What does a house policy say, and what does it add to the law? (docs/rules/gate.md)

Its TOML has the shape of a pack's contact rules. A house policy is only ever stricter: its rules
are laid beside the law's, so a wider one changes nothing, and ``compare`` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Literal

from recaudo.core.contact_rules import Cap, Channel, Hours, Rules, Spacing
from recaudo.core.problems import Problem
from recaudo.countries import HousePolicy, read_house

LARGEST = 20_000
KINDS_OF_DAY = ("weekday", "saturday", "sunday", "holiday")
#: A cap of the law over one of these periods also keeps one of the house over that one.
COVERED_BY = {"day": ("day", "7days", "week"), "7days": ("7days", "week"), "week": ("week",)}
Windows = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One house rule beside the law. ``is_stricter`` False: the law asks as much or more already,
    so it changes nothing. ``part``: what it says; a channel where that is forbidden."""

    kind: Literal["hours", "cap", "spacing", "forbidden", "one_channel"]
    is_stricter: bool
    part: Hours | Cap | Spacing | Channel | None


@lru_cache(maxsize=256)
def read_policy(toml: str) -> HousePolicy:
    """Raises Problem ``policy_unreadable`` (``line``, ``where``, ``why``), ``policy_too_long``."""
    if len(toml) > LARGEST:
        raise Problem("policy_too_long", length=len(toml), limit=LARGEST)
    try:
        return read_house(toml)
    except Problem as problem:
        where, why = str(problem.facts["place"]), str(problem.facts["detail"])
        if where:
            line = _line_of(toml, where.split("."))
        else:
            told = re.search(r"\(at line (\d+), column (\d+)\)", why)
            line = int(told.group(1)) if told else toml.count("\n") + 1
            where = f"TOML, {told.group(2)}" if told else "TOML"
            why = why.partition(" (at ")[0]
        raise Problem("policy_unreadable", line=line, where=where, why=why) from problem


def _line_of(toml: str, steps: list[str]) -> int:
    """The line of ``caps.1.max``: the second ``[[caps]]``, then its ``max``."""
    lines = toml.splitlines()
    at, sought = 0, steps[0]
    if len(steps) > 1 and steps[1].isdecimal():
        heads = [n for n, line in enumerate(lines) if line.strip().startswith(f"[[{sought}]]")]
        at = heads[int(steps[1])] if int(steps[1]) < len(heads) else 0
        sought = steps[2] if len(steps) > 2 else sought
    for number in range(at, len(lines)):
        if re.match(rf"\s*\[*\"?{re.escape(sought)}\"?\s*(=|\])", lines[number]):
            return number + 1
    return at + 1


def compare(house: Rules, law: Rules) -> list[Compared]:
    """Every house rule with whether it asks more than ``law`` does, on any of its channels."""
    found = [Compared("hours", any(_narrower(each, law)), each) for each in house.hours]
    found += [Compared("cap", not _is_capped(each, law), each) for each in house.caps]
    found += [Compared("spacing", not _is_spaced(each, law), each) for each in house.spacings]
    found += [
        Compared("forbidden", channel not in law.forbidden, channel) for channel in house.forbidden
    ]
    if house.one_channel_a_week is not None:
        found.append(Compared("one_channel", law.one_channel_a_week is None, None))
    return found


def _narrower(hours: Hours, law: Rules) -> Iterator[bool]:
    """For each channel and kind of day: is there a minute that the law allows and this does not?"""
    for channel in hours.channels:
        for day in KINDS_OF_DAY:
            allowed = set(range(24 * 60))
            for other in law.hours:
                if channel in other.channels:
                    allowed &= _minutes(getattr(other, day))
            yield bool(allowed - _minutes(getattr(hours, day)))


def _minutes(windows: Windows) -> set[int]:
    """Midnight as an end is the end of the day."""
    found: set[int] = set()
    for start, end in windows:
        last = 24 * 60 if end == time(0) else end.hour * 60 + end.minute
        found.update(range(start.hour * 60 + start.minute, last))
    return found


def _is_capped(cap: Cap, law: Rules) -> bool:
    """Does one cap of the law forbid all that this one forbids?"""
    return any(
        cap.channels <= other.channels
        and other.max <= cap.max
        and other.per in COVERED_BY[cap.per]
        and (other.kind == cap.kind or (other.kind, cap.kind) == ("attempt", "contact"))
        and other.scope in (cap.scope, "debtor")
        for other in law.caps
    )


def _is_spaced(spacing: Spacing, law: Rules) -> bool:
    return any(
        spacing.channels <= other.channels and other.days >= spacing.days for other in law.spacings
    )
