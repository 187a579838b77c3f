"""Amounts as people write them: both decimal signs, thousands, and nothing guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.core.written import amount_written, money_written


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1999900.50", "1999900.50"),
        ("1.999.900,50", "1999900.50"),
        ("1,999,900.50", "1999900.50"),
        ("1.999.900", "1999900"),
        ("1'999.900", "1999900"),
        ("1'999.900,5", "1999900.5"),
        ("$ 1.500", "1500"),
        ("$1.500", "1500"),
        ("1 999 900,50", "1999900.50"),
        ("10.000", "10000"),
        ("12,5", "12.5"),
        ("0,05", "0.05"),
        ("-3", "-3"),
        ("999", "999"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: str) -> None:
    assert amount_written(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mil",
        "1e400",
        "NaN",
        "1.2.3,4,5",
        "1.999,900.50.1",
        "1.999.900.50",
        "12.3456",
        "0,00001",
        "1.99.900",
        ",50",
        "--3",
        "9" * 60,
    ],
)
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    assert amount_written(text) is None


@given(st.decimals(min_value=0, max_value=10**13, places=2))
def test_an_amount_is_read_back_whichever_way_it_is_grouped(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    spanish = english.translate(str.maketrans(",.", ".,"))
    assert amount_written(english) == amount_written(spanish) == amount
    assert amount_written(f"{amount:.2f}") == amount


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1.234", "COP", "1234"),
        ("1.234", "CLF", "1234"),
        ("1,234", "CLF", "1.234"),
        ("1.2345", "CLF", "1.2345"),
        ("1.234,5678", "CLF", "1234.5678"),
        ("0,5", "CLF", "0.5"),
        ("99999999999999", "COP", "99999999999999"),
    ],
)
def test_money_is_read_by_the_decimals_of_its_currency(
    text: str, currency: str, amount: str
) -> None:
    assert money_written(text, currency) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(("text", "currency"), [("1.2345", "COP"), ("100000000000000", "COP")])
def test_what_no_ledger_holds_is_no_money(text: str, currency: str) -> None:
    assert money_written(text, currency) is None


def test_a_currency_that_nobody_knows_is_said() -> None:
    with pytest.raises(Problem) as refused:
        money_written("1", "pesos")
    assert refused.value.code == "currency_unknown"
