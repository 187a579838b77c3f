"""The first pass over a table: how its dates and amounts are written, what must be asked.

Nothing is guessed: a column that leaves its order or decimal sign open takes it from the mapping,
or from a column of the same kind in the same table that is certain (said in a notice), or becomes
a question.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from recaudo.core.problems import Problem
from recaudo.intake.reading.amounts import AmountEvidence, Sign
from recaudo.intake.reading.contract import BY_NAME, Hints, Notice, Question
from recaudo.intake.reading.dates import NUMBER, DateEvidence, Order
from recaudo.intake.reading.delimited import RawBatch
from recaudo.intake.reading.labels import credit_kind_of
from recaudo.intake.reading.tables import Table
from recaudo.intake.reading.texts import raw_text, trimmed, unmark, unmarked

ENOUGH = 2000  # values that decide a decimal sign
_PLAIN_AMBIGUOUS = r"^\D*[1-9]\d{0,2}[.,]\d{3}\D*$"
#: Countries where a person writes 1.234,56.
_COMMA = frozenset({"CO", "CL", "AR", "EC", "BR", "UY", "PY", "BO", "VE", "CR", "ES"})
_NEEDED_DATES = ("due_on", "issued_on", "paid_on", "rate_on")


@dataclass
class _Codes:
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
    codes: dict[str, _Codes] = field(default_factory=dict)
    positive_credits: int = 0
    positive_types: tuple[str, ...] = ()
    rows: int = 0
    blank_customers: int = 0
    contested: set[str] = field(default_factory=set)  # fields whose columns say different things


@dataclass(frozen=True)
class Ways:
    """How the columns of a table are written: what typing needs, and what a person should know."""

    orders: dict[str, Order]
    signs: dict[str, Sign]
    float_ids: frozenset[str]
    questions: tuple[Question, ...]
    notices: tuple[Notice, ...]


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
                found.codes.setdefault(name, _Codes()).add(values)
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
    days = pc.replace_substring_regex(
        values, r"[T ]+\d{1,2}:.*$", ""
    )  # the time of day tells nothing
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
    is_negative = pc.match_substring_regex(values, r"-|\(|CR$|^\x1f?0*[.,]?0*$")
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
    found.blank_customers += _count(is_owed)


def ways(table: Table, found: Survey, hints: Hints) -> Ways:
    """Decide by evidence, mapping and neighbours. Problem ``excel_mangled_dates``."""
    questions: list[Question] = []
    notices: list[Notice] = []
    orders = _orders(table, found, questions, notices)
    signs = _signs(table, found, hints, questions, notices)
    float_ids = frozenset(name for name, each in found.codes.items() if each.floats)
    _about_codes(table, found, float_ids, notices)
    _about_rows(table, found, questions)
    for name, wanted in table.missing.items():
        facts = {"field": BY_NAME[name].title, "headings": list(wanted)}
        notices.append(Notice("mapped_heading_missing", wanted[0], facts=facts, sheet=table.sheet))
    for name in sorted(found.contested):
        places = table.contested[name]
        headings = tuple(table.headings[each] for each in places)
        questions.append(
            Question(
                "column_ambiguous",
                f"column:{name}",
                headings,
                column=headings[0],
                sheet=table.sheet,
            )
        )
    return Ways(orders, signs, float_ids, tuple(questions), tuple(notices))


def _orders(
    table: Table, found: Survey, questions: list[Question], notices: list[Notice]
) -> dict[str, Order]:
    orders: dict[str, Order] = {}
    certain = {each.order for each in found.dates.values()} - {None, ""}
    for name, evidence in found.dates.items():
        heading = table.heading_of(name)
        if evidence.is_all_mangled and name in _NEEDED_DATES and name != "paid_on":
            raise Problem(
                "excel_mangled_dates", column=heading, examples=list(evidence.mangled_examples)
            )
        told = table.mapping.date_orders.get(heading) or table.mapping.date_order
        own = evidence.order
        if told and own and own != told:
            questions.append(
                Question(
                    "date_order_differs",
                    f"date_order:{heading}",
                    ("dmy", "mdy"),
                    own,
                    heading,
                    sheet=table.sheet,
                    facts={"mapped": told, "found": own},
                )
            )
        elif told:
            orders[name] = told  # type: ignore[assignment]
        elif own is not None:
            orders[name] = own
        elif len(certain) == 1 and not (evidence.day_first and evidence.month_first):
            orders[name] = next(iter(certain))  # type: ignore[assignment]
            notices.append(
                Notice(
                    "date_order_inferred",
                    heading,
                    evidence.either,
                    evidence.examples,
                    {"order": orders[name]},
                    table.sheet,
                )
            )
        else:
            mixed = evidence.day_first and evidence.month_first
            questions.append(
                Question(
                    "date_order_mixed" if mixed else "date_order_ambiguous",
                    f"date_order:{heading}",
                    ("dmy", "mdy"),
                    "",
                    heading,
                    evidence.examples,
                    table.sheet,
                )
            )
    return orders


def _signs(
    table: Table, found: Survey, hints: Hints, questions: list[Question], notices: list[Notice]
) -> dict[str, Sign]:
    signs: dict[str, Sign] = {}
    certain = {each.sign for each in found.amounts.values()} - {None, ""}
    for name, evidence in found.amounts.items():
        heading = _amount_heading(table, name)
        told = table.mapping.decimals.get(heading) or table.mapping.decimal
        own = evidence.sign
        if told and own and own != told:
            questions.append(
                Question(
                    "decimal_sign_differs",
                    f"decimal:{heading}",
                    (",", "."),
                    own,
                    heading,
                    sheet=table.sheet,
                    facts={"mapped": told, "found": own},
                )
            )
        elif told:
            signs[name] = told  # type: ignore[assignment]
        elif own is not None:
            signs[name] = own
        elif len(certain) == 1 and not (evidence.comma and evidence.point):
            signs[name] = next(iter(certain))  # type: ignore[assignment]
            notices.append(
                Notice(
                    "decimal_sign_inferred",
                    heading,
                    sum(evidence.either.values()),
                    evidence.examples,
                    {"sign": signs[name]},
                    table.sheet,
                )
            )
        else:
            mixed = evidence.comma and evidence.point
            suggested = "," if hints.country in _COMMA else "." if hints.country else ""
            questions.append(
                Question(
                    "decimal_sign_mixed" if mixed else "decimal_sign_ambiguous",
                    f"decimal:{heading}",
                    (",", "."),
                    suggested,
                    heading,
                    evidence.examples,
                    table.sheet,
                )
            )
    return signs


def _amount_heading(table: Table, name: str) -> str:
    if name.startswith("age:"):
        return table.headings[int(name.removeprefix("age:"))]
    return table.heading_of(name)


def _about_codes(
    table: Table, found: Survey, float_ids: frozenset[str], notices: list[Notice]
) -> None:
    for name, codes in found.codes.items():
        heading, zero_fill = table.heading_of(name), table.mapping.zero_fill.get(name, 0)
        if name in float_ids:
            notices.append(Notice("ids_were_numbers", heading, codes.floats, sheet=table.sheet))
        width = zero_fill or (codes.lost_zeros_width if name in ("number", "customer_code") else 0)
        if width:
            short = {length: one for length, one in codes.short.items() if length < width}
            if short:
                code = "leading_zeros_restored" if zero_fill else "leading_zeros_lost"
                count = sum(n for length, n in codes.lengths.items() if length < width)
                examples = tuple(short[each] for each in sorted(short, reverse=True))[:3]
                notices.append(
                    Notice(code, heading, count, examples, {"width": width}, table.sheet)
                )


def _about_rows(table: Table, found: Survey, questions: list[Question]) -> None:
    rules = table.mapping.rules
    names = {*table.fields, *table.keys}
    if table.ages and not names & {"number", "obligation_number", "due_on"} and "ages" not in rules:
        headings = tuple(table.headings[each] for each in table.ages)
        questions.append(
            Question(
                "ages_without_documents",
                "ages",
                ("one_per_age",),
                "one_per_age",
                examples=headings,
                sheet=table.sheet,
            )
        )
    if found.positive_credits and "credit_notes" not in rules:
        questions.append(
            Question(
                "credit_notes_positive",
                "credit_notes",
                ("credit", "debit"),
                "credit",
                table.heading_of("doc_type"),
                found.positive_types,
                table.sheet,
            )
        )
    is_dated_only = {"paid_on", "amount"} <= names and not names & {"paid_amount", "open_amount"}
    if is_dated_only and "paid_in_full" not in rules:
        questions.append(
            Question(
                "paid_on_meaning",
                "paid_in_full",
                ("yes", "no"),
                "yes",
                table.heading_of("paid_on"),
                sheet=table.sheet,
            )
        )
    asked = table.layout is not None and table.layout.fill_down in ("yes", "no")
    if found.blank_customers * 10 >= found.rows * 3 and found.rows and not asked:
        column = next(
            table.heading_of(each)
            for each in ("customer_code", "tax_id", "name")
            if each in table.fields
        )
        questions.append(
            Question(
                "customers_blank_below",
                "fill_down",
                ("yes", "no"),
                "yes",
                column,
                sheet=table.sheet,
            )
        )
