"""Rows that could not be taken: are they rows at all, and if so, what is wrong with them?"""

from __future__ import annotations

import re
from decimal import Decimal

from recaudo.intake.reading.columns import Bad, parse_cell
from recaudo.intake.reading.contract import BY_NAME, CellProblem, PrintedTotal, Reject
from recaudo.intake.reading.dates import NUMBER
from recaudo.intake.reading.folding import fold, fold_heading
from recaudo.intake.reading.layouts import joined
from recaudo.intake.reading.rows import STRICT_TOTAL
from recaudo.intake.reading.tables import Table
from recaudo.intake.reading.texts import shown
from recaudo.intake.reading.ways import Ways

_PAGE = re.compile(
    r"^(?:pag(?:ina)?|page|hoja)\b|^(?:viene|pasa|continua)\b|^(?:van|vienen)$|\bpag(?:ina)? \d+"
)
_RULE = re.compile(r"^[\s\-=_*.·]*$")
_LOOSE_TOTAL = re.compile(
    r"^(?:sub ?)?total(?:es)?\b|^gran total|^suma\b|^saldo total\b|^importe total"
)
_GRAND = re.compile(
    r"^(?:gran total|total(?:es)? (?:general|cartera|reporte|final|empresa|clientes|cuentas?|"
    r"a? ?cobrar|informe|listado|documentos)|totales|suma total)\b|^(?:sub ?)?\*{2,}"
)
_TOTALLED = ("open_amount", "amount", "settled_amount", "paid_amount")


