"""From typed columns to rows of the ledger's kinds: what each carries, what it lacks.

The order of judging: amounts are completed (balance from ages or components, amount from balance),
signs decide between debit and credit, then whatever a kind needs and has not refuses the row.
"""

from __future__ import annotations

import re
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from recaudo.intake.reading.columns import Typed
from recaudo.intake.reading.contract import COMPONENTS, MONEY, SCHEMA, Hints
from recaudo.intake.reading.folding import fold
from recaudo.intake.reading.headings import Age
from recaudo.intake.reading.identifiers import tax_id
from recaudo.intake.reading.labels import credit_kind_of
from recaudo.intake.reading.tables import Table

_ZERO = pa.scalar(0, MONEY)
_CENT = pa.scalar("0.01").cast(MONEY)
_ONE = pa.scalar(1, MONEY)
_KEYS = ("customer_code", "tax_id", "name")
#: A row that says only this is no customer.
STRICT_TOTAL = (
    r"(?i)^\W*(?:sub ?-?totale?s?|gran total|totale?s?)(?: (?:general|cartera|clientes?|reporte|"
    r"final|acumulado|documentos?|empresa|cuenta))*\W*$"
)


class Judge:
    """Judges the batches of one table. ``as_of`` is the day of the balances, if known."""

    def __init__(self, table: Table, hints: Hints, as_of: date | None) -> None:
        names = {*table.fields, *table.keys, *table.mapping.constants}
        self.table, self.hints, self.as_of = table, hints, as_of
        self.names = names
        self.rules = table.mapping.rules
        self.key = next((each for each in _KEYS if each in names), "customer_code")
        self.number = "number" if "number" in names else "obligation_number"
        self.is_rates = "exchange_rate" in names and not names & {self.number, "open_amount"}
        self.is_by_age = bool(table.ages) and self.rules.get("ages") == "one_per_age"
        self.has_documents = bool(names & {"open_amount", "amount", "due_on"} or table.ages)
        self.is_carried = table.layout is not None and self.key in table.layout.carried
        self.uses_components: bool | None = None
        self.above_amount = 0
        self._codes: dict[str, str] = {}
        self._kinds: dict[str, str] = {}

    def judge(self, typed: Typed) -> pa.Array:
        """Complete ``typed.values`` (also record and credit_kind) and ``typed.wrong``; gives the
        mask of rows that cannot be taken as they are."""
        self._customers(typed)
        if self.number != "number" and self.number in self.names:
            typed.values["number"] = typed.get(self.number)
        self._amounts(typed)
        self._days(typed)
        self._payments(typed)
        self._records(typed)
        failing = pa.array([False] * typed.length, pa.bool_())
        for mask, _, _ in typed.wrong:
            failing = pc.or_(failing, mask)
        for name in {self.key, "name"} & {*typed.values}:
            is_total = pc.match_substring_regex(typed.values[name], STRICT_TOTAL)
            failing = pc.or_(failing, pc.fill_null(is_total, False))
        return pc.or_(failing, self._is_lonely(typed)) if self.has_documents else failing

    def _is_lonely(self, typed: Typed) -> pa.Array:
        """Rows among documents that fill only the first column: titles printed again on a page."""
        lonely = pc.equal(typed.get("record"), "customer")
        for name in {*self.table.fields} - {self.key}:
            lonely = pc.and_(lonely, pc.is_null(typed.get(name)))
        return pc.fill_null(lonely, False)

    def _customers(self, typed: Typed) -> None:
        if self.key == "customer_code" or self.key not in typed.values:
            return
        coded = typed.values[self.key].dictionary_encode()
        words = coded.dictionary.to_pylist()
        for word in words:
            if word not in self._codes:
                self._codes[word] = self._code(word)
        codes = pa.array([self._codes[word] or None for word in words], pa.string())
        typed.values["customer_code"] = codes.take(coded.indices)

    def _code(self, word: str) -> str:
        if self.key == "name":
            return fold(word).upper()
        return tax_id(word, self.hints.country).normalised

    def _amounts(self, typed: Typed) -> None:
        values = typed.values
        self._from_ages(typed)
        self._from_components(typed)
        balance, amount = typed.get("open_amount"), typed.get("amount")
        settled = typed.get("settled_amount")
        if "settled_amount" in values:
            balance = pc.coalesce(balance, pc.cast(pc.subtract(amount, settled), MONEY))
        elif not self.names & {"open_amount", "paid_amount", "paid_on"} and not typed.ages:
            balance = pc.coalesce(balance, amount)
        before = pc.cast(pc.add(balance, pc.fill_null(settled, _ZERO)), MONEY)
        amount = pc.coalesce(amount, before)
        is_above = pc.and_(pc.greater(balance, amount), pc.greater(amount, _ZERO))
        is_above = pc.fill_null(is_above, False)
        self.above_amount += pc.sum(is_above).as_py() or 0
        values["amount"] = pc.if_else(is_above, balance, amount)
        values["open_amount"] = balance

    def _from_ages(self, typed: Typed) -> None:
        """The sum of the age columns is the balance, or must agree with it (to one unit)."""
        if not typed.ages:
            return
        total = _sum(list(typed.ages.values()), typed.length)
        balance = typed.get("open_amount")
        gap = pc.abs(pc.subtract(balance, total))
        typed.refuse(pc.greater(gap, _ONE), "open_amount", "ages_do_not_add")
        typed.values["open_amount"] = pc.coalesce(balance, total)

    def _from_components(self, typed: Typed) -> None:
        """Parts add up to the balance, failing that to the amount; else they are no parts."""
        parts = [typed.values[each] for each in COMPONENTS if each in typed.values]
        if not parts or self.uses_components is False:
            return
        total = _sum(parts, typed.length)
        wholes = [each for each in ("open_amount", "amount") if each in typed.values]
        if not wholes:
            typed.values["open_amount"] = total
            return
        differs = pc.is_valid(pc.add(total, pc.coalesce(*(typed.values[each] for each in wholes))))
        for name in wholes:
            near = pc.less_equal(pc.abs(pc.subtract(typed.values[name], total)), _CENT)
            differs = pc.and_not(differs, pc.fill_null(near, False))
        if self.uses_components is None:
            self.uses_components = pc.sum(differs).as_py() * 2 <= pc.count(total).as_py()
        if self.uses_components:
            typed.refuse(differs, wholes[0], "components_do_not_add")

    def _days(self, typed: Typed) -> None:
        """A due date not written follows from the terms or from the days past due."""
        due = typed.get("due_on")
        if "terms_days" in self.names and "issued_on" in self.names:
            issued = pc.cast(typed.get("issued_on"), pa.int32())
            due = pc.coalesce(due, pc.cast(pc.add(issued, typed.get("terms_days")), pa.date32()))
        if "days_past_due" in self.names and self.as_of:
            today = pa.scalar((self.as_of - date(1970, 1, 1)).days, pa.int32())
            due_day = pc.subtract(today, typed.get("days_past_due"))
            due = pc.coalesce(due, pc.cast(due_day, pa.date32()))
        typed.values["due_on"] = due

    def _payments(self, typed: Typed) -> None:
        values, amount = typed.values, typed.get("amount")
        paid_on, paid = typed.get("paid_on"), typed.get("paid_amount")
        if self.rules.get("paid_in_full"):
            paid = pc.coalesce(paid, pc.if_else(pc.is_valid(paid_on), amount, _null(MONEY)))
        paid = pc.if_else(pc.equal(paid, _ZERO), _null(MONEY), paid)
        is_owed = pc.is_valid(pc.coalesce(typed.get("open_amount"), amount))
        is_undated = pc.and_(is_owed, pc.and_(pc.is_valid(paid), pc.is_null(paid_on)))
        values["settled_amount"] = pc.coalesce(
            typed.get("settled_amount"), pc.if_else(is_undated, paid, _null(MONEY))
        )
        values["paid_amount"] = pc.if_else(is_undated, _null(MONEY), paid)
        has_paid = pc.is_valid(values["paid_amount"])
        values["paid_on"] = pc.if_else(has_paid, paid_on, _null(pa.date32()))
        typed.refuse(pc.and_(has_paid, pc.is_null(paid_on)), "paid_on", "missing_paid_on")

    def _records(self, typed: Typed) -> None:
        balance, amount = typed.get("open_amount"), typed.get("amount")
        number, customer = typed.get("number"), typed.get("customer_code")
        is_owed = pc.is_valid(pc.coalesce(balance, amount))
        if self.is_rates:
            self._rates(typed)
            return
        is_paid = pc.and_(pc.invert(is_owed), pc.is_valid(typed.get("paid_amount")))
        below = pc.fill_null(pc.less(balance, _ZERO), False)
        is_even = pc.fill_null(pc.equal(balance, _ZERO), True)
        is_negative = pc.or_(below, pc.and_(is_even, pc.fill_null(pc.less(amount, _ZERO), False)))
        kinds = self._credit_kinds(typed)
        if self.rules.get("credit_notes") == "credit":
            is_note = pc.is_in(kinds, pa.array(["credit_note", "advance"]))
            is_negative = pc.or_(is_negative, pc.and_(is_note, is_owed))
        record = pc.case_when(
            pc.make_struct(pc.and_(is_owed, is_negative), is_owed, is_paid),
            *(pa.scalar(each) for each in ("credit", "document", "payment", "customer")),
        )
        typed.values["record"] = record
        is_credit = pc.equal(record, "credit")
        typed.values["credit_kind"] = pc.if_else(
            is_credit,
            pc.coalesce(kinds, self._kinds_by_number(typed, is_credit), pa.scalar("advance")),
            _null(pa.string()),
        )
        self._turn(typed, is_credit)
        self._lacks(typed, record, number, customer)

    def _credit_kinds(self, typed: Typed) -> pa.Array:
        """What the document type says: the kind of credit, null where it names none."""
        coded = typed.get("doc_type").dictionary_encode()
        words = coded.dictionary.to_pylist()
        for word in words:
            if word not in self._kinds:
                self._kinds[word] = credit_kind_of(word)
        kinds = pa.array([self._kinds[word] or None for word in words], pa.string())
        return kinds.take(coded.indices)

    def _kinds_by_number(self, typed: Typed, is_credit: pa.Array) -> pa.Array:
        """Without a type, the letters before a credit's number tell ('NC-1-55')."""
        if "doc_type" in self.names or not pc.any(is_credit).as_py():
            return pa.nulls(typed.length, pa.string())
        numbers = pc.if_else(is_credit, typed.get("number"), _null(pa.string())).to_pylist()
        letters = (re.match(r"[^\W\d_]+", each) if each else None for each in numbers)
        kinds = [credit_kind_of(each[0]) or None if each else None for each in letters]
        return pa.array(kinds, pa.string())

    def _turn(self, typed: Typed, is_credit: pa.Array) -> None:
        """Credits come with positive amounts and without parts."""
        values = typed.values
        balance = pc.abs(values["open_amount"])
        amount = pc.max_element_wise(pc.abs(values["amount"]), balance)
        values["open_amount"] = pc.if_else(is_credit, balance, values["open_amount"])
        values["amount"] = pc.if_else(is_credit, amount, values["amount"])
        for each in (*COMPONENTS, "settled_amount", "paid_amount", "paid_on"):
            if each in values:
                none = _null(values[each].type)
                values[each] = pc.if_else(is_credit, none, values[each])
                if each in COMPONENTS and self.uses_components is False:
                    values[each] = pa.nulls(typed.length, MONEY)

    def _lacks(self, typed: Typed, record: pa.Array, number: pa.Array, customer: pa.Array) -> None:
        is_document, is_credit = pc.equal(record, "document"), pc.equal(record, "credit")
        is_customer, is_payment = pc.equal(record, "customer"), pc.equal(record, "payment")
        no_number, nobody = pc.is_null(number), pc.is_null(customer)
        typed.refuse(pc.and_(nobody, pc.invert(is_payment)), self.key, "missing_key")
        typed.refuse(pc.and_(nobody, pc.and_(is_payment, no_number)), self.key, "missing_key")
        if self.is_by_age:
            return
        is_posted = pc.or_(is_document, is_credit)
        typed.refuse(pc.and_(is_posted, no_number), self.number, "missing_key")
        no_due = pc.is_null(typed.get("due_on"))
        is_bad = [mask for mask, name, _ in typed.wrong if name == "due_on"]
        is_missing = pc.and_(is_document, no_due)
        for mask in is_bad:
            is_missing = pc.and_(is_missing, pc.invert(mask))
        typed.refuse(is_missing, "due_on", "missing_due_date")
        no_day = pc.and_(no_due, pc.is_null(typed.get("issued_on")))
        typed.refuse(pc.and_(is_credit, no_day), "issued_on", "missing_date")
        if self.has_documents:
            balance = "open_amount" if "open_amount" in self.names else "amount"
            is_bare = pc.and_(is_customer, pc.invert(no_number))
            typed.refuse(is_bare, balance, "missing_amount")
            if self.is_carried:  # every row has a customer from above; one with no more is none
                typed.refuse(is_customer, self.number, "missing_key")
        elif "paid_amount" in self.names:
            typed.refuse(is_customer, "paid_amount", "missing_amount")

    def _rates(self, typed: Typed) -> None:
        typed.values["record"] = pa.array(["rate"] * typed.length, pa.string())
        rate = typed.get("exchange_rate")
        is_unusable = pc.fill_null(pc.less_equal(rate, pa.scalar(0, rate.type)), False)
        typed.refuse(pc.is_null(rate), "exchange_rate", "missing_amount")
        typed.refuse(is_unusable, "exchange_rate", "bad_amount")
        typed.refuse(pc.is_null(typed.get("rate_on")), "rate_on", "missing_date")
        typed.refuse(pc.is_null(typed.get("currency")), "currency", "missing_key")


