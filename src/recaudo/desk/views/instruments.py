"""Cheques, letras and pagarés: the list, one with its steps, and taking one into custody (F15)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.instruments import STANDS, STEPS
from recaudo.core.problems import N_, Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.money_forms import day_asked, money_asked, typed_money
from recaudo.payments.actions.instruments import Paper, move_instrument, receive_instrument
from recaudo.payments.models import Instrument, InstrumentKind, InstrumentState
from recaudo.payments.queries.instruments import covered
from recaudo.portfolio.models import Customer, Document
from recaudo.portfolio.queries.customers import visible_customers

SHOWN = 50
PILLS = {
    "held": "warn",
    "deposited": "accent",
    "cleared": "good",
    "returned": "bad",
    "protested": "bad",
    "withdrawn": "",
}
#: What a person presses for each step.
ACTS = {
    "deposited": N_("Depositado"),
    "cleared": N_("Cobrado"),
    "returned": N_("Devuelto"),
    "protested": N_("Protestado"),
    "withdrawn": N_("Entregado al cliente"),
}
NEEDS_REASON = ("returned", "protested", "withdrawn")


@open_to()
def instruments(request: DeskRequest) -> HttpResponse:
    """By due date: those that stand, unless another state is asked for."""
    state = request.GET.get("state", "")
    state = state if state in InstrumentState.values or state == "all" else ""
    found = _seen(request).select_related("customer").order_by("due_on", "id")
    if state != "all":
        found = found.filter(state__in=[state] if state else STANDS)
    page = Paginator(found, SHOWN).get_page(request.GET.get("page"))
    to_deposit = _seen(request).filter(state="held", due_on__lte=request.today)
    context = {
        "page": page,
        "rows": [_row(request, each) for each in page],
        "state": state,
        "states": InstrumentState.choices,
        "to_deposit": to_deposit.count(),
    }
    return render(request, "desk/instruments.html", context)


@open_to()
def one(request: DeskRequest, instrument_id: int) -> HttpResponse:
    """What it covers, what happened to it, and the next step."""
    return _shown(request, _instrument_or_404(request, instrument_id))


@open_to("lead")
@require_POST
def move(request: DeskRequest, instrument_id: int) -> HttpResponse:
    """One step; refused where somebody else moved it meanwhile."""
    found = _instrument_or_404(request, instrument_id)
    sent = request.POST
    try:
        version = int(sent.get("version", "0") or 0)
        moved = move_instrument(
            found,
            sent.get("state", ""),
            on=day_asked(sent.get("day", "")),
            reason=sent.get("reason", ""),
            by=request.user,
            now=timezone.now(),
            version=version,
        )
        messages.success(request, _told(moved))
    except (Problem, ValueError) as error:
        problem = error if isinstance(error, Problem) else Problem("instrument_changed")
        return _shown(request, _instrument_or_404(request, instrument_id), words.sentence(problem))
    return redirect("desk:instruments_one", request.creditor.code, found.pk)


@open_to("lead")
def new(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Take one into custody: what is written on it, and what it covers."""
    customer = customer_or_404(request, customer_id)
    refused = ""
    if request.method == "POST":
        try:
            made = _receive(request, customer)
            messages.success(
                request, _("Título en custodia: lo que cubre no se cobra hasta que venza.")
            )
            return redirect("desk:instruments_one", request.creditor.code, made.pk)
        except Problem as problem:
            refused = words.sentence(problem)
    documents = list(
        Document.objects.filter(
            customer=customer, open_amount__gt=0, ceded_on__isnull=True
        ).order_by("due_on", "number", "id")[:300]
    )
    on_paper = covered(each.pk for each in documents)
    context = {
        "customer": customer,
        "documents": [
            {"row": each, "free": free, "typed": request.POST.get(f"cover-{each.pk}", "")}
            for each in documents
            if (free := each.open_amount - on_paper.get(each.pk, Decimal(0))) > 0
        ],
        "kinds": InstrumentKind.choices,
        "replaceable": _replaceable(customer),
        "typed": request.POST,
        "chosen": set(request.POST.getlist("document")),
        "refused": refused,
    }
    status = 400 if refused else 200
    return render(request, "desk/instrument_new.html", context, status=status)


