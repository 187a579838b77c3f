"""Opening a file: sniff, find its tables, survey them, then give typed batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from recaudo.core.problems import Problem
from recaudo.intake.reading.columns import Typed, Typer
from recaudo.intake.reading.contract import (
    SCHEMA,
    Batch,
    Column,
    Hints,
    Notice,
    Question,
    Reject,
    Source,
    Summary,
)
from recaudo.intake.reading.delimited import RawBatch
from recaudo.intake.reading.leftovers import Leftovers
from recaudo.intake.reading.mapping import (
    Mapping,
    fingerprint,
    load_mapping,
    to_toml,
    with_answers,
)
from recaudo.intake.reading.originals import originals
from recaudo.intake.reading.rows import Judge, batch_of, one_per_age
from recaudo.intake.reading.sniffing import sniff
from recaudo.intake.reading.survey import survey
from recaudo.intake.reading.tables import Table, find_tables
from recaudo.intake.reading.ways import Ways, ways

NO_HINTS = Hints()


def open_file(
    path: str | Path,
    *,
    mapping: Mapping | str | Path | None = None,
    answers: Dict[str, str] | None = None,
    hints: Hints = NO_HINTS,
) -> File:
    """``path`` understood, as far as it can be without asking. ``mapping`` may be a TOML's path.

    Problems: those of ``sniff`` and ``find_tables``, ``mapping_unreadable``, ``mapping_unknown``,
    ``answer_unknown``, ``excel_mangled_dates``, ``no_customer_column``, ``no_document_column``,
    ``no_due_date_column``, ``as_of_missing``.
    """
    if not isinstance(mapping, Mapping):
        mapping = Mapping() if mapping is None else load_mapping(mapping)
    mapping = with_answers(mapping, answers or {})
    source = sniff(path, encoding=mapping.encoding, delimiter=mapping.delimiter)
    tables, ignored = _usable(find_tables(source, mapping), hints)
    surveyed = [(table, ways(table, survey(table), hints)) for table in tables]
    return File(source, mapping, surveyed, ignored, hints)


def _usable(tables: list[Table], hints: Hints) -> tuple[list[Table], list[Notice]]:
    """Tables that can be loaded; a sheet that cannot is left out with a notice, unless it is the
    only one."""
    good: list[Table] = []
    problems: list[tuple[Table, Problem]] = []
    for table in tables:
        try:
            _check(table, hints)
        except Problem as problem:
            problems.append((table, problem))
        else:
            good.append(table)
    if not good:
        raise problems[0][1]
    return good, [
        Notice("sheet_ignored", facts={"reason": problem.code}, sheet=table.sheet)
        for table, problem in problems
    ]


def _check(table: Table, hints: Hints) -> None:
    names = {*table.fields, *table.keys, *table.mapping.constants}
    headings = list(table.headings)
    if {"exchange_rate", "rate_on", "currency"} <= names:
        return
    has_customer = bool(names & {"customer_code", "tax_id", "name"})
    has_number = bool(names & {"number", "obligation_number"})
    has_balance = bool(names & {"open_amount", "amount"} or table.ages)
    if not has_customer and not (has_number and {"paid_on", "paid_amount"} <= names):
        raise Problem("no_customer_column", headings=headings)
    if not has_balance:
        return
    if not has_number and not table.ages:
        raise Problem("no_document_column", headings=headings)
    dated = {"due_on"} <= names or {"issued_on", "terms_days"} <= names
    by_days = "days_past_due" in names or not has_number
    if not dated and not by_days:
        raise Problem("no_due_date_column", headings=headings)
    if not dated and not (hints.as_of or table.printed_as_of):
        raise Problem("as_of_missing", headings=headings)


@dataclass
class File:
    """What ``open_file`` gives: the ``Reading`` of the contract."""

    source: Source
    mapping: Mapping
    tables: list[tuple[Table, Ways]]
    ignored: list[Notice]
    hints: Hints
    summary: Summary = field(default_factory=Summary)

    @property
    def columns(self) -> tuple[Column, ...]:
        found = []
        for table, known in self.tables:
            for each in table.columns():
                written = known.orders.get(each.field) or known.signs.get(each.field, "")
                found.append(replace(each, written=written, sheet=table.sheet))
        return tuple(found)

    @property
    def questions(self) -> tuple[Question, ...]:
        every = [each for _, known in self.tables for each in known.questions]
        return tuple({each.key: each for each in reversed(every)}.values())[::-1]

    @property
    def fingerprint(self) -> str:
        return fingerprint(name for table, _ in self.tables for name in table.headings)

    @property
    def mapping_toml(self) -> str:
        """The mapping with which this file was read, to be remembered; for a file of one table
        with its columns and how they are written."""
        if len(self.tables) > 1:
            return to_toml(self.mapping)
        table, known = self.tables[0]
        columns = {
            name: (table.headings[at],)
            for name, at in table.fields.items()
            if at < len(table.headings)
        }
        keys = {
            name: tuple(table.headings[at] for at in places) for name, places in table.keys.items()
        }
        orders = {table.heading_of(name): each for name, each in known.orders.items() if each}
        signs = {
            table.heading_of(name): each
            for name, each in known.signs.items()
            if each and name in table.fields
        }
        used = replace(
            table.mapping,
            columns={**table.mapping.columns, **columns},
            key={**table.mapping.key, **keys},
            date_orders={**table.mapping.date_orders, **orders},
            decimals={**table.mapping.decimals, **signs},
        )
        return to_toml(used)

    @property
    def mode(self) -> str:
        return self.mapping.mode

    @property
    def scope(self) -> Dict[str, str]:
        return self.mapping.scope

    @property
    def printed_as_of(self) -> date | None:
        days = [table.printed_as_of for table, _ in self.tables]
        return next((each for each in days if each), None)

    def batches(self) -> Iterator[Batch]:
        """The typed rows of all tables. Problem ``questions_open`` while there are questions."""
        if self.questions:
            raise Problem("questions_open", keys=[each.key for each in self.questions])
        self.summary = Summary()
        notices = list(self.ignored)
        for table, known in self.tables:
            notices += known.notices
            yield from _TableReader(table, known, self.hints, self.summary, notices).batches()
        self.summary.notices = tuple(notices)
        self.summary.is_complete = True

    def originals(self, rows: Collection[tuple[str, int]]) -> Dict[tuple[str, int], Dict[str, str]]:
        """The named rows, whole as in ``Reject.original``; reads the file again."""
        return originals(self.tables, rows)


class _TableReader:
    """One pass over one table, counting into the file's summary."""

    def __init__(
        self, table: Table, known: Ways, hints: Hints, summary: Summary, notices: list[Notice]
    ) -> None:
        self.table, self.summary, self.notices = table, summary, notices
        self.as_of = hints.as_of or table.printed_as_of
        self.typer = Typer(table, known)
        self.judge = Judge(table, hints, self.as_of)
        self.leftovers = Leftovers(table, known)
        self.repeats: dict[str, int] = {}

    def batches(self) -> Iterator[Batch]:
        walked: dict[str, int] = {}  # rows that the layout took out before they became a batch
        for raw in self.table.batches(walked):
            batch = self._batch(raw, dict(walked))
            walked.clear()
            self._count(batch, len(raw.row_no) + len(raw.ragged))
            yield batch
        for kind, count in walked.items():
            self.summary.skipped[kind] = self.summary.skipped.get(kind, 0) + count
        self.summary.printed += self.leftovers.printed(
            sum(self.summary.totals.values(), Decimal(0))
        )
        self.notices += self.typer.notices()
        if self.judge.above_amount:
            self.notices.append(
                Notice("balance_above_amount", self.table.heading_of("open_amount"),
                       self.judge.above_amount, sheet=self.table.sheet)
            )  # fmt: skip
        if self.judge.key == "name":
            self.notices.append(
                Notice("customer_by_name", self.table.heading_of("name"), sheet=self.table.sheet)
            )
        if self.table.layout and self.table.layout.name:
            facts = {"name": self.table.layout.name}
            self.notices.append(Notice("layout_used", facts=facts, sheet=self.table.sheet))
        if self.judge.uses_components is False:
            self.notices.append(Notice("components_ignored", sheet=self.table.sheet))

    def _batch(self, raw: RawBatch, skipped: dict[str, int]) -> Batch:
        width = len(self.table.names)
        mended = [(row_no, cells) for row_no, cells in raw.ragged if len(cells) < width]
        parts = [self._typed(raw, skipped)] if len(raw.row_no) else []
        if mended:
            parts.append(self._typed(_padded(mended, width), skipped))
        rejects = [each for _, found in parts for each in found]
        for row_no, cells in raw.ragged:
            if len(cells) >= width:
                self._too_wide(row_no, cells, skipped, rejects, parts)
        rejects.sort(key=lambda each: each.row_no)
        rows = [found for found, _ in parts if len(found)]
        if len(rows) > 1:
            merged = pa.Table.from_batches(rows).sort_by("row_no").combine_chunks()
            return Batch(merged.to_batches()[0], tuple(rejects), skipped)
        empty = pa.RecordBatch.from_pylist([], schema=SCHEMA)
        return Batch(rows[0] if rows else empty, tuple(rejects), skipped)

    def _too_wide(
        self,
        row_no: int,
        cells: list[str],
        skipped: dict[str, int],
        rejects: list[Reject],
        parts: list[tuple[pa.RecordBatch, list[Reject]]],
    ) -> None:
        """A row with more cells than headings: fine where they are blank, else refused."""
        width = len(self.table.names)
        if not any(each.strip() for each in cells[width:]):
            rows, refused = self._typed(_padded([(row_no, cells[:width])], width), skipped)
            parts.append((rows, refused))
            rejects += refused
            return
        if kind := self.leftovers.kind_of(row_no, cells):
            skipped[kind] = skipped.get(kind, 0) + 1
            return
        has_break = any("\n" in each for each in cells)
        code = "quote_not_closed_row" if has_break else "wrong_column_count"
        reject = self.leftovers.reject(self.table.sheet, row_no, cells, [("", code)])
        facts = {"expected": width, "found": len(cells)}
        problem = replace(reject.problems[0], facts=facts)
        rejects.append(replace(reject, problems=(problem,)))

    def _typed(self, raw: RawBatch, skipped: dict[str, int]) -> tuple[pa.RecordBatch, list[Reject]]:
        typed = self.typer.type(raw)
        failing = self.judge.judge(typed)
        if self.table.mapping.rules.get("number_repeats"):
            typed.values["number"] = self._numbered(typed)
        rejects, back = self._leave(raw, typed, failing, skipped)
        good = pc.invert(failing)
        if back:
            good = pc.or_(good, pc.is_in(pa.array(range(typed.length)), pa.array(back)))
        rows = batch_of(typed, self.table.sheet, raw.row_no, good)
        self.summary.typed += len(rows)
        if self.judge.is_by_age and self.as_of:
            ages = {at: each.filter(good) for at, each in typed.ages.items()}
            rows = one_per_age(rows, ages, self.table.ages, self.as_of)
        return rows, rejects

    def _leave(
        self, raw: RawBatch, typed: Typed, failing: pa.Array, skipped: dict[str, int]
    ) -> tuple[list[Reject], list[int]]:
        """What becomes of the rows that fail: rejects, or no rows at all; and indices of rows that
        only looked like totals."""
        indices = pc.indices_nonzero(failing).to_pylist()
        if not indices:
            return [], []
        masks = [(mask.filter(failing).to_pylist(), name, code) for mask, name, code in typed.wrong]
        columns = [each.filter(failing).to_pylist() for each in raw.columns]
        numbers = raw.row_no.filter(failing).to_pylist()
        balances = pc.coalesce(typed.get("open_amount"), typed.get("amount"))
        balances = balances.filter(failing).to_pylist()
        rejects, back = [], []
        for at, index in enumerate(indices):
            cells = [column[at] for column in columns]
            if kind := self.leftovers.kind_of(numbers[at], cells):
                skipped[kind] = skipped.get(kind, 0) + 1
                continue
            first = {name: code for mask, name, code in reversed(masks) if mask[at]}
            wrong = list(first.items())[::-1]  # a column's first problem, in their order
            if not wrong:
                back.append(index)
                continue
            self.summary.rejected_total += balances[at] or Decimal(0)
            rejects.append(self.leftovers.reject(self.table.sheet, numbers[at], cells, wrong))
        return rejects, back

    def _numbered(self, typed: Typed) -> pa.Array:
        """Made-up keys told apart, whoever's they are: the second row with one gets '#2'."""
        found = []
        for number in typed.get("number").to_pylist():
            count = self.repeats[number] = self.repeats.get(number, 0) + 1
            found.append(number if count == 1 or number is None else f"{number}#{count}")
        return pa.array(found, pa.string())

    def _count(self, batch: Batch, rows: int) -> None:
        summary = self.summary
        for kind, count in batch.skipped.items():
            summary.skipped[kind] = summary.skipped.get(kind, 0) + count
        summary.rejected += len(batch.rejects)
        for each in batch.rejects:
            summary.by_code[each.code] = summary.by_code.get(each.code, 0) + 1
        summary.rows = summary.typed + summary.rejected
        for each in pc.value_counts(batch.rows.column("record")).to_pylist():
            name = each["values"]
            summary.by_record[name] = summary.by_record.get(name, 0) + each["counts"]
        _add_totals(summary, batch.rows)


