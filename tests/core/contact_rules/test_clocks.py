"""Nights on which clocks change, odd zones, and what has no answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from recaudo.core.contact_rules import (
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
from recaudo.core.contact_rules.days import zone
from recaudo.core.problems import Problem

LAW = Source("art. 1", "official", True, True)
CALL = frozenset({"call"})
NEW_YORK = "America/New_York"


def open_from(start: str, end: str) -> Hours:
    window = ((time.fromisoformat(start), time.fromisoformat(end)),)
    return Hours("hours", CALL, window, window, window, window, LAW)


def word(rules: Rules, at: str, where: str = NEW_YORK, had: tuple[Contact, ...] = ()):
    asked = Ask(datetime.fromisoformat(at), "call", where, lambda day: False)
    return judge(rules, asked, had)


def utc(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


def test_a_window_that_clocks_jump_over_comes_the_next_day() -> None:
    rules = Rules("T", hours=(open_from("02:00", "03:00"),))

    said = word(rules, "2026-03-08T01:30:00-05:00")

    assert said.earliest == utc("2026-03-09T06:00")  # 02:00, an hour earlier in UTC


def test_a_window_that_clocks_cut_opens_when_they_have_jumped() -> None:
    rules = Rules("T", hours=(open_from("02:30", "04:00"),))

    said = word(rules, "2026-03-08T01:30:00-05:00")

    assert said.earliest == utc("2026-03-08T07:00")  # 03:00 there


def test_a_window_that_clocks_repeat_is_open_twice() -> None:
    rules = Rules("T", hours=(open_from("01:00", "01:30"),))

    assert word(rules, "2026-11-01T01:29:00-04:00").allowed
    between = word(rules, "2026-11-01T01:30:00-04:00")
    assert between.earliest == utc("2026-11-01T06:00")
    assert word(rules, "2026-11-01T01:29:00-05:00").allowed
    assert word(rules, "2026-11-01T01:30:00-05:00").earliest == utc("2026-11-02T06:00")


def test_a_day_that_begins_at_one_has_no_midnight() -> None:
    """Santiago, 6 September 2026: 00:00 to 01:00 does not exist."""
    rules = Rules("T", hours=(open_from("00:00", "00:30"),))

    said = word(rules, "2026-09-05T23:00:00-04:00", "America/Santiago")

    assert said.earliest == utc("2026-09-07T03:00")


def test_a_contact_in_the_repeated_hour_before_midnight_counts_for_its_day() -> None:
    """Santiago, 4 April 2026: 23:00 to 24:00 comes twice, and both are Saturday."""
    cap = Cap("cap_day", CALL, 1, "day", "attempt", "debtor", LAW)
    had = (Contact(datetime.fromisoformat("2026-04-04T23:30:00-04:00"), "call"),)

    said = word(Rules("T", caps=(cap,)), "2026-04-04T23:10:00-03:00", "America/Santiago", had)

    assert said.rule == "cap_day"
    assert said.earliest == utc("2026-04-05T04:00")


def test_half_an_hour_of_lord_howe() -> None:
    rules = Rules("T", hours=(open_from("02:00", "02:30"),))

    said = word(rules, "2026-10-04T01:00:00+10:30", "Australia/Lord_Howe")

    assert said.earliest == utc("2026-10-04T15:00")


@pytest.mark.parametrize(
    "name", [NEW_YORK, "America/Santiago", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Apia"]
)
def test_days_and_offsets_are_those_of_the_zone(name: str) -> None:
    where, info = zone(name), ZoneInfo(name)
    for hours in range(0, 366 * 24, 5):
        at = datetime(2026, 1, 1, 0, 30, tzinfo=UTC) + timedelta(hours=hours)
        local = at.astimezone(info)
        day = where.day_of(int(at.timestamp()))
        assert date(1970, 1, 1) + timedelta(days=day) == local.date()
        assert where.offset(int(at.timestamp())) == local.utcoffset().total_seconds()


def test_the_local_day_counts_and_not_that_of_utc() -> None:
    cap = Cap("cap_day", CALL, 1, "day", "attempt", "debtor", LAW)
    had = (Contact(utc("2026-11-20T23:00"), "call"),)  # 18:00 in Bogotá

    assert word(Rules("T", caps=(cap,)), "2026-11-20T23:30:00-05:00", "America/Bogota", had).rule
    after_midnight = word(
        Rules("T", caps=(cap,)), "2026-11-21T00:00:00-05:00", "America/Bogota", had
    )
    assert after_midnight.allowed


def test_seconds_do_not_shorten_the_last_minute() -> None:
    rules = Rules("T", hours=(open_from("07:00", "19:00"),))

    assert word(rules, "2026-11-20T18:59:59.999-05:00").allowed
    assert word(rules, "2026-11-20T06:59:59.999-05:00").earliest == utc("2026-11-20T12:00")


def test_a_cap_of_none_and_hours_that_never_open_have_no_earliest() -> None:
    none = Cap("cap_week", CALL, 0, "week", "attempt", "debtor", LAW)
    never = Hours("hours", CALL, (), (), (), (), LAW)

    assert word(Rules("T", caps=(none,)), "2026-11-20T10:00:00-05:00").earliest is None
    assert word(Rules("T", hours=(never,)), "2026-11-20T10:00:00-05:00").earliest is None


def test_hours_that_open_only_on_a_holiday_a_year_away_are_not_waited_for() -> None:
    window = ((time(9), time(10)),)
    rules = Rules("T", hours=(Hours("hours", CALL, (), (), (), window, LAW),))
    holiday = date(2027, 12, 25)
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)

    far = judge(rules, Ask(at, "call", "UTC", lambda day: day == holiday), [])
    near = judge(rules, Ask(at, "call", "UTC", lambda day: day == date(2026, 12, 25)), [])

    assert far.earliest is None
    assert near.earliest == utc("2026-12-25T09:00")


def test_what_comes_later_counts_as_well() -> None:
    """A message is on its way for tomorrow: one today must not make it too close."""
    spacing = Spacing("spacing", CALL, 2, LAW)
    coming = (Contact(utc("2026-11-21T15:00"), "call"),)

    said = word(Rules("T", spacings=(spacing,)), "2026-11-20T10:00:00-05:00", NEW_YORK, coming)

    assert said.rule == "spacing"
    assert said.earliest == utc("2026-11-23T05:00")


def test_in_several_zones_it_must_be_time_in_all() -> None:
    rules = Rules("T", hours=(open_from("08:00", "21:00"),))
    zones = (NEW_YORK, "America/Los_Angeles", "Pacific/Honolulu")
    ask = Ask(utc("2026-11-20T14:00"), "call", "", lambda day: False)

    said = judge_everywhere(rules, ask, zones, [])

    assert said.rule == "hours"
    assert said.earliest == utc("2026-11-20T18:00")  # 08:00 in Honolulu, 13:00 in New York


def test_zones_that_share_no_hour_have_no_earliest() -> None:
    rules = Rules("T", hours=(open_from("08:00", "09:00"),))
    ask = Ask(utc("2026-11-20T14:00"), "call", "", lambda day: False)

    assert judge_everywhere(rules, ask, (NEW_YORK, "Asia/Tokyo"), []).earliest is None


def test_an_instant_without_a_zone_or_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(Problem, match="instant_without_zone"):
        word(Rules("T"), "2026-11-20T10:00:00")
    with pytest.raises(Problem, match="zone_unknown"):
        word(Rules("T"), "2026-11-20T10:00:00-05:00", "America/Atlantis")


def test_the_facts_are_for_a_sentence() -> None:
    cap = Cap("cap_day", CALL, 1, "day", "attempt", "debtor", LAW)
    rules = Rules("T", hours=(open_from("07:00", "19:00"),), caps=(cap,))
    had = (Contact(utc("2026-11-20T13:00"), "call"),)

    late = word(rules, "2026-11-20T19:00:00-05:00")
    again = word(rules, "2026-11-20T18:00:00-05:00", had=had)

    assert late.facts == {"day": "weekday", "opens": "07:00", "closes": "19:00"}
    assert again.facts == {"count": 1, "max": 1, "since": "2026-11-20"}
    assert again.source is LAW
