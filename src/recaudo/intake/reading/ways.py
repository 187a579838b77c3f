"""How the columns of a table are written, decided: by evidence, mapping and neighbours, or asked.

Nothing is guessed: a column that leaves its order or decimal sign open takes it from the mapping,
or from a column of the same kind in the same table that is certain (said in a notice), or becomes
a question. A mapping that the file contradicts becomes a question too.
"""

from __future__ import annotations

from dataclasses import dataclass

from recaudo.core.problems import Problem
from recaudo.intake.reading.amounts import Sign
from recaudo.intake.reading.contract import BY_NAME, Hints, Notice, Question
from recaudo.intake.reading.dates import Order
from recaudo.intake.reading.survey import Survey
from recaudo.intake.reading.tables import Table

#: Countries where a person writes 1.234,56.
_COMMA = frozenset({"CO", "CL", "AR", "EC", "BR", "UY", "PY", "BO", "VE", "CR", "ES"})
_NEEDED_DATES = ("due_on", "issued_on", "rate_on")


@dataclass(frozen=True)
class Ways:
    """How the columns of a table are written: what typing needs, and what a person should know."""

    orders: dict[str, Order]
    signs: dict[str, Sign]
    float_ids: frozenset[str]
    questions: tuple[Question, ...]
    notices: tuple[Notice, ...]


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
        if evidence.is_all_mangled and name in _NEEDED_DATES:
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
    is_merged = found.blank_customers > 0 and not found.starts_blank
    if is_merged and found.blank_customers * 10 >= found.rows * 3 and not asked:
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
