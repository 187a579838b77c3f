"""How a customer is reached: see it, mend it, say whether it works."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.audit.actions import record_change
from recaudo.contact.gate import Request, look, sentence_of
from recaudo.core.problems import Problem
from recaudo.countries import pack_for
from recaudo.desk.cases import customer_or_404, point_or_404, seen_version
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.intake.reading import identifiers
from recaudo.portfolio.actions.contact_points import (
    add_contact_point,
    correct_contact_point,
    mark_contact_point,
)
from recaudo.portfolio.models import Channel, Customer, Party, PartyRole
from recaudo.portfolio.queries.customers import mask_email, mask_phone
from recaudo.strategy.actions.runs import refresh_customers

HIDDEN = "•••"


def masked(channel: str, value: str) -> str:
    """Enough to tell two apart, not enough to use."""
    if channel == Channel.EMAIL:
        return mask_email(value)
    if channel == Channel.ADDRESS:
        return f"{value[:6]}{HIDDEN}" if len(value) > 12 else HIDDEN
    return mask_phone(value)


def is_barred(party: Party | None, country: str) -> bool:
    """A reference, whom nobody may chase in that country (F17)."""
    is_reference = party is not None and party.role == PartyRole.REFERENCE
    return is_reference and "contact_references" in pack_for(country).conduct.forbidden


@open_to("see_identifiers")
@require_POST
def reveal(request: DeskRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """The whole value, written down with who looked (F35), where the gate would let it be used
    now; otherwise why not. To mend it (``for=correcting``) it is shown as plain text, and logged as
    such."""
    customer = customer_or_404(request, customer_id)
    point = point_or_404(customer, contact_id)
    if is_barred(point.party, request.creditor.country):
        raise PermissionDenied
    asked = Request(
        customer_id=customer.pk,
        channel=point.channel,
        contact_point_id=point.pk,
        party_id=point.party_id,
    )
    mends = request.POST.get("for") == "correcting"
    word = look(request.creditor, asked, at=timezone.now())
    if not word.is_allowed and not mends:
        refused = {"refused": sentence_of(word), "point": point, "customer": customer}
        return _uncached(render(request, "desk/parts/revealed.html", refused))
    record_change(
        "identifier_revealed",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        subject="contact_point",
        subject_id=point.id,
        customer=customer.id,
        channel=point.channel,
        why="correcting" if mends else "looking",
    )
    context = {
        "point": point,
        "value": point.value,
        "customer": customer,
        "is_link": word.is_allowed and not mends,
    }
    return _uncached(render(request, "desk/parts/revealed.html", context))


@open_to("work")
@require_POST
def add(request: DeskRequest, customer_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    channel, value = request.POST.get("channel", ""), request.POST.get("value", "").strip()
    try:
        add_contact_point(
            customer,
            channel=channel,
            value=value,
            normalised=as_used(channel, value, customer),
            today=request.today,
            by=request.user,
            version=seen_version(request),
        )
        _decide_again(request, customer)
        messages.success(request, _("Dato agregado y verificado."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return _back(request, customer)


@open_to("work")
@require_POST
def correct(request: DeskRequest, customer_id: int, contact_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    point, value = point_or_404(customer, contact_id), request.POST.get("value", "").strip()
    try:
        correct_contact_point(
            point,
            value=value,
            normalised=as_used(point.channel, value, customer),
            today=request.today,
            by=request.user,
            version=seen_version(request),
        )
        _decide_again(request, customer)
        messages.success(request, _("Dato corregido. Vale desde el próximo mensaje o tarea."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return _back(request, customer)


@open_to("work")
@require_POST
def mark(request: DeskRequest, customer_id: int, contact_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    try:
        mark_contact_point(
            point_or_404(customer, contact_id),
            state=request.POST.get("state", ""),
            today=request.today,
            by=request.user,
            version=seen_version(request),
        )
        _decide_again(request, customer)
        messages.success(request, _("Anotado."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return _back(request, customer)


def _decide_again(request: DeskRequest, customer: Customer) -> None:
    """Another way to reach them, or one less, may change what is due today."""
    refresh_customers(request.creditor, [customer.pk], today=request.today)


def as_used(channel: str, value: str, customer: Customer) -> str:
    """As it will be used. Raises Problem ``contact_value_invalid``."""
    if channel == Channel.EMAIL:
        read = identifiers.email(value)
    elif channel in {Channel.PHONE, Channel.WHATSAPP, Channel.SMS}:
        read = identifiers.phone(value, customer.country)
    else:
        return " ".join(value.lower().split())
    if value and not read.is_valid:
        raise Problem("contact_value_invalid", value=value)
    return read.normalised


def _back(request: DeskRequest, customer: Customer) -> HttpResponse:
    return redirect("desk:customer", request.creditor.code, customer.id)


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
