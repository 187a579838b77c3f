"""Which format is this file, and what does it say? One entrance for all of them."""

from __future__ import annotations

import io
from decimal import Decimal

from recaudo.core.bank_statement import BankStatement
from recaudo.core.problems import Problem
from recaudo.intake.banks import camt, delimited, fixed, mt940, ofx
from recaudo.intake.banks.layouts import Layout, own_layouts

#: Larger files are no statement of one bank.
LARGEST_BYTES = 200_000_000


def read_statements(
    content: bytes, *, file_name: str = "", layout: Layout | None = None
) -> tuple[str, list[BankStatement]]:
    """The format's name and every statement of the file; all of it or a refusal.

    ``layout`` where the person or the account names one; else the format, or the one layout whose
    headings the file has. Raises Problem ``statement_too_large``, ``statement_empty``,
    ``statement_format_unknown``, ``statement_layout_unclear`` and what the readers raise.
    """
    if len(content) > LARGEST_BYTES:
        raise Problem("statement_too_large", size=len(content), limit=LARGEST_BYTES)
    if not content.strip():
        raise Problem("statement_empty", format=file_name)
    name, found = _read(content, layout)
    for statement in found:
        _sane(statement)
    return name, found


def _read(content: bytes, layout: Layout | None) -> tuple[str, list[BankStatement]]:
    if content[:4] == b"PK\x03\x04" or content[:4] == b"\xd0\xcf\x11\xe0":
        return _delimited(_workbook(content), layout)
    if layout is None and camt.looks_like(content) and b"<OFX>" not in content[:2000].upper():
        return "camt", camt.read(content)
    text = _text(content)
    if layout is None:
        if ofx.looks_like(text):
            return "ofx", ofx.read(text)
        if mt940.looks_like(text):
            return "mt940", mt940.read(text)
        fixed_ones = [each for each in own_layouts().values() if each.kind == "fixed"]
        layout = next((each for each in fixed_ones if fixed.fits(text, each)), None)
    if layout is not None and layout.kind == "fixed":
        return layout.name, fixed.read(text, layout)
    return _delimited(delimited.rows_of(text), layout)


def _delimited(rows: delimited.Rows, layout: Layout | None) -> tuple[str, list[BankStatement]]:
    if layout is None:
        fitting = [
            each
            for each in own_layouts().values()
            if each.kind == "delimited" and delimited.headings_at(rows, each) is not None
        ]
        if not fitting:
            shown = next((" · ".join(row) for row in rows if len(row) > 2), "")
            raise Problem("statement_format_unknown", found=shown[:120])
        # The most telling one: a layout whose headings are all among another's says less.
        most = max(len(each.told["columns"]) for each in fitting)
        fitting = [each for each in fitting if len(each.told["columns"]) == most]
        if len(fitting) > 1:
            raise Problem("statement_layout_unclear", layouts=", ".join(e.name for e in fitting))
        layout = fitting[0]
    return layout.name, delimited.read(rows, layout)


def _text(content: bytes) -> str:
    if b"\x00" in content[:4000]:
        raise Problem("statement_format_unknown", found="…")
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem("statement_format_unknown", found="…")


def _workbook(content: bytes) -> delimited.Rows:
    """The first sheet as texts; amounts with a point, days as ISO."""
    from python_calamine import CalamineError, CalamineWorkbook, ZipError

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        values = book.get_sheet_by_index(0).to_python()
    except (CalamineError, ZipError, OSError, ValueError) as error:
        detail = str(error)[:120]
        raise Problem("statement_incomplete", format="XLSX", detail=detail) from error
    return [[_cell(value) for value in row] for row in values]


def _cell(value: object) -> str:
    """A number as the ledger's amounts read it whatever the layout's decimal sign (see NUMBER)."""
    from recaudo.intake.reading.amounts import NUMBER

    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return f"{NUMBER}{Decimal(repr(value)):f}"
    return str(value).strip()


def _sane(statement: BankStatement) -> None:
    """What no bank books: a movement of another currency. Amounts of 0 stay as what they are: a
    notice of the bank, which pays nothing."""
    for line in statement.lines:
        if line.currency != statement.currency:
            raise Problem(
                "statement_several_currencies",
                currencies=", ".join(sorted({line.currency, statement.currency})),
            )
