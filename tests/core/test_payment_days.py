import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.calendar import Place, days_of
from recaudo.core.payment_days import (
    Days,
    PaymentCalendar,
    as_stored,
    next_payment_day,
    next_review_day,
    payment_days,
    read_calendar,
)
from recaudo.core.problems import Problem

from .rules import rows

DOC = "calendar.md"
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
WEEKDAYS = st.integers(1, 7)
SETS = st.builds(
    Days,
    st.lists(WEEKDAYS, max_size=2, unique=True).map(lambda found: tuple(sorted(found))),
    st.lists(st.sampled_from([-1, 1, 15, 30, 31]), max_size=2, unique=True).map(
        lambda found: tuple(sorted(found))
    ),
    st.lists(st.tuples(st.sampled_from([-1, 1, 2, 5]), WEEKDAYS), max_size=2, unique=True).map(
        lambda found: tuple(sorted(found))
    ),
)
CALENDARS = st.builds(PaymentCalendar, SETS, SETS, st.sampled_from(["after", "before"]))
PLACES = st.sampled_from([None, Place("CO"), Place("MX")])


def test_due_on_tuesday_and_paying_on_fridays_is_not_chased_before_friday() -> None:
    fridays = read_calendar("paga los viernes")
    tuesday, friday = date(2026, 3, 10), date(2026, 3, 13)
    assert next_payment_day(fridays, tuesday, Place("CO")) == friday


def test_next_payment_days_are_those_of_the_worked_table() -> None:
    for row in rows(DOC, "next_payment_day"):
        calendar = read_calendar(json.loads(row["calendar"]))
        place = Place(row["country"]) if row["country"] else None
        found = next_payment_day(calendar, date.fromisoformat(row["on"]), place)
        assert found == date.fromisoformat(row["next"]), row


def test_what_people_write_is_read_or_refused_as_in_the_table() -> None:
    for row in rows(DOC, "calendar_text"):
        if row["stored"] == "refused":
            with pytest.raises(Problem, match="payment_calendar_unreadable"):
                read_calendar(row["text"])
        else:
            assert as_stored(read_calendar(row["text"])) == json.loads(row["stored"]), row


@pytest.mark.parametrize(
    "stored",
    [
        {"weekdays": [8]},
        {"weekdays": [0]},
        {"weekdays": 5},
        {"weekdays": ["viernes"]},
        {"weekdays": [True]},
        {"month_days": [0]},
        {"month_days": [32]},
        {"nth": [5]},
        {"nth": [[0, 5]]},
        {"nth": [[1, 5, 2]]},
        {"review": [2]},
        {"on_holiday": "whenever"},
        {"days": [5]},
    ],
)
def test_a_stored_form_that_means_nothing_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(Problem, match="payment_calendar_unreadable"):
        read_calendar(stored)


def test_nothing_stored_is_a_calendar_of_any_day() -> None:
    for stored in (None, "", {}):
        assert read_calendar(stored) == PaymentCalendar()


def test_review_days_are_apart_from_payment_days() -> None:
    calendar = read_calendar("viernes; revisión martes")
    assert next_review_day(calendar, date(2026, 3, 11)) == date(2026, 3, 17)


@given(CALENDARS)
def test_the_stored_form_there_and_back_is_the_same(calendar: PaymentCalendar) -> None:
    stored = json.loads(json.dumps(as_stored(calendar)))
    assert read_calendar(stored) == calendar


@given(CALENDARS, DAYS, PLACES)
def test_the_next_payment_day_is_the_first_of_the_window(
    calendar: PaymentCalendar, on: date, place: Place | None
) -> None:
    found = next_payment_day(calendar, on, place)
    assert payment_days(calendar, on, found, place) == [found]


@given(CALENDARS, DAYS, st.integers(0, 120), st.integers(0, 120), PLACES)
def test_two_windows_side_by_side_give_what_the_whole_gives(
    calendar: PaymentCalendar, start: date, one: int, other: int, place: Place | None
) -> None:
    middle = start + timedelta(days=one)
    end = middle + timedelta(days=other + 1)

    whole = payment_days(calendar, start, end, place)
    parts = payment_days(calendar, start, middle, place)
    parts += payment_days(calendar, middle + timedelta(days=1), end, place)

    assert whole == parts
    assert whole == sorted(set(whole)) and set(whole) <= set(days_of(start, end))
