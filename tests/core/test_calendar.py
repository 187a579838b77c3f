from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.calendar import (
    ONE_DAY,
    Place,
    add_business_days,
    business_days_between,
    business_ordinals,
    days_of,
    days_past_due,
    is_business_day,
    is_past_tolerance,
    local_day,
    month_end,
    month_start,
    next_business_day,
)
from recaudo.core.problems import Problem

from .rules import rows

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
PLACES = st.sampled_from([Place("CO"), Place("CL", "RM"), Place("MX"), Place("PE")])
DOC = "calendar.md"


def test_days_past_due_are_those_of_the_worked_table() -> None:
    for row in rows(DOC, "days_past_due"):
        dpd = days_past_due(date.fromisoformat(row["due"]), date.fromisoformat(row["as of"]))
        assert dpd == int(row["days past due"]), row


def test_the_local_day_is_that_of_the_creditors_zone() -> None:
    for row in rows(DOC, "local_day"):
        instant = datetime.fromisoformat(row["instant (UTC)"]).replace(tzinfo=UTC)
        assert local_day(instant, row["zone"]) == date.fromisoformat(row["day"]), row


def test_an_instant_without_zone_and_a_zone_that_does_not_exist_are_refused() -> None:
    with pytest.raises(Problem, match="instant_without_zone"):
        local_day(datetime(2026, 1, 1), "America/Bogota")  # noqa: DTZ001
    for zone in ("Mars/Olympus", "", "../etc/passwd", "America"):
        with pytest.raises(Problem, match="zone_unknown"):
            local_day(datetime(2026, 1, 1, tzinfo=UTC), zone)


def test_business_days_are_those_of_the_country() -> None:
    for row in rows(DOC, "business_day"):
        judged = is_business_day(date.fromisoformat(row["day"]), Place(row["country"]))
        assert judged == (row["business day"] == "yes"), row


def test_tolerance_is_in_business_days_of_the_worked_table() -> None:
    for row in rows(DOC, "tolerance"):
        due, given_until, late_from = (
            date.fromisoformat(row[name]) for name in ("due", "last day given", "late from")
        )
        place, tolerance = Place(row["country"]), int(row["tolerance"])

        assert given_until + ONE_DAY == late_from
        assert add_business_days(due, tolerance, place) == given_until, row
        assert not is_past_tolerance(due, given_until, tolerance, place), row
        assert is_past_tolerance(due, late_from, tolerance, place), row


def test_a_day_on_which_the_creditor_is_closed_is_no_business_day() -> None:
    bridge = date(2026, 12, 7)
    assert is_business_day(bridge, Place("CO"))
    assert not is_business_day(bridge, Place("CO", closed=frozenset({bridge})))


def test_a_country_or_region_without_holidays_is_refused() -> None:
    for place in (Place("ZZ"), Place("CL", "ZZ")):
        with pytest.raises(Problem, match="holidays_unknown"):
            is_business_day(date(2026, 1, 1), place)


def test_months_start_and_end_where_they_should() -> None:
    assert (month_start(date(2024, 2, 29)), month_end(date(2024, 2, 1))) == (
        date(2024, 2, 1),
        date(2024, 2, 29),
    )
    assert month_end(date(2026, 12, 31)) == date(2026, 12, 31)


@given(DAYS, st.integers(0, 30), PLACES)
def test_a_tolerance_ends_on_a_business_day_and_the_next_day_is_late(
    due: date, tolerance: int, place: Place
) -> None:
    last = add_business_days(due, tolerance, place)

    assert is_business_day(last, place)
    assert not is_past_tolerance(due, last, tolerance, place)
    assert is_past_tolerance(due, last + ONE_DAY, tolerance, place)


@given(DAYS, st.integers(0, 500), PLACES)
def test_the_engines_ordinals_count_as_the_calendar_does(
    start: date, length: int, place: Place
) -> None:
    end = start + timedelta(days=length)
    ordinals = dict(business_ordinals(start, end, place))

    assert list(ordinals) == list(days_of(start, end))
    assert ordinals[end] - ordinals[start] == business_days_between(start, end, place)
    assert next_business_day(start, place) >= start
