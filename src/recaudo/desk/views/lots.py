"""Lots: one sum for many customers. The list, one with its shares, and what a person does to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import Problem
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.inbox import typed_day
from recaudo.desk.money_forms import amount_seen, money_asked
from recaudo.desk.money_names import LOT_STATES, NOVELTIES, method_name
from recaudo.desk.names import called
from recaudo.payments.actions.lots import assign_rest, reverse_lot
from recaudo.payments.actions.receipts import line_pays_lot
from recaudo.payments.models import LotKind, PaymentLot
from recaudo.payments.queries import lot_story
from recaudo.payments.queries.lots import lots_unassigned
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.actions.arrivals import CUSTOMERS_MAX
from recaudo.strategy.actions.runs import refresh_customers

SHOWN = 50
STATE_PILLS = {"open": "warn", "applied": "good", "taken_back": "bad"}


@open_to("lead")
def lots(request: DeskRequest) -> HttpResponse:
    """The newest first; what nobody owns yet stands above."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in LotKind.values else ""
    found = lot_story.lots()
    if kind:
        found = found.filter(kind=kind)
    page = Paginator(found, SHOWN).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [lot_row(each) for each in page],
        "kind": kind,
        "kinds": LotKind.choices,
        "unassigned": [lot_row(each) for each in lots_unassigned(request.creditor)[:20]],
    }
    return render(request, "desk/lots.html", context)


@open_to("lead")
def lot(request: DeskRequest, lot_id: int) -> HttpResponse:
    """One lot: whom it paid, what is left over, and the acts."""
    found = lot_or_404(lot_id)
    listed = list(found.shares.select_related("customer").order_by("row")[: SHOWN * 10])
    context = lot_row(found) | {
        "shares": lot_story.shares_of(found),
        "listed": [
            {
                "share": each,
                "novelty": called(NOVELTIES, each.novelty) if each.novelty else "",
                "problem": words.sentence(f"share_{each.problem}") if each.problem else "",
            }
            for each in listed
            if each.problem or each.novelty
        ],
        "rows_listed": len(listed),
        "lines": [] if found.line_id or found.state == "taken_back" else lot_story.lines_for(found),
        "is_standing": found.state != "taken_back",
    }
    return render(request, "desk/lot.html", context)


@open_to("lead")
@require_POST
def assign(request: DeskRequest, lot_id: int) -> HttpResponse:
    """Whose what is left over is."""
    found = lot_or_404(lot_id)
    code = request.POST.get("customer", "").strip()
    seen = visible_customers(request.user, request.creditor, request.today)
    customer = seen.filter(code__iexact=code).first() if code else None
    try:
        if customer is None:
            raise Problem("lot_customer_unknown", code=code[:60])
        customer.creditor = request.creditor
        made = assign_rest(
            found,
            customer,
            money_asked(request.POST.get("amount", ""), found.currency),
            seen=amount_seen(request),
            by=request.user,
            now=timezone.now(),
        )
        refresh_customers(request.creditor, [customer.pk], today=request.today)
        messages.success(
            request, _("Asignado: ya pagó lo que debía {name}.").format(name=made.customer.name)
        )
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:lot", request.creditor.code, found.pk)


@open_to("lead")
@require_POST
def tie(request: DeskRequest, lot_id: int) -> HttpResponse:
    """The bank's movement is this lot's money."""
    found = lot_or_404(lot_id)
    sent = request.POST.get("line", "")
    line = next((each for each in lot_story.lines_for(found) if str(each.pk) == sent), None)
    if line is None:
        raise Http404
    try:
        line_pays_lot(line, found, by=request.user, now=timezone.now())
        messages.success(request, _("El movimiento del banco queda atado al lote."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:lot", request.creditor.code, found.pk)


@open_to("lead")
@require_POST
def take_back(request: DeskRequest, lot_id: int) -> HttpResponse:
    """All its shares come back."""
    found = lot_or_404(lot_id)
    try:
        back = reverse_lot(
            found,
            value_on=typed_day(request.POST.get("day", "")) or request.today,
            reason=request.POST.get("reason", ""),
            by=request.user,
            now=timezone.now(),
        )
        told = _("Lote reversado: {n} documentos vuelven a estar abiertos.")
        messages.success(request, told.format(n=len(back.documents)))
        decide_again(request, [share.customer for share in lot_story.shares_of(found)])
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:lot", request.creditor.code, found.pk)


def decide_again(request: DeskRequest, customers: list[int]) -> None:
    """At once where they are few; the worker does it for many."""
    if customers and len(customers) <= CUSTOMERS_MAX:
        refresh_customers(request.creditor, sorted(set(customers)), today=request.today)


def lot_row(found: PaymentLot) -> dict[str, Any]:
    return {
        "lot": found,
        "title": LotKind(found.kind).label,
        "state": called(LOT_STATES, found.state),
        "pill": STATE_PILLS[found.state],
        "method": method_name(found.method) if found.method else "",
    }


def lot_or_404(lot_id: int) -> PaymentLot:
    found: PaymentLot | None = lot_story.lots().filter(pk=lot_id).first()
    if found is None:
        raise Http404
    return found
