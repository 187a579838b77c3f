"""Amounts as files write them: which sign is the decimal one, and what a value means.

``1.234`` may be a thousand or a little over one. A column whose values all allow both readings is
a question. Columns are read at once with Arrow; what does not fit the common forms is read cell by
cell, and gets a code when it is no amount. More than four decimals are rounded half up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from recaudo.intake.reading.contract import MONEY
from recaudo.intake.reading.dates import NUMBER

Sign = Literal[".", ",", ""]

LIMIT = Decimal(10) ** 14
_QUANTUM = Decimal("0.0001")
_DRESS = re.compile(
    r"(?i)US\$|R\$|S/\.?|Bs\.?|Gs\.?|[$€]|\b(?:COP|CLP|MXN|PEN|USD|EUR|ARS|CAD|BRL|UF|CLF|M\.?N\.?|MN)\b\.?"
)
_CREDIT = re.compile(r"(?i)^(.*\d)\s*(?:CR|H)\.?$")
_DEBIT = re.compile(r"(?i)^(.*\d)\s*(?:DB|DR|D)\.?$")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’]")
_SCIENTIFIC = re.compile(r"(?i)^-?\d+(?:[.,]\d+)?E[+-]?\d+$")
_CORE = re.compile(r"^\d[\d.,]*$|^[.,]\d+$")
#: Texts that stand for nothing, in any column.
BLANKS = frozenset(
    {"", "-", "--", "—", "–", "$ -", "$-", "n/a", "na", "null", "nan", "none", "s/i"}
)
EXCEL_ERROR = re.compile(
    r"^#(?:N/?[AD]|REF|¡REF|VALUE|¡VALOR|VALOR|DIV/0|¡DIV/0|NAME|¿NOMBRE|NUM)[!?]?$"
)


@dataclass
class AmountEvidence:
    """What the values of one column say about its decimal sign. Counts of values."""

    comma: int = 0  # values that only a decimal comma explains
    point: int = 0
    either: Counter[str] = field(default_factory=Counter)  # '1.234' by the sign it has
    examples: tuple[str, ...] = ()

    def add(self, values: Iterable[str]) -> None:
        for value in values:
            if value.startswith(NUMBER):
                continue
            core = _undress(value)[0]
            if not _CORE.match(core):
                continue
            match evidence(core):
                case ",":
                    self.comma += 1
                case ".":
                    self.point += 1
                case "?":
                    self.either["," if "," in core else "."] += 1
                    self.examples = (*self.examples, value.strip())[:3]

    @property
    def sign(self) -> Sign | None:
        """The decimal sign; '' where no value has any; None where the column does not tell."""
        few, many = sorted((self.comma, self.point))
        if many == 0:
            return None if self.either else ""
        if few * 100 >= many:
            return None
        return "," if self.comma == many else "."


def evidence(core: str) -> Literal[",", ".", "?", ""]:
    """Which decimal sign explains ``core`` (digits, points, commas); '?' either, '' none."""
    points, commas = core.count("."), core.count(",")
    if points and commas:
        return "," if core.rfind(",") > core.rfind(".") else "."
    if not points and not commas:
        return ""
    sign, count = (".", points) if points else (",", commas)
    other: Literal[",", "."] = "," if sign == "." else "."
    if count > 1:
        return other
    whole, _, part = core.partition(sign)
    could_be_thousands = len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    return "?" if could_be_thousands else "," if sign == "," else "."


def _undress(value: str) -> tuple[str, bool]:
    """``value`` without currency and spaces, and whether it is negative."""
    text = _DRESS.sub("", value.strip().lstrip(NUMBER)).replace("\u2212", "-")
    text = _SPACES.sub("", text)
    negative = False
    if found := _CREDIT.match(text):
        text, negative = found[1], True
    elif found := _DEBIT.match(text):
        text = found[1]
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], not negative
    if text.startswith("-"):
        text, negative = text[1:], not negative
    elif text.startswith("+"):
        text = text[1:]
    elif text.endswith("-"):
        text, negative = text[:-1], not negative
    return text, negative


def parse_amount(value: str, sign: Sign, quantum: Decimal = _QUANTUM) -> Decimal | str:
    """The amount ``value`` writes, to ``quantum``, or the code of why it writes none.

    Codes: ``bad_amount``, ``excel_scientific``, ``excel_error``, ``amount_too_large``. A value
    that ``sign`` does not explain ('1,5' in a column with decimal points) is ``bad_amount``.
    """
    if value.startswith(NUMBER):
        return _decimal(value[1:], quantum)
    text = value.strip()
    if EXCEL_ERROR.match(text):
        return "excel_error"
    core, negative = _undress(text)
    if _SCIENTIFIC.match(core):
        return "excel_scientific"
    if not _CORE.match(core):
        return "bad_amount"
    told = evidence(core)
    decimal = sign or (told if told in (",", ".") else "")
    if told == "?" and not decimal:
        return "bad_amount"
    if told in (",", ".") and decimal != told:
        return "bad_amount"
    thousands = "." if decimal == "," else ","
    if thousands in core and not _is_grouped(core, thousands, decimal):
        return "bad_amount"
    plain = core.replace(thousands, "").replace(decimal, ".") if decimal else core
    return _decimal(("-" if negative else "") + plain, quantum)


def _is_grouped(core: str, thousands: str, decimal: str) -> bool:
    """Groups of three (or, in India's manner, of two) and none after the decimal sign."""
    whole, _, part = core.partition(decimal)
    head, *groups = whole.split(thousands)
    return (
        thousands not in part
        and bool(head)
        and bool(groups)
        and len(groups[-1]) == 3
        and all(len(each) in (2, 3) for each in groups)
    )


def _decimal(text: str, quantum: Decimal) -> Decimal | str:
    try:
        amount = Decimal(text).quantize(quantum, ROUND_HALF_UP)
    except InvalidOperation:
        return "bad_amount"
    return amount if abs(amount) < LIMIT else "amount_too_large"


def read_amounts(values: pa.Array, sign: Sign) -> tuple[pa.Array, pa.Array]:
    """A column of texts (trimmed, null where blank) as money, and a mask of what is none.

    A cell is money, or null with the mask true, or null with the mask false (it was blank).
    """
    plain = pc.replace_substring(values, NUMBER, "")
    if sign:
        # Only well-formed cells take the quick way, so that a stray sign is never dropped.
        group, point = (r"\.", ",") if sign == "," else (",", r"\.")
        form = rf"^-?(?:\d{{1,14}}|[1-9]\d{{0,2}}(?:{group}\d{{3}}){{1,4}})(?:{point}\d{{1,4}})?$"
        is_marked = pc.starts_with(values, NUMBER)
        is_common = pc.match_substring_regex(values, form)
        plain = pc.if_else(is_marked, plain, _plain(values, sign))
        is_common = pc.or_(is_common, pc.and_(is_marked, _is_plain(plain)))
    else:
        is_common = _is_plain(plain)
    common = pc.if_else(is_common, plain, pa.scalar(None, pa.string()))
    money = pc.cast(common, MONEY)
    odd = pc.and_(pc.is_valid(values), pc.invert(pc.fill_null(is_common, False)))
    if not pc.any(odd).as_py():
        return money, odd
    return _with_odd(values, money, odd, sign)


def _is_plain(values: pa.Array) -> pa.Array:
    return pc.match_substring_regex(values, r"^-?\d{1,14}(?:\.\d{1,4})?$")


def _plain(values: pa.Array, sign: Sign) -> pa.Array:
    if sign == ",":
        return pc.replace_substring(pc.replace_substring(values, ".", ""), ",", ".")
    return pc.replace_substring(values, ",", "")


def _with_odd(
    values: pa.Array, money: pa.Array, odd: pa.Array, sign: Sign
) -> tuple[pa.Array, pa.Array]:
    """Read the odd cells one by one, each different text once."""
    read: dict[str, Decimal | None] = {}
    found: list[Decimal | None] = []
    failed: list[bool] = []
    for text in values.filter(odd).to_pylist():
        if text not in read:
            amount = parse_amount(text, sign)
            read[text] = amount if isinstance(amount, Decimal) else None
        found.append(read[text])
        failed.append(read[text] is None)
    money = pc.replace_with_mask(money, odd, pa.array(found, MONEY))
    return money, pc.replace_with_mask(odd, odd, pa.array(failed, pa.bool_()))
