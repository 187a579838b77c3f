"""The shared inbox: what customers answered, the oldest waiting first, and one reply with its
thread."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from recaudo.contact.inbound.acting import PICTURES, found_in
from recaudo.contact.inbound.answering import answer_subject, point_to_answer
from recaudo.contact.inbound.classify import own_words
from recaudo.contact.inbound.files import SHOWN, stored
from recaudo.contact.inbound.found import amounts_in, days_in
from recaudo.contact.models import InboundFile, InboundMessage
from recaudo.desk import figures
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.inbox import (
    BOXES,
    CLASS_EFFECTS,
    CLASS_TITLES,
    KIND_TITLES,
    age,
    box_counts,
    candidates,
    highlighted,
    in_box,
    rows_of,
    seen_inbound,
    thread_of,
    why_of,
)
from recaudo.desk.names import channel
from recaudo.payments.models import ReportedPayment
from recaudo.portfolio.models import Document, Hold

SIZE = 30
#: Names under which a page for writing to a customer may stand; the first that is there is used.
WRITING_PAGES = ("thread_compose", "compose", "customer_write")
#: Nothing of what strangers sent may run, load or be framed.
STRICT = "default-src 'none'; img-src 'self'; style-src 'none'; sandbox"


@open_to()
def inbox(request: DeskRequest) -> HttpResponse:
    seen = seen_inbound(request.user, request.creditor, request.membership.role, request.today)
    if request.GET.get("mine"):
        seen = seen.filter(
            customer__assignments__user=request.user,
            customer__assignments__role="collector",
            customer__assignments__until_on__isnull=True,
        )
    box = request.GET.get("box", "")
    box = box if box in BOXES else "waiting"
    messages = in_box(seen, box)
    chosen = request.GET.get("class", "")
    if chosen in CLASS_TITLES:
        field = "classified" if box == "done" else "proposed"
        messages = messages.filter(**{field: chosen})
    page = Paginator(messages.select_related("customer"), SIZE).get_page(request.GET.get("page"))
    counts = box_counts(seen)
    context = {
        "rows": rows_of(list(page), timezone.now()),
        "page": page,
        "box": box,
        "boxes": [
            {"code": code, "title": _(title), "count": counts[code]}
            for code, title in BOXES.items()
            if code != "unmatched" or request.seer is None
        ],
        "classes": [(code, _(title)) for code, title in CLASS_TITLES.items()],
        "chosen": chosen,
        "mine": bool(request.GET.get("mine")),
        "sees_all": request.seer is None,
    }
    return render(request, "desk/inbox.html", context)


@open_to()
def message(request: DeskRequest, inbound_id: int) -> HttpResponse:
    inbound = inbound_or_404(request, inbound_id)
    return render(request, "desk/inbox_message.html", message_context(request, inbound))


def inbound_or_404(request: DeskRequest, inbound_id: int) -> InboundMessage:
    """Not there, another creditor's and not yours are the same answer."""
    seen = seen_inbound(request.user, request.creditor, request.membership.role, request.today)
    found = (
        seen.select_related("customer", "classified_by").filter(pk=inbound_id).first()
        if inbound_id < 2**63
        else None
    )
    if found is None:
        raise Http404
    found.creditor = request.creditor
    if found.customer is not None:
        found.customer.creditor = request.creditor
    return found


