"""Where the table is: which sheets hold one, which row has its headings, which layout it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

from recaudo.core.problems import Problem
from recaudo.intake.reading import delimited
from recaudo.intake.reading.contract import BY_NAME, Column, Source
from recaudo.intake.reading.dates import NUMBER, parse_date
from recaudo.intake.reading.delimited import RawBatch
from recaudo.intake.reading.folding import fold, fold_heading
from recaudo.intake.reading.headings import Age, age_of, recognise, score
from recaudo.intake.reading.layouts import LOOKED_AT, Layout, carry_down, joined, saved_layouts
from recaudo.intake.reading.mapping import OWN_PREFIX, Mapping, parse_mapping
from recaudo.intake.reading.spreadsheets import Book

HEADINGS_WITHIN = 60  # rows
_AS_OF = re.compile(
    r"(?i)\b(?:corte|al|hasta|as of|a fecha)\b\W{0,3}(?:(?:al|el|de)\W{1,2})?"
    r"(\d{1,4}[/.\-]\d{1,2}[/.\-]\d{2,4}"
    r"|\d{1,2} de [^\W\d]+ (?:de|del) \d{4}|\d{1,2}[\-/][a-z]{3}[\-/]\d{2,4})"
)

#: Cells of a row of data: numbers, dates, times. Age headings (1-30) are none.
_VALUE = re.compile(r"^\x02|^[-($]?[\d.,]*\d\)?$|^\d{1,4}([/.\-])\d{1,2}\1\d{2,4}\b|^\d+:\d\d")


@dataclass(frozen=True)
class Table:
    """One table of a file, its headings found. ``fields`` gives the position of each field;
    carried values stand after the file's own columns."""

    source: Source
    sheet: str
    header_row: int  # from 1; the last one where headings take several rows
    headings: tuple[str, ...]  # of the file, made different from each other
    mapping: Mapping  # the caller's, over the saved layout's
    fields: dict[str, int]
    keys: dict[str, tuple[int, ...]]
    ages: dict[int, Age]
    by: dict[int, str]  # position → mapping, layout or heading
    contested: dict[str, tuple[int, ...]] = field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)  # mapped, not in the file
    printed_as_of: date | None = None
    first_rows: tuple[tuple[int, list[str]], ...] = ()
    book: Book | None = None  # None for a delimited file
    titles: frozenset[str] = frozenset()  # rows above the headings; pages print them again

    @property
    def layout(self) -> Layout | None:
        return self.mapping.layout

    @property
    def names(self) -> tuple[str, ...]:
        """Headings of all columns, carried ones by their Spanish title."""
        carried = self.layout.carried if self.layout else ()
        return (*self.headings, *(BY_NAME[each].title for each in carried))

    def heading_of(self, field: str) -> str:
        """The heading under which ``field`` stands, or its title where it has no column."""
        positions = (self.fields[field],) if field in self.fields else self.keys.get(field, ())
        return " + ".join(self.names[each] for each in positions) or BY_NAME[field].title

    def batches(self, skipped: dict[str, int]) -> Iterator[RawBatch]:
        """The rows below the headings; rows that are no rows by the layout go to ``skipped``."""
        width = len(self.headings)
        if self.source.kind == "csv" and self.layout is None:
            yield from delimited.batches(self.source, self.header_row, width)
            return
        found = _rows_of(self.source, self.book, self.sheet)
        if self.layout is None:
            below = islice(found, self.header_row, None)
            yield from delimited.from_rows(below, width, skipped)
            return
        fitted = ((row_no, _fitted(cells, width)) for row_no, cells in found)
        detail = carry_down(self.layout, _filled(self, fitted), self.header_row, skipped)
        yield from delimited.from_rows(detail, len(self.names), skipped)

    def columns(self) -> tuple[Column, ...]:
        """Every column of the file, used or not, with a few of its values."""
        field_at = {at: name for name, places in self.keys.items() for at in places}
        field_at |= {position: name for name, position in self.fields.items()}
        field_at |= dict.fromkeys(self.ages, "age")
        return tuple(
            Column(
                position,
                heading,
                field_at.get(position, ""),
                self.by.get(position, ""),  # type: ignore[arg-type]
                self._examples(position),
            )
            for position, heading in enumerate(self.headings)
        )

    def _examples(self, position: int) -> tuple[str, ...]:
        values = (cells[position] for _, cells in self.first_rows if position < len(cells))
        shown = dict.fromkeys(each.replace(NUMBER, "").strip() for each in values)
        return tuple(each for each in shown if each)[:3]


