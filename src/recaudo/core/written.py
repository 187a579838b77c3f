"""Amounts as people write them in a form, on the command line or in a short list.

Whole files, whose columns say together which sign is the decimal one, are read by ``intake``.
"""

from __future__ import annotations

import re
from decimal import Decimal

from recaudo.core.money import Money, currency_code, minor_units

#: Thousands by three; ``'`` stands for the millions or for every group (1'250.000).
_GROUPS = re.compile(r"\d{1,3}(?:[.,']\d{3})+")
_DIGITS = re.compile(r"\d+")
_DECIMALS = re.compile(r"(.*)[.,](\d{1,2})")
_NOISE = re.compile(r"[\s$\u00a0]")
_LONGEST = 40
#: What the pages and the ledger can hold.
_LIMIT = Decimal(10) ** 14
#: An amount of a currency with more than two decimals: whole part, sign, decimals.
_FINE = re.compile(r"\$?\s*([\d.,' ]*)([.,])(\d+)")


def amount_written(text: str) -> Decimal | None:
    """``1999900.50``, ``1.999.900,50``, ``1,999,900.50``, ``1'999.900`` → 1999900(.50).

    Three digits after the only sign are thousands (``1.999`` is 1999), one or two are decimals;
    more than two, or groups that are none, are not guessed at. None where it is no amount.
    """
    plain = _NOISE.sub("", text)
    if len(plain) > _LONGEST:
        return None
    sign, plain = (-1, plain[1:]) if plain.startswith("-") else (1, plain)
    decimals = _DECIMALS.fullmatch(plain)
    whole, cents = (decimals[1], decimals[2]) if decimals else (plain, "0")
    if _GROUPS.fullmatch(whole):
        signs = set(re.sub(r"[\d']", "", whole))
        # Groups are of one sign, and it is not the decimal one.
        if len(signs) > 1 or (decimals and plain[len(whole)] in signs):
            return None
    elif not _DIGITS.fullmatch(whole):
        return None
    return sign * Decimal(f"{re.sub(r'[.,]', '', whole.replace(chr(39), ''))}.{cents}")


def money_written(text: str, currency: str) -> Money | None:
    """The same as money of ``currency``. In those with more than two decimals (UF, UVR) a comma is
    the decimal sign, and a point that is no thousands'. None where it is no amount, or one that no
    ledger holds. Raises Problem ``currency_unknown``."""
    code = currency_code(currency)
    decimals = minor_units(code)
    found = _FINE.fullmatch(text.strip()) if decimals > 2 else None
    if found and (found[2] == "," or len(found[3]) != 3) and len(found[3]) <= decimals:
        whole = re.sub(r"\D", "", found[1]) or "0"
        amount: Decimal | None = Decimal(f"{whole}.{found[3]}")
    else:
        amount = amount_written(text)
    return None if amount is None or abs(amount) >= _LIMIT else Money(amount, code)
