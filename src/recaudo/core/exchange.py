"""Paying a debt with the money of another currency: exact, and nothing is lost in the cents.

Prices are fractions, so that the inverse of a rate and a rate over a third currency stay exact;
only what is written into the ledger is rounded. Worked table: docs/rules/application.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from recaudo.core.money import Money, minor_units
from recaudo.core.problems import Problem


@dataclass(frozen=True, slots=True)
class Price:
    """``units`` of the payment's currency for one of the debt's, known since ``on``."""

    units: Fraction
    on: date
    source: str

    @property
    def rate(self) -> Decimal:
        """As it is shown and kept: ten decimals, half up."""
        return _decimal(self.units, 10, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Bought:
    """``amount`` of the debt's currency cost ``cost`` of the payment's."""

    amount: Money
    cost: Money


def buy(wanted: Money, budget: Money, price: Price) -> Bought | None:
    """As much of ``wanted`` as ``budget`` pays; None where it pays not even the smallest unit.

    All of ``wanted`` costs its worth, rounded half up to the payment's minor unit; a part is whole
    minor units of the debt's currency, rounded down. Guarantee: 0 < amount <= wanted,
    0 < cost <= budget; what is left of the budget buys no further minor unit.
    Raises Problem ``rate_not_positive``.
    """
    if price.units <= 0:
        raise Problem("rate_not_positive", rate=price.rate, currency=wanted.currency)
    if wanted.amount <= 0 or budget.amount <= 0:
        return None
    whole = _worth(wanted, budget.currency, price)
    if whole <= budget:
        return Bought(wanted, whole)
    places = minor_units(wanted.currency)
    part = _decimal(Fraction(budget.amount) / price.units, places, ROUND_DOWN)
    amount = min(Money(part, wanted.currency), wanted)
    if not amount:
        return None
    return Bought(amount, min(_worth(amount, budget.currency, price), budget))


def _worth(amount: Money, currency: str, price: Price) -> Money:
    """Never nothing: the smallest unit at least."""
    places = minor_units(currency)
    worth = _decimal(Fraction(amount.amount) * price.units, places, ROUND_HALF_UP)
    return Money(worth or Decimal(1).scaleb(-places), currency)


def _decimal(value: Fraction, places: int, rounding: str) -> Decimal:
    """``value`` to ``places`` decimals, rounded from the exact fraction."""
    scaled = value * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    if rounding == ROUND_HALF_UP and 2 * rest >= scaled.denominator:
        whole += 1
    return Decimal(whole if scaled >= 0 else -whole).scaleb(-places)
