"""The word against a slow, obvious second implementation, on rules and histories of all kinds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudo.core.contact_rules import (
    CHANNELS,
    Ask,
    Cap,
    Contact,
    Hours,
    Rules,
    Source,
    Spacing,
    judge,
    judge_everywhere,
)
from recaudo.countries import REGIMES, holiday_check, pack_codes, pack_for, zones_of
from tests.core.contact_rules import slow

LAW = Source("art. 1", "official", True, True)
#: Clocks change at midnight, at night, by half an hour, and never.
ZONES = ("America/Santiago", "America/New_York", "Australia/Lord_Howe", "America/Bogota")
#: Days around which clocks of those zones change in 2026, and an ordinary one.
NEAR = (date(2026, 4, 4), date(2026, 9, 5), date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 3))
YEAR = timedelta(days=365)
MINUTE = timedelta(minutes=1)

quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    marks = sorted(set(draw(st.lists(quarters, max_size=4))))
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    if draw(st.booleans()):
        pairs.append((max(marks, default=time(9)), time(0)))
    return tuple(pairs)


channels = st.sets(st.sampled_from(CHANNELS[:4]), min_size=1).map(frozenset)
caps = st.builds(
    Cap,
    rule=st.sampled_from(["cap_a", "cap_b"]),
    channels=channels,
    max=st.integers(0, 3),
    per=st.sampled_from(["day", "week", "7days"]),
    kind=st.sampled_from(["attempt", "contact", "after_conversation"]),
    scope=st.sampled_from(["debt", "debtor"]),
    source=st.just(LAW),
)
hours = st.builds(
    Hours,
    rule=st.sampled_from(["hours", "hours_other"]),
    channels=channels,
    weekday=windows(),
    saturday=windows(),
    sunday=windows(),
    holiday=windows(),
    source=st.just(LAW),
)
rules = st.builds(
    Rules,
    pack=st.just("TEST@0"),
    hours=st.lists(hours, max_size=2).map(tuple),
    caps=st.lists(caps, max_size=3).map(tuple),
    spacings=st.lists(
        st.builds(
            Spacing,
            rule=st.just("spacing"),
            channels=channels,
            days=st.integers(1, 3),
            source=st.just(LAW),
        ),
        max_size=1,
    ).map(tuple),
    forbidden=st.dictionaries(st.just("visit"), st.just(LAW), max_size=1),
    one_channel_a_week=st.sampled_from([None, None, LAW]),
)


def moments(near: date, days_before: int, days_after: int) -> st.SearchStrategy[datetime]:
    start = datetime(near.year, near.month, near.day, tzinfo=UTC)
    seconds = st.integers(-days_before * 86_400, days_after * 86_400)
    return seconds.map(lambda second: start + timedelta(seconds=second))


debts = st.sets(st.sampled_from("AB"), max_size=2).map(frozenset)


@st.composite
def cases(draw: st.DrawFn, days_after: int = 3) -> tuple[Ask, list[Contact]]:
    near = draw(st.sampled_from(NEAR))
    holidays = draw(st.sets(st.integers(-1, 9).map(lambda n: near + timedelta(days=n)), max_size=3))
    ask = Ask(
        at=draw(moments(near, 1, 1)),
        channel=draw(st.sampled_from(CHANNELS[:4])),
        zone=draw(st.sampled_from(ZONES)),
        is_holiday=holidays.__contains__,
        debts=draw(debts),
    )
    history = draw(
        st.lists(
            st.builds(
                Contact,
                at=moments(near, 9, days_after),
                channel=st.sampled_from(CHANNELS[:4]),
                kind=st.sampled_from(["attempt", "conversation"]),
                debts=debts,
            ),
            max_size=6,
        )
    )
    return ask, history


@settings(max_examples=500, deadline=None)
@given(rules, cases())
def test_refuses_what_the_slow_one_refuses_and_names_the_same_rule(rules, case) -> None:
    ask, history = case

    said = judge(rules, ask, history)

    assert ("" if said.allowed else said.rule) == slow.refusal(rules, ask, history)


@settings(max_examples=300, deadline=None)
@given(rules, cases())
def test_earliest_is_refused_the_minute_before_and_accepted_then(rules, case) -> None:
    ask, history = case
    said = judge(rules, ask, history)
    if said.earliest is None:
        return

    assert said.earliest > ask.at
    assert said.earliest.second == said.earliest.microsecond == 0
    assert slow.refusal(rules, replace(ask, at=said.earliest), history) == ""
    assert slow.refusal(rules, replace(ask, at=said.earliest - MINUTE), history) != ""
    assert judge(rules, replace(ask, at=said.earliest), history).allowed
    assert not judge(rules, replace(ask, at=said.earliest - MINUTE), history).allowed


@settings(max_examples=40, deadline=None)
@given(rules, cases())
def test_no_minute_before_earliest_would_have_done(rules, case) -> None:
    """Windows of these rules begin and end on quarters: so does every minute worth a look."""
    ask, history = case
    said = judge(rules, ask, history)
    if said.allowed:
        return
    until = min(said.earliest or ask.at + YEAR, ask.at + timedelta(days=20))

    first = ask.at.replace(second=0, microsecond=0, minute=ask.at.minute // 15 * 15)
    looked_at = slow.minutes(first - MINUTE, until, timedelta(minutes=15))

    assert not [
        at for at in looked_at if at > ask.at and not slow.refusal(rules, replace(ask, at=at), history)
    ]


@settings(max_examples=25, deadline=None)
@given(rules, cases(days_after=0))
def test_where_no_moment_is_named_there_is_none(rules, case) -> None:
    ask, history = case
    said = judge(rules, ask, history)
    if said.allowed or said.earliest is not None:
        return

    days = slow.minutes(ask.at.replace(minute=59), ask.at + YEAR, timedelta(hours=7, minutes=15))

    assert not [at for at in days if not slow.refusal(rules, replace(ask, at=at), history)]


@settings(max_examples=150, deadline=None)
@given(rules, cases())
def test_in_several_zones_every_one_must_agree(rules, case) -> None:
    ask, history = case

    said = judge_everywhere(rules, ask, ZONES, history)

    def suits_all(at: datetime) -> bool:
        return all(
            not slow.refusal(rules, replace(ask, at=at, zone=zone), history) for zone in ZONES
        )

    assert said.allowed == suits_all(ask.at)
    if said.earliest is not None:
        assert suits_all(said.earliest)
        assert not suits_all(said.earliest - MINUTE)


@st.composite
def weeks_of_asking(draw: st.DrawFn) -> list[tuple[datetime, str, bool]]:
    """Somebody who asks again and again: when, by which channel, and whether they get through."""
    near = draw(st.sampled_from(NEAR))
    return draw(
        st.lists(
            st.tuples(moments(near, 0, 25), st.sampled_from(CHANNELS), st.booleans()),
            min_size=5,
            max_size=40,
        )
    )


@pytest.mark.parametrize("code", pack_codes())
@settings(max_examples=25, deadline=None)
@given(weeks_of_asking(), st.sampled_from(REGIMES))
def test_no_sequence_of_accepted_contacts_breaks_a_pack(code, asked, regime) -> None:
    country, _, state = code.partition("-")
    pack = pack_for(country, state)
    rules = pack.rules(regime)
    zone = next(iter(zones_of(country, state)), "America/Montevideo")
    is_holiday = holiday_check(pack, state)
    had: list[Contact] = []

    for at, channel, gets_through in sorted(asked):
        ask = Ask(at, channel, zone, is_holiday)
        if judge(rules, ask, had).allowed:
            had.append(Contact(at, channel, "conversation" if gets_through else "attempt"))
            here = ZoneInfo(zone)
            assert channel not in rules.forbidden
            assert all(slow.is_open(h, ask, here) for h in rules.hours if channel in h.channels)

    assert slow.broken(rules, had, zone) == []


@pytest.mark.parametrize("code", [code for code in pack_codes() if code != "US"])
@settings(max_examples=15, deadline=None)
@given(weeks_of_asking())
def test_nor_does_one_that_is_asked_about_in_any_order(code, asked) -> None:
    """Something is on its way already, or a past moment is asked about. (Not US: that a call will
    become a conversation nobody can know who asks about the days before it.)"""
    country, _, state = code.partition("-")
    rules = pack_for(country, state).rules("consumer")
    zone = next(iter(zones_of(country, state)), "America/Montevideo")
    had: list[Contact] = []

    for at, channel, _through in asked:
        if judge(rules, Ask(at, channel, zone, slow.never_holiday()), had).allowed:
            had.append(Contact(at, channel))

    assert slow.broken(rules, had, zone) == []
