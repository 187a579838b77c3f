"""A ledger as people really send it: to be uploaded by hand while somebody watches.

Titles above, subtotals within, a page break, dates and amounts written in several ways, a credit in
parentheses, two rows that nobody can take in, and a printed total that counts them all the same.

    python -m recaudo.demo.messy examples/cartera_desordenada.xlsx 2026-11-24
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from recaudo.demo import people
from recaudo.demo.creditors import ANDINA

HEADINGS = (
    "Cod. Cliente", "NIT / C.C.", "Nombre o Razón Social", "Nro. Fact.", "Fec. Emisión",
    "Fec. Vcto.", "Vlr. Factura", "SALDO", "Vend.", "E-mail", "Celular", "Ciudad",
)  # fmt: skip
WIDTHS = (12, 16, 38, 11, 13, 13, 15, 15, 18, 34, 17, 13)
MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
CUSTOMERS = 9


@dataclass
class Line:
    """One invoice as it stands in the sheet; ``due_on`` and ``open_amount`` may be nonsense."""

    number: str
    issued_on: date
    due_on: date | str
    amount: Decimal
    open_amount: Decimal | str


def write_messy(path: Path, today: date) -> None:
    """The workbook, dated relative to ``today``; the same bytes for the same day."""
    random = Random("cartera desordenada")
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": datetime(today.year, today.month, today.day)})  # noqa: DTZ001
    page = _Page(book, today)
    page.titles(1)
    total = Decimal(0)
    for n in range(CUSTOMERS):
        total += page.customer(random, n)
        if n == CUSTOMERS // 2:
            page.titles(2)
    page.total("TOTAL GENERAL", total)
    page.row += 2
    page.text(2, "Elaboró: auxiliar de cartera      Revisó: ____________________")
    book.close()


class _Page:
    """Writes down the sheet row by row; the first is row 0."""

    def __init__(self, book: Any, today: date) -> None:
        self.sheet = book.add_worksheet("CARTERA")
        self.today = today
        self.row = 0
        self.serial = 5_100
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1})
        self.day = book.add_format({"num_format": "dd/mm/yyyy"})
        self.money = book.add_format({"num_format": "#,##0"})
        self.sub = book.add_format({"bold": True, "num_format": "#,##0", "top": 1})
        for column, width in enumerate(WIDTHS):
            self.sheet.set_column(column, column, width)

    def text(self, column: int, text: str, how: Any = None) -> None:
        self.sheet.write_string(self.row, column, text, how)

    def titles(self, number: int) -> None:
        """What the report prints on top of each page."""
        for line in (
            "DISTRIBUIDORA ANDINA S.A.S.",
            f"NIT {ANDINA.tax_id}",
            "CARTERA POR CLIENTE - SUCURSAL CALI",
            f"Corte al {self.today:%d/%m/%Y}        Página {number}",
        ):
            self.text(0, line, self.bold)
            self.row += 1
        self.row += 1
        for column, heading in enumerate(HEADINGS):
            self.text(column, heading, self.head)
        self.row += 1

    def customer(self, random: Random, n: int) -> Decimal:
        """Two to four invoices and a subtotal; gives back the subtotal as printed."""
        who = people.company(random, "CO")
        lines = [self._line(random, age) for age in random.sample(range(-25, 120), 2 + n % 3)]
        if n == 5:
            lines.append(self._credit(random))
        printed = sum((Decimal(line.open_amount) for line in lines), Decimal(0))
        if n == 3:  # a day that does not exist
            lines[0].due_on = f"31/02/{self.today.year}"
        if n == 6:  # a formula that lost its cell
            lines[1].open_amount = "#¡REF!"
        for line in lines:
            self._write(line, who, n)
        self.total(f"TOTAL {who.name.upper()}", printed)
        self.row += n % 2
        return printed

    def total(self, words: str, amount: Decimal) -> None:
        self.text(2, words, self.bold)
        self.sheet.write_number(self.row, 7, float(amount), self.sub)
        self.row += 1

    def _line(self, random: Random, age: int) -> Line:
        self.serial += random.randint(1, 9)
        due_on = self.today - timedelta(days=age)
        amount = Decimal(random.randint(45, 980) * 10_000 + random.randint(0, 99) * 100)
        owed = amount if random.randrange(4) else amount / 2
        return Line(str(self.serial), due_on - timedelta(days=30), due_on, amount, owed)

    def _credit(self, random: Random) -> Line:
        self.serial += random.randint(1, 9)
        day = self.today - timedelta(days=12)
        return Line(f"NC-{self.serial}", day, day, Decimal(-350_000), Decimal(-350_000))

    def _write(self, line: Line, who: people.Person, n: int) -> None:
        """Each customer's rows in another hand: true dates, dates as text, dates with names."""
        self.text(0, f"  {77_001 + n}" if n % 3 == 1 else str(77_001 + n))
        self.text(1, who.tax_id if n % 2 else _dotted(who.tax_id))
        self.text(2, (who.name.upper(), f"{who.name}  ", who.name)[n % 3])
        self.text(3, line.number)
        for column, day in ((4, line.issued_on), (5, line.due_on)):
            if isinstance(day, str):
                self.text(column, day)
            elif n % 3 == 0:
                self.sheet.write_datetime(self.row, column, day, self.day)
            else:
                written = f"{day:%d/%m/%Y}", f"{day.day}-{MONTHS[day.month - 1]}-{day.year}"
                self.text(column, written[n % 3 - 1])
        for column, amount in ((6, line.amount), (7, line.open_amount)):
            if isinstance(amount, str):
                self.text(column, amount)
            elif n % 2:
                self.text(column, _written(amount))
            else:
                self.sheet.write_number(self.row, column, float(amount), self.money)
        self.text(8, ANDINA.sellers[n % 4])
        self.text(9, (who.email, f" {who.email.upper()}", "NO TIENE")[n % 3])
        self.text(10, (who.mobile, who.mobile.replace("+57 ", ""), "")[(n + 1) % 3])
        self.text(11, ("CALI", "Cali", "Palmira", " cali ")[n % 4])
        self.row += 1


def _dotted(nit: str) -> str:
    """``900842517-3`` → ``900.842.517-3``"""
    body, dash, digit = nit.partition("-")
    return f"{int(body):,}".replace(",", ".") + dash + digit


def _written(amount: Decimal) -> str:
    plain = f"$ {abs(amount):,.0f}".replace(",", ".")
    return f"({plain})" if amount < 0 else plain


if __name__ == "__main__":
    write_messy(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