def _receive(request: DeskRequest, customer: Customer) -> Instrument:
    sent = request.POST
    kind = sent.get("kind", "")
    amount = money_asked(sent.get("amount", ""), sent.get("currency") or request.creditor.currency)
    paper = Paper(
        kind if kind in InstrumentKind.values else InstrumentKind.CHEQUE,
        sent.get("number", "")[:60],
        amount,
        day_asked(sent.get("due", "")),
        sent.get("bank", "")[:80],
        sent.get("drawer", "")[:120],
    )
    replaced = sent.get("replaces", "")
    replaces = (
        Instrument.objects.filter(customer=customer, pk=int(replaced)).first()
        if _is_id(replaced)
        else None
    )
    return receive_instrument(
        customer,
        paper,
        covers=_covers(request, customer, amount.amount, amount.currency),
        received_on=day_asked(sent.get("received", "")),
        replaces=replaces,
        by=request.user,
        now=timezone.now(),
    )


def _covers(
    request: DeskRequest, customer: Customer, whole: Decimal, currency: str
) -> list[tuple[int, Decimal]]:
    """What was typed beside each ticked document; blank: what is free of it, as far as the paper
    reaches, the oldest first."""
    ids = [int(each) for each in request.POST.getlist("document") if _is_id(each)]
    rows = Document.objects.filter(customer=customer, pk__in=ids).order_by("due_on", "id")
    on_paper = covered(ids)
    left, found = whole, []
    for row in rows:
        typed = typed_money(request.POST.get(f"cover-{row.pk}", ""), currency)
        free = row.open_amount - on_paper.get(row.pk, Decimal(0))
        part = typed.amount if typed is not None else min(free, left)
        if part > 0:
            found.append((row.pk, part))
            left -= part
    return found


def _is_id(sent: str) -> bool:
    return sent.isdecimal() and len(sent) < 19


def _replaceable(customer: Customer) -> list[Instrument]:
    rows = Instrument.objects.filter(customer=customer, state__in=["held", "returned", "protested"])
    return list(rows.order_by("due_on", "id")[:50])


def _shown(request: DeskRequest, found: Instrument, refused: str = "") -> HttpResponse:
    """``refused``: a step that was not taken, said beside its form with what was typed."""
    context = _page(request, found) | {"typed": request.POST, "refused": refused}
    return render(request, "desk/instrument.html", context, status=400 if refused else 200)


def _page(request: DeskRequest, found: Instrument) -> dict[str, Any]:
    covers = found.covers.select_related("document").order_by("document__due_on", "id")
    steps = STEPS[found.state]
    return {
        "instrument": found,
        "kind": found.get_kind_display(),
        "state": found.get_state_display(),
        "pill": PILLS[found.state],
        "is_due": found.state == "held" and found.due_on <= request.today,
        "covers": list(covers),
        "events": [
            {"event": each, "state": each.get_state_display()}
            for each in found.events.select_related("by").order_by("-id")
        ],
        "next_step": steps[0] if steps and steps[0] not in NEEDS_REASON else "",
        "acts": [(code, _(ACTS[code]), code in NEEDS_REASON) for code in steps],
        "asks_reason": any(code in NEEDS_REASON for code in steps),
        "renewed": found.replaces,
    }


def _row(request: DeskRequest, each: Instrument) -> dict[str, Any]:
    return {
        "row": each,
        "kind": each.get_kind_display(),
        "state": each.get_state_display(),
        "pill": PILLS[each.state],
        "is_due": each.state == "held" and each.due_on <= request.today,
        "days": (each.due_on - request.today).days,
    }


def _told(moved: Instrument) -> str:
    if moved.state == InstrumentState.CLEARED:
        return _("Cobrado: el pago quedó registrado y aplicado a lo que cubría.")
    if moved.state in (InstrumentState.RETURNED, InstrumentState.PROTESTED):
        return _("Sin pago: lo que cubría vuelve a cobrarse.")
    return _("Título: {state}.").format(state=moved.get_state_display())


def _seen(request: DeskRequest) -> QuerySet[Instrument]:
    rows: QuerySet[Instrument] = Instrument.objects.all()
    if request.seer is None:
        return rows
    return rows.filter(
        customer__in=visible_customers(request.user, request.creditor, request.today)
    )


def _instrument_or_404(request: DeskRequest, instrument_id: int) -> Instrument:
    found = _seen(request).select_related("customer", "replaces").filter(pk=instrument_id).first()
    if found is None:
        raise Http404
    found.creditor = request.creditor
    return found
