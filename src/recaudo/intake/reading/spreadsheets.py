"""Rows of workbooks (XLSX, XLS, ODS) and of the HTML tables that ERPs save under the name .xls.

Every cell becomes a text. A number that the workbook holds as a number has ``NUMBER`` in front,
since no decimal sign is in doubt there; a date becomes ISO.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from recaudo.core.problems import Problem
from recaudo.intake.reading.contract import Source
from recaudo.intake.reading.dates import NUMBER

HTML_LIMIT = 100_000_000  # bytes of a table in HTML, held whole
COLUMNS_LIMIT = 500


class Book:
    """The sheets of one workbook, each parsed once and kept as long as this lives.

    Problems of every call: ``workbook_encrypted``, ``workbook_broken``, ``too_many_columns``.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._sheets: dict[str, CalamineSheet] = {}
        self._html = _html_rows(source) if source.kind == "html" else []

    def names(self) -> tuple[str, ...]:
        """The visible sheets in their order; one without a name for HTML."""
        if self.source.kind == "html":
            return ("",)
        with _open(self.source) as workbook:
            hidden = {
                each.name for each in workbook.sheets_metadata if "Visible" not in str(each.visible)
            }
            return tuple(name for name in workbook.sheet_names if name not in hidden)

    def rows(self, sheet: str) -> Iterator[tuple[int, list[str]]]:
        """(row number as Excel shows it, cells) from the first row; blank rows as blank cells."""
        if self.source.kind == "html":
            yield from enumerate(self._html, start=1)
            return
        try:
            for number, cells in enumerate(self._sheet(sheet).iter_rows(), start=1):
                yield number, [cell if type(cell) is str else _text(cell) for cell in cells]
        except (CalamineError, ValueError, OverflowError) as error:
            raise _broken(self.source, error) from error

    def _sheet(self, name: str) -> CalamineSheet:
        if name not in self._sheets:
            with _open(self.source) as workbook:
                self._sheets[name] = workbook.get_sheet_by_name(name)
        sheet = self._sheets[name]
        if sheet.width > COLUMNS_LIMIT:
            raise Problem("too_many_columns", file=_name(self.source), columns=sheet.width)
        return sheet


def _open(source: Source) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(source.path)
    except PasswordError as error:
        raise Problem("workbook_encrypted", file=_name(source)) from error
    except (CalamineError, OSError, ValueError) as error:
        raise _broken(source, error) from error


def _broken(source: Source, error: Exception) -> Problem:
    if "password" in str(error).casefold() or "encrypt" in str(error).casefold():
        return Problem("workbook_encrypted", file=_name(source))
    return Problem("workbook_broken", file=_name(source), detail=str(error)[:200])


def _name(source: Source) -> str:
    return Path(source.path).name


def _text(cell: object) -> str:
    match cell:
        case str():
            return cell
        case float():
            is_whole = cell.is_integer() and abs(cell) < 1e15
            return f"{NUMBER}{int(cell) if is_whole else repr(cell)}"
        case bool():
            return "1" if cell else "0"
        case int():
            return f"{NUMBER}{cell}"
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case time():
            return cell.strftime("%M:%S.0")
        case timedelta():
            minutes, seconds = divmod(int(cell.total_seconds()), 60)
            return f"{minutes % 60:02d}:{seconds:02d}.0"
    return ""


class _Tables(HTMLParser):
    """Rows of all tables of a page, one after another; nested tables give rows of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th"):
            self._end_cell()
            self._row = self._row if self._row is not None else []
            self._cell = []
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), COLUMNS_LIMIT) if span.isdigit() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        super().close()
        self._end_row()

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            self._row += [" ".join("".join(self._cell).split()), *[""] * (self._span - 1)]
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self.rows.append(self._row)
        self._row = None


def _html_rows(source: Source) -> list[list[str]]:
    if source.bytes > HTML_LIMIT:
        raise Problem("file_too_large", file=_name(source), limit=HTML_LIMIT)
    page = _Tables()
    page.feed(Path(source.path).read_text(source.encoding, errors="replace"))
    page.close()
    if not page.rows:
        raise Problem("no_header", file=_name(source), rows=[])
    return page.rows
