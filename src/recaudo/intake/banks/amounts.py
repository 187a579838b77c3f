"""Amounts and days of statements: exact, within what the ledger holds, or a refusal."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal, InvalidOperation

from recaudo.core.money import LIMIT
from recaudo.core.problems import Problem

#: What a ledger column of 18 digits, 4 of them decimals, holds.
LARGEST = min(Decimal(LIMIT), Decimal(10) ** 14)
_FINEST = Decimal("0.0001")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d*)?|[+-]?\.\d+")


def plain_amount(text: str, *, where: str) -> Decimal:
    """``1234.5`` or ``1234,50`` without thousands. Raises Problem ``statement_bad_amount``,
    ``statement_amount_too_large``, ``statement_amount_too_fine``."""
    written = text.strip().replace(",", ".")
    if not _PLAIN.fullmatch(written):
        raise Problem("statement_bad_amount", value=text[:40], where=where)
    try:
        return within(Decimal(written), where=where)
    except InvalidOperation as error:
        raise Problem("statement_bad_amount", value=text[:40], where=where) from error


def within(amount: Decimal, *, where: str) -> Decimal:
    if abs(amount) >= LARGEST:
        raise Problem("statement_amount_too_large", value=amount, where=where)
    kept = amount.quantize(_FINEST)
    if kept != amount:
        raise Problem("statement_amount_too_fine", value=amount, where=where)
    return kept


def day(year: int, month: int, number: int, *, where: str) -> date:
    try:
        return date(year, month, number)
    except ValueError as error:
        shown = f"{year:04}-{month:02}-{number:02}"
        raise Problem("statement_bad_date", value=shown, where=where) from error


def compact_day(text: str, *, where: str) -> date:
    """``20260331…``: the first eight digits. Raises Problem ``statement_bad_date``."""
    found = re.match(r"\s*(\d{4})-?(\d{2})-?(\d{2})", text)
    if not found:
        raise Problem("statement_bad_date", value=text[:20], where=where)
    return day(int(found[1]), int(found[2]), int(found[3]), where=where)


def short_day(text: str, *, where: str) -> date:
    """``260331``; two-digit years are 1970 … 2069. A 30th of February is the month's last day."""
    if not re.fullmatch(r"\d{6}", text):
        raise Problem("statement_bad_date", value=text[:20], where=where)
    short, month, number = int(text[:2]), int(text[2:4]), int(text[4:6])
    year = short + (2000 if short < 70 else 1900)
    if month == 2 and number in (29, 30):  # months of 30 days, as interest is counted
        number = min(number, monthrange(year, 2)[1])
    return day(year, month, number, where=where)
