"""The rejected rows as a file that a person mends and imports again.

Original columns first, then ``recaudo_…`` columns (which reading ignores): code, reason, column and
row number in the source. Nothing in it runs as a formula.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Dict
from pathlib import Path

import xlsxwriter

from recaudo.intake.reading.contract import Reject
from recaudo.intake.reading.mapping import OWN_PREFIX

OWN = tuple(f"{OWN_PREFIX}{each}" for each in ("codigo", "motivo", "columna", "fila"))
_NEGATIVE = re.compile(r"^-\s?[$\d.,\s]*\d[\d.,\s]*$")

Sentence = Callable[[str, Dict[str, object]], str]


def write_rejects(path: str | Path, rows: Iterable[Reject], *, sentence: Sentence) -> int:
    """Write ``rows`` to ``path`` (.xlsx, a sheet for each of the source; else CSV, UTF-8 with
    semicolons). ``sentence`` makes the reason of a code and its facts. Gives how many rows."""
    kept = list(rows)
    path = Path(path)
    if path.suffix.casefold() == ".xlsx":
        _write_workbook(path, kept, sentence)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(_lines(kept, sentence))
    return len(kept)


def neutralised(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula; negative numbers stay as they are."""
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NEGATIVE.match(text):
        return "'" + text
    return text


def _lines(rows: Sequence[Reject], sentence: Sentence) -> Iterator[list[str]]:
    headings = list(
        dict.fromkeys(
            name
            for each in rows
            for name in each.original
            if not name.casefold().startswith(OWN_PREFIX)
        )
    )
    yield [neutralised(each) for each in headings] + list(OWN)
    for each in rows:
        reasons = " ".join(sentence(one.code, one.told) for one in each.problems)
        columns = ", ".join(dict.fromkeys(one.column for one in each.problems if one.column))
        own = [each.code, reasons, columns, str(each.row_no)]
        cells = [each.original.get(name, "") for name in headings]
        yield [neutralised(cell) for cell in (*cells, *own)]


def _write_workbook(path: Path, rows: Sequence[Reject], sentence: Sentence) -> None:
    sheets: dict[str, list[Reject]] = {}
    for each in rows:
        sheets.setdefault(each.sheet, []).append(each)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        for name, found in (sheets or {"": []}).items():
            sheet = book.add_worksheet(name[:31] or None)
            for row, line in enumerate(_lines(found, sentence)):
                for column, cell in enumerate(line):
                    sheet.write_string(row, column, cell)
