"""Certificates that are missing, and complements that are ours to give, by age (F16)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.audit.actions import record_change
from recaudo.core.problems import N_, Problem
from recaudo.desk import figures
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.money_forms import day_asked
from recaudo.desk.views.exports import TYPES, download
from recaudo.insights.export import Row, Table, as_csv, as_xlsx
from recaudo.payments.actions.withholding import mark_asked, settle_paper
from recaudo.payments.models import PaperKind, PendingPaper
from recaudo.portfolio.queries.customers import visible_customers

SHOWN = 50
#: The ready text that asks for a certificate.
TEMPLATE = "certificado_retencion"
STATES = {
    "pending": N_("Pendientes"),
    "received": N_("Recibidos o emitidos"),
    "dropped": N_("No hacen falta"),
}
#: Why a paper is not needed, where no person said it.
NOTES = {"taken_back": N_("el pago se reversó")}
#: What a customer has to give us; the others are ours to give.
THEIRS = (PaperKind.WITHHOLDING_CERTIFICATE, PaperKind.DETRACTION_DEPOSIT)


@open_to()
def papers(request: DeskRequest) -> HttpResponse:
    """What is missing, the oldest first; or what came, or is not needed, the newest first."""
    return _page(request)


def _page(request: DeskRequest, refused: str = "", refused_id: int = 0) -> HttpResponse:
    """``refused``: what was not written of one paper, said in its row with what was typed."""
    asked = request.GET
    kind, state = asked.get("kind", ""), asked.get("state", "pending")
    state = state if state in STATES else "pending"
    found = _pending(request, state=state)
    customer = None
    if (wanted := asked.get("customer", "")).isdecimal() and len(wanted) < 19:
        customer = customer_or_404(request, int(wanted))
        found = found.filter(customer=customer)
    if state != "pending":
        found = found.order_by("-settled_on", "-id")
    totals = found.values("kind", "currency").annotate(n=Count("id"), amount=Sum("amount"))
    if kind in PaperKind.values:
        found = found.filter(kind=kind)
    page = Paginator(found, SHOWN).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(request, each) for each in page],
        "kind": kind,
        "kinds": PaperKind.choices,
        "state": state,
        "states": [(code, _(name)) for code, name in STATES.items()],
        "of": customer,
        "refused": refused,
        "refused_id": refused_id,
        "typed": request.POST,
        "totals": [
            each | {"title": PaperKind(each["kind"]).label}
            for each in totals.order_by("kind", "currency")
        ],
    }
    return render(request, "desk/papers.html", context, status=400 if refused else 200)


@open_to("work")
@require_POST
def settle(request: DeskRequest, paper_id: int) -> HttpResponse:
    """It arrived (or was issued), or it is not needed."""
    found = _pending(request, state="").filter(pk=paper_id).first()
    if found is None:
        raise Http404
    found.creditor = request.creditor
    sent = request.POST
    try:
        settle_paper(
            found,
            state=sent.get("state", ""),
            on=day_asked(sent.get("day", "")),
            today=request.today,
            number=sent.get("number", ""),
            note=sent.get("note", ""),
            by=request.user,
        )
        messages.success(request, _("Papel registrado."))
    except Problem as problem:
        return _page(request, words.sentence(problem), found.pk)
    return redirect("desk:papers", request.creditor.code)


@open_to("work")
@require_POST
def ask(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Write down that they are asked for today, and go on to the letter."""
    customer = customer_or_404(request, customer_id)
    mark_asked(_pending(request).filter(customer=customer, kind__in=THEIRS), on=request.today)
    address = reverse("desk:compose", args=[request.creditor.code, customer.pk])
    return redirect(f"{address}?channel=email&template={TEMPLATE}")


@open_to("export")
def export(request: DeskRequest, kind: str) -> HttpResponse:
    """All that is pending; who took it away is written down."""
    if kind not in TYPES:
        raise Http404
    rows = [_row(request, each) for each in _pending(request)]
    record_change(
        "papers_exported",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        rows=len(rows),
        format=kind,
    )
    table = Table(
        title=_("Certificados pendientes"),
        about=[f"{request.creditor.name} · {figures.day(request.today)}"],
        headings=[
            _("Código"), _("Cliente"), _("Clase"), _("Documento"), _("Moneda"), _("Valor"),
            _("Desde"), _("Vence"), _("Días"), _("Pedido"),
        ],
        rows=[
            Row(
                [
                    each["row"].customer.code, each["row"].customer.name, str(each["kind"]),
                    str(each["row"].document or ""), each["row"].currency, each["row"].amount,
                    each["row"].since_on, each["row"].due_on, each["days"], each["row"].asked_on,
                ]
            )
            for each in rows
        ],
    )  # fmt: skip
    content = as_csv(table) if kind == "csv" else as_xlsx([table])
    return download(f"certificados-{request.creditor.code}-{request.today}", content, kind)


def _row(request: DeskRequest, each: PendingPaper) -> dict[str, Any]:
    return {
        "row": each,
        "kind": PaperKind(each.kind).label,
        "days": (request.today - each.since_on).days,
        "is_late": each.due_on < request.today,
        "is_theirs": each.kind in THEIRS,
        "note": _(NOTES[each.note]) if each.note in NOTES else each.note,
    }


def _pending(request: DeskRequest, *, state: str = "pending") -> QuerySet[PendingPaper]:
    """In ``state``; empty: in any."""
    rows: QuerySet[PendingPaper] = PendingPaper.objects.select_related("customer", "document")
    if state:
        rows = rows.filter(state=state)
    if request.seer is not None:
        seen = visible_customers(request.user, request.creditor, request.today)
        rows = rows.filter(customer__in=seen)
    return rows.order_by("due_on", "id")
