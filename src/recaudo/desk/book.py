"""The active strategy book as screens read it: the names of segments and steps, the buckets."""

from __future__ import annotations

from functools import lru_cache

from django.utils import translation

from recaudo.core.buckets import PRESETS, BucketTable
from recaudo.desk.names import HAND_STEPS, TASK_KINDS, UNASSIGNED, called
from recaudo.strategy.book import Book, bucket_table, read_book
from recaudo.strategy.models import StrategyBook

SERVICE_STEPS = {"apply_credit", "fix_contact"}


class Titles:
    """Names in the reader's language; without a book, the codes themselves."""

    def __init__(self, row: StrategyBook | None) -> None:
        self.row = row
        self.book: Book | None = _read(row.toml) if row else None
        self.language = translation.get_language() or "es"

    def segment(self, code: str) -> str:
        if code in UNASSIGNED:
            return called(UNASSIGNED, code)
        return self.book.segment_title(code, self.language) if self.book else code

    def step(self, key: str | None) -> str:
        if not key or key in SERVICE_STEPS:
            return called(TASK_KINDS, key)
        if key in HAND_STEPS:
            return called(HAND_STEPS, key)
        return self.book.step_title(key, self.language) if self.book else key

    def segments(self) -> list[tuple[str, str]]:
        """(code, name) in the book's order."""
        if self.book is None:
            return []
        return [(each.code, each.title(self.language)) for each in self.book.text.segments]

    def buckets(self, product: str = "") -> BucketTable:
        """The table of ``product``; the book's default for any other."""
        if self.book is None:
            return PRESETS["default"]
        stored = self.book.text.buckets.get(product, self.book.text.default_buckets)
        return bucket_table(product or "default", stored)

    def slots(self) -> list[tuple[int, str]]:
        """(number from 1, name) of the default table."""
        english = self.language.startswith("en")
        return [
            (number, slot.name_en if english else slot.name_es)
            for number, slot in enumerate(self.buckets().slots, 1)
        ]


def titles() -> Titles:
    """Of the creditor in scope; one query."""
    return Titles(StrategyBook.objects.filter(is_active=True).first())


@lru_cache(maxsize=32)
def _read(toml: str) -> Book:
    """A stored book never changes and was checked when saved."""
    return read_book(toml)
