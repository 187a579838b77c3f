"""What a date means, and which order a column has."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.intake.reading.dates import DateEvidence, is_no_date, parse_date


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("31/07/2026", "dmy", date(2026, 7, 31)),
        ("07/31/2026", "mdy", date(2026, 7, 31)),
        ("3/4/2024", "dmy", date(2024, 4, 3)),
        ("3/4/2024", "mdy", date(2024, 3, 4)),
        ("2026-07-31", "", date(2026, 7, 31)),
        ("2026-07-31T10:05:00Z", "", date(2026, 7, 31)),
        ("26-04-2011 11:50", "dmy", date(2011, 4, 26)),
        ("31.07.2026", "dmy", date(2026, 7, 31)),
        ("26-Apr-11", "", date(2011, 4, 26)),
        ("26-abr-2011", "", date(2011, 4, 26)),
        ("31/Jul/2026", "", date(2026, 7, 31)),
        ("31 de julio de 2026", "", date(2026, 7, 31)),
        ("Apr 26, 2011", "", date(2011, 4, 26)),
        ("1-set-2025", "", date(2025, 9, 1)),
        ("20240131", "", date(2024, 1, 31)),
        ("45123", "", date(2023, 7, 16)),
        ("\x0245123.5", "", date(2023, 7, 16)),
        ("05/05/2024", "", date(2024, 5, 5)),
        ("01/02/69", "dmy", date(2069, 2, 1)),
        ("01/02/70", "dmy", date(1970, 2, 1)),
    ],
)
def test_a_date_is_read_as_people_and_systems_write_it(text: str, order: str, day: date) -> None:
    assert parse_date(text, order) == day  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("31/02/2026", "dmy", "no_such_date"),
        ("02/31/2026", "dmy", "no_such_date"),
        ("30/02/2024", "dmy", "no_such_date"),
        ("03/04/2024", "", "bad_date"),
        ("05:23.4", "dmy", "excel_mangled_date"),
        ("00:00.0", "dmy", "excel_mangled_date"),
        ("########", "dmy", "excel_mangled_date"),
        ("31/12/1969", "dmy", "date_out_of_range"),
        ("01/01/2101", "dmy", "date_out_of_range"),
        ("pendiente", "dmy", "bad_date"),
        ("123", "dmy", "bad_date"),
    ],
)
def test_what_is_no_date_gets_a_code(text: str, order: str, code: str) -> None:
    assert parse_date(text, order) == code  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "00/00/0000", "0000-00-00", "1900-01-00", "1899-12-30"])
def test_some_texts_stand_for_no_date(text: str) -> None:
    assert is_no_date(text)


@given(st.dates(date(1970, 1, 1), date(2100, 12, 31)))
def test_every_day_comes_back_in_every_form(day: date) -> None:
    assert parse_date(day.strftime("%d/%m/%Y"), "dmy") == day
    assert parse_date(day.strftime("%m-%d-%Y"), "mdy") == day
    assert parse_date(day.isoformat(), "") == day
    assert parse_date(day.strftime("%Y%m%d"), "") == day


@given(st.text(max_size=30))
def test_no_text_breaks_reading(text: str) -> None:
    assert isinstance(parse_date(text, "dmy"), date | str)


def _order_of(*values: str) -> str | None:
    evidence = DateEvidence()
    evidence.add(values)
    return evidence.order


def test_the_order_follows_from_a_value_with_one_reading_only() -> None:
    assert _order_of("03/04/2024", "13/04/2024") == "dmy"
    assert _order_of("03/04/2024", "04/13/2024") == "mdy"


def test_the_twelfth_is_open_and_the_thirteenth_is_not() -> None:
    assert _order_of("12/11/2024") is None
    assert _order_of("13/11/2024") == "dmy"


def test_equal_day_and_month_tell_nothing_and_need_nothing() -> None:
    assert _order_of("05/05/2024", "2024-01-03", "26-abr-2011") == ""


def test_one_slip_in_more_than_a_hundred_does_not_undo_the_order() -> None:
    days = [
        (date(2024, 1, 13) + timedelta(days=n)).strftime("13/%m/%Y") for n in range(0, 3000, 28)
    ]
    assert len(set(days)) > 90
    many = [f"{day}/{month}/{year}" for year in (2023, 2024) for month in range(1, 13)
            for day in range(13, 28)]  # fmt: skip
    assert _order_of(*many, "02/25/2024") == "dmy"
    assert _order_of("25/02/2024", "02/25/2024") is None


def test_a_column_of_minutes_and_seconds_is_known_as_mangled() -> None:
    evidence = DateEvidence()
    evidence.add(["05:23.4", "00:00.0", ""])
    assert evidence.is_all_mangled
    evidence.add(["2024-01-31"])
    assert not evidence.is_all_mangled
