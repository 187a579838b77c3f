"""Amounts, days and shares as they are said in a creditor's country and the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils import translation
from django.utils.translation import gettext as _

from recaudo.core.money import minor_units
from recaudo.core.problems import N_
from recaudo.portfolio.models import Channel, HoldKind, Regime
from recaudo.strategy.queries.explain import Number

#: What the values of facts that are codes are called.
CODES: dict[str, dict[str, Any]] = {
    "regime": dict(Regime.choices),
    "hold": dict(HoldKind.choices),
    "consent": {
        "granted": N_("dada"),
        "withdrawn": N_("retirada"),
        "unknown": N_("no se sabe"),
    },
    "kind": {"person": N_("persona"), "company": N_("empresa")},
}


def code_told(fact: str, value: str) -> str:
    """A text of ``fact`` as a person says it; the text itself where it is no code."""
    return _(str(CODES.get(fact, {}).get(value, value))) if value else ""


def channel_told(code: str) -> str:
    """A channel inside a sentence: only names keep their capitals."""
    name = str(Channel(code).label) if code in Channel.values else code
    return name if code in (Channel.WHATSAPP, Channel.SMS) else name.lower()


class Teller:
    """Spanish takes the words and signs of ``country``; another language its own."""

    def __init__(self, country: str, currency: str) -> None:
        language = (translation.get_language() or "es").split("-")[0]
        self.locale = _locale(language, country)
        self.currency = currency

    def money(self, amount: Decimal) -> str:
        """Without cents where there are none."""
        digits = 0 if amount == amount.to_integral_value() else min(minor_units(self.currency), 2)
        shown = amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        pattern = self.locale.currency_formats["standard"].pattern.split(";")[0]
        pattern = pattern.replace("0.00", "0" if not digits else "0." + "0" * digits)
        return format_currency(
            shown, self.currency, pattern, locale=self.locale, currency_digits=False
        )

    def about(self, amount: Decimal) -> str:
        """An estimate: without cents, unless they are all there is."""
        whole = amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return self.money(whole if abs(amount) >= 100 else amount)

    def number(self, value: int | Decimal) -> str:
        return format_decimal(value, locale=self.locale)

    def percent(self, ppm: int) -> str:
        """Parts per million as whole percent."""
        return format_percent(Decimal(ppm) / 1_000_000, "#,##0 %", locale=self.locale)

    def day(self, value: date) -> str:
        """``31 de marzo de 2026``."""
        return format_date(value, "long", locale=self.locale)

    def listed(self, parts: Iterable[str]) -> str:
        return format_list(list(parts), locale=self.locale)

    def channel(self, channel: str) -> str:
        return channel_told(channel)

    def hold(self, kind: str) -> str:
        return str(HoldKind(kind).label).lower() if kind in HoldKind.values else kind

    def fact(self, number: Number) -> str:
        """The value in its unit; what is not known is said so."""
        value = number.value
        match value:
            case None:
                return _("sin dato")
            case bool():
                return _("sí") if value else _("no")
            case date():
                return self.day(value)
            case str():
                return f"«{code_told(number.fact, value)}»" if value else _("ninguno")
            case Decimal():
                return self.money(value)
        return self.percent(value) if number.unit == "ppm" else self.number(value)


@lru_cache(maxsize=64)
def _locale(language: str, country: str) -> Locale:
    for tag in (f"{language}_{country}", language):
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("es")
