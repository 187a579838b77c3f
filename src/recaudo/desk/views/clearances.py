"""Paz y salvo from the desk: what is missing, giving it, opening it, taking it back (F30)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.access.queries import grants
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.views.statement import account_page, asked_day
from recaudo.payments.actions.clearances import (
    issue_clearance,
    public_address,
    read_clearance,
    void_clearance,
)
from recaudo.payments.clearance_words import reason_told
from recaudo.payments.models import Clearance
from recaudo.payments.queries.clearances import clearances_of, what_lacks
from recaudo.portfolio.models import Customer


@open_to()
def clearances(request: DeskRequest, customer_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    day = asked_day(request)
    lacks = what_lacks(customer, day, today=request.today)
    given, shared = clearances_of(customer), account_page(request, customer, "clearances", day)
    return render(
        request,
        "desk/clearances.html",
        shared
        | {
            "choices": [each for each in shared["choices"] if each["day"] <= request.today],
            "standing": next((e for e in given if e.as_of == day and not e.voided_on), None),
            "lacks": [words.sentence(each.code, each.facts) for each in lacks],
            "rows": [
                {
                    "clearance": each,
                    "address": public_address(each.token),
                    "reason": reason_told(each.void_reason),
                }
                for each in given
            ],
        },
    )


@open_to("work")
@require_POST
def issue(request: DeskRequest, customer_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    try:
        made = issue_clearance(
            customer, asked_day(request), by=request.user, now=timezone.now(), origin="web"
        )
        messages.success(request, _("Expedido con el N.º %(number)s.") % {"number": made.number})
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:clearances", request.creditor.code, customer.pk)


@open_to("work")
def show(request: DeskRequest, customer_id: int, clearance_id: int) -> HttpResponse:
    """The PDF as it was given; written down, since it leaves."""
    customer = customer_or_404(request, customer_id)
    found = _clearance_or_404(customer, clearance_id)
    try:
        body = read_clearance(found)
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        return redirect("desk:clearances", request.creditor.code, customer.pk)
    record_change(
        "clearance_taken",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        subject="customer",
        subject_id=customer.pk,
        number=found.number,
    )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificado-{found.number}.pdf"'
    return response


@open_to("work")
@require_POST
def void(request: DeskRequest, customer_id: int, clearance_id: int) -> HttpResponse:
    """Who may is asked after whose it is: another's customer is not there at all."""
    customer = customer_or_404(request, customer_id)
    found = _clearance_or_404(customer, clearance_id)
    if not grants(request.membership, "lead"):
        raise PermissionDenied
    try:
        void_clearance(
            found, on=request.today, reason=request.POST.get("reason", ""), by=request.user
        )
        messages.success(request, _("Quedó sin efecto: la página pública ya lo dice."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:clearances", request.creditor.code, customer.pk)


def _clearance_or_404(customer: Customer, clearance_id: int) -> Clearance:
    found: Clearance | None = Clearance.objects.filter(pk=clearance_id, customer=customer).first()
    if found is None:
        raise Http404
    found.creditor = customer.creditor
    return found
