"""A condition over the facts as a person says it: labels for names, figures in their units."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from recaudo.desk import figures
from recaudo.engine.facts import Fact, facts_about

_TOKENS = re.compile(r"'(?:[^']|'')*'|[A-Za-z_]\w*|>=|<=|<>|!=|[<>=(),]|\d+(?:\.\d+)?|\S")
_SIGNS = {">=": "≥", "<=": "≤", "<>": "≠", "!=": "≠"}


def in_words(condition: str, currency: str) -> str:
    """``max_dpd > 60 AND balance >= 5000`` → ``Días de mora > 60 y Saldo ≥ $5.000``.

    For reading only; what runs is the condition itself.
    """
    facts, about, told = facts_about("customer"), None, []
    for token in _TOKENS.findall(condition):
        if token in facts:
            about = facts[token]
            told.append(_(about.label))
        elif token[0].isdigit():
            told.append(_figure(token, about, currency))
        else:
            told.append(_word(token))
    return re.sub(r"\( | (?=[),])", lambda found: found[0].strip(), " ".join(told))


def _figure(token: str, about: Fact | None, currency: str) -> str:
    value = Decimal(token)
    if about and about.type == "money":
        return figures.money(value, currency)
    if about and about.type == "ppm":
        return figures.percent(value / 10_000, 0)
    return figures.number(value)


def _word(token: str) -> str:
    words = {
        "AND": _("y"),
        "OR": _("o"),
        "NOT": _("no"),
        "IN": _("es uno de"),
        "IS": _("es"),
        "NULL": _("desconocido"),
        "TRUE": _("sí"),
        "FALSE": _("no"),
    }
    return words.get(token.upper(), _SIGNS.get(token, token))
