"""Word lists as the lint reads them: per language, with what a country adds."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed phrase as the text has it, at ``start`` of the text looked into."""

    found: str
    start: int


def spoken(language: str) -> str:
    """Which lists read a text in ``language``: Spanish where we have none of its own."""
    return "en" if language.startswith("en") else "es"


def hits(kind: str, text: str, language: str, country: str) -> Iterator[Hit]:
    """Every place where ``text`` has a phrase of the list ``kind``."""
    pattern = _pattern(kind, spoken(language), country)
    if pattern is None:
        return
    folded = fold(text)
    harmless = _pattern("harmless", spoken(language), country)
    if harmless is not None and kind not in {"not_court", "as_of", "if_paid", "opt_out"}:
        folded = harmless.sub(lambda found: " " * len(found.group()), folded)
    for match in pattern.finditer(folded):
        yield Hit(text[match.start() : match.end()].strip(), match.start())


def has(kind: str, text: str, language: str, country: str) -> bool:
    return next(hits(kind, text, language, country), None) is not None


def fold(text: str) -> str:
    """Small letters without accents, each letter in its place."""
    folded = []
    for letter in text:
        base = unicodedata.normalize("NFD", letter)[0].lower()
        folded.append(base if len(base) == 1 else letter)
    return "".join(folded)


@cache
def _lists(language: str) -> dict[str, object]:
    return tomllib.loads(
        files("recaudo.contact.texts").joinpath(f"lint/{language}.toml").read_text("utf-8")
    )


@cache
def _pattern(kind: str, language: str, country: str) -> re.Pattern[str] | None:
    lists = _lists(language)
    phrases = [*_strings(lists.get(kind))]
    countries = lists.get("countries")
    if isinstance(countries, dict):
        phrases += _strings(countries.get(country, {}).get(kind))
    if not phrases:
        return None
    longest_first = sorted(set(phrases), key=len, reverse=True)
    return re.compile("|".join(_regex(phrase) for phrase in longest_first))


def _strings(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _regex(phrase: str) -> str:
    words = [
        re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word)
        for word in phrase.split()
    ]
    return r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)"
