"""Amounts and days as the forms of money send them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest

from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.core.written import money_written
from recaudo.desk.inbox import typed_day


def typed_money(typed: str, currency: str) -> Money | None:
    """None where nothing was typed. Raises Problem ``reply_amount_unreadable``,
    ``currency_unknown``."""
    if not typed.strip():
        return None
    found = money_written(typed, currency)
    if found is None:
        raise Problem("reply_amount_unreadable", typed=typed[:40])
    return found


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
