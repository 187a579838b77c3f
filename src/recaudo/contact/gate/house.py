"""What does a house policy say? Its TOML, read and checked whole (docs/rules/gate.md).

A house policy is only ever stricter: its rules are laid beside the law's, so one that is wider than
the law changes nothing, and ``compare`` says so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recaudo.core.contact_rules.shapes import (
    CHANNELS,
    Cap,
    Channel,
    Hours,
    Rules,
    Source,
    Spacing,
)
from recaudo.core.problems import Problem

LARGEST = 20_000
#: The creditor's own: never shown as law.
HOUSE = Source("", "house", is_law=False, is_verified=True)
KINDS_OF_DAY = ("weekday", "saturday", "sunday", "holiday")
Windows = tuple[tuple[time, time], ...]
Names = Annotated[tuple[Channel | Literal["*"], ...], Field(min_length=1)]
Window = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HoursPart(_Part):
    """Windows ``["08:00-12:00", "14:00-18:00"]``; an empty list: not that day."""

    channels: Names = ("*",)
    weekday: tuple[Window, ...]
    saturday: tuple[Window, ...] = ()
    sunday: tuple[Window, ...] = ()
    holiday: tuple[Window, ...] = ()


class CapPart(_Part):
    channels: Names = ("*",)
    max: int = Field(ge=0, le=1000)
    per: Literal["day", "week", "7days"]
    kind: Literal["attempt", "contact", "after_conversation"] = "attempt"
    scope: Literal["debt", "debtor"] = "debtor"


class SpacingPart(_Part):
    channels: Names = ("*",)
    days: int = Field(ge=1, le=365)


class HousePart(_Part):
    forbidden: tuple[Channel, ...] = ()
    one_channel_a_week: bool = False
    hours: tuple[HoursPart, ...] = ()
    caps: tuple[CapPart, ...] = ()
    spacings: tuple[SpacingPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """One house rule beside the law: ``is_stricter`` False: the law already asks as much or more,
    so it changes nothing. ``rule`` as verdicts name it; ``part`` is what it says."""

    rule: str
    kind: Literal["hours", "cap", "spacing", "forbidden", "one_channel"]
    is_stricter: bool
    part: Hours | Cap | Spacing | Channel | None


@lru_cache(maxsize=256)
def read_policy(toml: str) -> Rules:
    """The rules of a policy. Raises Problem ``policy_unreadable`` with ``line`` and ``where``."""
    if len(toml) > LARGEST:
        raise Problem("policy_too_long", length=len(toml), limit=LARGEST)
    try:
        part = HousePart.model_validate(tomllib.loads(toml))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
        line = place.group(1) if place and place.group(1) else str(toml.count("\n") + 1)
        why = str(error).split(" (at ")[0]
        raise Problem("policy_unreadable", line=int(line), where="TOML", why=why) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise Problem(
            "policy_unreadable", line=_line_of(toml, first["loc"]), where=where, why=first["msg"]
        ) from error
    rules = _rules(part)
    for hours in rules.hours:
        _check_windows(toml, hours)
    return rules


def _rules(part: HousePart) -> Rules:
    return Rules(
        pack="house",
        hours=tuple(
            Hours(
                f"house_hours_{number}",
                _channels(each.channels),
                *(_windows(getattr(each, day)) for day in KINDS_OF_DAY),
                source=HOUSE,
            )
            for number, each in enumerate(part.hours, 1)
        ),
        caps=tuple(
            Cap(
                f"house_cap_{number}",
                _channels(each.channels),
                each.max,
                each.per,
                each.kind,
                each.scope,
                HOUSE,
            )
            for number, each in enumerate(part.caps, 1)
        ),
        spacings=tuple(
            Spacing(f"house_spacing_{number}", _channels(each.channels), each.days, HOUSE)
            for number, each in enumerate(part.spacings, 1)
        ),
        forbidden=dict.fromkeys(part.forbidden, HOUSE),
        one_channel_a_week=HOUSE if part.one_channel_a_week else None,
    )


def _channels(names: tuple[str, ...]) -> frozenset[Channel]:
    return frozenset(CHANNELS) if "*" in names else frozenset(names)  # type: ignore[arg-type]


def _windows(written: tuple[str, ...]) -> Windows:
    """``24:00`` is midnight, the end of the day."""
    return tuple((_clock(w.partition("-")[0]), _clock(w.partition("-")[2])) for w in written)


def _clock(text: str) -> time:
    return time(0) if text == "24:00" else time.fromisoformat(text)


def _check_windows(toml: str, hours: Hours) -> None:
    number = int(hours.rule.rpartition("_")[2]) - 1
    for day in KINDS_OF_DAY:
        windows: Windows = getattr(hours, day)
        ends = time(0)
        for position, (start, end) in enumerate(windows):
            if (end != time(0) and start >= end) or (
                position and (ends == time(0) or start < ends)
            ):
                raise Problem(
                    "policy_windows", line=_line_of(toml, ("hours", number, day)), where=day
                )
            ends = end


def _line_of(toml: str, steps: tuple[Any, ...]) -> int:
    """The line of ``("caps", 1, "max")``: the second ``[[caps]]``, then its ``max``."""
    lines = toml.splitlines()
    table = str(steps[0]) if steps else ""
    at = 0
    if len(steps) > 1 and isinstance(steps[1], int):
        heads = [n for n, line in enumerate(lines) if line.strip().startswith(f"[[{table}]]")]
        at = heads[steps[1]] if steps[1] < len(heads) else 0
        table = str(steps[2]) if len(steps) > 2 else ""
    for number in range(at, len(lines)):
        if table and re.match(rf"\s*\"?{re.escape(table)}\"?\s*(=|\])", lines[number]):
            return number + 1
    return at + 1


# -- beside the law ----------------------------------------------------------------------------


def compare(house: Rules, law: Rules) -> list[Compared]:
    """Every house rule with whether it asks more than ``law`` does, channel by channel."""
    found = [
        Compared(hours.rule, "hours", any(_narrows(hours, law)), hours) for hours in house.hours
    ]
    found += [Compared(cap.rule, "cap", not _has_cap(cap, law), cap) for cap in house.caps]
    found += [
        Compared(
            spacing.rule,
            "spacing",
            not all(
                any(c in other.channels and other.days >= spacing.days for other in law.spacings)
                for c in spacing.channels
            ),
            spacing,
        )
        for spacing in house.spacings
    ]
    found += [
        Compared("channel_forbidden", "forbidden", channel not in law.forbidden, channel)
        for channel in house.forbidden
    ]
    if house.one_channel_a_week is not None:
        is_new = law.one_channel_a_week is None
        found.append(Compared("one_channel_a_week", "one_channel", is_new, None))
    return found


def _narrows(hours: Hours, law: Rules) -> Iterator[bool]:
    """For each channel and kind of day: is there a minute that the law allows and this does not?"""
    for channel in hours.channels:
        for day in KINDS_OF_DAY:
            mine = _minutes(getattr(hours, day))
            allowed = set(range(24 * 60))
            for other in law.hours:
                if channel in other.channels:
                    allowed &= _minutes(getattr(other, day))
            yield bool(allowed - mine)


def _minutes(windows: Windows) -> set[int]:
    found: set[int] = set()
    for start, end in windows:
        last = 24 * 60 if end == time(0) else end.hour * 60 + end.minute
        found.update(range(start.hour * 60 + start.minute, last))
    return found


def _has_cap(cap: Cap, law: Rules) -> bool:
    """Does one cap of the law forbid all that this one forbids?"""
    periods = {"day": ("day", "week", "7days"), "7days": ("7days", "week"), "week": ("week",)}
    return any(
        cap.channels <= other.channels
        and other.max <= cap.max
        and other.per in periods[cap.per]
        and (other.kind == cap.kind or (other.kind == "attempt" and cap.kind == "contact"))
        and (other.scope == cap.scope or other.scope == "debtor")
        for other in law.caps
    )
