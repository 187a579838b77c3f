"""Castigo, condonación, small balances and cession: proposed by one, decided by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, Count, Sum, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
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
#: What a person may press beside the documents → the part of the page where it stands.
PARTS = {
    "write_off": "propose",
    "forgiveness": "propose",
    "cede": "cede",
    "undo_cession": "undo",
    "undo_write_off": "undo",
}


@open_to("see_all")
def write_downs(request: DeskRequest) -> HttpResponse:
    """Those to be decided first."""
    return _list(request)


def _list(request: DeskRequest, refused: str = "") -> HttpResponse:
    """``refused``: a batch that was not proposed, said beside its form."""
    found = (
        WriteDown.objects.select_related("by", "decided_by")
        .annotate(n=Count("items"), total=Sum("items__amount"))
        .order_by(Case(When(state="proposed", then=Value(0)), default=Value(1)), "-id")
    )
    page = Paginator(found, SHOWN).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(each) for each in page],
        "threshold": request.creditor.small_balance,
        "typed": request.POST,
        "refused": refused,
    }
    return render(request, "desk/write_downs.html", context, status=400 if refused else 200)


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
        return _list(request, words.sentence(problem))
    messages.success(request, _("Propuesta hecha: otra persona la decide."))
    return redirect("desk:write_downs_one", request.creditor.code, made.pk)


@open_to("see_all")
def one(request: DeskRequest, write_down_id: int) -> HttpResponse:
    """Its documents, and what became of each."""
    return _one(request, _or_404(write_down_id))


def _one(request: DeskRequest, found: WriteDown, refused: str = "") -> HttpResponse:
    """``refused``: a decision that was not taken, said beside its form."""
    items = found.items.select_related("document__customer").order_by("-amount", "id")
    page = Paginator(items, SHOWN * 4).get_page(request.GET.get("page"))
    sums = found.items.aggregate(n=Count("id"), total=Sum("amount"))
    context = _row(found) | {
        "n": sums["n"],
        "total": sums["total"],
        "page": page,
        "items": [
            {
                "item": each,
                "problem": called(PROBLEMS, each.problem) if each.problem else "",
                "days_late": (request.today - each.document.due_on).days,
            }
            for each in page
        ],
        "is_own": found.by_id == request.user.pk,
        "typed": request.POST,
        "refused": refused,
    }
    return render(request, "desk/write_down.html", context, status=400 if refused else 200)


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
            told = ngettext("Aprobada: {n} documento.", "Aprobada: {n} documentos.", done.done)
            messages.success(request, told.format(n=done.done))
            if done.left_out:
                left = ngettext(
                    "{n} documento quedó fuera porque cambió entretanto: abajo se ve cuál.",
                    "{n} documentos quedaron fuera porque cambiaron entretanto: abajo se ven.",
                    done.left_out,
                )
                messages.warning(request, left.format(n=done.left_out))
        else:
            messages.success(request, _("Rechazada: nada cambió."))
    except Problem as problem:
        return _one(request, _or_404(write_down_id), words.sentence(problem))
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
    part = PARTS.get(request.POST.get("do", ""), "propose") if refused else ""
    is_apart = any(each.written_off_on or each.ceded_on for each in documents)
    context = {
        "customer": customer,
        "documents": documents,
        "refused": refused,
        "part": part,
        "has_undoable": is_apart or part == "undo",
        "typed": request.POST,
        "chosen": set(request.POST.getlist("document")),
    }
    status = 400 if refused else 200
    return render(request, "desk/write_downs_customer.html", context, status=status)


def _act(request: DeskRequest, customer: Customer, chosen: list[Document]) -> HttpResponse:
    """Raises Problem ``documents_unmarked`` besides those of the act."""
    sent = request.POST
    act, ids = sent.get("do", ""), [each.pk for each in chosen]
    by, creditor = request.user, request.creditor
    if not chosen or act not in PARTS:
        raise Problem("documents_unmarked")
    if PARTS[act] == "propose":
        reason = sent.get("reason", "")
        made = put_forward(creditor, act, day=request.today, reason=reason, by=by, documents=ids)
        messages.success(request, _("Propuesta hecha: otra persona la decide."))
        return redirect("desk:write_downs_one", creditor.code, made.pk)
    if act == "cede":
        on = day_asked(sent.get("day", ""))
        cede(creditor, ids, to=sent.get("to", ""), on=on, today=request.today, by=by, origin="web")
        said = ngettext("Se cedió {n} documento.", "Se cedieron {n} documentos.", len(ids))
    else:
        _undo(request, act, chosen)
        said = ngettext(
            "{n} documento quedó como antes.", "{n} documentos quedaron como antes.", len(ids)
        )
    messages.success(request, said.format(n=len(ids)))
    return redirect("desk:customer", creditor.code, customer.pk)


def _undo(request: DeskRequest, act: str, chosen: list[Document]) -> None:
    """All of them or none."""
    sent, by, creditor, today = request.POST, request.user, request.creditor, request.today
    on, reason = day_asked(sent.get("undo_day", "")), sent.get("undo_reason", "")
    if act == "undo_cession":
        ids = [each.pk for each in chosen]
        undo_cession(creditor, ids, on=on, today=today, reason=reason, by=by, origin="web")
        return
    with transaction.atomic():
        for each in chosen:
            each.creditor = creditor
            undo_write_off(each, on=on, today=today, reason=reason, by=by)


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
