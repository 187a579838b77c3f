"""Which template, in which language, with which country's words?"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from recaudo.access.models import Creditor
from recaudo.contact.models import Template, TemplateVersion
from recaudo.portfolio.models import Channel, Customer

#: A letter is written with the e-mail's text where nobody wrote one of its own.
INSTEAD = {Channel.ADDRESS.value: Channel.EMAIL.value}
SPANISH = frozenset(
    "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE".split()  # noqa: SIM905
)
LANGUAGES = ("es", "es-CO", "es-CL", "es-MX", "es-PE", "en")


def chain(language: str, country: str) -> list[str]:
    """The languages to look for, best first: the customer's, then the creditor's country's Spanish,
    Spanish, English. ``es`` without a country is heard in the country's variant first."""
    wanted = [language] if language else []
    if "-" in language:
        wanted.append(language.split("-")[0])
    variant = f"es-{country}"
    if language == "es":
        wanted = [variant, "es"]
    return list(dict.fromkeys([*wanted, variant, "es", "en"]))


def words_of(language: str, country: str) -> dict[str, str]:
    """The country's words in the text's language."""
    known = _words("en" if language.startswith("en") else "es")
    return {**known["default"], **known.get(country, {})}


@cache
def _words(language: str) -> dict[str, dict[str, str]]:
    text = files("recaudo.contact.texts").joinpath(f"words/{language}.toml").read_text("utf-8")
    return tomllib.loads(text)


@dataclass(slots=True)
class Shelf:
    """The templates of a batch with their current versions."""

    templates: dict[tuple[str, str], Template] = field(default_factory=dict)
    versions: dict[int, dict[str, TemplateVersion]] = field(default_factory=dict)

    def template(self, key: str, channel: str) -> Template | None:
        return self.templates.get((key, channel)) or self.templates.get(
            (key, INSTEAD.get(channel, ""))
        )

    def version(
        self, template: Template, customer: Customer, creditor: Creditor
    ) -> TemplateVersion | None:
        """In the best language there is; the first of all where none of the chain is."""
        known = self.versions.get(template.pk, {})
        for language in chain(customer.language, creditor.country):
            if language in known:
                return known[language]
        return next(iter(known.values()), None)


def read_shelf(keys: Collection[str]) -> Shelf:
    """In the creditor's scope; two queries."""
    shelf = Shelf()
    for template in Template.objects.filter(key__in=keys):
        shelf.templates[template.key, template.channel] = template
    found = TemplateVersion.objects.filter(
        template__in=[each.pk for each in shelf.templates.values()], is_current=True
    )
    for version in found.order_by("language"):
        shelf.versions.setdefault(version.template_id, {})[version.language] = version
    return shelf
