"""Collection files by position: what their control records say must hold, or nothing is taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from recaudo.core.problems import Problem
from recaudo.intake.banks import read_statements
from recaudo.intake.banks.layouts import layout_named


def asobancaria(
    amounts: tuple[int, ...] = (150_000_00, 89_900_50),
    *,
    count: int | None = None,
    total: int | None = None,
    returned: str = "000",
) -> list[str]:
    """A file of one batch; amounts in cents."""
    n = len(amounts) if count is None else count
    whole = sum(amounts) if total is None else total
    details = [
        f"06{1000 + at:048}{cents:014}0102{at:06}{at:06}0070001{at:07}"
        + (returned if at == 1 else "000")
        for at, cents in enumerate(amounts, start=1)
    ]
    records = [
        f"01{900123456:010}20261120007{12345678901:017}202611210830A01",
        f"05{7709998000011:013}0001",
        *details,
        f"08{n:09}{whole:018}0001",
        f"09{n:09}{whole:018}",
    ]
    return [record.ljust(162) for record in records]


def read(lines: list[str]):
    form, (statement,) = read_statements("\r\n".join(lines).encode())
    assert form == "co_asobancaria_2001"
    return statement


def test_asobancaria_is_recognised_and_read() -> None:
    statement = read(asobancaria())
    assert (statement.account, statement.currency, statement.bank) == ("12345678901", "COP", "007")
    first, second = statement.lines
    assert (first.amount, second.amount) == (Decimal("150000"), Decimal("89900.50"))
    assert first.value_on == date(2026, 11, 20)
    assert first.references == ("1001",)
    assert first.bank_id != second.bank_id


@pytest.mark.parametrize(
    "lines",
    [
        asobancaria(count=1),
        asobancaria(count=3),
        asobancaria(total=239_900_49),
        asobancaria(total=239_900_51),
    ],
)
def test_a_control_that_does_not_hold_refuses_the_file(lines: list[str]) -> None:
    with pytest.raises(Problem, match="collection_control"):
        read(lines)


@pytest.mark.parametrize("gone", [-1, -2])
def test_a_file_without_its_last_records_is_refused(gone: int) -> None:
    with pytest.raises(Problem, match="collection_incomplete"):
        read(asobancaria()[:gone])


def test_a_lost_detail_is_found_by_the_control() -> None:
    lines = asobancaria()
    with pytest.raises(Problem, match="collection_control"):
        read([*lines[:2], *lines[3:]])


def test_a_returned_payment_pays_nothing_and_is_said() -> None:
    statement = read(asobancaria(returned="C01"))
    assert len(statement.lines) == 1
    assert "collection_returned_left" in [notice.code for notice in statement.notices]


def test_a_layout_nobody_confirmed_says_so() -> None:
    codes = [notice.code for notice in read(asobancaria()).notices]
    assert "bank_layout_unchecked" in codes


def test_a_record_of_another_kind_is_refused() -> None:
    lines = asobancaria()
    with pytest.raises(Problem, match="collection_record_unknown"):
        read([*lines[:3], "77".ljust(162), *lines[3:]])


def test_controls_at_the_head_hold_too() -> None:
    """BCP: count and total stand in the first record."""

    def text(total: int) -> bytes:
        head = f"CC19100012345T20261120{1:09}{total:015}"
        detail = (
            "DD19100012345"
            + "12345678".rjust(14, "0")
            + "FAC-900".ljust(30)
            + "20261119"
            + "20261130"
            + f"{50000:015}"
        )
        return f"{head}\n{detail.ljust(124)}004711\n".encode()

    layout = layout_named("pe_bcp_recaudos")
    (statement,) = read_statements(text(50000), layout=layout)[1]
    assert statement.lines[0].amount == Decimal("500.00")
    assert statement.lines[0].references == ("12345678", "FAC-900")
    assert statement.lines[0].value_on == date(2026, 11, 19)
    with pytest.raises(Problem, match="collection_control"):
        read_statements(text(50001), layout=layout)


def test_cie_is_read_by_its_layout() -> None:
    detail = "D20261120" + "REF7788".ljust(20) + f"{123456:015}" + "PAGO".ljust(30) + "0000000042"
    text = f"H012345620261121\n{detail}\nT{1:09}{123456:018}\n"
    (statement,) = read_statements(text.encode(), layout=layout_named("mx_bbva_cie"))[1]
    assert (statement.account, statement.total) == ("0123456", Decimal("1234.56"))
    assert statement.lines[0].bank_id == "0000000042"
