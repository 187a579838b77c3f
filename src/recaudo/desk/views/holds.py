"""Pauses: nothing happens to a customer, or to one document, for a stated reason."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404, seen_version
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.portfolio.actions.customers import claim
from recaudo.portfolio.models import Customer, Document, Hold
from recaudo.strategy.actions.holds import place_hold, release_hold

#: What a person places by hand; the others come with the acts that cause them.
BY_HAND = ("manual", "disputed", "reported_paid", "legal", "situation")


@open_to("work")
@require_POST
def place(request: DeskRequest, customer_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    kind = request.POST.get("kind", "")
    try:
        if kind not in BY_HAND:
            raise Problem("hold_kind_unknown", kind=kind)
        with transaction.atomic():
            claim(customer, seen_version(request))
            place_hold(
                request.creditor,
                customer,
                kind=kind,
                reason=request.POST.get("reason", "").strip(),
                until_on=_day(request.POST.get("until_on", "")),
                document=_document(customer, request.POST.get("document", "")),
                today=request.today,
                by=request.user,
            )
        messages.success(request, _("Pausa puesta. El cliente se evaluó de nuevo."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:customer", request.creditor.code, customer.id)


@open_to("work")
@require_POST
def release(request: DeskRequest, customer_id: int, hold_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    hold = Hold.objects.filter(pk=hold_id, customer=customer).first()
    if hold is None:
        raise Http404
    try:
        with transaction.atomic():
            claim(customer, seen_version(request))
            release_hold(hold, today=request.today, by=request.user)
        messages.success(request, _("Pausa levantada. El cliente se evaluó de nuevo."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:customer", request.creditor.code, customer.id)


def _day(typed: str) -> date | None:
    """Raises Problem ``day_unreadable``."""
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise Problem("day_unreadable", typed=typed) from error


def _document(customer: Customer, sent: str) -> Document | None:
    """One of the customer's own documents; empty is all of them."""
    if not sent:
        return None
    found = Document.objects.filter(pk=int(sent), customer=customer) if sent.isdecimal() else None
    document = found.first() if found is not None else None
    if document is None:
        raise Problem("hold_foreign_document")
    return document
