"""Files of authorisations: who allowed or withdrew which channel, when, and where it is written.

Columns are known by their headings, in any order; whatever else stands in the file is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path

from recaudo.core.problems import Problem
from recaudo.intake.reading import outside
from recaudo.intake.reading.dates import Order, parse_date
from recaudo.intake.reading.folding import fold, fold_heading
from recaudo.intake.reading.outside import cells_of, text_of
from recaudo.intake.reading.sniffing import sniff

HEADINGS: dict[str, tuple[str, ...]] = {
    "customer": outside.HEADINGS["customer"],
    "tax_id": outside.HEADINGS["tax_id"],
    "channel": outside.HEADINGS["channel"],
    "said": ("autoriza", "autorizo", "autorizacion", "autorizado", "consent", "granted"),
    "on": ("fecha", "fecha autorizacion", "fecha de autorizacion", "date", "on"),
    "source": ("fuente", "origen", "soporte", "source"),
}
YES = frozenset({"si", "s", "yes", "y", "1", "true", "verdadero", "x"})
NO = frozenset({"no", "n", "0", "false", "falso", "retiro", "retirada"})
#: A call allowed is a telephone; a visit and a letter both go to an address.
CHANNELS = {
    word: {"visit": "address"}.get(code, code)
    for code, several in outside.CHANNELS.items()
    for word in several
} | dict.fromkeys(("todos", "todos los canales", "all", "*"), "*")
_FIELD_OF = {word: name for name, several in HEADINGS.items() for word in several}


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One row as written; ``code`` says why it cannot be read, empty where it can."""

    row_no: int
    customer: str
    tax_id: str
    channel: str
    is_granted: bool
    on: date | None
    source: str
    code: str
    original: dict[str, str]


def read_consents(path: Path, *, order: Order = "dmy") -> Iterator[ConsentRow]:
    """The rows below the headings, blank ones left out. Problems: those of ``sniff``;
    ``consents_no_headings``."""
    rows = cells_of(sniff(path))
    first = list(islice(rows, outside.LOOKED_AT))
    place, fields = _headings(path, first)
    for row_no, values in chain(first[place + 1 :], rows):
        if any(text_of(value) for value in values):
            yield _row(row_no, values, fields, order)


def _headings(path: Path, rows: list[tuple[int, list[object]]]) -> tuple[int, dict[str, int]]:
    for place, (_, values) in enumerate(rows):
        fields: dict[str, int] = {}
        for position, value in enumerate(values):
            name = _FIELD_OF.get(fold_heading(text_of(value)))
            if name is not None:
                fields.setdefault(name, position)
        if {"channel", "said", "on"} <= fields.keys() and fields.keys() & {"customer", "tax_id"}:
            return place, fields
    raise Problem("consents_no_headings", file=path.name)


def _row(row_no: int, values: list[object], fields: dict[str, int], order: Order) -> ConsentRow:
    given = {
        name: values[position] if position < len(values) else ""
        for name, position in fields.items()
    }
    texts = {name: text_of(value) for name, value in given.items()}
    on, code = _day(given["on"], order)
    channel, said = CHANNELS.get(fold(texts["channel"]), ""), fold(texts["said"])
    if not code and not channel:
        code = "contact_channel_unread"
    if not code and said not in YES | NO:
        code = "consent_unread"
    return ConsentRow(
        row_no,
        texts.get("customer", ""),
        texts.get("tax_id", ""),
        channel,
        said in YES,
        on,
        texts.get("source", ""),
        code,
        texts,
    )


def _day(cell: object, order: Order) -> tuple[date | None, str]:
    if isinstance(cell, datetime):
        return cell.date(), ""
    if isinstance(cell, date):
        return cell, ""
    found = parse_date(text_of(cell).partition(" ")[0], order)
    return (None, found) if isinstance(found, str) else (found, "")
