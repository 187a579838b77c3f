"""Files of contacts that others made (an agency, a dialler, a seller): from bytes to plain rows.

Columns are known by their headings, in any order: who (customer code or tax id), when, by which
channel, with which result, about which document, and the id that the other system gave. Whatever
else stands in the file (telephone numbers, addresses, notes) is neither read nor kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from recaudo.core.problems import Problem
from recaudo.intake.reading import delimited
from recaudo.intake.reading.contract import Source
from recaudo.intake.reading.dates import Order, parse_date
from recaudo.intake.reading.folding import fold, fold_heading
from recaudo.intake.reading.sniffing import sniff

HEADINGS: dict[str, tuple[str, ...]] = {
    "customer": ("cliente", "codigo cliente", "codigo de cliente", "customer", "customer code"),
    "tax_id": (
        *("nit", "rut", "rfc", "ruc", "cuit", "cedula", "cc", "identificacion", "tax id"),
        *("documento de identidad", "id fiscal", "numero de identificacion"),
    ),
    "at": (
        *("fecha hora", "fecha y hora", "fecha", "fecha gestion", "fecha de gestion", "at"),
        *("timestamp", "date time", "datetime", "date", "fecha llamada"),
    ),
    "time": ("hora", "time", "hora gestion"),
    "channel": ("canal", "channel", "medio", "tipo", "via"),
    "result": ("resultado", "result", "tipificacion", "outcome", "codigo resultado", "gestion"),
    "document": ("documento", "factura", "document", "invoice", "obligacion", "numero documento"),
    "external_id": ("id externo", "external id", "id", "id gestion", "id llamada", "call id"),
}
CHANNELS: dict[str, tuple[str, ...]] = {
    "phone": ("llamada", "telefono", "telefonica", "call", "phone", "voz", "marcador", "dialler"),
    "whatsapp": ("whatsapp", "wa", "chat"),
    "sms": ("sms", "mensaje de texto", "texto"),
    "email": ("correo", "correo electronico", "email", "e mail", "mail"),
    "visit": ("visita", "visit", "campo"),
    "address": ("carta", "letter", "correspondencia"),
}
ATTEMPTS = frozenset(
    {"", "intento", "attempt", "no contesta", "no answer", "buzon", "ocupado", "busy", "voicemail"}
    | {"enviado", "sent", "apagado", "sin contacto", "no contacto"}
)
CONVERSATIONS = frozenset(
    {"conversacion", "conversation", "contacto", "contacto directo", "contact", "contesta"}
    | {"contestada", "answered"}
)
_CHANNEL_OF = {word: code for code, words in CHANNELS.items() for word in words}
_FIELD_OF = {word: name for name, words in HEADINGS.items() for word in words}
LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """One row as written. ``at`` None with ``code`` saying why it cannot be read."""

    row_no: int
    customer: str
    tax_id: str
    at: datetime | date | None
    channel: str
    result: str
    document: str
    external_id: str
    code: str
    original: dict[str, str]


def read_contacts(path: Path, *, order: Order = "dmy") -> Iterator[OutsideRow]:
    """The rows below the headings, blank ones left out. ``at`` has no zone unless the file says.

    Problems: those of ``sniff``; ``contacts_no_headings`` (with the headings that are needed).
    """
    rows = cells_of(sniff(path))
    first = list(islice(rows, LOOKED_AT))
    place, fields = _headings(path, first)
    for row_no, cells in chain(first[place + 1 :], rows):
        yield from _row(row_no, cells, fields, order)


def cells_of(source: Source) -> Iterator[tuple[int, list[object]]]:
    """Texts, or what a spreadsheet holds: a moment keeps its hour here."""
    if source.kind == "csv":
        for number, texts in delimited.rows(source):
            yield number, list(texts)
        return
    try:
        with CalamineWorkbook.from_path(source.path) as book:
            sheet = book.get_sheet_by_index(0)
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                yield number, list(cells)
    except (CalamineError, ValueError, OverflowError) as error:
        raise Problem(
            "workbook_broken", file=Path(source.path).name, detail=type(error).__name__
        ) from error


def _headings(path: Path, rows: list[tuple[int, list[object]]]) -> tuple[int, dict[str, int]]:
    """The first row that names who, when and how."""
    for place, (_, cells) in enumerate(rows):
        fields: dict[str, int] = {}
        for position, cell in enumerate(cells):
            name = _FIELD_OF.get(fold_heading(text_of(cell)))
            if name is not None:
                fields.setdefault(name, position)
        if {"at", "channel"} <= fields.keys() and fields.keys() & {"customer", "tax_id"}:
            return place, fields
    raise Problem("contacts_no_headings", file=path.name)


def _row(
    row_no: int, cells: list[object], fields: dict[str, int], order: Order
) -> Iterator[OutsideRow]:
    if not any(text_of(cell) for cell in cells):
        return
    given = {
        name: cells[position] if position < len(cells) else "" for name, position in fields.items()
    }
    texts = {name: text_of(cell) for name, cell in given.items()}
    at, code = _moment(given.get("at", ""), texts.get("time", ""), order)
    channel = _CHANNEL_OF.get(fold(texts["channel"]), "")
    if not code and not channel:
        code = "contact_channel_unread"
    yield OutsideRow(
        row_no,
        texts.get("customer", ""),
        texts.get("tax_id", ""),
        at,
        channel,
        texts.get("result", ""),
        texts.get("document", ""),
        texts.get("external_id", ""),
        code,
        texts,
    )


def _moment(cell: object, clock: str, order: Order) -> tuple[datetime | date | None, str]:
    """A day alone stays a day: its hour is not known."""
    if isinstance(cell, datetime):
        bare = cell.time() == time()
        day: date | str = cell.date()
        if not bare:
            return cell, ""
    elif isinstance(cell, date):
        day = cell
    else:
        text = text_of(cell)
        try:
            if "T" in text or text.endswith("Z"):
                return datetime.fromisoformat(text), ""
        except ValueError:
            return None, "bad_date"
        head, _, tail = text.partition(" ")
        day, clock = parse_date(head, order), tail.strip() or clock
    if isinstance(day, str):
        return None, day
    if not clock:
        return day, ""
    try:
        return datetime.combine(day, _clock(clock)), ""
    except ValueError:
        return None, "contact_time_unread"


def _clock(text: str) -> time:
    """``14:05``, ``14:05:09``, ``2:05 p. m.``"""
    plain = text.lower().replace(".", "").replace(" ", "")
    late = plain.endswith("pm")
    bare = plain.removesuffix("pm").removesuffix("am")
    parts = [int(part) for part in bare.split(":")]
    if len(parts) not in (2, 3):
        raise ValueError(text)
    if bare != plain:
        parts[0] = parts[0] % 12 + 12 * late
    return time(*parts)


def text_of(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
