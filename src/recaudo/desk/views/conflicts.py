"""A file brought another contact value than the one that somebody verified by hand (S1-14)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import Problem
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.views.contacts import as_used, masked
from recaudo.intake.actions.conflicts import resolve_conflict
from recaudo.intake.models import ContactConflict

SHOWN = 50


@open_to("lead")
def conflicts(request: DeskRequest) -> HttpResponse:
    open_ones = (
        ContactConflict.objects.filter(resolved_at=None)
        .select_related("customer", "contact_point", "batch")
        .order_by("id")[:SHOWN]
    )
    rows = [
        {
            "conflict": each,
            "held": masked(each.contact_point.channel, each.contact_point.value),
            "offered": masked(each.contact_point.channel, each.offered_value),
        }
        for each in open_ones
    ]
    return render(request, "desk/conflicts.html", {"rows": rows})


@open_to("lead")
@require_POST
def resolve(request: DeskRequest, conflict_id: int) -> HttpResponse:
    """``keep`` what a person verified, or ``take`` what the file says."""
    found = (
        ContactConflict.objects.select_related("customer", "contact_point", "creditor")
        .filter(pk=conflict_id)
        .first()
    )
    if found is None:
        raise Http404
    take = request.POST.get("choice") == "take"
    point = found.contact_point
    point.customer, point.creditor = found.customer, found.creditor
    try:
        resolve_conflict(
            found,
            take_offered=take,
            normalised=as_used(point.channel, found.offered_value, found.customer) if take else "",
            today=request.today,
            by=request.user,
        )
        messages.success(request, _("Listo: queda un conflicto menos."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:imports_conflicts", request.creditor.code)
