from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.money import (
    LIMIT,
    Money,
    Rounding,
    from_ten_thousandths,
    minor_units,
    to_ten_thousandths,
    total,
)
from recaudo.core.problems import Problem

COUNTS = st.integers(-(10**17), 10**17)


def test_minor_units_are_those_in_which_the_currency_is_paid() -> None:
    asked = {
        "COP": 2,
        "CLP": 0,
        "PEN": 2,
        "MXN": 2,
        "UF": 4,
        "CLF": 4,
        "UVR": 4,
        "COU": 4,
        "PYG": 0,
    }
    assert {currency: minor_units(currency) for currency in asked} == asked


@given(COUNTS)
def test_ten_thousandths_there_and_back_is_the_same(count: int) -> None:
    assert to_ten_thousandths(from_ten_thousandths(count)) == count


@given(COUNTS, COUNTS)
def test_sums_and_differences_are_exact(one: int, other: int) -> None:
    a, b = Money.of_ten_thousandths(one, "COP"), Money.of_ten_thousandths(other, "COP")

    assert (a + b).ten_thousandths == one + other
    assert (a - b) + b == a
    assert a + -a == Money.zero("COP")
    assert (a < b) == (one < other) and (a >= b) == (one >= other)


def test_half_up_and_half_even_differ_on_a_tie_only() -> None:
    tie, above = Money(Decimal("2.5"), "CLP"), Money(Decimal("2.5001"), "CLP")

    assert tie.to_minor_unit(Rounding.HALF_UP) == Money(Decimal(3), "CLP")
    assert tie.to_minor_unit(Rounding.HALF_EVEN) == Money(Decimal(2), "CLP")
    assert above.to_minor_unit(Rounding.HALF_EVEN) == Money(Decimal(3), "CLP")
    assert (-tie).to_minor_unit(Rounding.HALF_UP) == Money(Decimal(-3), "CLP")


def test_a_rate_multiplies_and_rounds_to_four_decimals_by_the_stated_rule() -> None:
    one_uf = Money(Decimal("1.0001"), "CLF")

    pesos = one_uf.converted(Decimal("39485.65"), "CLP", Rounding.HALF_UP)

    assert pesos == Money(Decimal("39489.5986"), "CLP")


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (Decimal("0.00001"), "money_too_fine"),
        (Decimal(LIMIT), "money_out_of_range"),
        (Decimal("NaN"), "money_not_a_number"),
        (Decimal("Infinity"), "money_not_a_number"),
        (0.1, "money_not_a_number"),
    ],
)
def test_what_the_ledger_cannot_hold_is_refused(amount: Decimal, code: str) -> None:
    with pytest.raises(Problem) as refused:
        Money(amount, "COP")
    assert refused.value.code == code


def test_two_currencies_are_never_added_or_compared() -> None:
    pesos, dollars = Money(Decimal(1), "COP"), Money(Decimal(1), "USD")

    for act in (lambda: pesos + dollars, lambda: pesos < dollars, lambda: total([dollars], "COP")):
        with pytest.raises(Problem, match="currency_mismatch"):
            act()


def test_a_currency_is_three_capital_letters() -> None:
    for text in ("cop", "PESOS", "", "$"):
        with pytest.raises(Problem, match="currency_unknown"):
            Money(Decimal(1), text)
