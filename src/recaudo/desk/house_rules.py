"""Rules of contact as a person reads them, one sentence each."""

from __future__ import annotations

from datetime import time

from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recaudo.contact.gate.house import Compared
from recaudo.contact.words.gate import CHANNELS
from recaudo.core.contact_rules import CHANNELS as EVERY
from recaudo.core.contact_rules import Cap, Hours, Spacing
from recaudo.core.problems import N_
from recaudo.desk import figures

PERIODS = {"day": N_("al día"), "week": N_("por semana"), "7days": N_("cada 7 días")}
KINDS = {
    "attempt": N_("contactos o intentos"),
    "contact": N_("conversaciones"),
    "after_conversation": N_("contactos después de una conversación"),
}
SCOPES = {"debtor": N_("por persona"), "debt": N_("por deuda")}


def told(rule: Compared) -> str:
    """One house rule: what it is, for which channels."""
    part = rule.part
    if isinstance(part, Hours):
        return _("Horario de %(channels)s: %(days)s.") % {
            "channels": channels(part.channels),
            "days": "; ".join(
                f"{name} {_windows(windows)}"
                for name, windows in (
                    (_("lunes a viernes"), part.weekday),
                    (_("sábado"), part.saturday),
                    (_("domingo"), part.sunday),
                    (_("festivo"), part.holiday),
                )
            ),
        }
    if isinstance(part, Cap):
        return _("Máximo %(max)s %(what)s %(period)s %(scope)s, en %(channels)s.") % {
            "max": part.max,
            "what": _(KINDS[part.kind]),
            "period": _(PERIODS[part.per]),
            "scope": _(SCOPES[part.scope]),
            "channels": channels(part.channels),
        }
    if isinstance(part, Spacing):
        apart = ngettext(
            "Al menos %(days)s día entre contactos",
            "Al menos %(days)s días entre contactos",
            part.days,
        ) % {"days": part.days}
        return _("%(apart)s, en %(channels)s.") % {
            "apart": apart,
            "channels": channels(part.channels),
        }
    if part is not None:
        return _("Canal prohibido: %(channel)s.") % {"channel": _(CHANNELS[part])}
    return _("Un solo canal por semana con cada persona.")


def channels(several: frozenset[str]) -> str:
    if several >= set(EVERY):
        return _("todos los canales")
    names = [_(CHANNELS[each]) for each in EVERY if each in several]
    return format_list(names, locale=figures.locale())


def _windows(windows: tuple[tuple[time, time], ...]) -> str:
    """Midnight as an end is the end of the day."""
    if not windows:
        return _("no")
    return ", ".join(
        f"{start:%H:%M}–{'24:00' if end == time(0) else f'{end:%H:%M}'}" for start, end in windows
    )
