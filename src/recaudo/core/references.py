"""What number does a customer write when they pay, and was it typed right? (F11)

Two check digits by ISO 7064 MOD 97-10: every wrong digit and every swap of two neighbouring digits
is caught, because 97 is prime and divides neither ``d × 10^k`` nor ``9 × d × 10^k``.
"""

from __future__ import annotations

import re

from recaudo.core.problems import Problem

#: The shortest number is eight digits, and never begins with 0: spreadsheets drop leading zeros.
FIRST = 10_000_000
_SEPARATORS = re.compile(r"[\s.\-/]")
_DIGITS = re.compile(r"[1-9][0-9]{9,19}")


def make_reference(serial: int) -> str:
    """The reference of ``serial`` (1, 2, …): ten digits or more, the last two being the check.

    Two serials never share a reference. Raises ValueError below 1.
    """
    if serial < 1:
        raise ValueError(f"serial {serial} is not positive")
    number = FIRST + serial
    return f"{number}{check_digits(number)}"


def check_digits(number: int) -> str:
    """The two digits that make ``number`` followed by them leave 1 when divided by 97."""
    return f"{98 - number * 100 % 97:02d}"


def read_reference(typed: str) -> str:
    """The reference as it was made, from how people and banks write it (spaces, dots, hyphens).

    Leading zeros, which fixed-width bank files add, are dropped. Raises Problem
    ``reference_unreadable`` (not a reference's form), ``reference_mistyped`` (the check digits do
    not fit).
    """
    digits = _SEPARATORS.sub("", typed).lstrip("0")
    if not _DIGITS.fullmatch(digits):
        raise Problem("reference_unreadable", reference=typed)
    if int(digits) % 97 != 1:
        raise Problem("reference_mistyped", reference=typed)
    return digits


def serial_of(reference: str) -> int:
    """The serial that ``reference`` was made of. Raises as ``read_reference``."""
    return int(read_reference(reference)[:-2]) - FIRST


def in_groups(reference: str) -> str:
    """``1000 0012 34``: as it is read aloud."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))
