"""The first pass over a table: what its dates, amounts and ids look like. ``ways`` decides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from recaudo.intake.reading.amounts import AmountEvidence
from recaudo.intake.reading.contract import BY_NAME
from recaudo.intake.reading.dates import NUMBER, DateEvidence
from recaudo.intake.reading.delimited import RawBatch
from recaudo.intake.reading.labels import credit_kind_of
from recaudo.intake.reading.tables import Table
from recaudo.intake.reading.texts import raw_text, trimmed, unmark, unmarked

ENOUGH = 2000  # values that decide a decimal sign
_PLAIN_AMBIGUOUS = r"^\D*[1-9]\d{0,2}[.,]\d{3}\D*$"


@dataclass
class CodeEvidence:
    """Ids of one column: how many of each length are digits only, and what floats did to them."""

    lengths: Counter[int] = field(default_factory=Counter)
    zeros: int = 0
    floats: int = 0
    short: dict[int, str] = field(default_factory=dict)

    def add(self, values: pa.Array) -> None:
        self.floats += _count(pc.match_substring_regex(values, r"^\d+\.0+$"))
        digits = values.filter(pc.fill_null(pc.match_substring_regex(values, r"^\d+$"), False))
        self.zeros += _count(pc.starts_with(digits, "0"))
        lengths = pc.utf8_length(digits)
        for each in pc.value_counts(lengths).to_pylist():
            length = each["values"]
            self.lengths[length] += each["counts"]
            if length not in self.short and len(self.short) < 40:
                self.short[length] = digits.filter(pc.equal(lengths, length))[0].as_py()

    @property
    def lost_zeros_width(self) -> int:
        """The width that the ids had before their leading zeros got lost; 0 where nothing says so.

        Ids of one width with zeros in front stand beside shorter ones, or most have one width of
        eight digits or more and the rest two or more shorter ones (a running number crosses one
        width at most).
        """
        if not self.lengths:
            return 0
        width, most = self.lengths.most_common(1)[0]
        shorter = {length: n for length, n in self.lengths.items() if length < width}
        if not shorter or width != max(self.lengths) or most * 2 < sum(self.lengths.values()):
            return 0
        if self.zeros and width >= 4:
            return width
        return width if width >= 8 and len(shorter) >= 2 else 0


@dataclass
class Survey:
    """What one pass over a table showed, by field; age columns are named ``age:POSITION``."""

    dates: dict[str, DateEvidence] = field(default_factory=dict)
    amounts: dict[str, AmountEvidence] = field(default_factory=dict)
    codes: dict[str, CodeEvidence] = field(default_factory=dict)
    positive_credits: int = 0
    positive_types: tuple[str, ...] = ()
    rows: int = 0
    blank_customers: int = 0
    starts_blank: bool = False  # the first row has nobody either: nothing to fill down
    contested: set[str] = field(default_factory=set)  # fields whose columns say different things


def survey(table: Table) -> Survey:
    found = Survey()
    names = [*table.fields, *(each for each in table.keys if each not in table.fields)]
    money = [each for each in names if BY_NAME[each].kind in ("money", "rate")]
    for batch in table.batches({}):
        found.rows += len(batch.row_no)
        for name in names:
            kind = BY_NAME[name].kind
            if kind == "date":
                _survey_dates(found.dates.setdefault(name, DateEvidence()), table, batch, name)
            elif kind == "code":
                values = unmarked(raw_text(table, batch, name))
                found.codes.setdefault(name, CodeEvidence()).add(values)
        for name in money:
            values = raw_text(table, batch, name)
            _survey_amounts(found.amounts.setdefault(name, AmountEvidence()), values)
        for position in table.ages:
            evidence = found.amounts.setdefault(f"age:{position}", AmountEvidence())
            _survey_amounts(evidence, trimmed(batch.columns[position]))
        found.contested |= {
            name for name, places in table.contested.items() if not _is_same(batch, places)
        }
        _survey_credits(found, table, batch)
        _survey_customers(found, table, batch)
    return found


def _is_same(batch: RawBatch, places: tuple[int, ...]) -> bool:
    first = batch.columns[places[0]]
    return all(first.equals(batch.columns[each]) for each in places[1:])


def _count(mask: pa.Array) -> int:
    return int(pc.sum(mask).as_py() or 0)


def _survey_dates(evidence: DateEvidence, table: Table, batch: RawBatch, name: str) -> None:
    values = raw_text(table, batch, name)
    # The time of day tells nothing.
    days = pc.replace_substring_regex(values, r"[T ]+\d{1,2}:.*$", "")
    evidence.add(each for each in pc.unique(days).to_pylist() if each)


def _survey_amounts(evidence: AmountEvidence, values: pa.Array) -> None:
    if evidence.comma + evidence.point >= ENOUGH and evidence.sign:
        return
    written = values.filter(
        pc.and_(
            pc.fill_null(pc.match_substring_regex(values, "[.,]"), False),
            pc.invert(pc.fill_null(pc.starts_with(values, NUMBER), True)),
        )
    )
    if not len(written):
        return
    is_open = pc.match_substring_regex(written, _PLAIN_AMBIGUOUS)
    told = pc.unique(written.filter(pc.invert(is_open)))
    evidence.add(told.slice(0, ENOUGH).to_pylist())
    unclear = written.filter(is_open)
    if len(unclear) and not evidence.either:
        evidence.add(unclear.slice(0, 50).to_pylist())


def _survey_credits(found: Survey, table: Table, batch: RawBatch) -> None:
    """Rows of a credit note's type whose amount is not negative."""
    balance = next((each for each in ("open_amount", "amount") if each in table.fields), None)
    if "doc_type" not in table.fields or balance is None:
        return
    types = raw_text(table, batch, "doc_type")
    notes = [
        each
        for each in pc.unique(types).to_pylist()
        if each and credit_kind_of(unmark(each)) in ("credit_note", "advance")
    ]
    if not notes:
        return
    values = raw_text(table, batch, balance).filter(
        pc.fill_null(pc.is_in(types, pa.array(notes)), False)
    )
    is_negative = pc.match_substring_regex(values, r"-|\(|CR$|^\x02?0*[.,]?0*$")
    positive = _count(pc.invert(is_negative))
    if positive:
        found.positive_credits += positive
        found.positive_types = tuple(dict.fromkeys([*found.positive_types, *notes]))[:3]


def _survey_customers(found: Survey, table: Table, batch: RawBatch) -> None:
    """Rows with an amount and a document but nobody who owes it, as merged cells leave them."""
    keys = [each for each in ("customer_code", "tax_id", "name") if each in table.fields]
    amounts = [each for each in ("open_amount", "amount") if each in table.fields]
    if not keys or not amounts or "number" not in table.fields:
        return
    is_owed = pc.and_(
        pc.is_valid(raw_text(table, batch, amounts[0])),
        pc.is_valid(raw_text(table, batch, "number")),
    )
    for name in keys:
        is_owed = pc.and_(is_owed, pc.is_null(raw_text(table, batch, name)))
    if found.rows == len(is_owed) > 0:
        found.starts_blank = is_owed[0].as_py()
    found.blank_customers += _count(is_owed)
