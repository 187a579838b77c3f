"""The strategy in words: segments in order, and for each its steps as sentences."""

from __future__ import annotations

from typing import Any

from babel.lists import format_list
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recaudo.core.problems import N_
from recaudo.desk import figures
from recaudo.desk.book import titles
from recaudo.desk.conditions import in_words
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import TASK_KINDS, called, sent_by
from recaudo.strategy.book import Book, StepPart, notices_of

ANCHORS = {
    "entry": N_("al entrar al segmento"),
    "due": N_("el día del vencimiento"),
}


@open_to()
def strategy(request: DeskRequest) -> HttpResponse:
    """Segments in order, and for each its steps as sentences."""
    names = titles()
    context: dict[str, Any] = {"row": names.row, "book": names.book}
    if names.book:
        context |= {
            "title": names.book.text.en if names.language.startswith("en") else names.book.text.es,
            "segments": _segments(names.book, names.language, request.creditor.currency),
            "notices": [
                (part.title(names.language), _by(part.channels))
                for part in notices_of(names.book.text).values()
            ],
            "slots": names.slots(),
        }
    return render(request, "desk/strategy.html", context)


def _segments(book: Book, language: str, currency: str) -> list[dict[str, Any]]:
    """Every segment with its strategy, told; several segments may share one."""
    text = book.text
    return [
        {
            "number": number,
            "code": segment.code,
            "name": segment.title(language),
            "condition": segment.when,
            "told": in_words(segment.when, currency),
            "strategy": text.strategies[segment.strategy].title(language),
            "steps": [
                {"name": text.steps[key].title(language), "told": tell(text.steps[key])}
                for key in text.strategies[segment.strategy].steps
            ],
        }
        for number, segment in enumerate(text.segments, 1)
    ]


def tell(step: StepPart) -> str:
    """When and what, in one sentence."""
    what = (
        _("mensaje por %(channels)s") % {"channels": _by(step.channels)}
        if step.do == "message"
        else _("tarea: %(kind)s") % {"kind": called(TASK_KINDS, step.task).lower()}
    )
    return f"{_when(step)}: {what}."


def _when(step: StepPart) -> str:
    days = abs(step.offset_days)
    if step.anchor == "repeat":
        every = ngettext("Cada día", "Cada %(days)s días", step.every_days) % {
            "days": step.every_days
        }
        since = ngettext(
            "desde %(days)s día de mora", "desde %(days)s días de mora", step.offset_days
        ) % {"days": step.offset_days}
        if step.at_most is None:
            return f"{every}, {since}"
        limit = ngettext("%(times)s vez", "hasta %(times)s veces", step.at_most)
        return f"{every}, {since}, {limit % {'times': step.at_most}}"
    if days == 0:
        return _(ANCHORS[step.anchor]).capitalize()
    if step.anchor == "entry":
        text = ngettext(
            "%(days)s día después de entrar al segmento",
            "%(days)s días después de entrar al segmento",
            days,
        )
    elif step.offset_days < 0:
        text = ngettext(
            "%(days)s día antes del vencimiento", "%(days)s días antes del vencimiento", days
        )
    else:
        text = ngettext("A %(days)s día de mora", "A %(days)s días de mora", days)
    return text % {"days": days}


def _by(channels: tuple[str, ...]) -> str:
    told = [sent_by(each) for each in channels]
    return format_list(told, style="or", locale=figures.locale())
