"""The outbox: what waits, what left, what did not and why; and what nobody knows, for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from csp.decorators import csp, csp_update
from django.contrib import messages as notes
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.contact.gate import sentence_of
from recaudo.contact.mail import account_for
from recaudo.contact.models import (
    Message,
    MessageEvent,
    MessageItem,
    MessageState,
    MessageText,
    Verdict,
)
from recaudo.contact.outbox import settle_uncertain, withdraw
from recaudo.core.problems import Problem
from recaudo.desk.book import Titles, titles
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import MESSAGE_STATES, called, sent_by
from recaudo.desk.views.contacts import HIDDEN, masked
from recaudo.portfolio.models import Channel
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.words import sentences

SHOWN = 50
#: Waiting ones by when they may leave; the others newest first.
WAITING = (MessageState.PROPOSED, MessageState.PLANNED)
#: What needs a person stands first, then in the order of a message's life.
ORDER = (
    "uncertain",
    "proposed",
    "planned",
    "rendered",
    "attempted",
    "sent",
    "delivered",
    "read",
    "answered",
    "bounced",
    "failed",
    "withdrawn",
)
#: What is saved of a text stays shut in: no script, no form, nothing from elsewhere.
SHUT_IN = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "sandbox": True,
    "frame-ancestors": ["'self'"],
}


@open_to()
def messages(request: DeskRequest) -> HttpResponse:
    """Messages by state and channel, over the customers that this user may see."""
    everything = _seen(request)
    by_channel = request.GET.get("channel", "")
    by_channel = by_channel if by_channel in Channel.values else ""
    counts = {
        each["state"]: each
        for each in everything.values("state").annotate(count=Count("id"), balance=Sum("balance"))
    }
    state = request.GET.get("state", "")
    state = state if state in ORDER else _first_state(counts)
    chosen = everything.filter(state=state)
    if by_channel:
        chosen = chosen.filter(channel=by_channel)
    waiting = state in WAITING
    order = ("not_before", "-balance", "id") if waiting else ("-state_at", "-id")
    # The numbers of one page first: the customers' names are looked up for these alone.
    pages = Paginator(chosen.order_by(*order).values_list("pk", flat=True), SHOWN)
    if not by_channel:
        pages.count = counts.get(state, {"count": 0})["count"]  # already counted
    page = pages.get_page(request.GET.get("page"))
    shown = Message.objects.filter(pk__in=list(page)).select_related("customer").order_by(*order)
    context = {
        "page": page,
        "rows": _rows(list(shown), titles()),
        "state": state,
        "is_waiting": waiting,
        "channel": by_channel,
        "states": [
            {"code": code, "name": called(MESSAGE_STATES, code)} | counts.get(code, {"count": 0})
            for code in ORDER
            if code in counts or code in ("planned", "sent", "withdrawn", state)
        ],
        "channels": Channel.choices,
        "uncertain": counts.get("uncertain", {"count": 0})["count"],
        "has_account": account_for(request.creditor) is not None,
    }
    return render(request, "desk/messages.html", context)


def _seen(request: DeskRequest) -> QuerySet[Message]:
    everything: QuerySet[Message] = Message.objects.all()
    if request.seer is not None:
        seen = visible_customers(request.user, request.creditor, request.today)
        everything = everything.filter(customer__in=seen)
    return everything


def _first_state(counts: dict[str, Any]) -> str:
    """What is most worth seeing: what nobody knows, then planned, then proposed."""
    return next(
        (each for each in ("uncertain", "planned", "proposed") if each in counts), "planned"
    )


def _rows(shown: Sequence[Message], book: Titles) -> list[dict[str, Any]]:
    refusals: dict[int, Verdict] = {}
    for verdict in Verdict.objects.filter(
        message_id__in=[each.pk for each in shown], is_allowed=False
    ).order_by("id"):
        refusals[verdict.message_id or 0] = verdict
    return [
        {
            "message": each,
            "step": _step(each, book),
            "channel": sent_by(each.channel),
            "why": _why(each, refusals.get(each.pk)),
        }
        for each in shown
    ]


def _step(message: Message, book: Titles) -> str:
    return book.step(message.step_key) if message.run_id else _("Escrito a mano")


def _why(message: Message, refusal: Verdict | None) -> str:
    """Why it waits, or never left, in one sentence; empty where there is nothing to say."""
    code = message.withdrawn_reason or message.error_code
    waits = message.state == MessageState.PLANNED and message.next_try_at is not None
    if refusal is not None and (waits or refusal.rule == code):
        return sentence_of(refusal)
    return _reason(code)


def _reason(code: str) -> str:
    return words.sentence(code) if code in sentences() else code.replace("_", " ")


@open_to()
@csp_update({"frame-src": ["'self'"]})
def message(request: DeskRequest, message_id: int) -> HttpResponse:
    """One message: its text, what happened to it, and the gate's words on it."""
    row = _one(request, message_id)
    point = row.contact_point
    events = MessageEvent.objects.filter(message_id=row.pk).order_by("id")
    text = MessageText.objects.filter(message_id=row.pk).first()
    context = {
        "message": row,
        "step": _step(row, titles()),
        "state": called(MESSAGE_STATES, row.state),
        "channel": sent_by(row.channel),
        "to": masked(point.channel, point.normalised) if point else HIDDEN if text else "",
        "text": text,
        "items": MessageItem.objects.filter(message=row)
        .select_related("document")
        .order_by("-is_live", "id"),
        "events": [
            {"event": each, "name": called(MESSAGE_STATES, each.state), "why": _reason(each.code)}
            for each in events
        ],
        "verdicts": [
            {"verdict": each, "told": sentence_of(each)}
            for each in Verdict.objects.filter(message_id=row.pk).order_by("-id")[:SHOWN]
        ],
        "is_uncertain": row.state == MessageState.UNCERTAIN,
        "is_planned": row.state == MessageState.PLANNED,
    }
    return render(request, "desk/message.html", context)


