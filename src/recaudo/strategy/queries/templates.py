"""Which steps send which template?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils import translation
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.strategy.book import notices_of, read_book
from recaudo.strategy.models import StrategyBook


@dataclass(frozen=True, slots=True)
class Use:
    """A step or notice of the active book that sends the template."""

    key: str
    title: str
    tone: int
    channels: tuple[str, ...]


def steps_by_template(creditor: Creditor) -> dict[str, list[Use]]:
    """Template key → its steps, in the book's order; empty without a book. One query."""
    with scope(creditor=creditor):
        row = StrategyBook.objects.filter(is_active=True).first()
    if row is None:
        return {}
    language = translation.get_language() or "es"
    text = read_book(row.toml).text
    found: dict[str, list[Use]] = defaultdict(list)
    for key, step in text.steps.items():
        if step.do == "message":
            use = Use(key, step.title(language), step.tone, tuple(step.channels))
            found[step.template].append(use)
    for part in notices_of(text).values():
        found[part.template].append(Use(part.key, part.title(language), 1, tuple(part.channels)))
    return dict(found)
