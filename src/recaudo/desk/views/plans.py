"""What is planned: the messages of the next days, and the strategy behind them in words."""

from __future__ import annotations

from typing import Any

from babel.lists import format_list
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recaudo.contact.models import Message
from recaudo.core.problems import N_
from recaudo.desk import figures
from recaudo.desk.book import titles
from recaudo.desk.conditions import in_words
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import MESSAGE_STATES, TASK_KINDS, called, sent_by
from recaudo.portfolio.models import Channel
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.book import Book, StepPart, notices_of

SHOWN = 50
ANCHORS = {
    "entry": N_("al entrar al segmento"),
    "due": N_("el día del vencimiento"),
}


@open_to()
def messages(request: DeskRequest) -> HttpResponse:
    """Planned, proposed and withdrawn messages over the customers that this user may see."""
    state = request.GET.get("state", "")
    by_channel = request.GET.get("channel", "")
    everything = Message.objects.all()
    if request.seer is not None:
        seen = visible_customers(request.user, request.creditor, request.today)
        everything = everything.filter(customer__in=seen)
    counts = {
        each["state"]: each
        for each in everything.values("state").annotate(count=Count("id"), balance=Sum("balance"))
    }
    state = state if state in MESSAGE_STATES else _first_state(counts)
    chosen = everything.filter(state=state)
    if by_channel in Channel.values:
        chosen = chosen.filter(channel=by_channel)
    order = ("not_before", "-balance", "id")
    # The numbers of one page first: the customers' names are looked up for these alone.
    pages = Paginator(chosen.order_by(*order).values_list("pk", flat=True), SHOWN)
    if not by_channel:
        pages.count = counts.get(state, {"count": 0})["count"]  # already counted
    page = pages.get_page(request.GET.get("page"))
    shown = Message.objects.filter(pk__in=list(page)).select_related("customer").order_by(*order)
    book = titles()
    context = {
        "page": page,
        "rows": [
            {"message": each, "step": book.step(each.step_key), "channel": sent_by(each.channel)}
            for each in shown
        ],
        "state": state,
        "channel": by_channel,
        "states": [
            {"code": code, "name": called(MESSAGE_STATES, code)} | counts.get(code, {"count": 0})
            for code in MESSAGE_STATES
        ],
        "channels": Channel.choices,
    }
    return render(request, "desk/messages.html", context)


def _first_state(counts: dict[str, Any]) -> str:
    """What is most worth seeing: planned; proposed where only those are there."""
    return "proposed" if "proposed" in counts and "planned" not in counts else "planned"


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