class Leftovers:
    """Judges the rows of one table that typing refused, one by one, and remembers what the file
    prints as totals."""

    def __init__(self, table: Table, ways: Ways) -> None:
        self.table, self.ways = table, ways
        self._headings = {fold_heading(each) for each in table.headings}
        self._grand: list[PrintedTotal] = []
        self._bare: list[PrintedTotal] = []

    def kind_of(self, row_no: int, cells: list[str]) -> str:
        """``blank``, ``page``, ``heading``, ``total``, ``subtotal``, ``title``; '' for a row."""
        own = cells[: len(self.table.headings)]
        filled = [each for each in own if each.strip()]
        if not filled:
            return "blank"
        texts = [fold(each) for each in filled if not each.startswith(NUMBER)]
        if all(_RULE.match(each) for each in filled):
            return "page"
        same = sum(1 for each in filled if fold_heading(each) in self._headings)
        if same >= 2 and same * 10 >= len(filled) * 6:
            return "heading"
        if (found := self._total(row_no, cells, texts)) is not None:
            return found
        if joined(own) in self.table.titles or (len(filled) == 1 and not self._has_amount(cells)):
            return "page" if any(_PAGE.search(each) for each in texts) else "title"
        if self._is_detail(cells):
            return ""
        if any(_PAGE.search(each) for each in texts) and len(filled) <= 4:
            return "page"
        return "title" if len(filled) <= 2 and not self._has_amount(cells) else ""

    def reject(
        self, sheet: str, row_no: int, cells: list[str], wrong: list[tuple[str, str]]
    ) -> Reject:
        """``wrong`` names (field, code); the code '' lets the cell tell."""
        problems = tuple(self._problem(cells, name, code) for name, code in wrong)
        return Reject(sheet, row_no, problems, self.original(cells))

    def original(self, cells: list[str]) -> dict[str, str]:
        names = self.table.names
        found = {name: shown(cell) for name, cell in zip(names, cells, strict=False)}
        extra = cells[len(names) :]
        return found | {f"Columna {len(names) + i}": cell for i, cell in enumerate(extra, 1)}

    def printed(self, imported: Decimal) -> tuple[PrintedTotal, ...]:
        """The totals of the whole file: rows that say so; else the only bare 'Total', or the last
        one where it is the sum of those before it (of one before it: and what was ``imported``,
        since two customers may owe the same)."""
        if self._grand:
            last = max(each.row_no for each in self._grand)
            return tuple(each for each in self._grand if each.row_no == last)
        rows = sorted({each.row_no for each in self._bare})
        if not rows:
            return ()
        last_ones = tuple(each for each in self._bare if each.row_no == rows[-1])
        total = last_ones[0].amount
        before = [
            each.amount
            for each in self._bare
            if each.row_no != rows[-1] and each.field == last_ones[0].field
        ]
        adds_up = sum(before, Decimal(0)) == total and (len(before) > 1 or total == imported)
        return last_ones if len(rows) == 1 or adds_up else ()

    def _problem(self, cells: list[str], name: str, code: str) -> CellProblem:
        column, value = self._cell(cells, name)
        facts: dict[str, object] = {}
        if not code and name.startswith("age:"):
            found = parse_cell("open_amount", value, _ways_of_age(self.ways, name))
            code = found.code if isinstance(found, Bad) else "bad_amount"
        elif not code:
            found = parse_cell(name, value, self.ways)
            code = found.code if isinstance(found, Bad) else "bad_value"
            if BY_NAME[name].kind == "date" and self.ways.orders.get(name):
                facts["order"] = self.ways.orders[name]
        return CellProblem(column, shown(value), code, facts)

    def _cell(self, cells: list[str], name: str) -> tuple[str, str]:
        """Heading and value of ``name`` in a row; the value is '' where it has no column."""
        if name.startswith("age:"):
            position = int(name.removeprefix("age:"))
            return self.table.headings[position], cells[position].strip()
        heading = self.table.heading_of(name) if name in BY_NAME else name
        position = self.table.fields.get(name, -1)
        cell = cells[position].strip() if 0 <= position < len(cells) else ""
        return heading, cell.removeprefix("'") if cell[1:2] in ("=", "+", "-", "@") else cell

    def _total(self, row_no: int, cells: list[str], texts: list[str]) -> str | None:
        label = next((each for each in texts if _LOOSE_TOTAL.match(each)), "")
        is_starred = any(each.strip().startswith("*") for each in cells if each.strip())
        strict = any(re.search(STRICT_TOTAL, each) for each in cells if not each.startswith(NUMBER))
        if not (label or strict or is_starred) or (self._is_detail(cells) and not strict):
            return None
        stars = any(each.strip().startswith("**") for each in cells)
        is_grand = stars or any(_GRAND.match(each) for each in texts)
        is_bare = any(re.fullmatch(r"total(?:es)?", each) for each in texts)
        if is_grand or is_bare:
            (self._grand if is_grand else self._bare).extend(self._amounts(row_no, cells))
        return "total" if is_grand else "subtotal"

    def _amounts(self, row_no: int, cells: list[str]) -> list[PrintedTotal]:
        found = []
        for name in _TOTALLED:
            heading, value = self._cell(cells, name)
            amount = parse_cell(name, value, self.ways) if value else None
            if isinstance(amount, Decimal):
                found.append(PrintedTotal(name, heading, row_no, amount, self.table.sheet))
        if not any(each.field == "open_amount" for each in found):
            found += self._sum_of_ages(row_no, cells)
        return found

    def _sum_of_ages(self, row_no: int, cells: list[str]) -> list[PrintedTotal]:
        headings, amounts = [], []
        for name in (f"age:{each}" for each in self.table.ages):
            heading, value = self._cell(cells, name)
            amount = parse_cell("open_amount", value, _ways_of_age(self.ways, name))
            headings.append(heading)
            amounts += [amount] if isinstance(amount, Decimal) else []
        if not amounts:
            return []
        total = sum(amounts, Decimal(0))
        return [PrintedTotal("open_amount", " + ".join(headings), row_no, total, self.table.sheet)]

    def _is_detail(self, cells: list[str]) -> bool:
        """Has it a document's number or a due date: then it is a row, whatever it is called."""
        for name in ("number", "obligation_number", "due_on"):
            value = self._cell(cells, name)[1] if name in self.table.fields else ""
            if value and not _LOOSE_TOTAL.match(fold(value)) and not value.startswith("*"):
                return name != "due_on" or not isinstance(parse_cell(name, value, self.ways), Bad)
        return False

    def _has_amount(self, cells: list[str]) -> bool:
        for name in _TOTALLED:
            value = self._cell(cells, name)[1]
            if value and not isinstance(parse_cell(name, value, self.ways), Bad):
                return True
        return any(cells[each].strip() for each in self.table.ages if each < len(cells))


def _ways_of_age(ways: Ways, name: str) -> Ways:
    return Ways({}, {"open_amount": ways.signs.get(name, "")}, frozenset(), (), ())
