"""Amounts and days as the forms of money send them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest

from recaudo.core.money import Money, currency_code, minor_units
from recaudo.core.problems import Problem
from recaudo.desk.inbox import typed_amount, typed_day

_MARKED = re.compile(r"\$?\s*([\d.,' ]*)([.,])(\d+)")


def typed_money(typed: str, currency: str) -> Money | None:
    """Both ways of writing decimals; None where nothing was typed. A comma is the decimal sign of
    the currencies that have more than two of them (UF, UVR), and a point that is no thousands'.

    Raises Problem ``reply_amount_unreadable``, ``currency_unknown``.
    """
    code = currency_code(currency)
    found = _MARKED.fullmatch(typed.strip()) if minor_units(code) > 2 else None
    if found and (found[2] == "," or len(found[3]) != 3) and len(found[3]) <= minor_units(code):
        whole = re.sub(r"\D", "", found[1]) or "0"
        return Money(Decimal(f"{whole}.{found[3]}"), code)
    amount = typed_amount(typed)
    return None if amount is None else Money(amount, code)


def money_asked(typed: str, currency: str) -> Money:
    """Raises Problem ``payment_amount_missing`` besides."""
    found = typed_money(typed, currency)
    if found is None:
        raise Problem("payment_amount_missing")
    return found


def amount_seen(request: HttpRequest) -> Decimal | None:
    """What the page showed when its form was made, hidden in the form; None where it does not say.
    Whoever acts compares it under the lock, so that a form sent twice acts once."""
    try:
        return Decimal(request.POST.get("seen", ""))
    except InvalidOperation:
        return None


def day_asked(typed: str) -> date:
    """Raises Problem ``payment_day_missing`` besides those of reading."""
    found = typed_day(typed)
    if found is None:
        raise Problem("payment_day_missing")
    return found
