"""The contact rules a second time: slow and obvious, for the tests to compare with.

Written from the sentences of shapes.py, with datetimes and one minute after the other; it shares
no step with the code it judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from recaudo.core.contact_rules import Ask, Cap, Contact, Hours, Rules

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)


def refusal(rules: Rules, ask: Ask, history: Sequence[Contact]) -> str:
    """The first rule in the way, '' for none."""
    return next(refusals(rules, ask, history), "")


def refusals(rules: Rules, ask: Ask, history: Sequence[Contact]) -> Iterator[str]:
    here = ZoneInfo(ask.zone)
    day = ask.at.astimezone(here).date()
    if ask.channel in rules.forbidden:
        yield "channel_forbidden"
    for hours in rules.hours:
        if ask.channel in hours.channels and not is_open(hours, ask, here):
            yield hours.rule
    for cap in rules.caps:
        if ask.channel in cap.channels and over(cap, ask, history, here):
            yield cap.rule
    for spacing in rules.spacings:
        if ask.channel in spacing.channels and any(
            abs(day - local(one, here)) < spacing.days * ONE_DAY
            for one in history
            if one.channel in spacing.channels
        ):
            yield spacing.rule
    if rules.one_channel_a_week is not None and is_other_channel(ask, history, here):
        yield "one_channel_a_week"


def is_open(hours: Hours, ask: Ask, here: ZoneInfo) -> bool:
    clock = ask.at.astimezone(here)
    weekday = clock.isoweekday()
    if ask.is_holiday(clock.date()):
        windows = hours.holiday
    elif weekday == 6:
        windows = hours.saturday
    elif weekday == 7:
        windows = hours.sunday
    else:
        windows = hours.weekday
    return any(
        start <= clock.time() and (clock.time() < end or end.isoformat() == "00:00:00")
        for start, end in windows
    )


def over(cap: Cap, ask: Ask, history: Sequence[Contact], here: ZoneInfo) -> bool:
    day = ask.at.astimezone(here).date()
    counted = [
        one
        for one in history
        if one.channel in cap.channels
        and (cap.scope == "debtor" or not ask.debts or not one.debts or ask.debts & one.debts)
    ]
    if cap.kind == "after_conversation":
        for talk in counted:
            if talk.kind != "conversation":
                continue
            after = local(talk, here)
            barred = [after] if cap.per == "day" else [after + n * ONE_DAY for n in range(7)]
            further = [
                one
                for one in counted
                if one is not talk and one.at >= talk.at and local(one, here) <= barred[-1]
            ]
            if day in barred and len(further) >= cap.max:
                return True
        return False
    if cap.kind == "contact":
        counted = [one for one in counted if one.kind == "conversation"]
    return any(
        sum(local(one, here) in window for one in counted) >= cap.max
        for window in windows_with(cap.per, day)
    )


def windows_with(per: str, day: date) -> Iterator[list[date]]:
    """Every stretch of days that the rule counts over and ``day`` is one of."""
    if per == "day":
        yield [day]
        return
    if per == "week":
        monday = day - (day.isoweekday() - 1) * ONE_DAY
        yield [monday + n * ONE_DAY for n in range(7)]
    for back in range(7):
        yield [day + (n - back) * ONE_DAY for n in range(7)]


def is_other_channel(ask: Ask, history: Sequence[Contact], here: ZoneInfo) -> bool:
    day = ask.at.astimezone(here).date()
    in_order = sorted(history, key=lambda one: one.at)
    monday = day - (day.isoweekday() - 1) * ONE_DAY
    past = [day - n * ONE_DAY for n in range(7)]
    for window in ([monday + n * ONE_DAY for n in range(7)], past):
        of_week = [one for one in in_order if local(one, here) in window]
        if of_week and of_week[0].channel != ask.channel:
            return True
    coming = [day + n * ONE_DAY for n in range(1, 7)]
    return any(one.channel != ask.channel for one in history if local(one, here) in coming)


def local(contact: Contact, here: ZoneInfo) -> date:
    return contact.at.astimezone(here).date()


def broken(rules: Rules, contacts: Sequence[Contact], zone: str) -> list[str]:
    """What contacts of one debt, in the order in which they took place, break of caps, spacings and
    channels."""
    here = ZoneInfo(zone)
    found = []
    for cap in rules.caps:
        counted = [one for one in contacts if one.channel in cap.channels]
        if cap.kind == "after_conversation":
            for place, talk in enumerate(counted):
                last = local(talk, here) + (0 if cap.per == "day" else 6) * ONE_DAY
                # By their order: of several within one second the clock does not tell.
                further = [one for one in counted[place + 1 :] if local(one, here) <= last]
                if talk.kind == "conversation" and len(further) > cap.max:
                    found.append(cap.rule)
            continue
        if cap.kind == "contact":
            counted = [one for one in counted if one.kind == "conversation"]
        for one in counted:
            for window in windows_with(cap.per, local(one, here)):
                if sum(local(other, here) in window for other in counted) > cap.max:
                    found.append(cap.rule)
    for spacing in rules.spacings:
        days = sorted(local(one, here) for one in contacts if one.channel in spacing.channels)
        if any(b - a < spacing.days * ONE_DAY for a, b in pairwise(days)):
            found.append(spacing.rule)
    if rules.one_channel_a_week is not None:
        for one in contacts:
            for window in windows_with("week", local(one, here)):
                if len({other.channel for other in contacts if local(other, here) in window}) > 1:
                    found.append("one_channel_a_week")
    return found


def minutes(after: datetime, until: datetime, step: timedelta = MINUTE) -> Iterator[datetime]:
    """Whole minutes after ``after``, before ``until``."""
    minute = after.replace(second=0, microsecond=0) + MINUTE
    while minute < until:
        yield minute
        minute += step


def never_holiday() -> Callable[[date], bool]:
    return lambda day: False
