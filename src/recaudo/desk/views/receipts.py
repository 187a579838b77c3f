"""Receipts of sellers: what each holds and for how long, a new one, and a sheet's deposit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.money_forms import day_asked, money_asked
from recaudo.desk.money_names import method_name
from recaudo.payments.actions.receipts import deposit, record_receipt
from recaudo.payments.methods import METHODS
from recaudo.payments.models import CashReceipt
from recaudo.payments.queries.lot_story import held_receipts, sellers
from recaudo.payments.queries.lots import receipts_held
from recaudo.portfolio.models import Assignment
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.actions.runs import refresh_customers

#: More days than this in a seller's hands are shown as late.
LATE_DAYS = 7


@open_to("lead")
def receipts(request: DeskRequest) -> HttpResponse:
    """By seller what is held; of one seller each receipt, ready to be deposited."""
    return _page(request, request.GET.get("seller", "").strip())


def _page(request: DeskRequest, seller: str, refused: str = "", part: str = "") -> HttpResponse:
    """``refused``: what was not done, said beside its form (``part``) with what was typed."""
    held = receipts_held(request.creditor, request.today)
    context: dict[str, Any] = {
        "held": [{"held": each, "is_late": each.days > LATE_DAYS} for each in held],
        "seller": seller,
        "receipts": [
            {"receipt": each, "method": method_name(each.method), "days": _days(request, each)}
            for each in (held_receipts(seller) if seller else ())
        ],
        "sellers": sorted({*sellers(), *_known_sellers()}),
        "methods": [(code, _(METHODS[code])) for code in ("cash", "cheque", "card", "transfer")],
        "part": part,
        "refused": refused,
        "typed": request.POST,
        "chosen": request.POST.getlist("number") if part == "sheet" else None,
    }
    return render(request, "desk/receipts.html", context, status=400 if refused else 200)


@open_to("lead")
@require_POST
def record(request: DeskRequest) -> HttpResponse:
    """A receipt pays its customer's debt at once."""
    sent = request.POST
    code, seller = sent.get("customer", "").strip(), sent.get("seller", "").strip()
    seen = visible_customers(request.user, request.creditor, request.today)
    customer = seen.filter(code__iexact=code).first() if code else None
    try:
        if customer is None:
            raise Problem("lot_customer_unknown", code=code[:60])
        customer.creditor = request.creditor
        made, is_new = record_receipt(
            customer,
            _amount(request),
            seller=seller[:120],
            number=sent.get("number", "")[:60],
            received_on=day_asked(sent.get("day", "")),
            method=sent.get("method", "") if sent.get("method") in METHODS else "",
            by=request.user,
            now=timezone.now(),
        )
        refresh_customers(request.creditor, [customer.pk], today=request.today)
        said = _("Recibo {number} registrado.") if is_new else _("El recibo {number} ya estaba.")
        messages.success(request, said.format(number=made.number))
    except Problem as problem:
        return _page(request, seller, words.sentence(problem), "record")
    return _back(request, seller)


@open_to("lead")
@require_POST
def sheet(request: DeskRequest) -> HttpResponse:
    """These receipts were deposited as one sum."""
    sent = request.POST
    seller = sent.get("seller", "").strip()
    try:
        if not seller:
            raise Problem("receipt_seller_missing")
        day = day_asked(sent.get("day", ""))
        done = deposit(
            request.creditor,
            seller=seller,
            numbers=sent.getlist("number"),
            amount=_amount(request),
            deposited_on=day,
            external_id=sent.get("sheet", "").strip()[:80] or f"{seller} {day}",
            reference=sent.get("reference", ""),
            accept_short=bool(sent.get("short")),
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Planilla registrada: átela al movimiento del banco."))
        return redirect("desk:lot", request.creditor.code, done.lot.pk)
    except Problem as problem:
        return _page(request, seller, words.sentence(problem), "sheet")


def _amount(request: DeskRequest) -> Money:
    currency = request.POST.get("currency") or request.creditor.currency
    return money_asked(request.POST.get("amount", ""), currency)


def _known_sellers() -> list[str]:
    """The sellers whom the portfolio names, for the list of choices."""
    rows = Assignment.objects.filter(role="seller").values_list("person_name", "person_code")
    return [name or code for name, code in rows.distinct()[:500]]


def _days(request: DeskRequest, receipt: CashReceipt) -> int:
    return (request.today - receipt.received_on).days


def _back(request: DeskRequest, seller: str) -> HttpResponse:
    address = reverse("desk:receipts", args=[request.creditor.code])
    return redirect(f"{address}?{urlencode({'seller': seller})}" if seller else address)
