"""Which canonical field does a heading mean? Spanish and English, as ERPs and people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from recaudo.intake.reading.folding import fold_heading
from recaudo.intake.reading.heading_words import EXPANSIONS, IGNORED, PHRASES

_AGE_FROM_TO = re.compile(r"^(\d{1,3})\s*(?:a|al|to|hasta|y)?\s*(\d{1,4})$")
_AGE_OVER = re.compile(r"^(?:(?:mas|mayor|superior|over)(?: (?:de|a|que))? |[>+] ?)(\d{1,4})$")
_AGE_OVER_AFTER = re.compile(r"^(\d{1,4}) ?(?:\+|y mas|o mas|and over|en adelante)$")
_AGE_NOISE = re.compile(r"\b(?:dias?|days?|d|de|del|entre|vencid[oa]s?|saldo|mora|rango|tramo)\b")
_AGE_CURRENT = {
    "corriente",
    "por vencer",
    "sin vencer",
    "no vencido",
    "no vencida",
    "al dia",
    "vigente",
    "current",
    "not due",
    "not yet due",
    "saldo corriente",
    "saldo por vencer",
    "saldo sin vencer",
}


@dataclass(frozen=True)
class Age:
    """An age column: days past due from ``low`` to ``high``, both included; current is (None, 0),
    the last one has no ``high``."""

    low: int | None
    high: int | None


@cache
def canonical_words(heading: str) -> str:
    """``'Nro. Fact.'`` → ``'numero factura'``: folded, abbreviations written out."""
    words = [
        EXPANSIONS.get(each, each) for each in fold_heading(heading.replace("#", " # ")).split()
    ]
    return " ".join(each for each in words if each not in IGNORED)


@cache
def meanings(heading: str) -> tuple[tuple[str, int], ...]:
    """Fields that ``heading`` can mean as (field, rank); rank 1 is certain, 3 weak; best first."""
    words = canonical_words(heading)
    found = PHRASES.get(words)
    if found is None and words:
        found = PHRASES.get(re.sub(r"\s*\d+$", "", words)) if words.endswith("1") else None
    return found or ()


def age_of(heading: str) -> Age | None:
    """The bucket that an age heading ('31-60', 'Más de 90', 'Corriente') means."""
    if fold_heading(heading) in _AGE_CURRENT:
        return Age(None, 0)
    text = re.sub(r"[-–—/_]", " ", heading.casefold().replace("á", "a").replace("í", "i"))
    text = " ".join(_AGE_NOISE.sub(" ", text.replace("(", " ").replace(")", " ")).split())
    text = text.strip(". ")
    if found := _AGE_FROM_TO.match(text):
        low, high = int(found[1]), int(found[2])
        return Age(low, high) if low < high else None
    if found := _AGE_OVER.match(text) or _AGE_OVER_AFTER.match(text):
        low = int(found[1])
        return Age(low + 1 if low % 10 == 0 else low, None)
    return None


@dataclass(frozen=True)
class Recognised:
    """Columns of one table: field → position, ages by position, and what could not be decided:
    field → the positions that claim it with the same right."""

    fields: dict[str, int]
    ages: dict[int, Age]
    contested: dict[str, tuple[int, ...]]


#: A second claim on these is a question; elsewhere the first column wins.
ESSENTIAL = frozenset({"customer_code", "number", "due_on", "amount", "open_amount", "paid_amount"})


def recognise(headings: Sequence[str]) -> Recognised:
    """Give each heading at most one field and each field at most one heading, best rank first."""
    claims = sorted(
        (rank, position, field)
        for position, heading in enumerate(headings)
        for field, rank in meanings(heading)
    )
    fields: dict[str, int] = {}
    ranks: dict[str, int] = {}
    contested: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    for rank, position, field in claims:
        if position in taken:
            continue
        if field not in fields:
            fields[field], ranks[field] = position, rank
            taken.add(position)
        elif field in ESSENTIAL and ranks[field] == rank and not _is_weaker(headings, position):
            contested[field] = (*contested.get(field, (fields[field],)), position)
    ages = _ages(headings, fields)
    contested = {
        field: claimed
        for field, claimed in contested.items()
        if len([each for each in claimed if each == fields[field] or each not in taken]) > 1
    }
    _second_choices(headings, fields, taken)
    _by_context(headings, fields)
    return Recognised(fields, ages, contested)


def _is_weaker(headings: Sequence[str], position: int) -> bool:
    """``document_create_date.1`` and the like: the same heading once more."""
    return headings[position].casefold() in {each.casefold() for each in headings[:position]}


def _ages(headings: Sequence[str], fields: dict[str, int]) -> dict[int, Age]:
    """Age columns, where there are two or more; a lone 'Corriente' or '1-30' is none."""
    found = {
        position: age
        for position, heading in enumerate(headings)
        if (age := age_of(heading)) is not None and position not in fields.values()
    }
    return found if len(found) >= 2 else {}


def _second_choices(headings: Sequence[str], fields: dict[str, int], taken: set[int]) -> None:
    """A second e-mail or phone column goes to the second place for it."""
    for first, second in (("email", "email2"), ("phone", "phone2"), ("mobile", "phone2")):
        if first in fields and second not in fields:
            for position, heading in enumerate(headings):
                if position not in taken and any(name == first for name, _ in meanings(heading)):
                    fields[second] = position
                    taken.add(position)
                    break


def _by_context(headings: Sequence[str], fields: dict[str, int]) -> None:
    """Weak headings mean another thing in a table of payments, rates or totals to date."""

    def is_weak(field: str) -> bool:
        claims = dict(meanings(headings[fields[field]])) if field in fields else {}
        return claims.get(field, 0) == 3

    is_debt = "open_amount" in fields or "due_on" in fields
    is_rates = "exchange_rate" in fields and "number" not in fields
    is_payments = not is_debt and ("paid_amount" in fields or "payment_reference" in fields)
    if is_rates and "rate_on" not in fields and is_weak("issued_on"):
        fields["rate_on"] = fields.pop("issued_on")
    elif is_payments and "paid_on" not in fields and is_weak("issued_on"):
        fields["paid_on"] = fields.pop("issued_on")
    if "paid_on" in fields and "paid_amount" not in fields and not is_debt and is_weak("amount"):
        fields["paid_amount"] = fields.pop("amount")
    if "paid_amount" in fields and "paid_on" not in fields and "settled_amount" not in fields:
        fields["settled_amount"] = fields.pop("paid_amount")


def score(cells: Iterable[str]) -> int:
    """How much a row looks like the headings: fields recognised, age columns counted once each."""
    headings = list(cells)
    if sum(1 for each in headings if each.strip()) < 2:
        return 0
    found = recognise(headings)
    return len(found.fields) + len(found.ages)
