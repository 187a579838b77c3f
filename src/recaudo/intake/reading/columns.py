"""Texts of a batch become typed columns; what cannot be read is marked, never dropped."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from recaudo.core.problems import Problem
from recaudo.intake.reading.amounts import parse_amount, read_amounts
from recaudo.intake.reading.contract import ARROW, BY_NAME, COMPONENTS, Notice
from recaudo.intake.reading.dates import is_no_date, parse_date
from recaudo.intake.reading.delimited import RawBatch
from recaudo.intake.reading.labels import flag_of, label_of
from recaudo.intake.reading.tables import Table
from recaudo.intake.reading.texts import clean_text, raw_text, shown, trimmed, unmark
from recaudo.intake.reading.ways import Ways

#: A cell of these that cannot be read refuses the row; of any other it is left blank, with notice.
NEEDED = frozenset(
    {"due_on", "issued_on", "paid_on", "rate_on", "amount", "open_amount", "settled_amount"}
    | {"paid_amount", "exchange_rate", "currency", *COMPONENTS}
)
_CASH = re.compile(r"(?i)^(?:contado|de contado|inmediato|cash|immediate|a la vista|anticipado)")
_DAYS = re.compile(
    r"(?i)^(?:neto?|cr[eé]dito|cr[eé]d\.?|plazo|pago)?\s*(?:a\s+)?(-?\d{1,5})"
    r"\s*(?:d|d[ií]as?|days?)?\.?\s*(?:netos?|net|f\.?f\.?)?$"
)
_CACHE_LIMIT = 500_000


@dataclass
class Typed:
    """One batch by field, in columns of equal length, and what was wrong: (mask, field, code);
    a code of '' means that the cell itself tells."""

    length: int
    values: dict[str, pa.Array] = field(default_factory=dict)
    ages: dict[int, pa.Array] = field(default_factory=dict)
    wrong: list[tuple[pa.Array, str, str]] = field(default_factory=list)

    def get(self, name: str) -> pa.Array:
        """The column, all null where the file has none."""
        found = self.values.get(name)
        return pa.nulls(self.length, ARROW[BY_NAME[name].kind]) if found is None else found

    def refuse(self, mask: pa.Array, name: str, code: str) -> None:
        mask = pc.fill_null(mask, False)
        if pc.any(mask).as_py():
            self.wrong.append((mask, name, code))


class Typer:
    """Types the batches of one table. Remembers dates and words it has read, counts what it
    left blank."""

    def __init__(self, table: Table, ways: Ways) -> None:
        self.table, self.ways = table, ways
        self._read: dict[str, dict[str, Any]] = {}
        self._ignored: dict[tuple[str, str], Counter[str]] = {}
        self._constants = {
            name: _constant(name, value, ways) for name, value in table.mapping.constants.items()
        }

    def type(self, batch: RawBatch) -> Typed:
        typed = Typed(len(batch.row_no))
        for name in dict.fromkeys([*self.table.fields, *self.table.keys]):
            texts = raw_text(self.table, batch, name)
            typed.values[name] = self._column(typed, name, texts)
        for position in self.table.ages:
            name = f"age:{position}"
            texts = trimmed(batch.columns[position])
            typed.ages[position], bad = read_amounts(texts, self.ways.signs.get(name, ""))
            typed.refuse(bad, name, "")
        for name, value in self._constants.items():
            constant = pa.scalar(value, ARROW[BY_NAME[name].kind])
            typed.values[name] = pc.fill_null(typed.get(name), constant)
        return typed

    def notices(self) -> tuple[Notice, ...]:
        return tuple(
            Notice(code, self.table.heading_of(name), values.total(),
                   tuple(each for each, _ in values.most_common(3)), sheet=self.table.sheet)
            for (name, code), values in self._ignored.items()
        )  # fmt: skip

    def _column(self, typed: Typed, name: str, texts: pa.Array) -> pa.Array:
        match BY_NAME[name].kind:
            case "text" | "code":
                is_float = name in self.ways.float_ids
                fill = self.table.mapping.zero_fill.get(name, 0)
                return clean_text(texts, name, is_float_id=is_float, zero_fill=fill)
            case "money":
                values, bad = read_amounts(texts, self.ways.signs.get(name, ""))
            case _:
                values, bad = self._by_word(name, texts)
        if name in NEEDED:
            typed.refuse(bad, name, "")
        elif pc.any(bad).as_py():
            self._ignore(name, texts.filter(bad))
        return values

    def _by_word(self, name: str, texts: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Read each different text once. A mask of what says nothing readable comes second."""
        read = self._read.setdefault(name, {})
        if len(read) > _CACHE_LIMIT:
            read.clear()
        coded = texts.dictionary_encode()
        words = coded.dictionary.to_pylist()
        for word in words:
            if word not in read:
                read[word] = parse_cell(name, word, self.ways)
        found = [read[word] for word in words]
        kind = ARROW[BY_NAME[name].kind]
        values = pa.array([None if isinstance(each, Bad) else each for each in found], kind)
        bad = pa.array([isinstance(each, Bad) for each in found], pa.bool_())
        return values.take(coded.indices), pc.fill_null(bad.take(coded.indices), False)

    def _ignore(self, name: str, texts: pa.Array) -> None:
        code = "label_unknown" if BY_NAME[name].kind in ("label", "flag") else "value_ignored"
        counts = self._ignored.setdefault((name, code), Counter())
        for each in pc.value_counts(texts).to_pylist():
            if len(counts) < 1000 or each["values"] in counts:
                counts[shown(each["values"])] += each["counts"]


@dataclass(frozen=True)
class Bad:
    """What a cell that cannot be read gives: the code of why."""

    code: str


def parse_cell(name: str, text: str, ways: Ways) -> Any:
    """One cell of ``name`` (trimmed, not blank) as its type; None for 'no date'; or ``Bad``."""
    value: Any = text
    match BY_NAME[name].kind:
        case "date":
            value = None if is_no_date(text) else parse_date(text, ways.orders.get(name, ""))
        case "money":
            value = parse_amount(text, ways.signs.get(name, ""))
        case "rate":
            value = parse_amount(text, ways.signs.get(name, ""), Decimal("1e-10"))
        case "int":
            value = _whole(unmark(text))
        case "label":
            label = label_of(name, unmark(text))
            return Bad(f"unknown_{name}") if label is None else label or None
        case "flag":
            flag = flag_of(unmark(text))
            return Bad("bad_flag") if flag is None else flag
        case "text" | "code":
            return unmark(text)
    return Bad(value) if isinstance(value, str) else value


def _whole(text: str) -> int | str:
    """'30 días', 'NET 30' → 30; 'Contado' → 0; a terms code ('NAA8') is no number."""
    if _CASH.match(text):
        return 0
    found = _DAYS.match(re.sub(r"[.,]0+$", "", text.strip()))
    return int(found[1]) if found else "bad_number"


def _constant(name: str, text: str, ways: Ways) -> Any:
    value = parse_cell(name, str(text), ways)
    if isinstance(value, Bad):
        raise Problem("mapping_unknown", word=text, place=f"constants.{name}")
    return value
