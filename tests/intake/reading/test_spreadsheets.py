"""Workbooks: XLSX, ODS and the HTML tables that ERPs save as .xls."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from recaudo.intake.reading import open_file

from .files import read

HEADINGS = ["NIT", "Cliente", "Factura", "Fecha", "Vence", "Saldo"]


def _workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime | date):
                        sheet.write_datetime(at, column, cell, day)
                    elif cell is not None:
                        sheet.write(at, column, cell)
    return path


def test_numbers_and_dates_of_a_workbook_are_beyond_doubt(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "cartera.xlsx",
        {
            "Hoja1": [
                HEADINGS,
                [900123456, "ACME", 1024.0, date(2026, 3, 4), date(2026, 4, 3), 1.234],
            ]
        },
    )
    assert open_file(path).questions == ()
    (row,) = read(path).rows
    assert (row["sheet"], row["row_no"], row["number"]) == ("Hoja1", 2, "1024")
    assert (row["issued_on"], row["due_on"]) == (date(2026, 3, 4), date(2026, 4, 3))
    assert row["open_amount"] == Decimal("1.234")


def test_numbers_kept_as_text_beside_real_ones_are_read_by_the_columns_sign(tmp_path: Path) -> None:
    rows = [["900123456", "ACME", "F1", "13/05/2026", "13/06/2026", "1.234,50"],
            ["900123456", "ACME", "F2", date(2026, 5, 13), "13/06/2026", 99.5]]  # fmt: skip
    found = read(_workbook(tmp_path / "mixta.xlsx", {"Hoja1": [HEADINGS, *rows]}))
    assert [row["open_amount"] for row in found.rows] == [Decimal("1234.50"), Decimal("99.5")]


def test_blank_rows_and_columns_before_the_table_keep_excels_row_numbers(tmp_path: Path) -> None:
    blank: list[object] = [None, None]
    rows = [[], [], blank + HEADINGS, [], [None, None, "900123456", "ACME", "F1", None,
            date(2026, 6, 13), 5]]  # fmt: skip
    found = read(_workbook(tmp_path / "corrida.xlsx", {"Hoja1": rows}))
    assert [(row["row_no"], row["number"]) for row in found.rows] == [(5, "F1")]


def test_sheets_of_customers_documents_and_payments_come_in_that_order(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "todo.xlsx",
        {
            "Pagos": [["NIT", "Factura", "Fecha pago", "Valor pago"],
                      ["900123456", "F1", date(2026, 7, 1), 2]],
            "Cartera": [HEADINGS, ["900123456", "ACME", "F1", None, date(2026, 6, 13), 5]],
            "Clientes": [["NIT", "Razón social", "Correo"], ["900123456", "ACME", "a@acme.co"]],
            "Notas": [["Esto es un instructivo"], ["Llene las tres hojas"]],
        },
    )  # fmt: skip
    found = read(path)
    assert [(row["sheet"], row["record"]) for row in found.rows] == [
        ("Clientes", "customer"),
        ("Cartera", "document"),
        ("Pagos", "payment"),
    ]


def test_a_sheet_that_is_no_ledger_is_left_out_and_said(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "dos.xlsx",
        {
            "Resumen": [["Vendedor", "Saldo", "Zona"], ["Ana", 5, "Norte"]],
            "Cartera": [HEADINGS, ["900123456", "ACME", "F1", None, date(2026, 6, 13), 5]],
        },
    )
    found = read(path)
    notice = found.notice("sheet_ignored")
    assert notice is not None and notice.sheet == "Resumen"
    assert len(found.rows) == 1


def test_ods_is_read(tmp_path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    sheet = Table(name="Cartera")
    for cells in (HEADINGS, ["900123456", "ACME", "F1", "13/05/2026", "13/06/2026", "1.234,50"]):
        row = TableRow()
        for cell in cells:
            one = TableCell(valuetype="string")
            one.addElement(P(text=cell))
            row.addElement(one)
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    path = tmp_path / "cartera.ods"
    document.save(str(path))
    assert read(path).rows[0]["open_amount"] == Decimal("1234.50")


def test_html_saved_as_xls_is_read_as_the_table_it_is(tmp_path: Path) -> None:
    path = tmp_path / "cartera.xls"
    path.write_text(
        "<html><body><h1>Cartera</h1><table><tr><td colspan=6>Corte al 31/07/2026</td></tr><tr>"
        + "".join(f"<th>{each}</th>" for each in HEADINGS)
        + "</tr><tr><td>900123456<td>PE&Ntilde;A<br>HNOS<td>F1<td>13/05/2026<td>13/06/2026"
        "<td>1.234,50</tr></table></body></html>",
        "cp1252",
    )
    (row,) = read(path).rows
    assert (row["name"], row["open_amount"], row["row_no"]) == (
        "PEÑA HNOS",
        Decimal("1234.50"),
        3,
    )
