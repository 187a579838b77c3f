"""Rates, ceilings, fees and the order of payment in sentences. ``telling`` lays them out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from recaudo.core.problems import N_
from recaudo.countries import words
from recaudo.countries.charging import fees_of
from recaudo.countries.packs import Pack
from recaudo.countries.schema import Fees, Imputation, RateRow

Say = Callable[[str], str]


def rate_said(row: RateRow, is_for_all: bool, say: Say, language: str) -> str:
    """``is_for_all``: it counts without a contract naming it."""
    name, quote = row.name.in_language(language), say(words.QUOTES[row.quoted_as])
    text = say(
        N_("{use}: {name}{reckoning}, {quote} (serie {series}).")
        if row.value is None
        else N_("{use}: {name}, {value} % {quote}, fijada por la propia ley ({series}).")
    )
    parts = [
        text.format(
            use=say(words.RATE_USES[row.use]),
            name=name,
            reckoning=_reckoning(row, say),
            value=plain(row.value),
            quote=quote,
            series=row.series,
        )
    ]
    if row.fixed_for == "half_year":
        parts.append(say(N_("Vale la del 31 de diciembre o 30 de junio anterior, por seis meses.")))
    if row.currency:
        parts.append(say(N_("Para deudas en {currency}.")).format(currency=row.currency))
    if not is_for_all:
        parts.append(say(N_("Solo si el contrato nombra esa serie.")))
    return " ".join(parts)


def day_count_said(day_count: str, say: Say) -> str:
    return say(N_("Interés simple sobre el capital; {day_count}.")).format(
        day_count=say(words.DAY_COUNTS[day_count])
    )


def order_said(about: Imputation, say: Say) -> list[str]:
    """The order that the code has, and where the house puts what it does not name."""
    parts = []
    if about.order:
        order = " → ".join(say(words.COMPONENTS[one]) for one in about.order)
        parts.append(say(N_("Orden: {order}.")).format(order=order))
        if about.costs == "unspecified":
            parts.append(say(N_("De los gastos la ley no dice nada.")))
    if about.costs == "unspecified":
        parts.append(
            say(
                N_(
                    "Aquí los gastos van después de los intereses y antes del capital: regla "
                    "propia."
                )
            )
        )
    return parts


def fees_said(pack: Pack, regime: str, say: Say, language: str) -> list[str]:
    """What the pack says of fees, and what that means for debts of ``regime``."""
    about, rule = pack.fees, fees_of(pack, regime)
    parts = [about.rule.in_language(language), *_brackets_said(about, say)]
    if rule.missed_notice:
        parts.append(
            say(N_("Sin la primera gestión gratuita se descuentan {units} {unit}.")).format(
                units=plain(rule.missed_notice), unit=about.unit
            )
        )
    parts.append(say(words.FEE_KINDS[rule.kind]))
    return parts


def _brackets_said(about: Fees, say: Say) -> list[str]:
    parts = []
    for bracket in about.brackets:
        value = f"{plain(bracket.pct)} %" if bracket.pct else ""
        value = value or f"{plain(bracket.amount)} {about.unit}"
        if bracket.up_to is not None:
            parts.append(
                say(N_("Hasta {up_to} {unit}: {value}.")).format(
                    up_to=plain(bracket.up_to), unit=about.unit, value=value
                )
            )
        else:
            parts.append(say(N_("Por encima: {value}.")).format(value=value))
    return parts


def plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _reckoning(row: RateRow, say: Say) -> str:
    parts = []
    if row.multiple != 1:
        parts.append(f" × {plain(row.multiple)}")
    if row.spread:
        sign = "+" if row.spread > 0 else "−"
        points = say(N_("puntos"))
        parts.append(f" {sign} {plain(abs(row.spread))} {points}")
    return "".join(parts)
