"""Tables on their way out: to the screen, to CSV, to XLSX.

What a spreadsheet would run as a formula leaves as text: text cells are written as text in XLSX and
get an apostrophe in CSV when they start like one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter

Cell = str | int | Decimal | date | None
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Excel's own limit, headings and notes included.
XLSX_ROWS_MAX = 1_048_576


@dataclass(frozen=True, slots=True)
class Row:
    """``level`` 0 is a plain row, 1 a subtotal, 2 the total."""

    cells: Sequence[Cell]
    level: Literal[0, 1, 2] = 0


@dataclass(frozen=True)
class Table:
    """``about`` are lines above the headings: what it is, of whom, as of when."""

    title: str
    about: list[str]
    headings: list[str]
    rows: list[Row] = field(default_factory=list)


def defused(value: Cell) -> Cell:
    """Text that starts like a formula gets an apostrophe; figures and days stay what they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUNS) else value


def as_csv(table: Table) -> bytes:
    """Headings and plain rows only, so that a column may be added up; UTF-8 with the mark that
    spreadsheets look for, decimal point, ISO days."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([defused(heading) for heading in table.headings])
    for row in table.rows:
        if row.level == 0:
            writer.writerow([_plain(defused(cell)) for cell in row.cells])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(tables: Iterable[Table]) -> bytes:
    """One sheet a table: notes, frozen headings, amounts as numbers, subtotals in bold."""
    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options | {"constant_memory": True}) as book:
        formats = _Formats(book)
        for table in tables:
            _sheet(book.add_worksheet(table.title[:31]), table, formats)
    return file.getvalue()


class _Formats:
    """A cell's format by its kind and the level of its row."""

    def __init__(self, book: Any) -> None:
        shapes = {Decimal: "#,##0.00", int: "#,##0", date: "yyyy-mm-dd", str: "General"}
        self.bold = book.add_format({"bold": True})
        self.by_kind = {
            (kind, level): book.add_format(
                {"num_format": shape, "bold": level > 0, "top": 1 if level == 2 else 0}
            )
            for kind, shape in shapes.items()
            for level in (0, 1, 2)
        }


def _sheet(sheet: Any, table: Table, formats: _Formats) -> None:
    for place, line in enumerate(table.about):
        sheet.write_string(place, 0, line, formats.bold)
    top = len(table.about) + 1 if table.about else 0
    for column, heading in enumerate(table.headings):
        sheet.write_string(top, column, heading, formats.bold)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_column(0, max(0, len(table.headings) - 1), 18)
    for number, row in enumerate(table.rows, top + 1):
        for column, cell in enumerate(row.cells):
            _write(sheet, number, column, cell, row.level, formats)


def _write(sheet: Any, row: int, column: int, cell: Cell, level: int, formats: _Formats) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(row, column, cell, formats.by_kind[str, level])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats.by_kind[date, level])
    elif isinstance(cell, Decimal):
        sheet.write_number(row, column, cell, formats.by_kind[Decimal, level])
    else:
        sheet.write_number(row, column, cell, formats.by_kind[int, level])


def _plain(cell: Cell) -> Cell:
    return format(cell, "f") if isinstance(cell, Decimal) else cell
