"""Which book is in force for a creditor?"""

from __future__ import annotations

from functools import lru_cache

from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.problems import Problem
from recaudo.strategy.book import Book, read_book
from recaudo.strategy.models import StrategyBook


def active_book(creditor: Creditor) -> tuple[StrategyBook, Book]:
    """The row and what it says. Raises Problem ``book_missing``."""
    with scope(creditor=creditor):
        row = StrategyBook.objects.filter(is_active=True).first()
    if row is None:
        raise Problem("book_missing", creditor=creditor.code)
    return row, _read(row.toml)


def book_of(row: StrategyBook) -> Book:
    """What one stored version says."""
    return _read(row.toml)


@lru_cache(maxsize=64)
def _read(toml: str) -> Book:
    """Versions never change, so each is read once a process."""
    return read_book(toml)
