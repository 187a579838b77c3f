"""Does it add up? The sum of what is taken against the printed or typed control total (F3)."""

from __future__ import annotations

import json
from collections.abc import Mapping as Dict
from decimal import Decimal

from recaudo.intake.queries.findings import Cuadre, CustomerDifference
from recaudo.intake.queries.staging import Staging
from recaudo.intake.reading.amounts import parse_amount
from recaudo.intake.reading.contract import Column, PrintedTotal, Reading

CUSTOMERS_SHOWN = 100
ZERO = Decimal(0)

_SIGNED = """
CASE r.record WHEN 'document' THEN {debit} WHEN 'credit' THEN -COALESCE(r.open_amount, r.amount)
ELSE 0 END"""
_BALANCE = (
    "GREATEST(0, COALESCE(r.open_amount, "
    "r.amount - COALESCE(r.paid_amount, 0) - COALESCE(r.settled_amount, 0)))"
)
#: Rows whose money is in the ledger once the file is.
_TAKEN = """
NOT EXISTS (SELECT FROM in_verdict v WHERE v.seq = r.seq
            AND (v.status = 'rejected' OR v.code = 'row_repeated'))"""


def find_cuadre(staging: Staging, reading: Reading, control_total: Decimal | None) -> Cuadre:
    """The sum beside ``control_total``, else beside the total that the file prints.

    A printed total of amounts is compared with the amounts, any other with the balances. Sums over
    several currencies are plain sums, as such a file prints them.
    """
    printed = _printed(reading.summary.printed) if control_total is None else None
    field = printed[0] if printed else "open_amount"
    debit = "r.amount" if field == "amount" else _BALANCE
    sums = staging.read(
        f"SELECT COALESCE(r.currency, %(currency)s), SUM({_SIGNED.format(debit=debit)}) "
        f"FROM in_row r WHERE r.record IN ('document', 'credit') AND {_TAKEN} "
        "GROUP BY 1 ORDER BY 1"
    )
    totals: dict[str, Decimal] = dict(sums)
    imported = sum(totals.values(), ZERO)
    control = printed[1] if printed else control_total
    difference = None if control is None else imported - control
    return Cuadre(
        imported,
        totals,
        control,
        printed[2] if printed else "",
        difference,
        _by_customer(staging, reading.columns, debit) if difference else (),
    )


def _printed(found: tuple[PrintedTotal, ...]) -> tuple[str, Decimal, str] | None:
    """The printed total to compare with: of the balances, else of the amounts; the last one of each
    sheet counts, and those of several sheets are added. Gives field, amount and where it stands."""
    for field in ("open_amount", "amount"):
        last = {each.sheet: each for each in found if each.field == field}
        if last:
            places = ", ".join(f"{each.heading} ({each.row_no})" for each in last.values())
            return field, sum((each.amount for each in last.values()), ZERO), places
    return None


def _by_customer(
    staging: Staging, columns: tuple[Column, ...], debit: str
) -> tuple[CustomerDifference, ...]:
    """Money of rows not taken, per customer, the largest first: where a difference comes from."""
    not_taken = staging.read(
        f"SELECT COALESCE(r.customer_code, ''), COUNT(*), SUM({_SIGNED.format(debit=debit)}) "
        f"FROM in_row r WHERE r.record IN ('document', 'credit') AND NOT ({_TAKEN}) GROUP BY 1"
    )
    found = {customer: (rows, amount) for customer, rows, amount in not_taken}
    heading = _heading(columns, ("customer_code", "tax_id", "name"))
    money = [_heading(columns, (name,)) for name in ("open_amount", "amount")]
    for (text,) in staging.read("SELECT original::text FROM in_reject"):
        original: dict[str, str] = json.loads(text)
        customer = str(original.get(heading.heading, "")) if heading else ""
        rows, amount = found.get(customer, (0, ZERO))
        found[customer] = (rows + 1, amount + _written(original, money))
    ranked = sorted(found.items(), key=lambda each: (-abs(each[1][1]), each[0]))
    return tuple(
        CustomerDifference(customer, rows, amount)
        for customer, (rows, amount) in ranked[:CUSTOMERS_SHOWN]
    )


def _heading(columns: tuple[Column, ...], wanted: tuple[str, ...]) -> Column | None:
    by_field = {each.field: each for each in reversed(columns) if each.field in wanted}
    return next((by_field[name] for name in wanted if name in by_field), None)


def _written(original: Dict[str, str], money: list[Column | None]) -> Decimal:
    """The balance that a rejected row writes, else its amount; zero where neither can be read."""
    for column in money:
        text = original.get(column.heading, "") if column else ""
        amount = parse_amount(text, "," if column and column.written == "," else ".")
        if text and isinstance(amount, Decimal):
            return amount
    return ZERO
