"""Payments: the list with its filter, and the file of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from recaudo import words
from recaudo.access.queries import grants
from recaudo.audit.actions import record_change
from recaudo.core.problems import N_, Problem
from recaudo.desk import figures
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.inbox import typed_day
from recaudo.desk.money_names import SOURCES, method_name, source_name
from recaudo.desk.names import called
from recaudo.desk.views.exports import TYPES, download
from recaudo.insights.export import Cell, Row, Table, as_csv, as_xlsx
from recaudo.payments.methods import METHODS
from recaudo.payments.models import CreditKind
from recaudo.payments.queries import payments as reads
from recaudo.payments.queries.payments import PaymentFilter, PaymentPage, PaymentRow
from recaudo.portfolio.models import Customer, Document
from recaudo.portfolio.queries.customers import visible_customers

SIZE = 50
EXPORTED_MAX = 100_000
STATES: dict[str, str] = {
    "open": N_("Por aplicar"),
    "partly": N_("Aplicado en parte"),
    "applied": N_("Aplicado"),
    "refunded": N_("Devuelto"),
    "taken_back": N_("Reversado"),
}
PILLS = {"open": "warn", "partly": "warn", "applied": "good", "refunded": "", "taken_back": "bad"}
#: What an address may say; without any of them the last days are shown.
NAMES = ("from", "until", "kind", "state", "method", "source", "q", "customer", "document")
#: The list opens with the last days, so that its totals are those of something.
DAYS_SHOWN = 60


@open_to()
def payments(request: DeskRequest) -> HttpResponse:
    where, refused = _filter(request)
    customer, document = _of_whom(request, where)
    after = request.GET.get("after") or None
    page = PaymentPage([], None)
    try:
        page = reads.payments_page(request.creditor, where, after, SIZE, _customers(request))
    except Problem as problem:
        refused = words.sentence(problem)
    context = {
        "rows": [_shown(each) for each in page.rows],
        "next": page.next,
        "is_first": after is None,
        "where": where,
        "customer": customer,
        "document": document,
        "is_narrowed": where != PaymentFilter(),
        "refused": refused,
        "kinds": CreditKind.choices,
        "methods": [(code, _(name)) for code, name in METHODS.items()],
        "sources": [(code, _(name)) for code, name in SOURCES.items() if code in _SOURCES_SHOWN],
        "states": [(code, _(STATES[code])) for code in reads.STATES],
        "waiting": reads.unapplied_totals(request.creditor, _customers(request)),
    }
    return render(request, "desk/payments.html", context)


_SOURCES_SHOWN = ("bank", "desk", "receipt", "lot", "instrument", "api")


@open_to()
def totals(request: DeskRequest) -> HttpResponse:
    """What the filter comes to: asked for once the page is shown, for it may have to read much."""
    where, _refused = _filter(request)
    context = {"totals": reads.payments_total(request.creditor, where, _customers(request))}
    return render(request, "desk/parts/payment_totals.html", context)


@open_to("export")
def export(request: DeskRequest, kind: str) -> HttpResponse:
    """All that the filter finds, and who took it away is written down."""
    if kind not in TYPES:
        raise Http404
    where, refused = _filter(request)
    if refused:
        messages.error(request, refused)
        address = reverse("desk:payments", args=[request.creditor.code])
        return redirect(f"{address}?{request.GET.urlencode()}")
    rows = reads.every_payment(request.creditor, where, EXPORTED_MAX, _customers(request))
    record_change(
        "payments_exported",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        rows=len(rows),
        format=kind,
        filter=_filter_kept(request),
    )
    table = Table(
        title=_("Pagos"),
        about=[f"{request.creditor.name} · {figures.day(request.today)}"],
        headings=_headings(),
        rows=[Row(_cells(each)) for each in rows],
    )
    content = as_csv(table) if kind == "csv" else as_xlsx([table])
    return download(f"pagos-{request.creditor.code}-{request.today}", content, kind)


def _filter_kept(request: DeskRequest) -> str:
    """What the change log keeps of it: not what was searched for, which is a name or a number."""
    kept = request.GET.copy()
    if kept.get("q"):
        kept["q"] = "*"
    return kept.urlencode(safe="*")


def _filter(request: DeskRequest) -> tuple[PaymentFilter, str]:
    """What the address says; without a word the last days. And what could not be read."""
    given = request.GET
    if not any(name in given for name in NAMES):
        return PaymentFilter(from_on=request.today - timedelta(days=DAYS_SHOWN)), ""
    where = PaymentFilter(
        kind=given.get("kind", "") if given.get("kind") in CreditKind.values else "",
        state=given.get("state", "") if given.get("state") in reads.STATES else "",
        method=given.get("method", "")[:60],
        source=given.get("source", "")[:60],
        text=given.get("q", "")[:100],
        customer=_id(given.get("customer", "")),
        document=_id(given.get("document", "")),
    )
    try:
        return replace(
            where,
            from_on=_day(given.get("from", "")),
            until_on=_day(given.get("until", "")),
        ), ""
    except Problem as problem:
        return where, words.sentence(problem)


def _day(typed: str) -> date | None:
    return typed_day(typed)


def _id(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None


def _of_whom(request: DeskRequest, where: PaymentFilter) -> tuple[Customer | None, str]:
    """The customer and the document that the list is narrowed to, where this member sees them."""
    document = None
    if where.document is not None:
        document = Document.objects.filter(pk=where.document).first()
    customer = where.customer or (document.customer_id if document else None)
    if customer is None:
        if where.document is not None:
            raise Http404
        return None, ""
    return customer_or_404(request, customer), str(document) if document else ""


def _customers(request: DeskRequest) -> Any:
    """None: the whole portfolio."""
    if grants(request.membership, "see_all"):
        return None
    return visible_customers(request.user, request.creditor, request.today)


def _shown(row: PaymentRow) -> dict[str, Any]:
    return {
        "row": row,
        "kind": CreditKind(row.kind).label,
        "method": method_name(row.method) if row.method else "",
        "source": source_name(row.source),
        "state": called(STATES, row.state),
        "pill": PILLS[row.state],
        "applied": row.amount - row.unapplied if row.state in ("applied", "partly") else None,
    }


def _headings() -> list[str]:
    return [
        _("Fecha valor"),
        _("Código"),
        _("Cliente"),
        _("Clase"),
        _("Moneda"),
        _("Valor"),
        _("Por aplicar"),
        _("Estado"),
        _("Medio"),
        _("Referencia"),
        _("Quién pagó"),
        _("Origen"),
    ]


def _cells(row: PaymentRow) -> list[Cell]:
    shown = _shown(row)
    return [
        row.value_on,
        row.code,
        row.name,
        str(shown["kind"]),
        row.currency,
        row.amount,
        row.unapplied,
        shown["state"],
        shown["method"],
        row.reference,
        row.payer,
        shown["source"],
    ]