def _null(kind: pa.DataType) -> pa.Scalar:
    return pa.scalar(None, kind)


def _sum(columns: list[pa.Array], length: int) -> pa.Array:
    """Row by row, blanks as nothing; null where all are blank."""
    total, told = pa.array([0] * length, MONEY), pa.array([False] * length, pa.bool_())
    for each in columns:
        total = pc.cast(pc.add(total, pc.fill_null(each, _ZERO)), MONEY)
        told = pc.or_(told, pc.is_valid(each))
    return pc.if_else(told, total, _null(MONEY))


def batch_of(typed: Typed, sheet: str, row_no: pa.Array, good: pa.Array) -> pa.RecordBatch:
    """The rows of ``good`` with the columns of ``SCHEMA``."""
    rows = row_no.filter(good)
    columns = []
    for each in SCHEMA:
        if each.name == "sheet":
            columns.append(pa.array([sheet] * len(rows), pa.string()))
        elif each.name == "row_no":
            columns.append(rows)
        elif each.name in typed.values:
            columns.append(pc.cast(typed.values[each.name], each.type).filter(good))
        else:
            columns.append(pa.nulls(len(rows), each.type))
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def one_per_age(
    batch: pa.RecordBatch, ages: dict[int, pa.Array], buckets: dict[int, Age], as_of: date
) -> pa.RecordBatch:
    """Balances by age without documents: one document (or credit) for each age with a balance.

    Its number is the customer's code and the age's bounds, its due date the latest of the bucket:
    ``as_of`` less the fewest days past due. ``ages`` are the amounts of the rows of ``batch``.
    """
    parts = []
    for position, amounts in ages.items():
        bucket = buckets[position]
        some = pc.fill_null(pc.not_equal(amounts, _ZERO), False)
        rows = batch.filter(some)
        amounts = amounts.filter(some)
        if not len(rows):
            continue
        is_credit = pc.less(amounts, _ZERO)
        days = max(bucket.low or 0, 0)
        bounds = "al día" if bucket.low is None else f"{bucket.low}-{bucket.high or 'más'}"
        number = pc.binary_join_element_wise(rows.column("customer_code"), bounds, " ")
        due_on = date.fromordinal(as_of.toordinal() - days)
        new = {
            "record": pc.if_else(is_credit, "credit", "document"),
            "credit_kind": pc.if_else(is_credit, pa.scalar("advance"), _null(pa.string())),
            "doc_type": pa.array(["SALDO"] * len(rows)),
            "number": number,
            "due_on": pa.array([due_on] * len(rows), pa.date32()),
            "amount": pc.abs(amounts),
            "open_amount": pc.abs(amounts),
        }
        columns = [new.get(each.name, rows.column(each.name)) for each in SCHEMA]
        parts.append(pa.RecordBatch.from_arrays(columns, schema=SCHEMA))
    if not parts:
        return batch.slice(0, 0)
    return pa.Table.from_batches(parts).combine_chunks().to_batches()[0]