def _rows_of(source: Source, book: Book | None, sheet: str) -> Iterator[tuple[int, list[str]]]:
    return delimited.rows(source) if book is None else book.rows(sheet)


def find_tables(source: Source, mapping: Mapping) -> list[Table]:
    """The tables of the file: customers first, then documents, then payments.

    Problems: ``no_header`` (with what the first rows say), ``sheet_missing``.
    """
    book = None if source.kind == "csv" else Book(source)
    sheets = ("",) if book is None else book.names()
    if mapping.sheet:
        if mapping.sheet not in sheets:
            raise Problem("sheet_missing", sheet=mapping.sheet, sheets=list(sheets))
        sheets = (mapping.sheet,)
    source = replace(source, sheets=sheets)
    found = [_table(source, book, each, mapping) for each in sheets]
    tables = [each for each in found if each is not None]
    if not tables:
        rows = list(islice(_rows_of(source, book, sheets[0]), 3)) if sheets else []
        shown = [" | ".join(cells)[:120].replace(NUMBER, "") for _, cells in rows]
        raise Problem("no_header", file=Path(source.path).name, rows=shown)
    return sorted(tables, key=_order)


def _order(table: Table) -> int:
    if "paid_amount" in table.fields and "due_on" not in table.fields:
        return 2
    has_documents = {"number", "due_on", "open_amount", "amount"} & {*table.fields, *table.keys}
    return 1 if has_documents or table.ages else 0


def _table(source: Source, book: Book | None, sheet: str, mapping: Mapping) -> Table | None:
    rows = list(islice(_rows_of(source, book, sheet), LOOKED_AT))
    header = _header_index(rows, mapping)
    if header is None:
        return None
    mapping = _with_layout(mapping, rows, header)
    height = mapping.layout.header_rows if mapping.layout else 1
    headings = _different(_headings_of(mapping, rows, header))
    last = header + height - 1
    table = _bind(source, sheet, rows[last][0], headings, mapping)
    return replace(
        table,
        book=book,
        printed_as_of=_printed_as_of(rows[:header]),
        first_rows=tuple(rows[last + 1 : last + 60]),
        titles=frozenset(joined(cells) for _, cells in rows[:header]) - {""},
    )


def _header_index(rows: list[tuple[int, list[str]]], mapping: Mapping) -> int | None:
    """Which of the first rows has the headings: the one the mapping says or names best, else the
    one with most headings recognised (two or more, and a third of its cells)."""
    if mapping.header_row:
        return mapping.header_row - 1 if mapping.header_row <= len(rows) else None
    wanted = {fold_heading(one) for each in mapping.columns.values() for one in each}
    wanted |= {fold_heading(one) for each in mapping.key.values() for one in each}
    best, best_score = None, 1
    for index in range(min(len(rows), HEADINGS_WITHIN)):
        cells = _headings_of(mapping, rows, index)
        if len(joined(rows[index][1])) == 0:
            continue
        filled = [each for each in cells if each.strip()]
        if sum(1 for each in filled if _VALUE.match(each.strip())) * 5 > len(filled):
            continue
        named = len({fold_heading(each) for each in filled} & wanted)
        told = named if wanted and not mapping.recognise_others else max(named, score(filled))
        if told > best_score and told * 3 >= len(filled):
            best, best_score = index, told
    return best


def _with_layout(mapping: Mapping, rows: list[tuple[int, list[str]]], header: int) -> Mapping:
    """``mapping``, or a saved layout that the file plainly follows where it names no columns."""
    if mapping.layout or mapping.names_columns:
        return mapping
    texts = [cells for _, cells in rows]
    for name, text in saved_layouts().items():
        saved = parse_mapping(text)
        if saved.layout and saved.layout.fits(_headings_of(saved, rows, header), texts):
            return replace(
                saved,
                name=saved.name or name,
                mode=mapping.mode or saved.mode,
                date_order=mapping.date_order or saved.date_order,
                decimal=mapping.decimal or saved.decimal,
                date_orders={**saved.date_orders, **mapping.date_orders},
                decimals={**saved.decimals, **mapping.decimals},
                constants={**saved.constants, **mapping.constants},
                rules={**saved.rules, **mapping.rules},
            )
    return mapping


def _headings_of(mapping: Mapping, rows: list[tuple[int, list[str]]], header: int) -> list[str]:
    height = mapping.layout.header_rows if mapping.layout else 1
    return _joined_headings([cells for _, cells in rows[header : header + height]])


