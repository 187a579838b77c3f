"""Amounts, days and shares as the reader writes them: the active language's locale."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_decimal, format_percent, parse_pattern
from django.utils import translation

from recaudo.core.money import minor_units

#: Shown without cents where there are none: nobody pays them there.
_WHOLE = {"COP", "CLP", "PYG", "ARS"}
NOTHING = "–"


def locale() -> Locale:
    return _locale(translation.get_language() or "es")


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(translation.to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("es")


def decimals_of(amount: Decimal, currency: str) -> int:
    """Decimals to show: the currency's own, none where it is a whole amount of pesos."""
    own = min(minor_units(currency), 2) if currency != "CLF" else 2
    whole = currency in _WHOLE and amount == amount.to_integral_value()
    return 0 if whole else own


def money(amount: Decimal | int | None, currency: str, *, digits: int | None = None) -> str:
    """``$ 1.234.567`` in the reader's locale, with the currency's sign."""
    if amount is None:
        return NOTHING
    value = Decimal(amount)
    digits = decimals_of(value, currency) if digits is None else digits
    pattern = _currency_pattern(str(locale()), digits)
    return pattern.apply(
        _rounded(value, digits), locale(), currency=currency, currency_digits=False
    )


def amount(value: Decimal | int | None, currency: str) -> str:
    """The bare figure, for columns whose heading names the currency."""
    if value is None:
        return NOTHING
    exact = Decimal(value)
    digits = decimals_of(exact, currency)
    mask = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(_rounded(exact, digits), format=mask, locale=locale())


def whole(value: Decimal | int | None) -> str:
    """The bare figure in whole units, for totals of a portfolio; exports have the exact one."""
    return NOTHING if value is None else number(_rounded(Decimal(value), 0))


def number(value: Decimal | int | float | None, decimals: int = 0) -> str:
    if value is None:
        return NOTHING
    mask = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=mask, locale=locale())


def percent(value: Decimal | None, decimals: int = 1) -> str:
    """``value`` is already in percent: 12.3 shows as 12,3 %."""
    if value is None:
        return NOTHING
    mask = "#,##0" + ("." + "0" * decimals if decimals else "") + " %"
    return format_percent(value / 100, format=mask, locale=locale())


def day(value: date | None) -> str:
    """``24 nov 2026``."""
    return NOTHING if value is None else format_date(value, "d MMM y", locale=locale())


def day_and_month(value: date | None) -> str:
    """``24 nov``."""
    return NOTHING if value is None else format_date(value, "d MMM", locale=locale())


def month(value: date | None) -> str:
    """``nov``."""
    return NOTHING if value is None else format_date(value, "MMM", locale=locale())


def moment(value: datetime | None, zone: str) -> str:
    """Day and time in ``zone`` (IANA name)."""
    if value is None:
        return NOTHING
    return format_datetime(value, "d MMM y, HH:mm", tzinfo=get_timezone(zone), locale=locale())


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


@lru_cache(maxsize=128)
def _currency_pattern(locale_name: str, digits: int):  # type: ignore[no-untyped-def]
    standard = Locale.parse(locale_name).currency_formats["standard"].pattern
    whole = standard.split(";")[0].replace(".00", "")
    return parse_pattern(whole.replace("0", "0." + "0" * digits, 1) if digits else whole)
