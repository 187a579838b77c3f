"""What a customer allowed or withdrew, written down by the person who saw or heard it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404, point_or_404, seen_version
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.portfolio.actions.consents import grant_consent, withdraw_consent
from recaudo.portfolio.actions.customers import claim
from recaudo.portfolio.models import Channel, ContactPoint, Customer
from recaudo.strategy.actions.runs import refresh_customers

#: Where it is written or was heard.
SOURCES = {
    "document": gettext_lazy("documento firmado"),
    "recorded_call": gettext_lazy("llamada grabada"),
    "form": gettext_lazy("formulario"),
    "message": gettext_lazy("mensaje del cliente"),
    "in_person": gettext_lazy("en persona"),
}


@open_to("work")
@require_POST
def say(request: DeskRequest, customer_id: int) -> HttpResponse:
    """``said`` granted or withdrawn, about one ``contact`` or all of a ``channel``."""
    customer = customer_or_404(request, customer_id)
    contact = request.POST.get("contact", "")
    point = point_or_404(customer, int(contact)) if contact.isdigit() else None
    try:
        _write(request, customer, point)
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:customer", request.creditor.code, customer.id)


def _write(request: DeskRequest, customer: Customer, point: ContactPoint | None) -> None:
    """Raises Problem ``contact_channel_unknown``, ``consent_said_unknown``,
    ``consent_source_unknown``, ``day_unreadable``, ``consent_not_yet``, ``customer_changed``."""
    channel = point.channel if point else request.POST.get("channel", "")
    said, source = request.POST.get("said", ""), request.POST.get("source", "")
    if channel != "*" and channel not in Channel.values:
        raise Problem("contact_channel_unknown", channel=channel)
    if said not in {"granted", "withdrawn"}:
        raise Problem("consent_said_unknown", said=said)
    if source not in SOURCES:
        raise Problem("consent_source_unknown", source=source)
    on = _day(request.POST.get("day", ""), request.today)
    act = grant_consent if said == "granted" else withdraw_consent
    with transaction.atomic():
        claim(customer, seen_version(request))
        is_new = act(
            customer,
            channel=channel,
            contact_point=point,
            on=on,
            source=source,
            by=request.user,
            origin="web",
        )
        refresh_customers(request.creditor, [customer.pk], today=request.today)
    if not is_new:
        messages.info(request, _("Ya estaba anotado así."))
    elif said == "granted":
        messages.success(request, _("Autorización anotada. Un retiro posterior seguiría valiendo."))
    else:
        messages.success(request, _("Retiro anotado. Por ahí no se le escribe más."))


def _day(typed: str, today: date) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise Problem("day_unreadable", typed=typed) from error
    if day > today:
        raise Problem("consent_not_yet", day=day)
    return day