def _joined_headings(rows: list[list[str]]) -> list[str]:
    """Headings over several rows, joined by column: 'Fecha' over 'Emisión' is 'Fecha Emisión'."""
    width = max(map(len, rows))
    cells = ((row[at] if at < len(row) else "" for row in rows) for at in range(width))
    return [" ".join(" ".join(each).replace(NUMBER, "").split()) for each in cells]


def _different(headings: list[str]) -> tuple[str, ...]:
    """Headings without blanks and doubles ('Columna 3', 'Saldo (2)'); trailing blanks go."""
    while headings and not headings[-1]:
        headings = headings[:-1]
    seen: dict[str, int] = {}
    found = []
    for position, heading in enumerate(headings, start=1):
        name = heading or f"Columna {position}"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(found)


def _bind(
    source: Source, sheet: str, header_row: int, headings: tuple[str, ...], mapping: Mapping
) -> Table:
    """Give the columns to fields: as the mapping says, then (where it may) by their headings."""
    at = {fold_heading(each): position for position, each in reversed(list(enumerate(headings)))}
    fields: dict[str, int] = {}
    missing: dict[str, tuple[str, ...]] = {}
    for name, wanted in mapping.columns.items():
        places = [at[fold_heading(each)] for each in wanted if fold_heading(each) in at]
        if places:
            fields[name] = places[0]
        elif name not in mapping.constants:
            missing[name] = wanted
    keys: dict[str, tuple[int, ...]] = {}
    for name, wanted in mapping.key.items():
        if all(fold_heading(each) in at for each in wanted):
            keys[name] = tuple(at[fold_heading(each)] for each in wanted)
        else:
            missing[name] = wanted
    by = dict.fromkeys(fields.values(), "layout" if mapping.layout else "mapping")
    by |= {position: "mapping" for places in keys.values() for position in places}
    contested: dict[str, tuple[int, ...]] = {}
    ages: dict[int, Age] = {}
    carried = mapping.layout.carried if mapping.layout else ()
    if mapping.recognise_others or not mapping.names_columns:
        known = {*fields, *keys, *carried}
        shown = ["" if _is_settled(i, h, by) else h for i, h in enumerate(headings)]
        found = recognise(shown)
        for name, position in found.fields.items():
            if name not in known:
                fields[name] = position
                by[position] = "heading"
        ages = found.ages
        contested = {each: at for each, at in found.contested.items() if each not in known}
    elif mapping.names_columns:
        ages = {i: age for i, h in enumerate(headings) if i not in by and (age := age_of(h))}
        ages = ages if len(ages) >= 2 else {}
    if mapping.rules.get("ages") == "ignore":
        ages = {}
    by |= dict.fromkeys(ages, "heading")
    fields |= {name: len(headings) + i for i, name in enumerate(carried)}
    return Table(
        source, sheet, header_row, headings, mapping, fields, keys, ages, by, contested, missing
    )


def _is_settled(position: int, heading: str, by: dict[int, str]) -> bool:
    return position in by or heading.casefold().startswith(OWN_PREFIX)


def _fitted(cells: list[str], width: int) -> list[str]:
    """``cells`` at ``width``; only what is not blank may stand beyond it (and is then refused)."""
    if any(cell.strip() for cell in cells[width:]):
        return cells
    return (cells + [""] * (width - len(cells)))[:width]


def _filled(table: Table, rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """With ``fill_down``, customer columns that a row leaves blank take the value above."""
    layout = table.layout
    if layout is None or layout.fill_down != "yes":
        yield from rows
        return
    places = [
        position
        for name, position in table.fields.items()
        if BY_NAME[name].topic == "customer" and position < len(table.headings)
    ]
    above: dict[int, str] = {}
    for row_no, cells in rows:
        own = {at: cells[at] for at in places if cells[at].strip()}
        is_detail = any(cells[at].strip() for at in range(len(cells)) if at not in places)
        if own:
            above = own
        elif is_detail and not _is_total(cells):
            cells = list(cells)
            for at, value in above.items():
                cells[at] = value
        yield row_no, cells


def _is_total(cells: list[str]) -> bool:
    return any(fold(each).startswith(("total", "subtotal", "gran total")) for each in cells if each)


def _printed_as_of(rows: list[tuple[int, list[str]]]) -> date | None:
    """The day in the title ('Corte al 31/07/2026'), where only one reading is possible."""
    for _, cells in rows:
        if found := _AS_OF.search(" ".join(cells)):
            day = parse_date(found[1], "")
            if isinstance(day, date):
                return day
    return None
