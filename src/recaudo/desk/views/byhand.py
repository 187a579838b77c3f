"""Messages that people send with their own hands: opened, sent, and said so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as notes
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.expressions import F, OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.access.queries import grants
from recaudo.audit.actions import record_change
from recaudo.contact.gate import sentence_of
from recaudo.contact.hand.opening import BY_HAND, link_for, open_message
from recaudo.contact.models import MailAccount, Message, MessageState, MessageText
from recaudo.contact.outbox.by_hand import confirm_by_hand, leave_by_hand
from recaudo.core.problems import Problem
from recaudo.desk.book import titles
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import sent_by, written_by
from recaudo.portfolio.models import Channel, Customer
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.actions.runs import refresh_customers
from recaudo.strategy.models import Decision

SHOWN = 50


@open_to()
def to_send(request: DeskRequest) -> HttpResponse:
    """What waits for somebody to send it, the most urgent customer first; above it, what was opened
    and nobody has said yet whether it was sent."""
    waiting = waiting_by_hand()
    if request.seer is not None:
        seen = visible_customers(request.user, request.creditor, request.today)
        waiting = waiting.filter(customer__in=seen)
    chosen = request.GET.get("channel", "")
    if chosen in BY_HAND:
        waiting = waiting.filter(channel=chosen)
    names = titles()
    rows = list(waiting.select_related("customer")[: SHOWN + 1])
    context = {
        "rows": [
            {
                "message": each,
                "step": names.step(each.step_key),
                "channel": sent_by(each.channel),
                "is_open": each.state == MessageState.ATTEMPTED,
            }
            for each in rows[:SHOWN]
        ],
        "has_more": len(rows) > SHOWN,
        "channels": [(code, written_by(code)) for code in BY_HAND],
        "channel": chosen,
    }
    return render(request, "desk/to_send.html", context)


def waiting_by_hand() -> QuerySet[Message]:
    """Opened ones first, then planned ones whose moment has come, by the customer's priority."""
    now = timezone.now()
    channels = list(BY_HAND)
    if MailAccount.objects.filter(is_active=True).exists():
        channels.remove(Channel.EMAIL)
    urgency = Decision.objects.filter(customer=OuterRef("customer_id")).values("priority")[:1]
    planned = Message.objects.filter(
        state=MessageState.PLANNED, channel__in=channels, not_before__lte=now, not_after__gt=now
    )
    opened = Message.objects.filter(
        state=MessageState.ATTEMPTED, channel__in=list(BY_HAND), leased_by=""
    )
    ordered: QuerySet[Message] = (
        (planned | opened)
        .annotate(
            place=Case(
                When(state=MessageState.ATTEMPTED, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            ),
            urgency=Subquery(urgency),
        )
        .order_by("place", F("urgency").desc(nulls_last=True), "not_before", "id")
    )
    return ordered


def of_customer(customer: Customer) -> list[dict[str, Any]]:
    """What waits to be sent by hand to one customer, for their page."""
    return [
        {
            "message": each,
            "channel": sent_by(each.channel),
            "is_open": each.state == MessageState.ATTEMPTED,
        }
        for each in waiting_by_hand().filter(customer=customer)[:10]
    ]


@open_to("work")
@require_POST
def open_one(request: DeskRequest, customer_id: int, message_id: int) -> HttpResponse:
    """Ask the gate, write the text, and show it ready to be sent."""
    customer = customer_or_404(request, customer_id)
    message = _message(customer, message_id)
    reason = request.POST.get("override_reason", "").strip()
    try:
        opened = open_message(
            request.creditor,
            message,
            at=timezone.now(),
            by=request.user,
            override_reason=reason if grants(request.membership, "lead") else "",
        )
    except Problem as problem:
        notes.error(request, words.sentence(problem))
        return _back(request, customer)
    if opened.text is None and opened.word is not None:
        context = {
            "customer": customer,
            "message": opened.message,
            "channel_name": sent_by(opened.message.channel),
            "refused": sentence_of(opened.word),
            "may_override": opened.word.kind == "house" and grants(request.membership, "lead"),
        }
        return render(request, "desk/opened.html", context)
    record_change(
        "message_opened",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        subject="message",
        subject_id=message.pk,
        channel=message.channel,
    )
    return redirect("desk:message_opened", request.creditor.code, customer.pk, message.pk)


@open_to("work")
def opened(request: DeskRequest, customer_id: int, message_id: int) -> HttpResponse:
    """The text and the link; after sending, one key says so."""
    customer = customer_or_404(request, customer_id)
    message = _message(customer, message_id)
    text = MessageText.objects.filter(message_id=message.pk).first()
    if text is None or message.state != MessageState.ATTEMPTED or message.leased_by:
        return _back(request, customer)
    may_see = grants(request.membership, "see_identifiers")
    context = {
        "customer": customer,
        "message": message,
        "text": text,
        "channel_name": sent_by(message.channel),
        "link": link_for(message.channel, text.to_value, text.text, text.subject)
        if may_see
        else "",
        "warns_agency": message.channel == Channel.WHATSAPP,
    }
    return render(request, "desk/opened.html", context)


@open_to("work")
@require_POST
def confirm(request: DeskRequest, customer_id: int, message_id: int) -> HttpResponse:
    """Sent, or not, on the person's word; then to what is next to be sent."""
    customer = customer_or_404(request, customer_id)
    message = _message(customer, message_id)
    now = timezone.now()
    try:
        if request.POST.get("was_sent") == "yes":
            confirm_by_hand(message, by=request.user, now=now)
            refresh_customers(request.creditor, [customer.pk], today=request.today)
            notes.success(request, _("Anotado como enviado."))
        else:
            leave_by_hand(message, now=now)
            notes.info(request, _("Sigue por enviar."))
    except Problem as problem:
        notes.error(request, words.sentence(problem))
        return _back(request, customer)
    return redirect("desk:to_send", request.creditor.code)


@open_to("work", "see_identifiers")
def letter(request: DeskRequest, customer_id: int, message_id: int) -> HttpResponse:
    """A letter as a page to print."""
    customer = customer_or_404(request, customer_id)
    message = _message(customer, message_id)
    text = MessageText.objects.filter(message_id=message.pk).first()
    if text is None or message.channel != Channel.ADDRESS:
        raise Http404
    return render(request, "desk/letter.html", {"customer": customer, "text": text})


def _message(customer: Customer, message_id: int) -> Message:
    found: Message | None = Message.objects.filter(pk=message_id, customer=customer).first()
    if found is None:
        raise Http404
    found.customer, found.creditor = customer, customer.creditor
    return found


def _back(request: DeskRequest, customer: Customer) -> HttpResponse:
    return redirect("desk:customer", request.creditor.code, customer.pk)
