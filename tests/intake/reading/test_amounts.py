"""What an amount means, and which decimal sign a column has."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.intake.reading.amounts import AmountEvidence, parse_amount, read_amounts


@pytest.mark.parametrize(
    ("text", "sign", "amount"),
    [
        ("1.234.567,89", ",", "1234567.89"),
        ("1,234,567.89", ".", "1234567.89"),
        ("1 234 567", "", "1234567"),
        ("1\u00a0234\u00a0567,5", ",", "1234567.5"),
        ("$ 1.234", ",", "1234"),
        ("COP 1.234", ",", "1234"),
        ("S/ 120.50", ".", "120.5"),
        ("US$5,5", ",", "5.5"),
        ("(1.234,00)", ",", "-1234"),
        ("1.234-", ",", "-1234"),
        ("-$ 1.000,00", ",", "-1000"),
        ("\u22125", "", "-5"),
        ("1.234,50 CR", ",", "-1234.5"),
        ("1'234.50", ".", "1234.5"),
        ("12,34,567.00", ".", "1234567"),
        ("0000000123456.78", ".", "123456.78"),
        (",50", ",", "0.5"),
        ("\x021234.56789", ",", "1234.5679"),
        ("0,00005", ",", "0.0001"),
    ],
)
def test_an_amount_is_read_as_people_and_systems_write_it(
    text: str, sign: str, amount: str
) -> None:
    assert parse_amount(text, sign) == Decimal(amount)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "sign", "code"),
    [
        ("12%", ".", "bad_amount"),
        ("abc", ",", "bad_amount"),
        ("1.23.4", ",", "bad_amount"),
        ("1.5", ",", "bad_amount"),
        ("1,234.5", ",", "bad_amount"),
        ("1.234", "", "bad_amount"),
        ("1.2345,6", ",", "bad_amount"),
        ("1,93E+09", ",", "excel_scientific"),
        ("1.93E+09", ".", "excel_scientific"),
        ("#¡REF!", ",", "excel_error"),
        ("#VALUE!", ",", "excel_error"),
        ("100000000000000", "", "amount_too_large"),
    ],
)
def test_what_is_no_amount_gets_a_code(text: str, sign: str, code: str) -> None:
    assert parse_amount(text, sign) == code  # type: ignore[arg-type]


def _sign_of(*values: str) -> str | None:
    evidence = AmountEvidence()
    evidence.add(values)
    return evidence.sign


def test_the_sign_follows_from_a_value_with_one_reading_only() -> None:
    assert _sign_of("1.234", "1.234,5") == ","
    assert _sign_of("1.234", "12.5") == "."
    assert _sign_of("1.234", "1.234.567") == ","
    assert _sign_of("1,234", "1234.567") == "."
    assert _sign_of("0,125") == ","


def test_thousands_everywhere_leave_it_open() -> None:
    assert _sign_of("1.234", "12.345", "999.000") is None


def test_whole_numbers_need_no_sign() -> None:
    assert _sign_of("1", "1234567", "\x020.5") == ""


@pytest.mark.parametrize("sign", [",", "."])
@given(amount=st.decimals("-99999999999999", "99999999999999", places=4))
def test_every_amount_comes_back_with_either_sign(sign: str, amount: Decimal) -> None:
    text = f"{amount:,.4f}"
    if sign == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert parse_amount(text, sign) == amount  # type: ignore[arg-type]
    column, bad = read_amounts(pa.array([text, None]), sign)  # type: ignore[arg-type]
    assert column.to_pylist() == [amount, None]
    assert bad.to_pylist() == [False, False]


@pytest.mark.parametrize("sign", [",", ".", ""])
@given(texts=st.lists(st.from_regex(r"\A\x02?[0-9.,\-$ ()E+%]{0,12}\Z"), max_size=8))
def test_a_column_says_the_same_as_its_cells(sign: str, texts: list[str]) -> None:
    texts = [each.strip() for each in texts]
    column, bad = read_amounts(pa.array(texts, pa.string()), sign)  # type: ignore[arg-type]
    for text, amount, failed in zip(texts, column.to_pylist(), bad.to_pylist(), strict=True):
        one = parse_amount(text, sign)  # type: ignore[arg-type]
        assert (amount, failed) == ((one, False) if isinstance(one, Decimal) else (None, True))