def message_context(request: DeskRequest, inbound: InboundMessage) -> dict[str, Any]:
    now = timezone.now()
    text = own_words(inbound.own_text or inbound.text)
    why = why_of(inbound)
    chosen = request.GET.get("class", "") or inbound.proposed
    files = list(InboundFile.objects.filter(inbound=inbound).order_by("id"))
    return {
        "inbound": inbound,
        "title": _(KIND_TITLES[inbound.kind]),
        "channel": channel(inbound.channel),
        "age": age((now - inbound.received_at).total_seconds()),
        "body": highlighted(text, why[0]["words"] if why else []),
        "quoted": _quoted(inbound, text),
        "why": why,
        "is_open": inbound.state == "new",
        "can_act": inbound.state == "new" and not inbound.classified,
        "files": [{"file": each, "is_shown": each.content_type in SHOWN} for each in files],
        "pictures": [each for each in files if each.content_type in PICTURES],
        "paid": found_in(inbound, "paid", request.today),
        "paid_amounts": _amounts(request, text),
        "promise": found_in(inbound, "promise", request.today),
        "promise_days": days_in(text, request.today, looking="ahead")[1:4],
        "buttons": _buttons(chosen),
        "chosen": chosen,
        "documents": _documents(inbound),
        "classified": _(CLASS_TITLES[inbound.classified]) if inbound.classified else "",
        "thread": thread_of(inbound),
        "candidates": candidates(
            request.user,
            request.creditor,
            request.today,
            sought=request.GET.get("q", ""),
            offered=inbound.facts.get("offered", []),
        )
        if inbound.customer_id is None
        else [],
        "sought": request.GET.get("q", ""),
        "offers": bool(inbound.facts.get("offered")) and not request.GET.get("q"),
        "holds": Hold.objects.filter(
            customer_id=inbound.customer_id, released_at__isnull=True, source="inbound"
        ).count()
        if inbound.customer_id
        else 0,
        "reports": _reports(inbound),
        "writing_page": _writing_page(request, inbound),
        "answers_to": point_to_answer(inbound) if inbound.customer_id else None,
        "answer_subject": answer_subject(inbound),
        "next": _next(request, inbound),
    }


def _amounts(request: DeskRequest, text: str) -> list[str]:
    """The other amounts in the text, as hints."""
    return [figures.money(each, request.creditor.currency) for each in amounts_in(text)[1:4]]


def _buttons(chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "title": _(title),
            "key": number,
            "effect": _(CLASS_EFFECTS[code]) if code in CLASS_EFFECTS else "",
            "is_chosen": code == chosen,
            "has_form": code not in CLASS_EFFECTS,
        }
        for number, (code, title) in enumerate(CLASS_TITLES.items(), start=1)
    ]


def _quoted(inbound: InboundMessage, own: str) -> str:
    """All that came, where it is more than what they wrote themselves."""
    return inbound.text if inbound.text.strip() != own.strip() else ""


def _documents(inbound: InboundMessage) -> list[Document]:
    if inbound.customer_id is None:
        return []
    return list(
        Document.objects.filter(customer_id=inbound.customer_id, open_amount__gt=0).order_by(
            "due_on", "id"
        )[:50]
    )


def _reports(inbound: InboundMessage) -> list[ReportedPayment]:
    if inbound.customer_id is None:
        return []
    return list(ReportedPayment.objects.filter(customer_id=inbound.customer_id).order_by("-id")[:3])


def _writing_page(request: DeskRequest, inbound: InboundMessage) -> str:
    """Where one writes to a customer, told what is answered; empty where there is no such page."""
    if inbound.customer_id is None:
        return ""
    for name in WRITING_PAGES:
        try:
            path = reverse(f"desk:{name}", args=[request.creditor.code, inbound.customer_id])
        except NoReverseMatch:
            continue
        return f"{path}?answers={inbound.pk}"
    return ""


def _next(request: DeskRequest, inbound: InboundMessage) -> int | None:
    """The next one that waits."""
    seen = seen_inbound(request.user, request.creditor, request.membership.role, request.today)
    left = in_box(seen, "waiting").exclude(pk=inbound.pk)
    later = left.filter(received_at__gte=inbound.received_at).values_list("pk", flat=True)
    found: int | None = later.first() or left.values_list("pk", flat=True).first()
    return found


@open_to()
def file(request: DeskRequest, inbound_id: int, file_id: int) -> HttpResponse:
    """An attachment: a picture to look at, anything else to download."""
    inbound = inbound_or_404(request, inbound_id)
    found = InboundFile.objects.filter(pk=file_id, inbound=inbound).first()
    if found is None:
        raise Http404
    return stranger_file(found.path, found.name, found.content_type)


def stranger_file(path: str, name: str, content_type: str) -> HttpResponse:
    """A file that somebody sent us: nothing in it runs, and only plain pictures are shown."""
    place = stored(path)
    if place is None:
        raise Http404
    is_shown = content_type in SHOWN
    response = FileResponse(
        place.open("rb"), content_type=content_type if is_shown else "application/octet-stream"
    )
    response["Content-Disposition"] = content_disposition_header(not is_shown, name) or "attachment"
    response["Content-Security-Policy"] = STRICT
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response
