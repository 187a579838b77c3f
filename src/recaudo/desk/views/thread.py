"""One customer's conversation: every contact, either way, with the gate's word on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from recaudo.access.models import User
from recaudo.contact.gate import sentence_of
from recaudo.contact.hand.conversation import Turn, conversation
from recaudo.contact.hand.outcomes import titles_of
from recaudo.contact.models import Message, MessageState, MessageText, ReplyClass
from recaudo.core.problems import N_, Problem
from recaudo.desk.book import Titles, titles
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import called, sent_by
from recaudo.strategy.telling import channel_told

INBOUND_KINDS = {
    "reply": N_("Respondió"),
    "bounce": N_("No se pudo entregar"),
    "auto_reply": N_("Respuesta automática"),
    "loop": N_("Correo nuestro que volvió"),
    "unreadable": N_("Llegó un correo que no se pudo leer"),
}
STATE_TONES = {
    "sent": "good", "delivered": "good", "read": "good", "answered": "good",
    "uncertain": "warn", "attempted": "warn", "failed": "bad", "bounced": "bad",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One turn in words. ``tone`` colours its state; ``text`` is what they wrote."""

    turn: Turn
    title: str
    state: str
    tone: str
    text: str
    verdict: str
    who: str


@open_to()
def thread(request: DeskRequest, customer_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    try:
        page = conversation(customer, before=request.GET.get("before") or None)
    except Problem as problem:
        raise Http404 from problem
    context = {
        "customer": customer,
        "turns": tell_turns(page.turns, titles()),
        "before": page.before,
        "is_newest": not request.GET.get("before"),
    }
    return render(request, "desk/thread.html", context)


@open_to()
def text(request: DeskRequest, customer_id: int, message_id: int) -> HttpResponse:
    """What a message said, word for word, asked for by who wants to read it."""
    customer = customer_or_404(request, customer_id)
    message = Message.objects.filter(pk=message_id, customer=customer).first()
    if message is None:
        raise Http404
    said = MessageText.objects.filter(message_id=message.pk).first()
    return render(
        request, "desk/parts/said.html", {"customer": customer, "said": said, "message": message}
    )


def tell_turns(turns: Iterable[Turn], names: Titles) -> list[Said]:
    """Two queries: the people and the results in them."""
    shown = list(turns)
    ids = {turn.facts.get("by") for turn in shown if turn.facts.get("by")}
    people = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    results = titles_of(turn.facts.get("outcome") or "" for turn in shown)
    return [_told(turn, names, people, results) for turn in shown]


def _told(turn: Turn, names: Titles, people: dict[int, str], results: dict[str, str]) -> Said:
    title, state, tone, said = TELLERS[turn.kind](turn.facts, names, results)
    return Said(
        turn,
        title=title,
        state=state,
        tone=tone,
        text=said,
        verdict=sentence_of(turn.verdict) if turn.verdict is not None else "",
        who=people.get(turn.facts.get("by") or 0, ""),
    )


Told = tuple[str, str, str, str]


def _message(facts: dict[str, Any], names: Titles, results: dict[str, str]) -> Told:
    told = {"channel": sent_by(facts["channel"]), "step": names.step(facts["step"])}
    title = _("%(step)s, por %(channel)s") % told
    state = str(MessageState(facts["state"]).label)
    return title, state, STATE_TONES.get(facts["state"], ""), ""


def _inbound(facts: dict[str, Any], names: Titles, results: dict[str, str]) -> Told:
    title = _("%(what)s por %(channel)s") % {
        "what": called(INBOUND_KINDS, facts["kind"]),
        "channel": channel_told(facts["channel"]),
    }
    if facts["subject"]:
        title = f"{title}: {facts['subject']}"
    if facts["classified"]:
        return title, str(ReplyClass(facts["classified"]).label), "good", _wrote(facts)
    waits = facts["kind"] == "reply" and facts["state"] == "new"
    return title, _("por clasificar") if waits else "", "warn" if waits else "", _wrote(facts)


def _wrote(facts: dict[str, Any]) -> str:
    return str(facts["text"] or facts["whole"])


def _interaction(facts: dict[str, Any], names: Titles, results: dict[str, str]) -> Told:
    told = {"channel": channel_told(facts["channel"])}
    came_in = facts["direction"] == "in"
    title = (
        _("El cliente se comunicó por %(channel)s") if came_in else _("Gestión por %(channel)s")
    ) % told
    outcome = results.get(facts["outcome"] or "", "")
    return title, outcome, "good" if facts["is_answered"] else "", facts["note"] or ""


def _refusal(facts: dict[str, Any], names: Titles, results: dict[str, str]) -> Told:
    visit = facts["channel"] == "visit"
    by = _("visita") if visit else channel_told(facts["channel"])
    return (
        _("No se hizo un contacto por %(channel)s") % {"channel": by},
        _("no permitido"),
        "bad",
        "",
    )


TELLERS = {
    "message": _message,
    "inbound": _inbound,
    "interaction": _interaction,
    "refusal": _refusal,
}
