"""Amounts and days as the customer writes them: by their country and the text's language.

They print so without any filter; a filter only asks for another form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal
from liquid.filter import liquid_filter

from recaudo.core.money import minor_units

#: Nobody pays cents there: none are shown of a whole amount.
_WHOLE = {"COP", "CLP", "PYG", "ARS", "CRC"}
#: Money of account that CLDR shows by a code nobody uses.
_SIGNS = {"CLF": "UF", "COU": "UVR"}


@lru_cache(maxsize=64)
def locale_of(language: str, country: str) -> Locale:
    """The locale of ``language`` (``es``, ``es-CL``, ``en``) in ``country``: es + MX is es_MX."""
    spoken = language.split("-")[0] or "es"
    for name in (f"{spoken}_{country}", language.replace("-", "_"), spoken):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("es")


class Figure(Decimal):
    """An amount of money that prints in the customer's form, exactly: nothing is rounded away."""

    currency: str
    locale: Locale
    told: str

    def __new__(cls, amount: Decimal, currency: str, locale: Locale, told: str = "") -> Figure:
        figure = super().__new__(cls, amount)
        figure.currency, figure.locale, figure.told = currency, locale, told
        return figure

    def __str__(self) -> str:
        # Only when it is printed: most amounts that a text may name, it does not.
        if not self.told:
            self.told = money(Decimal(self), self.currency, self.locale)
        return self.told

    def __hash__(self) -> int:
        return super().__hash__()


class Day(date):
    """A day that prints in the customer's form."""

    locale: Locale

    @classmethod
    def of(cls, day: date, locale: Locale) -> Day:
        made = cls(day.year, day.month, day.day)
        made.locale = locale
        return made

    def __str__(self) -> str:
        return told_day(self, self.locale)


class Moment:
    """An instant in the customer's zone: ``{{ callback.at }}`` prints day and hour."""

    def __init__(self, at: datetime, locale: Locale) -> None:
        self.at, self.locale = at, locale

    def __str__(self) -> str:
        hour = _plain(format_time(self.at, "short", locale=self.locale))
        if self.locale.language == "es":
            day = format_datetime(self.at, "EEEE d 'de' MMMM", locale=self.locale)
            return f"{day} a {'la' if hour.startswith('1:') else 'las'} {hour}"
        form = "EEEE, MMMM d" if self.locale.territory == "US" else "EEEE d MMMM"
        return f"{format_datetime(self.at, form, locale=self.locale)} at {hour}"


@lru_cache(maxsize=4096)
def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """``$1.234.567``, with as many decimals as the amount has, at least the currency's own."""
    digits = _digits(amount, currency)
    if currency in _SIGNS:
        return f"{_SIGNS[currency]} {_decimal(amount, digits, locale)}"
    text = format_currency(
        round(amount, digits),
        currency,
        format=_pattern(str(locale), digits),
        locale=locale,
        currency_digits=False,
    )
    # Some English locales write COP2,413,700: hard to read aloud, and to tell from a reference.
    return re.sub(r"^(-?[A-Z]{3})(?=\d)", r"\1 ", _plain(text))


@lru_cache(maxsize=4096)
def told_day(day: date, locale: Locale) -> str:
    """``27 de noviembre de 2026``; English: ``27 November 2026``, or as the United States write."""
    if locale.language == "es":
        return format_date(day, "d 'de' MMMM 'de' y", locale=locale)
    if locale.territory == "US":
        return format_date(day, "MMMM d, y", locale=locale)
    return format_date(day, "d MMMM y", locale=locale)


def _digits(amount: Decimal, currency: str) -> int:
    normal = amount.normalize()
    exponent = normal.as_tuple().exponent
    needed = max(0, -exponent) if isinstance(exponent, int) else 0
    own = 2 if currency in _SIGNS else minor_units(currency)
    if not needed:
        return 0 if currency in _WHOLE else own
    return max(own, needed)


def _decimal(amount: Decimal, digits: int, locale: Locale) -> str:
    mask = "#,##0." + "0" * digits if digits else "#,##0"
    return _plain(format_decimal(round(amount, digits), format=mask, locale=locale))


@lru_cache(maxsize=256)
def _pattern(locale_name: str, digits: int) -> str:
    standard = Locale.parse(locale_name).currency_formats["standard"].pattern.split(";")[0]
    whole = standard.replace(".00", "")
    return whole.replace("0", "0." + "0" * digits, 1) if digits else whole


def _plain(text: str) -> str:
    """Ordinary spaces: the narrow ones of CLDR break text messages."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@liquid_filter
def money_filter(value: Any) -> str:
    """``{{ total | money }}``: the same as without it."""
    return str(value) if isinstance(value, Figure) else str(value or "")


@liquid_filter
def bare_filter(value: Any) -> str:
    """``{{ total | bare }}``: the figure without the currency's sign."""
    if isinstance(value, Figure):
        return _decimal(value, _digits(value, value.currency), value.locale)
    return str(value or "")


@liquid_filter
def date_filter(value: Any, form: Any = "long") -> str:
    """``{{ as_of | date: "short" }}``: ``27/11/2026``; ``medium``: ``27 nov 2026``."""
    if not isinstance(value, Day):
        return str(value or "")
    if form == "short":
        return format_date(value, "dd/MM/y", locale=value.locale)
    if form == "medium":
        return format_date(value, "d MMM y", locale=value.locale)
    return str(value)


@liquid_filter
def count_filter(value: Any, one: Any = "", many: Any = "") -> str:
    """``{{ days_late | count: "día", "días" }}``: ``1 día``, ``8 días``."""
    number = value if isinstance(value, int) else 0
    return f"{number} {one if number == 1 else many}".strip()


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money_filter,
    "bare": bare_filter,
    "date": date_filter,
    "count": count_filter,
}