def _padded(rows: list[tuple[int, list[str]]], width: int) -> RawBatch:
    filled = [cells + [""] * (width - len(cells)) for _, cells in rows]
    columns = tuple(pa.array(each, pa.string()) for each in zip(*filled, strict=True))
    return RawBatch(columns, pa.array([row_no for row_no, _ in rows], pa.int64()))


def _add_totals(summary: Summary, rows: pa.RecordBatch) -> None:
    """Add the balances of documents and credits, signed, per currency."""
    record = rows.column("record")
    paid = pc.fill_null(rows.column("paid_amount"), pa.scalar(0, SCHEMA.field("amount").type))
    balance = pc.coalesce(
        rows.column("open_amount"),
        pc.cast(pc.subtract(rows.column("amount"), paid), SCHEMA.field("amount").type),
    )
    currency = pc.fill_null(rows.column("currency"), "")
    for kind, sign in (("document", 1), ("credit", -1)):
        of_kind = pc.equal(record, kind)
        sums = pa.table({"currency": currency.filter(of_kind), "sum": balance.filter(of_kind)})
        for each in sums.group_by("currency").aggregate([("sum", "sum")]).to_pylist():
            name, total = each["currency"], each["sum_sum"] or Decimal(0)
            summary.totals[name] = summary.totals.get(name, Decimal(0)) + sign * total
