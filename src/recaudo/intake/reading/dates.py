"""Dates as files write them: which order a column has, and what one value means.

The order of ``03/04/2024`` is decided for a whole column from values that allow only one; a column
without such a value is a question, never a guess. Excel serials, months by name and ISO dates need
no order. Two-digit years are 1970 … 2069.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from recaudo.intake.reading.folding import fold

Order = Literal["dmy", "mdy", "ymd", ""]

#: Stands before a number that a workbook stored as a number: no sign or order is in doubt.
NUMBER = "\x02"
FIRST, LAST = date(1970, 1, 1), date(2100, 12, 31)
_EPOCH = date(1899, 12, 30)  # Excel's day 0, for days after February 1900
_TIME = (
    r"(?:[T ]\s*\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?"
    r"\s*(?:[ap]\.?\s?m\.?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_PARTS = re.compile(rf"^(\d{{1,4}})\s*([/.\-])\s*(\d{{1,2}})\s*\2\s*(\d{{1,4}}){_TIME}$", re.I)
_NAMED = re.compile(
    rf"^(\d{{1,2}})[\s/.\-]*(?:de\s+)?([^\W\d_]{{3,10}})\.?[\s/.,\-]*(?:del?\s+)?(\d{{4}}|\d{{2}}){_TIME}$",
    re.I,
)
_NAMED_FIRST = re.compile(rf"^([^\W\d_]{{3,10}})\.?\s+(\d{{1,2}}),?\s+(\d{{4}}){_TIME}$", re.I)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SERIAL = re.compile(r"^\x02?(\d{5})(?:\.\d+)?$")
_MANGLED = re.compile(r"^(?:\d{1,3}:\d{2}(?:\.\d+)?|#{3,})$")
#: What systems write for 'no date'.
_NONE = re.compile(r"^(?:0{1,4}[/.\-]0{1,2}[/.\-]0{1,4}|00000000|1899-12-3[01]|1900-01-0[01])$")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "ene enero jan january",
            "feb febrero february",
            "mar marzo march",
            "abr abril apr april",
            "may mayo",
            "jun junio june",
            "jul julio july",
            "ago agosto aug august agos",
            "sep sept septiembre setiembre set september",
            "oct octubre october",
            "nov noviembre november",
            "dic diciembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}


@dataclass
class DateEvidence:
    """What the values of one column say about its order. Counts of different values."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    clear: int = 0  # ISO, names, serials: no order needed
    mangled: int = 0
    unreadable: int = 0
    examples: tuple[str, ...] = ()  # of ``either``
    mangled_examples: tuple[str, ...] = ()

    def add(self, values: Iterable[str]) -> None:
        for value in values:
            text = value.strip()
            if not text or is_no_date(text):
                continue
            if _MANGLED.match(text):
                self.mangled += 1
                self.mangled_examples = (*self.mangled_examples, text)[:3]
            elif found := _PARTS.match(text):
                self._add_parts(text, found)
            elif isinstance(parse_date(text, ""), date):
                self.clear += 1
            else:
                self.unreadable += 1

    def _add_parts(self, text: str, found: re.Match[str]) -> None:
        if len(found[1]) > 2:
            self.clear += 1
            return
        first, second = int(found[1]), int(found[3])
        if first > 12 and second > 12:
            self.unreadable += 1
        elif first > 12:
            self.day_first += 1
        elif second > 12:
            self.month_first += 1
        elif first == second:
            self.clear += 1
        else:
            self.either += 1
            self.examples = (*self.examples, text)[:3]

    @property
    def order(self) -> Order | None:
        """``dmy`` or ``mdy``; '' where none is needed; None where the column does not tell.

        Fewer than one value in a hundred against all others is a slip, not evidence.
        """
        few, many = sorted((self.day_first, self.month_first))
        if many == 0:
            return None if self.either else ""
        if few * 100 >= many:
            return None
        return "dmy" if self.day_first == many else "mdy"

    @property
    def is_all_mangled(self) -> bool:
        """Every value is what Excel leaves of a date formatted as minutes and seconds."""
        told = self.day_first + self.month_first + self.either + self.clear + self.unreadable
        return self.mangled > 0 and told == 0


def is_no_date(text: str) -> bool:
    """Blank, '00/00/0000', '1900-01-00' and other ways of writing none."""
    return not text or _NONE.match(text) is not None


def parse_date(value: str, order: Order) -> date | str:
    """The day ``value`` names, or the code of why it names none.

    Codes: ``bad_date``, ``no_such_date`` (31/02), ``date_out_of_range``, ``excel_mangled_date``.
    ``order`` settles dd/mm against mm/dd; with '' such a value is taken only if it has one reading.
    """
    text = value.strip()
    if _MANGLED.match(text):
        return "excel_mangled_date"
    if found := _PARTS.match(text):
        return _from_parts(found, order)
    if found := _COMPACT.match(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _SERIAL.match(text):
        return _within(_EPOCH + timedelta(days=int(found[1])))
    if found := _NAMED.match(text):
        return _named(found[3], found[2], found[1])
    if found := _NAMED_FIRST.match(text):
        return _named(found[3], found[1], found[2])
    return "bad_date"


def _from_parts(found: re.Match[str], order: Order) -> date | str:
    first, second, third = found[1], int(found[3]), found[4]
    if len(first) == 4:
        return _day(int(first), second, int(third))
    if len(first) == 3 or len(third) not in (2, 4):
        return "bad_date"
    if order == "ymd":
        return _day(_year(first), second, int(third))
    one = int(first)
    if not order:
        if one <= 12 and second <= 12 and one != second:
            return "bad_date"
        order = "mdy" if second > 12 else "dmy"
    day, month = (one, second) if order == "dmy" else (second, one)
    return _day(_year(third), month, day)


def _named(year: str, month: str, day: str) -> date | str:
    number = _MONTHS.get(fold(month))
    return "bad_date" if number is None else _day(_year(year), number, int(day))


def _year(text: str) -> int:
    short = int(text)
    return short if len(text) == 4 else 2000 + short if short < 70 else 1900 + short


def _day(year: int, month: int, day: int) -> date | str:
    try:
        return _within(date(year, month, day))
    except ValueError:
        return "no_such_date"


def _within(day: date) -> date | str:
    return day if FIRST <= day <= LAST else "date_out_of_range"
