"""Amounts, days and rates as the customer writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

from recaudo.core.money import minor_units

#: Nobody pays cents there: none are shown of a whole amount.
_WHOLE = {"COP", "CLP", "PYG", "ARS", "CRC"}
#: Money of account that CLDR shows by a code nobody uses.
_SIGNS = {"CLF": "UF", "COU": "UVR"}
_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Figures:
    """One locale. Money is to the cent: more decimals are shown only where there are any."""

    locale: Locale

    def amount(self, value: Decimal, currency: str) -> str:
        """The bare figure, under a heading that names the currency."""
        value = Decimal(value)
        least = 0 if currency in _WHOLE and _is_whole(value) else min(minor_units(currency), 2)
        exact = -int(value.normalize().as_tuple().exponent)
        return self._decimal(value, max(least, min(exact, 4)))

    def money(self, value: Decimal, currency: str) -> str:
        """``$ 1.234.567`` with the currency's sign before it."""
        sign = _SIGNS.get(currency) or get_currency_symbol(currency, locale=self.locale)
        minus = "-" if value < 0 else ""
        return f"{minus}{sign}{_NBSP}{self.amount(abs(value), currency)}"

    def cents(self, value: Decimal) -> str:
        """To two decimals, for the steps of a reckoning, which are not rounded by themselves."""
        return self._decimal(Decimal(value), 2)

    def rate(self, value: Decimal, most: int = 4) -> str:
        """Up to ``most`` decimals, those that it has."""
        exact = -int(Decimal(value).normalize().as_tuple().exponent)
        return self._decimal(Decimal(value), max(0, min(exact, most)))

    def day(self, value: date) -> str:
        """``24 nov 2026``."""
        return format_date(value, "d MMM y", locale=self.locale).replace(" ", _NBSP)

    def long_day(self, value: date) -> str:
        """``24 de noviembre de 2026``."""
        return format_date(value, "long", locale=self.locale)

    def weekday(self, value: date) -> str:
        return format_date(value, "EEEE", locale=self.locale)

    def count(self, value: int) -> str:
        return format_decimal(value, locale=self.locale)

    def _decimal(self, value: Decimal, digits: int) -> str:
        mask = "#,##0." + "0" * digits if digits else "#,##0"
        shown = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        return format_decimal(shown, format=mask, locale=self.locale)


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()
