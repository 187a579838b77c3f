"""The inbox in words: which replies this user sees, how they are told, and what the form says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recaudo.access.models import Creditor, User
from recaudo.access.queries import sees_whole_portfolio
from recaudo.contact.inbound.classify import own_words
from recaudo.contact.models import (
    InboundFile,
    InboundMessage,
    Message,
    MessageState,
    MessageText,
    ReplyClass,
)
from recaudo.core.problems import N_, Problem
from recaudo.core.written import amount_written
from recaudo.desk.names import channel
from recaudo.portfolio.models import Customer
from recaudo.portfolio.queries.customers import visible_customers

#: Classes in the order of their number keys, with what the button says.
CLASS_TITLES: dict[str, str] = {
    "paid": N_("Ya pagó"),
    "promise": N_("Promete pagar"),
    "objection": N_("Objeta"),
    "situation": N_("Situación especial"),
    "wrong_person": N_("No es la persona"),
    "stop": N_("No escribirle más"),
    "question": N_("Pregunta"),
    "other": N_("Otra cosa"),
}
#: What the button does, told beside it.
CLASS_EFFECTS: dict[str, str] = {
    "situation": N_("Pausa al cliente hasta que una persona la levante."),
    "wrong_person": N_("El dato por el que respondió queda como inválido para este cliente."),
    "stop": N_("Retira desde hoy la autorización por este canal."),
    "question": N_("Solo termina la pausa: responda abajo."),
    "other": N_("Solo termina la pausa."),
}
BOXES: dict[str, str] = {
    "waiting": N_("Por clasificar"),
    "unmatched": N_("Sin cliente"),
    "machine": N_("Rebotes y automáticas"),
    "done": N_("Clasificadas"),
}
MACHINE_KINDS = ("bounce", "auto_reply", "loop", "unreadable")
KIND_TITLES: dict[str, str] = {
    "reply": N_("Respuesta"),
    "bounce": N_("Rebote"),
    "auto_reply": N_("Respuesta automática"),
    "loop": N_("Correo nuestro que volvió"),
    "unreadable": N_("No se pudo leer"),
}
EXCERPT = 220


def seen_inbound(
    user: User, creditor: Creditor, role: str, today: date
) -> QuerySet[InboundMessage]:
    """The messages that ``user`` may see: a collector those of their customers; nobody's messages
    only who sees the whole portfolio."""
    every = InboundMessage.objects.all()
    if sees_whole_portfolio(role):
        return every
    mine = visible_customers(user, creditor, today).filter(pk=OuterRef("customer_id"))
    return every.filter(Exists(mine))


def in_box(messages: QuerySet[InboundMessage], box: str) -> QuerySet[InboundMessage]:
    """Those of one of ``BOXES``, the oldest first where somebody waits, else the newest."""
    if box == "unmatched":
        return messages.filter(waiting(), kind="reply", customer__isnull=True).order_by(*OLDEST)
    if box == "machine":
        return messages.filter(kind__in=MACHINE_KINDS).order_by(*NEWEST)
    if box == "done":
        return messages.filter(kind="reply", state="done").order_by(*NEWEST)
    return messages.filter(waiting()).order_by(*OLDEST)


OLDEST = ("received_at", "id")
NEWEST = ("-received_at", "-id")


def waiting() -> Q:
    """What a person has to look at: replies not classified, and what else was left open."""
    return Q(state="new")


def box_counts(messages: QuerySet[InboundMessage]) -> dict[str, int]:
    counted = messages.aggregate(
        waiting=Count("id", filter=waiting()),
        unmatched=Count("id", filter=waiting() & Q(kind="reply", customer__isnull=True)),
        machine=Count("id", filter=Q(kind__in=MACHINE_KINDS)),
        done=Count("id", filter=Q(kind="reply", state="done")),
    )
    return dict(counted)


@dataclass(frozen=True)
class Row:
    """One message of the list. ``age`` is how long they have been waiting."""

    inbound: InboundMessage
    who: str
    title: str
    excerpt: SafeString
    proposed: str
    score: int
    age: str
    is_late: bool
    files: int


def rows_of(messages: Sequence[InboundMessage], now: datetime) -> list[Row]:
    """One query more: the attachments."""
    with_files: dict[int, int] = {}
    ids = [each.pk for each in messages]
    for pk in InboundFile.objects.filter(inbound_id__in=ids).values_list("inbound_id", flat=True):
        with_files[pk] = with_files.get(pk, 0) + 1
    return [_row(each, now, with_files.get(each.pk, 0)) for each in messages]


def _row(inbound: InboundMessage, now: datetime, files: int) -> Row:
    waited = now - inbound.received_at
    best = inbound.proposed_why[0] if inbound.proposed_why else {}
    text = own_words(inbound.own_text or inbound.text) or inbound.subject
    shown = inbound.classified or inbound.proposed
    return Row(
        inbound,
        who=inbound.customer.name if inbound.customer else "",
        title=_(KIND_TITLES[inbound.kind]),
        excerpt=highlighted(excerpt(text), best.get("words", [])),
        proposed=_(CLASS_TITLES[shown]) if shown else "",
        score=int(best.get("score", 0)),
        age=age(waited.total_seconds()),
        is_late=inbound.state == "new" and waited.days >= 1,
        files=files,
    )


def excerpt(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT else f"{flat[:EXCERPT].rsplit(' ', 1)[0]}…"


def age(seconds: float) -> str:
    """Minutes up to an hour, hours up to two days, then days; all complete ones."""
    minutes = max(0, int(seconds // 60))
    if minutes < 60:
        return ngettext("%(n)d min", "%(n)d min", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d hora", "%(n)d horas", hours) % {"n": hours}
    return ngettext("%(n)d día", "%(n)d días", hours // 24) % {"n": hours // 24}


def highlighted(text: str, words: Iterable[str]) -> SafeString:
    """``text`` escaped, with ``words`` (as they stand in it) marked where they first come."""
    flat = {" ".join(word.split()) for word in words if word.strip()} | set(words)
    spans: list[tuple[int, int]] = []
    for word in sorted((each for each in flat if each.strip()), key=len, reverse=True):
        at = text.find(word)
        if at >= 0 and not any(start < at + len(word) and at < end for start, end in spans):
            spans.append((at, at + len(word)))
    pieces, last = [], 0
    for start, end in sorted(spans):
        pieces.append(conditional_escape(text[last:start]))
        pieces.append(f"<mark>{conditional_escape(text[start:end])}</mark>")
        last = end
    pieces.append(conditional_escape(text[last:]))
    return mark_safe("".join(str(piece) for piece in pieces))


def why_of(inbound: InboundMessage) -> list[dict[str, Any]]:
    """The proposals in words, the likeliest first."""
    return [
        {
            "code": each["class"],
            "title": _(CLASS_TITLES[each["class"]]),
            "score": each["score"],
            "words": each["words"],
        }
        for each in inbound.proposed_why
        if each.get("class") in ReplyClass.values and each["score"]
    ]


@dataclass(frozen=True)
class Turn:
    """One message of the conversation, theirs or ours."""

    at: datetime
    is_theirs: bool
    channel: str
    text: str
    state: str
    is_here: bool = False


def thread_of(inbound: InboundMessage, size: int = 20) -> list[Turn]:
    """The customer's last messages either way, the newest last; two queries and one of texts."""
    if inbound.customer_id is None:
        return []
    theirs = InboundMessage.objects.filter(customer_id=inbound.customer_id, kind="reply")
    turns = [
        Turn(
            each.received_at,
            True,
            channel(each.channel),
            own_words(each.own_text or each.text) or each.subject,
            _(CLASS_TITLES[each.classified]) if each.classified else "",
            each.pk == inbound.pk,
        )
        for each in theirs.order_by("-received_at", "-id")[:size]
    ]
    ours = Message.objects.filter(customer_id=inbound.customer_id, state_at__isnull=False).exclude(
        state__in=["proposed", "withdrawn"]
    )
    sent = list(ours.order_by("-state_at", "-id")[:size])
    texts = dict(
        MessageText.objects.filter(message_id__in=[each.pk for each in sent]).values_list(
            "message_id", "text"
        )
    )
    turns += [
        Turn(
            each.state_at,
            False,
            channel(each.channel),
            texts.get(each.pk, ""),
            str(MessageState(each.state).label),
        )
        for each in sent
        if each.state_at is not None
    ]
    return sorted(turns, key=lambda turn: turn.at)[-size:]


def candidates(
    user: User, creditor: Creditor, today: date, *, sought: str, offered: Sequence[int]
) -> list[Customer]:
    """Whose it may be: found by name, code, tax id, or offered by the matching."""
    seen = visible_customers(user, creditor, today)
    if sought.strip():
        text = sought.strip()[:100]
        digits = "".join(c for c in text if c.isalnum())
        found = seen.filter(
            Q(name__icontains=text) | Q(code__iexact=text) | Q(tax_id=digits or text)
        )
        return list(found.order_by("name", "pk")[:10])
    return list(seen.filter(pk__in=offered).order_by("name", "pk"))


def typed_amount(typed: str) -> Decimal | None:
    """Both ways of writing decimals. Raises Problem ``reply_amount_unreadable``."""
    if not typed.strip():
        return None
    value = amount_written(typed)
    if value is None or value >= Decimal(10) ** 14:
        raise Problem("reply_amount_unreadable", typed=typed[:40])
    return value


def typed_day(typed: str) -> date | None:
    """Raises Problem ``promise_day_unreadable``."""
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise Problem("promise_day_unreadable", typed=typed[:40]) from error
