"""The tree of results as a file: CSV or XLSX, out and in again unchanged.

Columns: ``code, parent, reach, es, en, effect, key, channels, active``. ``channels`` are divided by
spaces; ``active`` is ``yes`` or ``no``. A file may leave out every column but ``code``, ``es`` and
``reach``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from recaudo.contact.hand.outcomes import Node
from recaudo.core.problems import Problem

COLUMNS = ("code", "parent", "reach", "es", "en", "effect", "key", "channels", "active")
NEEDED = ("code", "es", "reach")
NO = frozenset({"no", "n", "0", "false", "falso"})
#: No tree is larger; a file that is was meant for something else.
LINES_MAX = 1000


def read_tree(path: Path) -> list[Node]:
    """The nodes of a CSV (UTF-8; comma or semicolon) or XLSX file, unchecked, in its order.

    Raises Problem ``outcomes_file_unreadable``, ``outcomes_column_missing``,
    ``outcomes_file_long``.
    """
    rows = _sheet(path) if path.suffix.lower() in (".xlsx", ".xls", ".ods") else _lines(path)
    if len(rows) > LINES_MAX:
        raise Problem("outcomes_file_long", file=path.name, most=LINES_MAX)
    heading = [cell.strip().lower() for cell in rows[0]] if rows else []
    for column in NEEDED:
        if column not in heading:
            raise Problem("outcomes_column_missing", file=path.name, column=column)
    read = []
    for cells in rows[1:]:
        given = dict(zip(heading, (cell.strip() for cell in cells), strict=False))
        if any(given.values()):
            read.append(_node(given))
    return read


def write_tree(path: Path, tree: Sequence[Node]) -> None:
    """To ``path``, as XLSX or CSV by its name. Raises Problem ``outcomes_file_kind``."""
    rows = [list(COLUMNS), *([_cell(node, column) for column in COLUMNS] for node in tree)]
    kind = path.suffix.lower()
    if kind == ".csv":
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
    elif kind == ".xlsx":
        book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
        sheet = book.add_worksheet("resultados")
        for n, row in enumerate(rows):
            for column, text_of in enumerate(row):
                sheet.write_string(n, column, text_of)
        book.close()
    else:
        raise Problem("outcomes_file_kind", file=path.name)


def _node(given: dict[str, str]) -> Node:
    return Node(
        code=given.get("code", ""),
        es=given.get("es", ""),
        en=given.get("en", ""),
        reach=given.get("reach", ""),
        parent=given.get("parent", ""),
        effect=given.get("effect", ""),
        key=given.get("key", ""),
        channels=tuple(given.get("channels", "").replace(",", " ").split()),
        is_active=given.get("active", "").lower() not in NO,
    )


def _cell(node: Node, column: str) -> str:
    if column == "channels":
        return " ".join(node.channels)
    if column == "active":
        return "yes" if node.is_active else "no"
    return str(getattr(node, column))


def _lines(path: Path) -> list[list[str]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("outcomes_file_unreadable", file=path.name) from error
    first = text.partition("\n")[0]
    divider = ";" if first.count(";") > first.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text), delimiter=divider))
    except csv.Error as error:
        raise Problem("outcomes_file_unreadable", file=path.name) from error


def _sheet(path: Path) -> list[list[str]]:
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (CalamineError, OSError) as error:
        raise Problem("outcomes_file_unreadable", file=path.name) from error
    return [[_written(cell) for cell in row] for row in sheet.to_python()]


def _written(cell: object) -> str:
    """A key typed as 3 is the number 3.0 to a spreadsheet."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
