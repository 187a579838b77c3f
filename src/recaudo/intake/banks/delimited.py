"""CSV and spreadsheets of banks, as a layout describes them.

A row is a movement when its day column holds a day; titles, repeated headings, balances, totals and
footers are told apart by what the layout says of them. What looks like a movement and cannot be
read refuses the file: money must not go missing quietly.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recaudo.core.bank_statement import BankStatement, Notice, StatementLine
from recaudo.core.problems import Problem
from recaudo.intake.banks.amounts import within
from recaudo.intake.banks.layouts import Layout
from recaudo.intake.reading.amounts import parse_amount
from recaudo.intake.reading.dates import parse_date
from recaudo.intake.reading.folding import fold

Rows = list[list[str]]


@dataclass
class _Row:
    """A movement with the balance the bank printed beside it."""

    line: StatementLine
    balance: Decimal | None


def rows_of(text: str) -> Rows:
    """The rows of a CSV whose delimiter is the one that most lines agree on."""
    lines = [line for line in text.splitlines() if line.strip()]
    best = max(";,\t|", key=lambda sign: sum(1 for line in lines if line.count(sign) >= 2))
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=best)]


def headings_at(rows: Rows, layout: Layout) -> int | None:
    """The first row that has every heading of the layout."""
    wanted = {fold(str(each)) for each in layout.told["columns"].values()}
    for at, row in enumerate(rows[:60]):
        if wanted <= {fold(cell) for cell in row}:
            return at
    return None


def read(rows: Rows, layout: Layout) -> list[BankStatement]:
    """Raises Problem ``statement_layout_differs``, ``statement_bad_amount``,
    ``statement_bad_date``, ``statement_totals_differ``, ``statement_signs_unclear``."""
    start = headings_at(rows, layout)
    if start is None:
        missing = ", ".join(str(each) for each in layout.told["columns"].values())
        raise Problem("statement_layout_differs", layout=layout.name, headings=missing)
    places = _places(rows[start], layout)
    found: list[_Row] = []
    balances: list[tuple[int, Decimal]] = []
    totals: tuple[Decimal, Decimal] | None = None
    signs: set[bool] = set()
    for number, cells in enumerate(rows[start + 1 :], start=start + 2):
        row = _Cells(cells, places, layout, number)
        if row.is_like("balances"):
            if (told := row.money("balance")) is not None:
                balances.append((len(found), told))
        elif row.is_like("totals"):
            totals = row.money("debit") or Decimal(0), row.money("credit") or Decimal(0)
        elif (movement := row.movement()) is not None:
            found.append(movement)
            if debit := row.money("debit"):
                signs.add(debit > 0)
    if len(signs) > 1:  # is a negative one taken back, or are the positive ones?
        raise Problem("statement_signs_unclear", column=layout.told["columns"]["debit"])
    if totals is not None:
        _check_totals(found, totals)
    return [_statement(rows, layout, found, balances)]


def _places(headings: Sequence[str], layout: Layout) -> dict[str, int]:
    by_heading = {fold(cell): at for at, cell in reversed(list(enumerate(headings)))}
    return {field: by_heading[fold(str(h))] for field, h in layout.told["columns"].items()}


@dataclass
class _Cells:
    cells: list[str]
    places: dict[str, int]
    layout: Layout
    number: int

    def text(self, field: str) -> str:
        at = self.places.get(field)
        return self.cells[at].strip() if at is not None and at < len(self.cells) else ""

    @property
    def where(self) -> str:
        return f"{self.layout.name}:{self.number}"

    def is_like(self, kind: str) -> bool:
        pattern = self.layout.told.get("rows", {}).get(kind)
        return bool(pattern) and any(re.search(pattern, cell) for cell in self.cells)

    def money(self, field: str) -> Decimal | None:
        text = self.text(field)
        if not text or text == "-":
            return None
        read = parse_amount(text, self.layout.told.get("decimal", ""))
        if isinstance(read, str):
            code = "statement_amount_too_large" if read == "amount_too_large" else ""
            raise Problem(code or "statement_bad_amount", value=text[:40], where=self.where)
        return within(read, where=self.where)

    def movement(self) -> _Row | None:
        day = self.text("booked_on")
        amount = self.amount() if re.search(r"\d", day) and len(day) <= 30 else None
        if amount is None:
            return None
        booked_on = self.day("booked_on")
        value_on = self.day("value_on") if self.text("value_on") else booked_on
        said = self.text("text")
        name, account = self.payer(said)
        reference = self.text("reference").strip("'")
        currency = self.text("currency").upper() or self.layout.currency
        line = StatementLine(
            value_on=value_on,
            booked_on=booked_on,
            amount=amount,
            currency=currency,
            text=" ".join(said.split()),
            references=(reference,) if reference.strip("0") else (),
            payer_name=self.text("payer_name") or name,
            payer_account=self.text("payer_account") or account,
            bank_id=self.text("bank_id"),
            raw=";".join(self.cells)[:2000],
        )
        return _Row(line, self.money("balance"))

    def amount(self) -> Decimal | None:
        """Signed; None where the row has none (a date in a footer)."""
        if "amount" in self.places:
            amount = self.money("amount")
            if amount is not None and "sign" in self.places:
                out = str(self.layout.told.get("sign_out", "D"))
                amount = -abs(amount) if self.text("sign").upper() == out else abs(amount)
            return amount
        debit, credit = self.money("debit"), self.money("credit")
        if debit is None and credit is None:
            return None
        # A negative credit is one taken back. Debits are printed with or without their sign.
        return (credit or Decimal(0)) - abs(debit or Decimal(0))

    def day(self, field: str) -> date:
        text = self.text(field)
        read = parse_date(text, self.layout.told.get("dates", "dmy"))
        if isinstance(read, str):
            raise Problem("statement_bad_date", value=text[:40], where=self.where)
        return read

    def payer(self, said: str) -> tuple[str, str]:
        for pattern in self.layout.told.get("payer", {}).get("patterns", []):
            if found := re.search(pattern, said):
                parts = found.groupdict()
                return (parts.get("name") or "").strip(), (parts.get("account") or "").strip()
        return "", ""


def _check_totals(found: list[_Row], told: tuple[Decimal, Decimal]) -> None:
    out = -sum((r.line.amount for r in found if r.line.amount < 0), Decimal(0))
    came = sum((r.line.amount for r in found if r.line.amount > 0), Decimal(0))
    if (out, came) != told:
        raise Problem(
            "statement_totals_differ",
            debit=out,
            credit=came,
            debit_told=told[0],
            credit_told=told[1],
        )


def _statement(
    rows: Rows, layout: Layout, found: list[_Row], balances: list[tuple[int, Decimal]]
) -> BankStatement:
    notices: list[Notice] = []
    opening = closing = None
    if layout.told.get("order") == "newest_first":
        found = found[::-1]
    if layout.told.get("order") != "none" and found:
        opening, closing = _ends(found, balances)
        breaks = _breaks(found)
        if breaks:
            notices.append(Notice("statement_balance_breaks", {"count": breaks}))
    currencies = {row.line.currency for row in found} or {layout.currency}
    if "" in currencies:
        raise Problem("statement_no_currency", where=layout.name)
    if len(currencies) > 1:
        raise Problem("statement_several_currencies", currencies=", ".join(sorted(currencies)))
    days = [row.line.booked_on for row in found]
    return BankStatement(
        account=_account(rows, layout),
        currency=currencies.pop(),
        lines=tuple(row.line for row in found),
        opening=opening,
        opening_on=min(days) if days else None,
        closing=closing,
        closing_on=max(days) if days else None,
        notices=tuple(notices),
    )


def _ends(
    found: list[_Row], balances: list[tuple[int, Decimal]]
) -> tuple[Decimal | None, Decimal | None]:
    """What the bank printed before the first movement (or its balance less it), and after the
    last."""
    first = found[0]
    opening = next((told for at, told in balances if at == 0), None)
    if opening is None and first.balance is not None:
        opening = first.balance - first.line.amount
    return opening, found[-1].balance


def _breaks(found: list[_Row]) -> int:
    """Rows whose balance is not the one before plus their amount."""
    return sum(
        1
        for before, after in itertools.pairwise(found)
        if before.balance is not None
        and after.balance is not None
        and after.balance - before.balance != after.line.amount
    )


def _account(rows: Rows, layout: Layout) -> str:
    pattern = layout.told.get("account")
    if not pattern:
        return ""
    for row in rows[:20]:
        for cell in row:
            if found := re.search(pattern, cell):
                return found[1]
    return ""
