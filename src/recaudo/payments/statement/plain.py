"""A debt as JSON: amounts as text, days as ISO, nothing rounded and nothing translated."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from recaudo.payments.queries.debt_parts import CurrencyDebt, Debt


def as_plain(debt: Debt) -> dict[str, Any]:
    """The same facts as the statement, for programs."""
    return {
        "customer": debt.customer.code,
        "as_of": debt.as_of.isoformat(),
        "currency": debt.currency,
        "catch_up": _plain(debt.catch_up),
        "total": _plain(debt.total),
        "without_rate": list(debt.without_rate),
        "missing_rates": list(debt.missing),
        "currencies": [_sums(each, debt.currency) for each in debt.currencies],
        "documents": [_row(each) for each in debt.documents],
        "charges": [_row(each) for each in debt.charges],
        "accruals": [_row(each) for each in debt.accruals],
        "credits": [_row(each) for each in debt.credits],
    }


def _sums(sums: CurrencyDebt, currency: str) -> dict[str, Any]:
    figures = {"catch_up": sums.catch_up, "total": sums.total, "favour": sums.favour}
    here = {
        "catch_up_here": sums.here(sums.catch_up, currency),
        "total_here": sums.here(sums.total, currency),
    }
    rate = None if sums.rate is None else _row(sums.rate)
    return _row(sums) | _plain(figures | here) | {"rate": rate}


def _row(row: Any) -> dict[str, Any]:
    # Of slots and properties only the fields: the rows of the debt are dataclasses.
    return {each.name: _plain(getattr(row, each.name)) for each in fields(row)}


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case Enum():
            return value.value
    return value
