"""Saving a version of a creditor's strategy book and putting it in force."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.strategy.book import read_book
from recaudo.strategy.models import StrategyBook
from recaudo.strategy.preset import preset_toml


def save_book(
    creditor: Creditor, toml: str, *, by: User | None, origin: str = "cli"
) -> StrategyBook:
    """Check ``toml`` and make it the version in force; the same text again changes nothing.

    Older versions stay: a step keeps its key, so what was done stays done. Raises Problem
    ``book_refused``.
    """
    read_book(toml)
    with scope(creditor=creditor), transaction.atomic():
        Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
        books = StrategyBook.objects.filter(creditor=creditor)
        active: StrategyBook | None = books.filter(is_active=True).first()
        if active is not None and active.toml == toml:
            return active
        books.filter(is_active=True).update(is_active=False)
        newest = books.aggregate(newest=Max("version"))["newest"] or 0
        book: StrategyBook = StrategyBook.objects.create(
            creditor=creditor, version=newest + 1, toml=toml, by=by
        )
        record_change(
            "book_saved",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="strategy_book",
            subject_id=book.pk,
            version=book.version,
        )
    return book


def activate_preset(creditor: Creditor, *, by: User | None, origin: str = "cli") -> StrategyBook:
    """Put the book of the creditor's preset in force, with figures in its currency.

    Raises Problem ``preset_unknown``.
    """
    toml = preset_toml(creditor.preset, country=creditor.country, currency=creditor.currency)
    return save_book(creditor, toml, by=by, origin=origin)
