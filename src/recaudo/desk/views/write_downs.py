"""Castigo, condonación, small balances and cession: proposed by one, decided by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import N_, Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.money_forms import day_asked, typed_money
from recaudo.desk.names import called
from recaudo.payments.actions.cession import cede, undo_cession
from recaudo.payments.actions.write_downs import decide as settle
from recaudo.payments.actions.write_downs import propose as put_forward
from recaudo.payments.actions.write_downs import undo_write_off
from recaudo.payments.models import WriteDown, WriteDownKind
from recaudo.portfolio.models import Customer, Document

SHOWN = 50
STATES = {"proposed": N_("por decidir"), "approved": N_("aprobada"), "refused": N_("rechazada")}
PILLS = {"proposed": "warn", "approved": "good", "refused": "bad"}
PROBLEMS = {
    "balance_changed": N_("el saldo cambió"),
    "paid_meanwhile": N_("se pagó entretanto"),
    "ceded": N_("se cedió entretanto"),
}


@open_to("see_all")
def write_downs(request: DeskRequest) -> HttpResponse:
    """Those to be decided first."""
    found = (
        WriteDown.objects.select_related("by", "decided_by")
        .annotate(n=Count("items"), total=Sum("items__amount"))
        .order_by("-state", "-id")
    )
    page = Paginator(found, SHOWN).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(each) for each in page],
        "threshold": request.creditor.small_balance,
    }
    return render(request, "desk/write_downs.html", context)


@open_to("lead")
@require_POST
def propose(request: DeskRequest) -> HttpResponse:
    """A batch of small balances."""
    sent = request.POST
    try:
        typed = typed_money(sent.get("threshold", ""), request.creditor.currency)
        made = put_forward(
            request.creditor,
            WriteDownKind.SMALL_BALANCE,
            day=request.today,
            reason=sent.get("reason", ""),
            by=request.user,
            threshold=typed.amount if typed else None,
        )
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        return redirect("desk:write_downs", request.creditor.code)
    messages.success(request, _("Propuesta hecha: otra persona la decide."))
    return redirect("desk:write_downs_one", request.creditor.code, made.pk)


@open_to("see_all")
def one(request: DeskRequest, write_down_id: int) -> HttpResponse:
    """Its documents, and what became of each."""
    found = _or_404(write_down_id)
    items = found.items.select_related("document__customer").order_by("-amount", "id")
    page = Paginator(items, SHOWN * 4).get_page(request.GET.get("page"))
    sums = found.items.aggregate(n=Count("id"), total=Sum("amount"))
    context = _row(found) | {
        "n": sums["n"],
        "total": sums["total"],
        "page": page,
        "items": [
            {"item": each, "problem": called(PROBLEMS, each.problem) if each.problem else ""}
            for each in page
        ],
        "is_own": found.by_id == request.user.pk,
    }
    return render(request, "desk/write_down.html", context)


@open_to("approve")
@require_POST
def decide(request: DeskRequest, write_down_id: int) -> HttpResponse:
    """Approve or refuse what another person proposed."""
    found = _or_404(write_down_id)
    found.creditor = request.creditor
    is_approved = request.POST.get("do") == "approve"
    try:
        done = settle(
            found,
            approve=is_approved,
            note=request.POST.get("note", ""),
            by=request.user,
            now=timezone.now(),
        )
        if is_approved:
            told = _("Aprobada: {n} documentos; {left} quedaron fuera porque cambiaron.")
            messages.success(request, told.format(n=done.done, left=done.left_out))
        else:
            messages.success(request, _("Rechazada: nada cambió."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:write_downs_one", request.creditor.code, found.pk)


@open_to("lead")
def of_customer(request: DeskRequest, customer_id: int) -> HttpResponse:
    """One customer's documents: propose castigo or condonación, cede, take back."""
    customer = customer_or_404(request, customer_id)
    documents = list(
        Document.objects.filter(customer=customer, open_amount__gt=0).order_by("due_on", "id")[:300]
    )
    refused = ""
    if request.method == "POST":
        ids = {each for each in request.POST.getlist("document") if each.isdigit()}
        chosen = [each for each in documents if str(each.pk) in ids]
        try:
            return _act(request, customer, chosen)
        except Problem as problem:
            refused = words.sentence(problem)
    context = {
        "customer": customer,
        "documents": documents,
        "refused": refused,
        "typed": request.POST,
        "chosen": set(request.POST.getlist("document")),
    }
    return render(request, "desk/write_downs_customer.html", context)


def _act(request: DeskRequest, customer: Customer, chosen: list[Document]) -> HttpResponse:
    sent = request.POST
    act, reason, ids = sent.get("do", ""), sent.get("reason", ""), [each.pk for each in chosen]
    by, creditor = request.user, request.creditor
    if act in (WriteDownKind.WRITE_OFF, WriteDownKind.FORGIVENESS):
        made = put_forward(creditor, act, day=request.today, reason=reason, by=by, documents=ids)
        messages.success(request, _("Propuesta hecha: otra persona la decide."))
        return redirect("desk:write_downs_one", creditor.code, made.pk)
    on, today = day_asked(sent.get("day", "")), request.today
    if act == "cede":
        cede(creditor, ids, to=reason, on=on, today=today, by=by, origin="web")
    elif act == "undo_cession":
        undo_cession(creditor, ids, on=on, today=today, reason=reason, by=by, origin="web")
    elif act == "undo_write_off" and len(chosen) == 1:
        chosen[0].creditor = creditor
        undo_write_off(chosen[0], on=on, today=today, reason=reason, by=by)
    else:
        raise Problem("write_down_empty")
    messages.success(request, _("Hecho."))
    return redirect("desk:customer", creditor.code, customer.pk)


def _row(found: WriteDown) -> dict[str, Any]:
    return {
        "write_down": found,
        "kind": WriteDownKind(found.kind).label,
        "state": called(STATES, found.state),
        "pill": PILLS[found.state],
    }


def _or_404(write_down_id: int) -> WriteDown:
    found: WriteDown | None = (
        WriteDown.objects.select_related("by", "decided_by").filter(pk=write_down_id).first()
    )
    if found is None:
        raise Http404
    return found
