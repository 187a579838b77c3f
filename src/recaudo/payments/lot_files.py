"""Lists that a payer sends: which column is what, and how amounts are written.

CSV (any of the usual delimiters, UTF-8 or Windows-1252) with headings in Spanish or English.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from recaudo.core.problems import Problem
from recaudo.payments.actions.lots import PayrollRow
from recaudo.payments.queries.lots import Listed

_HEADINGS = {
    "document": "documento factura numero number document invoice",
    "customer": "cliente codigo identificacion nit rut ruc cedula customer code taxid id",
    "amount": "valor monto importe pago amount value abono",
    "novelty": "novedad novelty",
    "note": "nota observacion observaciones note",
    "expected": "esperado cuota expected",
}
_NOVELTIES = {
    "": "",
    "retirado": "retired",
    "retiro": "retired",
    "licencia": "leave",
    "incapacidad": "leave",
    "vacaciones": "leave",
    "sin capacidad": "no_capacity",
    "sincapacidad": "no_capacity",
    "parcial": "partial",
    "otra": "other",
    "otro": "other",
}
#: Of an amount, as the ledger keeps it.
DECIMALS = 4
_GROUPED = re.compile(r"^-?\d{1,3}([.,]\d{3})+$")


def read_listed(content: bytes) -> list[Listed]:
    """Rows of invoices or customers with amounts. Raises Problem ``lot_file_unreadable``,
    ``lot_file_empty``: without a row it would be no list, and a group's money is spread."""
    rows = [
        Listed(_amount(row, n), row.get("document", "").strip(), row.get("customer", "").strip())
        for n, row in _rows(content, ("amount",))
    ]
    if not rows:
        raise Problem("lot_file_empty")
    return rows


def read_payroll(content: bytes) -> list[PayrollRow]:
    """Rows of a payroll. Raises Problem ``lot_file_unreadable``."""
    return [
        PayrollRow(
            row.get("customer", "").strip(),
            _amount(row, n, empty=True),
            _novelty(row.get("novelty", "")),
            row.get("note", "").strip(),
            _amount(row, n, column="expected") if row.get("expected", "").strip() else None,
        )
        for n, row in _rows(content, ("customer", "amount"))
    ]


def parse_amount(typed: str) -> Decimal | None:
    """``1999900.50``, ``1.999.900,50``, ``1,999,900.50``; ``1.999`` is 1999, as no currency here
    has three decimals. None: unreadable."""
    text = re.sub(r"[\s$]", "", typed)
    if _GROUPED.match(text):
        text = re.sub(r"[.,]", "", text)
    elif "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        whole, other = text[:decimal], ",."[text[decimal] == ","]
        if not re.fullmatch(rf"-?\d{{1,3}}([{other}]\d{{3}})+", whole):
            return None
        text = whole.replace(other, "") + "." + text[decimal + 1 :]
    else:
        text = text.replace(",", ".")
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found) >= 10**15 or found != round(found, DECIMALS):
        return None
    return found


def _rows(content: bytes, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(row as the person sees it, known column → text)."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(";,\t|", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        headings = [_plain(heading) for heading in next(reader, [])]
        column = {at: _column(heading) for at, heading in enumerate(headings)}
        missing = [name for name in needed if name not in column.values()]
        if missing:
            raise Problem("lot_file_unreadable", row=1, detail=", ".join(missing))
        for n, cells in enumerate(reader, start=2):
            if any(cell.strip() for cell in cells):
                yield n, {column[at]: cell for at, cell in enumerate(cells) if column.get(at)}
    except csv.Error as error:
        raise Problem("lot_file_unreadable", row=reader.line_num, detail=str(error)) from error


def _column(heading: str) -> str:
    words = heading.split()
    for name, known in _HEADINGS.items():
        if heading.replace(" ", "") in known.split() or any(w in known.split() for w in words):
            return name
    return ""


def _amount(
    row: Mapping[str, str], n: int, *, empty: bool = False, column: str = "amount"
) -> Decimal:
    typed = row.get(column, "").strip()
    if not typed and empty:
        return Decimal(0)
    found = parse_amount(typed)
    if found is None:
        raise Problem("lot_file_unreadable", row=n, detail=typed)
    return found


def _novelty(typed: str) -> str:
    plain = _plain(typed)
    return _NOVELTIES.get(plain, plain.replace(" ", "_"))


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.strip().lower())
    letters = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()
