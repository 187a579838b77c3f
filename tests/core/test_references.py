"""Payment references: every slip of one digit, and every swap of two neighbours, is caught."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.problems import Problem
from recaudo.core.references import in_groups, make_reference, read_reference, serial_of

SERIALS = st.integers(min_value=1, max_value=10**12)


@given(SERIALS)
def test_a_reference_is_read_as_it_was_made(serial: int) -> None:
    reference = make_reference(serial)
    assert read_reference(reference) == reference
    assert serial_of(reference) == serial


@given(SERIALS, st.data())
def test_every_wrong_digit_is_caught(serial: int, data: st.DataObject) -> None:
    reference = make_reference(serial)
    place = data.draw(st.integers(0, len(reference) - 1))
    others = [each for each in "0123456789" if each != reference[place]]
    digit = data.draw(st.sampled_from(others))
    typed = reference[:place] + digit + reference[place + 1 :]
    with pytest.raises(Problem) as refused:
        read_reference(typed)
    assert refused.value.code in {"reference_mistyped", "reference_unreadable"}


@given(SERIALS, st.data())
def test_every_swap_of_two_neighbours_is_caught(serial: int, data: st.DataObject) -> None:
    reference = make_reference(serial)
    places = [n for n in range(len(reference) - 1) if reference[n] != reference[n + 1]]
    place = data.draw(st.sampled_from(places))
    one, other = reference[place], reference[place + 1]
    typed = reference[:place] + other + one + reference[place + 2 :]
    with pytest.raises(Problem):
        read_reference(typed)


@given(SERIALS, SERIALS)
def test_two_serials_never_share_a_reference(one: int, other: int) -> None:
    assert (make_reference(one) == make_reference(other)) == (one == other)


@pytest.mark.parametrize("typed", ["1000 0001 61", "1000-0001-61", "00001000000161"])
def test_people_and_banks_write_it_in_groups_and_with_zeros_before(typed: str) -> None:
    assert read_reference(typed) == "1000000161"


@pytest.mark.parametrize("typed", ["", "12", "no sé", "1" * 40, "１０００００００１６１"])
def test_what_is_no_reference_is_told_so(typed: str) -> None:
    with pytest.raises(Problem, match="reference_unreadable"):
        read_reference(typed)


def test_it_is_ten_digits_that_never_begin_with_zero() -> None:
    assert make_reference(1) == "1000000161"
    assert in_groups(make_reference(1)) == "1000 0001 61"
    with pytest.raises(ValueError, match="positive"):
        make_reference(0)
