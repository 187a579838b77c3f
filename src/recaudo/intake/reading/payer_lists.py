"""What a payer listed, from a file or pasted: documents, customers, amounts, what is new of them.

Columns are known by their headings, in any order. Without headings two columns are read: whom or
what, and how much.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from recaudo.core.problems import Problem
from recaudo.core.written import amount_written
from recaudo.intake.reading.folding import fold, fold_heading
from recaudo.payments.actions.lots import ROWS_MAX, PayrollRow
from recaudo.payments.queries.lots import Listed

BYTES_MAX = 4_000_000
#: Field → headings, folded; `|` between them.
HEADINGS: dict[str, str] = {
    "document": "documento|factura|numero|no factura|numero factura|numero de factura|comprobante"
    "|folio|invoice|document",
    "customer": "cliente|codigo|codigo cliente|codigo de cliente|nit|rut|ruc|rfc|cedula|dni|cc"
    "|identificacion|customer|code|tax id",
    "amount": "valor|monto|importe|descuento|valor descontado|pago|valor pagado|valor a pagar"
    "|valor a descontar|monto a pagar|importe a pagar|abono|total|amount",
    "expected": "valor esperado|cuota|valor cuota|esperado|expected",
    "novelty": "novedad|novedades|novelty",
    "note": "nota|observacion|observaciones|comentario|note",
}
_FIELD_OF = {word: field for field, several in HEADINGS.items() for word in several.split("|")}
#: The beginning of a word as payrolls write it → its code.
NOVELTIES = {
    "retir": "retired",
    "renunci": "retired",
    "licencia": "leave",
    "incapacidad": "leave",
    "vacacion": "leave",
    "suspen": "leave",
    "sin capacidad": "no_capacity",
    "no capacidad": "no_capacity",
    "sin cupo": "no_capacity",
    "parcial": "partial",
}
CODES = ("retired", "leave", "no_capacity", "partial", "other")


@dataclass(frozen=True, slots=True)
class PayerRow:
    """One row as read; ``row`` counts from 1 without the headings."""

    row: int
    document: str
    customer: str
    amount: Decimal
    expected: Decimal | None
    novelty: str
    note: str

    @property
    def code(self) -> str:
        return self.customer or self.document

    def as_listed(self) -> Listed:
        return Listed(self.amount, document=self.document, customer=self.customer)

    def as_payroll(self) -> PayrollRow:
        return PayrollRow(self.code, self.amount, self.novelty, self.note, self.expected)


def text_of(content: bytes) -> str:
    """A file as lines of cells separated by tabs, which a form can carry on.

    Raises Problem ``payer_list_too_large``, ``payer_list_unreadable``.
    """
    if len(content) > BYTES_MAX:
        raise Problem("payer_list_too_large", limit=BYTES_MAX // 1_000_000)
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return _lines(_workbook(content))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.replace("\x00", "")


def rows_of(text: str) -> list[PayerRow]:
    """The rows of what was pasted or of ``text_of`` a file; blank ones are left out.

    Raises Problem ``payer_list_unreadable`` (which row, which text), ``payer_list_columns``,
    ``lot_rows_too_many``.
    """
    cells = [row for row in _split(text) if any(cell.strip() for cell in row)]
    if not cells:
        return []
    if len(cells) > ROWS_MAX:
        raise Problem("lot_rows_too_many", limit=ROWS_MAX)
    places = {
        _FIELD_OF[fold_heading(cell)]: at
        for at, cell in reversed(list(enumerate(cells[0])))
        if fold_heading(cell) in _FIELD_OF
    }
    if "amount" in places and places.keys() & {"document", "customer"}:
        cells = cells[1:]
    elif not places and len(cells[0]) == 2:
        # Whether these are documents or customers, the first that is known says (see the views).
        places = {"document": 0, "amount": 1}
    else:
        raise Problem("payer_list_columns")
    return [_row(n, row, places) for n, row in enumerate(cells, start=1)]


def _row(n: int, cells: Sequence[str], places: dict[str, int]) -> PayerRow:
    given = {field: cells[at].strip() if at < len(cells) else "" for field, at in places.items()}
    novelty = _novelty(given.get("novelty", ""))
    note = given.get("note", "") or (given.get("novelty", "") if novelty == "other" else "")
    return PayerRow(
        n,
        given.get("document", ""),
        given.get("customer", ""),
        _amount(n, given.get("amount", "")) or Decimal(0),
        _amount(n, given.get("expected", "")),
        novelty,
        note,
    )


def _amount(n: int, written: str) -> Decimal | None:
    if not written.strip():
        return None
    found = amount_written(written)
    if found is None or found >= Decimal(10) ** 14:
        raise Problem("payer_list_unreadable", row=n, text=written[:40])
    return found


def _novelty(written: str) -> str:
    said = fold(written)
    if not said or said in ("ninguna", "no", "sin novedad", "normal"):
        return ""
    if said.replace(" ", "_") in CODES:
        return said.replace(" ", "_")
    return next((code for word, code in NOVELTIES.items() if said.startswith(word)), "other")


def _split(text: str) -> list[list[str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    marks = {mark: first.count(mark) for mark in "\t;|,"}
    mark = next((each for each in "\t;|" if marks[each]), ",")
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise Problem("payer_list_unreadable", row=0, text=str(error)) from error


def _workbook(content: bytes) -> list[list[str]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).iter_rows()
        return [[_cell(cell) for cell in row] for row in islice(rows, ROWS_MAX + 2)]
    except (CalamineError, PasswordError, ValueError, OverflowError, OSError) as error:
        raise Problem("payer_list_unreadable", row=0, text=type(error).__name__) from error


def _cell(value: object) -> str:
    """Figures with a decimal point and always two decimals, so that none is taken for thousands."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.2f}"
    return str(value)


def _lines(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(rows)
    return out.getvalue()
