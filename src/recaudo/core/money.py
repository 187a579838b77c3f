"""How much, in which currency: exact sums, and rounding only where a rule says so.

The ledger keeps four decimals for every currency; the engine keeps the same amounts as whole
ten-thousandths. Both are exact, so nothing here rounds unless the caller names the rule.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from enum import StrEnum
from functools import lru_cache

from babel.numbers import get_currency_precision

from recaudo.core.problems import Problem

SCALE = 10_000
"""Ten-thousandths in one unit, for every currency."""

LIMIT = 2**63 // SCALE
"""Amounts must be smaller than this in size, so that the engine's 64 bits hold them."""

_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
_WIDE = Context(prec=60, traps=[InvalidOperation])
_TEN_THOUSANDTH = Decimal("0.0001")
_ISO = re.compile(r"[A-Z]{3}")

# Where practice needs other decimals than the CLDR's: UVR (ISO code COU) is quoted to four.
_MINOR_UNITS = {"COU": 4}
_ALIASES = {"UF": "CLF", "UVR": "COU"}


class Rounding(StrEnum):
    """The two rules in use. Ties go away from zero, or to the even neighbour (banker's)."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN


@lru_cache(maxsize=512)
def minor_units(currency: str) -> int:
    """Decimals in which ``currency`` is paid: COP 2, CLP 0, CLF (UF) 4, COU (UVR) 4."""
    code = currency_code(currency)
    return _MINOR_UNITS.get(code, min(get_currency_precision(code), 4))


def currency_code(text: str) -> str:
    """The ISO 4217 code for what people write: ``uf`` is CLF, ``UVR`` is COU.

    Only the form is checked. Raises Problem ``currency_unknown``.
    """
    code = text.strip().upper()
    code = _ALIASES.get(code, code)
    if not _ISO.fullmatch(code):
        raise Problem("currency_unknown", currency=text)
    return code


def to_ten_thousandths(amount: Decimal) -> int:
    """``amount`` as whole ten-thousandths, exactly.

    Raises Problem ``money_too_fine`` (more than four decimals), ``money_out_of_range``,
    ``money_not_a_number`` (a float, NaN, infinity).
    """
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise Problem("money_not_a_number", amount=amount)
    if abs(amount) >= LIMIT:
        raise Problem("money_out_of_range", amount=amount, limit=LIMIT)
    scaled = _WIDE.multiply(amount, Decimal(SCALE))
    if scaled != scaled.to_integral_value():
        raise Problem("money_too_fine", amount=amount)
    return int(scaled)


def from_ten_thousandths(count: int) -> Decimal:
    """The amount that ``count`` ten-thousandths make, with four decimals."""
    return Decimal(count).scaleb(-4, _EXACT)


def rounded(amount: Decimal, decimals: int, rule: Rounding) -> Decimal:
    """``amount`` to ``decimals`` places by ``rule``."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=rule.value, context=_WIDE)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount (at most four decimals, any sign) of one currency.

    Arithmetic and comparison between two currencies raise Problem ``currency_mismatch``.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if currency_code(self.currency) != self.currency:
            raise Problem("currency_unknown", currency=self.currency)
        to_ten_thousandths(self.amount)

    @classmethod
    def of_ten_thousandths(cls, count: int, currency: str) -> "Money":
        """The engine's integer as money."""
        return cls(from_ten_thousandths(count), currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in ``currency``."""
        return cls(Decimal(0), currency)

    @property
    def ten_thousandths(self) -> int:
        """The engine's integer."""
        return to_ten_thousandths(self.amount)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(_EXACT.subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> "Money":
        return Money(self.amount.copy_negate(), self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount <= other.amount

    def __gt__(self, other: "Money") -> bool:
        return other < self

    def __ge__(self, other: "Money") -> bool:
        return other <= self

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def to_minor_unit(self, rule: Rounding) -> "Money":
        """Rounded by ``rule`` to what can be paid in this currency."""
        return Money(rounded(self.amount, minor_units(self.currency), rule), self.currency)

    def times(self, factor: Decimal, rule: Rounding) -> "Money":
        """This much times ``factor``, rounded by ``rule`` to the ledger's four decimals."""
        return Money(rounded(_WIDE.multiply(self.amount, factor), 4, rule), self.currency)

    def converted(self, rate: Decimal, currency: str, rule: Rounding) -> "Money":
        """In ``currency`` at ``rate`` (units of ``currency`` for one of this), four decimals.

        Raises Problem ``rate_not_positive``.
        """
        if rate <= 0:
            raise Problem("rate_not_positive", rate=rate, currency=currency)
        return Money(self.times(rate, rule).amount, currency)

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise Problem("currency_mismatch", one=self.currency, other=other.currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The exact sum; zero of ``currency`` when there are none."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result
