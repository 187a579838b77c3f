"""From a code and its facts to the sentence a person reads, in their language.

Each app keeps the Spanish sentences of its codes in ``words`` (a module or a folder), as
``SENTENCES``: code → format string with the facts' names. Nothing here raises for what is missing:
a sentence about an error must not become another error.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import cache
from importlib import import_module
from importlib.resources import files
from pkgutil import iter_modules

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from django.apps import apps
from django.conf import settings
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured
from django.utils import translation

import recaudo
from recaudo.core.money import Money
from recaudo.core.problems import N_, Problem

UNKNOWN = N_("No se pudo completar: {code}. {facts}")
ABSENT = "…"
#: A number with more digits than this is shown as it was written (1E+400).
DIGITS_MAX = 200


def sentence(
    problem: Problem | str,
    facts: Mapping[str, object] | None = None,
    language: str | None = None,
) -> str:
    """What happened and what to do next, for a Problem or for a code with its ``facts``.

    ``language`` (``es``, ``es-co``, ``en``) defaults to the active one. Amounts and dates follow
    its locale; a fact that the sentence names and nobody gave shows as '…'; a code without a
    sentence gives a general one with the code and the facts.
    """
    code = problem.code if isinstance(problem, Problem) else problem
    given = {**(problem.facts if isinstance(problem, Problem) else {}), **(facts or {})}
    locale = _locale(language)
    shown = _Shown({name: show(value, locale) for name, value in given.items()})
    known = sentences().get(code)
    if known is not None:
        try:
            return _translated(known, language).format_map(shown)
        except (ValueError, LookupError, TypeError, AttributeError):
            known = None  # a mistake in the sentence itself: the general one still tells the facts
    listed = ", ".join(f"{name} = {value}" for name, value in shown.items())
    return _translated(UNKNOWN, language).format(code=code, facts=listed).strip()


def show(value: object, locale: Locale | str) -> str:
    """One fact as a person writes it. Whole numbers stay bare: most are numbers of something."""
    match value:
        case Money():
            return format_currency(
                _plain(value.amount), value.currency, locale=locale, decimal_quantization=False
            )
        case Decimal() if value.is_finite() and value.adjusted() < DIGITS_MAX:
            # Somebody may have sent more digits than any ledger's: refusing it must be possible.
            with localcontext(prec=DIGITS_MAX):
                return format_decimal(_plain(value), locale=locale, decimal_quantization=False)
        case datetime():
            return format_datetime(value, "short", locale=locale)
        case date():
            return format_date(value, "medium", locale=locale)
        case list() | tuple() | set() | frozenset():
            return ", ".join(show(item, locale) for item in value)
        case None:
            return ABSENT
    return str(value)


@cache
def sentences() -> dict[str, str]:
    """Every code with its Spanish sentence. That no two apps share a code, a test sees to."""
    return {code: text for _, code, text in all_sentences()}


def all_sentences() -> list[tuple[str, str, str]]:
    """(app, code, sentence) of all apps that have a ``words`` module, by app."""
    found = []
    for package in iter_modules(recaudo.__path__):
        room = files(recaudo) / package.name
        if (room / "words.py").is_file() or (room / "words" / "__init__.py").is_file():
            try:
                entries: dict[str, str] = import_module(f"recaudo.{package.name}.words").SENTENCES
            except (Problem, ImproperlyConfigured, AppRegistryNotReady):
                continue  # no settings yet: the refusal to be told is about just that
            found += [(package.name, code, text) for code, text in entries.items()]
    return found


class _Shown(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ABSENT


def _plain(amount: Decimal) -> Decimal:
    """Without trailing zeros after the point; 1E+3 is 1000."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral() else amount.normalize()


def _translated(text: str, language: str | None) -> str:
    if not (settings.configured and apps.ready):  # e.g. a refusal of `recaudo restore`
        return text
    if language is None:
        return translation.gettext(text)
    with translation.override(language):
        return translation.gettext(text)


def _locale(language: str | None) -> Locale:
    active = language or (translation.get_language() if settings.configured else None) or "es"
    try:
        return Locale.parse(translation.to_locale(active))
    except (UnknownLocaleError, ValueError):
        return Locale("es")
