"""Rejected rows go out as a file that a person mends and imports again."""

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from recaudo.intake.reading.rejects import neutralised, write_rejects
from recaudo.intake.words import SENTENCES

from .conftest import Lines
from .files import read

HEADINGS = "NIT;Cliente;Factura;Vence;Saldo"


def _sentence(code: str, facts: Mapping[str, object]) -> str:
    return SENTENCES[code].format_map(facts)


def test_rejects_go_out_whole_with_their_reason(table: Lines, tmp_path: Path) -> None:
    found = read(
        table(HEADINGS, "900123456;ACME;F1;31/02/2026;1,5", "900123456;ACME;F2;31/05/2026;2,5")
    )
    out = tmp_path / "rechazos.csv"
    assert write_rejects(out, found.rejects, sentence=_sentence) == 1
    with out.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file, delimiter=";")
    assert row == {
        "NIT": "900123456",
        "Cliente": "ACME",
        "Factura": "F1",
        "Vence": "31/02/2026",
        "Saldo": "1,5",
        "recaudo_codigo": "no_such_date",
        "recaudo_motivo": "«31/02/2026» en «Vence» no existe en el calendario. Corrija la fecha.",
        "recaudo_columna": "Vence",
        "recaudo_fila": "2",
    }


@pytest.mark.parametrize("name", ["rechazos.csv", "rechazos.xlsx"])
def test_a_mended_file_of_rejects_is_taken_without_its_own_columns(
    table: Lines, tmp_path: Path, name: str
) -> None:
    found = read(table(HEADINGS, "900123456;=ACME;F1;31/12/26x;-1.234,50"))
    assert found.rows == []
    out = tmp_path / name
    mended = [
        type(each)(each.sheet, each.row_no, each.problems, {**each.original, "Vence": "31/12/2026"})
        for each in found.rejects
    ]
    write_rejects(out, mended, sentence=_sentence)
    again = read(out)
    (row,) = again.rows
    assert (row["name"], row["open_amount"], row["record"]) == (
        "=ACME",
        Decimal("1234.50"),
        "credit",
    )


@pytest.mark.parametrize("text", ["=1+1", "+57 300", "@SUM(A1)", "\tx", "-2+3", "-A1", "\r=1"])
def test_formulas_are_neutralised(text: str) -> None:
    assert neutralised(text) == "'" + text


@pytest.mark.parametrize("text", ["-1.234,50", "-5", "- 5", "-$ 1.000", "1-5", "ACME", ""])
def test_negative_numbers_and_plain_texts_stay(text: str) -> None:
    assert neutralised(text) == text


def test_a_workbook_of_rejects_has_no_formulas(table: Lines, tmp_path: Path) -> None:
    found = read(table("=NIT();" + HEADINGS, "=1+1;900123456;ACME;F1;x;1,5"))
    out = tmp_path / "rechazos.xlsx"
    write_rejects(out, found.rejects, sentence=_sentence)
    rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "'=NIT()" and rows[1][0] == "'=1+1"


def test_every_reason_can_be_told(table: Lines) -> None:
    found = read(
        table(HEADINGS, ";;F1;31/05/2026;1,5", "9;A;F2;x;1%", "9;A;F3;31/05/2026;1,9;de;más")
    )
    told = [_sentence(one.code, one.told) for each in found.rejects for one in each.problems]
    assert len(told) == 4 and not any("{" in each for each in told)
