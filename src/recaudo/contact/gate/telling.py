"""The gate's word as a person reads it: why, by which article, and when at the earliest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime
from django.utils import translation
from django.utils.translation import gettext as _

from recaudo.contact.words.gate import CHANNELS, DAYS, GRADES, REFUSED


class Told(Protocol):
    """A ``Word``, or the ``Verdict`` that keeps one."""

    @property
    def is_allowed(self) -> bool: ...
    @property
    def kind(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def article(self) -> str: ...
    @property
    def grade(self) -> str: ...
    @property
    def earliest_at(self) -> datetime | None: ...
    @property
    def facts(self) -> Mapping[str, object]: ...
    @property
    def overrode(self) -> str: ...


def sentence_of(word: Told) -> str:
    """One to three sentences in the active language; moments in the customer's own time."""
    parts = [_allowed(word) if word.is_allowed else _refused(word)]
    if not word.is_allowed:
        parts += [_by_whom(word), _when(word)]
    return " ".join(part for part in parts if part)


def _allowed(word: Told) -> str:
    if word.overrode:
        return _("Permitido: se dejó de lado una regla propia, con su motivo. La ley lo permite.")
    if word.article and word.facts.get("is_law"):
        return _("Permitido: cumple el horario y los topes de %(article)s (%(grade)s).") % {
            "article": word.article,
            "grade": _grade(word.grade),
        }
    if word.article or word.grade not in ("", "house"):
        return _("Permitido: cumple los límites que Recaudo aplica por prudencia (no son ley).")
    return _("Permitido: ninguna regla lo impide ahora.")


def _refused(word: Told) -> str:
    sentence = REFUSED.get(word.rule) or REFUSED[_family(word)]
    facts = {name: _shown(name, value) for name, value in word.facts.items()}
    return _(sentence).format_map(_Facts(facts))


def _family(word: Told) -> str:
    """Rules of packs and houses have names of their own; what they count tells what they are."""
    facts = word.facts
    if "day" in facts or "hours" in word.rule:
        return "hours" if facts.get("opens") else "closed_day"
    if "days" in facts or "spacing" in word.rule:
        return "spacing"
    if "fixed" in facts:
        return "one_channel_a_week"
    return "cap"


def _by_whom(word: Told) -> str:
    """An article only for what is law; the creditor's and our own rules are told as such."""
    if word.kind == "house":
        return _("Es una regla propia de la empresa, no de la ley.")
    if word.kind != "law":
        return ""
    if word.facts.get("is_law") and word.article:
        return _("Norma: %(article)s (%(grade)s).") % {
            "article": word.article,
            "grade": _grade(word.grade),
        }
    return _("Es un límite que Recaudo aplica por prudencia; no se encontró una norma que lo diga.")


def _when(word: Told) -> str:
    if word.earliest_at is None:
        return ""
    zone = ZoneInfo(str(word.facts.get("zone") or "UTC"))
    local = word.earliest_at.astimezone(zone)
    moment = format_datetime(local, "EEEE d MMMM, HH:mm", locale=_locale())
    return _("Se podrá desde: %(moment)s (hora del cliente).") % {"moment": moment}


def _grade(grade: str) -> str:
    return _(GRADES.get(grade, GRADES["none"]))


def _shown(name: str, value: object) -> str:
    if name in ("channel", "fixed"):
        return _(CHANNELS[str(value)]) if value in CHANNELS else str(value)
    if name == "day":
        return _(DAYS[str(value)]) if value in DAYS else str(value)
    if name in ("since", "until", "balances_on") and value:
        return format_date(date.fromisoformat(str(value)), "medium", locale=_locale())
    return "…" if value is None else str(value)


def _locale() -> Locale:
    return Locale.parse(translation.to_locale(translation.get_language() or "es"))


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"
