"""How rates of exchange are written."""

from __future__ import annotations

from decimal import Decimal

from django import template

from recaudo.desk import figures

register = template.Library()


@register.simple_tag
def rate_told(rate: Decimal, paid: str, debt: str) -> str:
    """``rate`` units of ``paid`` for one of ``debt``, the way round that has whole units."""
    if rate >= 1:
        return f"1 {debt} = {_plain(rate)} {paid}"
    return f"1 {paid} = {_plain(1 / rate)} {debt}"


def _plain(rate: Decimal) -> str:
    """At most four decimals, none that say nothing."""
    shown = rate.quantize(Decimal("0.0001")).normalize()
    exponent = shown.as_tuple().exponent
    return figures.number(shown, max(0, -exponent) if isinstance(exponent, int) else 0)