def _one(request: DeskRequest, message_id: int) -> Message:
    row = (
        _seen(request)
        .select_related("customer", "contact_point", "by")
        .filter(pk=message_id)
        .first()
    )
    if row is None:
        raise Http404
    return row


@open_to()
@xframe_options_sameorigin
@csp(SHUT_IN)
def page_of(request: DeskRequest, message_id: int) -> HttpResponse:
    """The saved page of a message, shut in: for the frame on the message's own page."""
    row = _one(request, message_id)
    text = MessageText.objects.filter(message_id=row.pk).exclude(html="").first()
    if text is None:
        raise Http404
    return HttpResponse(text.html)


@open_to("lead")
@require_POST
def settle(request: DeskRequest, message_id: int) -> HttpResponse:
    """A person says what became of an uncertain message."""
    row = _one(request, message_id)
    try:
        after = settle_uncertain(
            row,
            request.POST.get("word", ""),
            by=request.user,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
        if after.pk == row.pk:
            notes.success(request, _("Anotado: el mensaje salió."))
        else:
            notes.success(request, _("Otro mensaje lo reemplaza y sale cuando se permita."))
        row = after
    except Problem as problem:
        notes.error(request, words.sentence(problem))
    return redirect("desk:outbox_message", request.creditor.code, row.pk)


@open_to("lead")
@require_POST
def take_back(request: DeskRequest, message_id: int) -> HttpResponse:
    """A person takes back what is still planned."""
    row = _one(request, message_id)
    try:
        withdraw(row, by=request.user, reason="withdrawn_by_hand", now=timezone.now())
        notes.success(request, _("Mensaje retirado: no saldrá."))
    except Problem as problem:
        notes.error(request, words.sentence(problem))
    return redirect("desk:outbox_message", request.creditor.code, row.pk)
