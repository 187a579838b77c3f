"""Rejected rows are kept, mended and brought in; then the totals agree."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from intake.conftest import Company
from recaudo.intake.models import ImportBatch, RejectedRow, SavedMapping

HEADINGS = "Cod. cliente;Nombre;Factura;Fecha vencimiento;Saldo"
ROWS = (
    HEADINGS,
    "C1;Nevado;F1;2026-07-01;100.50",
    "C2;=HYPERLINK();F2;2026-02-31;250.25",
    "C1;Nevado;F1;2026-07-01;999.00",
)


def rows_of(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_every_rejected_row_is_kept_with_its_reason(company: Company) -> None:
    result = company.load(*ROWS)

    assert result["rejected"] == 2
    kept = company.all(RejectedRow)
    assert [(row.row_no, row.code) for row in kept] == [
        (3, "no_such_date"),
        (4, "duplicate_differs"),
    ]
    assert (kept[0].column, kept[0].value) == ("Fecha vencimiento", "2026-02-31")
    assert kept[1].original["Saldo"] == "999.00"


def test_the_file_of_rejected_rows_runs_no_formula_and_is_for_its_owner_only(
    company: Company,
) -> None:
    path = company.load(*ROWS)["rejects_file"]

    first, second = rows_of(path)
    assert first["Nombre"] == "'=HYPERLINK()"
    assert first["recaudo_codigo"] == "no_such_date"
    assert "fila 2" in second["recaudo_motivo"]
    assert list(first)[:5] == HEADINGS.split(";")
    assert Path(path).stat().st_mode & 0o077 == 0


def test_mended_rows_come_in_and_then_it_adds_up(company: Company) -> None:
    total = Decimal("1349.75")
    result = company.load(*ROWS, control_total=total, accept_difference="se corrige enseguida")
    mended = Path(result["rejects_file"])
    text = mended.read_text("utf-8-sig")
    text = text.replace("2026-02-31", "2026-02-28").replace(";F1;", ";F3;").replace("'=", "")
    mended.write_text(text, "utf-8-sig")

    again = company.load(path=mended)

    assert (again["accepted"], again["rejected"]) == (2, 0)
    assert sum(company.balances().values()) == total


def test_no_rejects_no_file(company: Company) -> None:
    assert company.load(*ROWS[:2])["rejects_file"] is None


def test_a_workbooks_rejects_are_a_workbook(company: Company) -> None:
    import xlsxwriter

    path = company.folder / "cartera.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Julio")
        for at, row in enumerate(ROWS):
            sheet.write_row(at, 0, row.split(";"))

    result = company.load(path=path)

    assert result["rejects_file"].endswith(".xlsx")
    assert {row.sheet for row in company.all(RejectedRow)} == {"Julio"}


def test_a_layout_is_remembered_with_what_was_answered(company: Company) -> None:
    headings = "Cod. cliente;Nombre;Factura;Vence;Saldo"
    ambiguous = (headings, "C1;Nevado;F1;03/04/2026;100", "C1;Nevado;F2;05/06/2026;100")
    problem = company.refused(*ambiguous)
    assert problem.code == "needs_answer"
    (question,) = problem.facts["questions"]
    assert {"dmy", "mdy"} <= set(question["choices"])
    assert question["key"] in problem.facts["how"]
    assert company.all(ImportBatch) == []

    company.load(*ambiguous, answers={question["key"]: "dmy"})
    company.load(headings, "C1;Nevado;F3;07/08/2026;100")

    assert company.document("F1").due_on.isoformat() == "2026-04-03"
    assert company.document("F3").due_on.isoformat() == "2026-08-07"
    assert len(company.all(SavedMapping)) == 1
