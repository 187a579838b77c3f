"""In which language, and with which country's figures, is a customer written to?"""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.conf import settings

from recaudo.portfolio.models import Customer

#: Where people print on Letter; elsewhere A4.
_LETTER = frozenset({"CO", "MX", "CL", "CR", "DO", "US"})


def language_of(customer: Customer) -> str:
    """The customer's language, else the creditor's; with the country's words where there are any.
    One of ``settings.LANGUAGES``."""
    known = dict(settings.LANGUAGES)
    country = customer.creditor.country.lower()
    for spoken in (customer.language, customer.creditor.language):
        plain = spoken.lower()
        for each in (f"{plain}-{country}", plain, plain.split("-")[0]):
            if each in known:
                return each
    return settings.LANGUAGE_CODE


@lru_cache(maxsize=64)
def locale_of(language: str, country: str) -> Locale:
    """How figures and days are written: es + EC is es_EC, though its words are those of es."""
    spoken = language.split("-")[0]
    for name in (f"{spoken}_{country.upper()}", spoken):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("es")


def paper_of(country: str) -> str:
    """The paper of the country, as typst names it."""
    return "us-letter" if country in _LETTER else "a4"
