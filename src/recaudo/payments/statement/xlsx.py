"""The statement as a workbook: amounts as numbers, days as days, every text as text.

Nothing that a name or a number of a document contains can become a formula or a link.
"""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from recaudo.core.money import minor_units
from recaudo.payments.models import ChargeKind, CreditKind
from recaudo.payments.queries.debt_parts import Debt
from recaudo.payments.statement.language import language_of
from recaudo.payments.statement.sheet import KINDS, Sheet
from recaudo.payments.statement.summary import apart, summary_lines

Cell = str | int | Decimal | date | None
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def as_xlsx(debt: Debt, sheet: Sheet) -> bytes:
    """Summary, documents, charges, how they came about, credits: one worksheet each."""
    file = io.BytesIO()
    spoken = translation.override(language_of(debt.customer))
    with spoken, xlsxwriter.Workbook(file, _OPTIONS) as book:
        words, writer = sheet["words"], _Book(book)
        writer.sheet(words["summary"], [""], _summary(debt, sheet))
        writer.sheet(words["documents"], _document_headings(sheet), _documents(debt))
        writer.sheet(words["charges"], _charge_headings(sheet), _charges(debt))
        if sheet["reckoning"]:
            writer.sheet(words["reckoning"], _step_headings(sheet), _steps(sheet))
        if debt.credits:
            writer.sheet(words["credits"], _credit_headings(sheet), _credits(debt))
    return file.getvalue()


class _Book:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.money = {
            digits: book.add_format({"num_format": "#,##0" + ("." + "0" * digits) * bool(digits)})
            for digits in (0, 2, 3, 4)
        }

    def sheet(self, title: str, headings: list[str], rows: list[tuple[str, list[Cell]]]) -> None:
        """``rows``: the currency whose decimals the amounts have, and the cells."""
        sheet = self.book.add_worksheet("".join(c for c in title if c not in "[]:*?/\\")[:31])
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, self.bold)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 12, 18)
        for number, (currency, cells) in enumerate(rows, 1):
            for column, cell in enumerate(cells):
                self._cell(sheet, number, column, cell, currency)

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell, currency: str) -> None:
        if isinstance(cell, str):
            sheet.write_string(row, column, cell)
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, cell, self.day)
        elif isinstance(cell, Decimal):
            digits = minor_units(currency) if currency else 2
            sheet.write_number(row, column, cell, self.money.get(digits, self.money[2]))
        elif cell is not None:
            sheet.write_number(row, column, cell)


def _summary(debt: Debt, sheet: Sheet) -> list[tuple[str, list[Cell]]]:
    customer = sheet["customer"]
    rows: list[tuple[str, list[Cell]]] = [
        ("", [sheet["title"], sheet["day"]]),
        ("", [sheet["creditor"]["name"], *sheet["creditor_lines"]]),
        ("", [customer["name"], customer["code"]]),
        ("", [sheet["cut"]]),
        ("", []),
    ]
    for each in debt.currencies:
        rows += [
            (each.currency, [line.label, line.signed, each.currency])
            for line in summary_lines(each)
        ]
        rows.append(("", []))
    told = [*sheet["rates"], *sheet["missing"], sheet["if_paid"]]
    rows += [("", [line]) for line in told]
    rows.append(("", [sheet["words"]["pay_reference"], sheet["pay"]["reference"]]))
    rows += [("", [way["title"], way["details"], way["currency"]]) for way in sheet["pay"]["ways"]]
    return rows


def _document_headings(sheet: Sheet) -> list[str]:
    words = sheet["words"]
    names = ("document", "about", "issued_on", "due_on", "days", "currency", "original", "open")
    return [*(words[name] for name in names), _("Estado")]


def _documents(debt: Debt) -> list[tuple[str, list[Cell]]]:
    standing = {"alive": "", "written_off": _("Castigado"), "ceded": _("Cedido")}
    return [
        (
            each.currency,
            [
                each.number,
                " · ".join(filter(None, (_(KINDS[each.kind]), each.about))),
                each.issued_on,
                each.due_on,
                max(0, each.days),
                each.currency,
                each.original,
                each.open,
                standing[each.standing],
            ],
        )
        for each in debt.documents
    ]


def _charge_headings(sheet: Sheet) -> list[str]:
    words = sheet["words"]
    names = ("charge", "about", "from_on", "until_on", "currency", "amount")
    return [*(words[name] for name in names), _("Estado")]


def _charges(debt: Debt) -> list[tuple[str, list[Cell]]]:
    rows: list[tuple[str, list[Cell]]] = [
        (
            each.currency,
            [
                str(ChargeKind(each.kind).label) if each.kind else _("Cargo"),
                each.base or each.number,
                each.from_on,
                each.until_on,
                each.currency,
                each.open,
                apart(each.standing),
            ],
        )
        for each in debt.charges
    ]
    for each in debt.accruals:
        until = each.stopped_on or debt.as_of
        for kind, amount in (
            (ChargeKind.DEFAULT_INTEREST, each.interest),
            (ChargeKind.COLLECTION_FEE, each.fees),
        ):
            if amount:
                name = str(kind.label)
                cells: list[Cell] = [name, each.number, each.from_on, until, each.currency, amount]
                rows.append((each.currency, [*cells, apart(each.standing)]))
    return rows


def _step_headings(sheet: Sheet) -> list[str]:
    words = sheet["words"]
    names = ("document", "from_on", "until_on", "day_count", "capital", "rate", "source", "amount")
    return [words[name] for name in names]


def _steps(sheet: Sheet) -> list[tuple[str, list[Cell]]]:
    names = ("document", "from_on", "until_on", "days", "capital", "rate", "source", "amount")
    return [("", [row[name] for name in names]) for row in sheet["reckoning"]]


def _credit_headings(sheet: Sheet) -> list[str]:
    words = sheet["words"]
    return [words[name] for name in ("credit", "on", "reference", "currency", "amount")]


def _credits(debt: Debt) -> list[tuple[str, list[Cell]]]:
    return [
        (
            each.currency,
            [
                str(CreditKind(each.kind).label),
                each.value_on,
                each.reference,
                each.currency,
                each.unapplied,
            ],
        )
        for each in debt.credits
    ]
