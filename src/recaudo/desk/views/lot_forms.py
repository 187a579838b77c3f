"""A payment for a whole group, and a payroll's deductions: seen before they are applied."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recaudo import words
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.money_forms import day_asked, money_asked, typed_money
from recaudo.desk.money_names import NOVELTIES
from recaudo.desk.names import called
from recaudo.desk.views.lots import decide_again
from recaudo.intake.reading.payer_lists import PayerRow, rows_of, text_of
from recaudo.payments.actions.lots import LotPaid, receive_group, receive_payroll
from recaudo.payments.actions.rehearsal import rehearse
from recaudo.payments.methods import METHODS
from recaudo.payments.queries.lot_story import Share, shares_of
from recaudo.payments.queries.lots import customers_named
from recaudo.payments.queries.naming import documents_named
from recaudo.portfolio.models import CustomerGroup

GROUPS_SHOWN = 1_000
PROBLEMS_SHOWN = 50

Act = Callable[[], LotPaid]


@open_to("lead")
def group(request: DeskRequest) -> HttpResponse:
    """One payment for the customers of a group, or for what the payer listed."""
    context: dict[str, Any] = {
        "groups": CustomerGroup.objects.annotate(members=Count("customer")).order_by(
            "name", "code"
        )[:GROUPS_SHOWN],
        "methods": [(code, _(name)) for code, name in METHODS.items()],
    }
    return _page(request, "desk/lot_group.html", context, _group_act)


@open_to("lead")
def payroll(request: DeskRequest) -> HttpResponse:
    """What an employer deducted, with what is new of its people."""
    return _page(request, "desk/lot_payroll.html", {}, _payroll_act)


def _page(
    request: DeskRequest,
    template: str,
    context: dict[str, Any],
    acting: Callable[[DeskRequest, list[PayerRow], str], Act],
) -> HttpResponse:
    context |= {"typed": request.POST, "currency_typed": request.creditor.currency}
    if request.method != "POST":
        return render(request, template, context)
    try:
        text = _text(request)
        context["text"] = text
        rows = rows_of(text)
        context |= _about(request, rows)
        act = acting(request, rows, text)
        if request.POST.get("act") == "apply":
            paid = act()
            decide_again(request, [share.customer for share in shares_of(paid.lot)])
            _say(request, paid)
            return redirect("desk:lot", request.creditor.code, paid.lot.pk)
        context |= rehearse(request.creditor, act, _seen)
    except Problem as problem:
        context["refused"] = words.sentence(problem)
    return render(request, template, context)


def _group_act(request: DeskRequest, rows: list[PayerRow], text: str) -> Act:
    sent = request.POST
    chosen = sent.get("group", "")
    found = None
    if chosen.isdecimal() and len(chosen) < 19:
        found = CustomerGroup.objects.filter(pk=int(chosen)).first()
    if found is None and not rows:
        raise Problem("lot_choose_payers")
    listed = [each.as_listed() for each in _resolved(request, rows)]
    amount = _amount(request)
    facts = _facts(request, text, "group", amount)
    return lambda: receive_group(
        request.creditor, amount, group=found, listed=listed, by=request.user, **facts
    )


def _payroll_act(request: DeskRequest, rows: list[PayerRow], text: str) -> Act:
    if not rows:
        raise Problem("payer_list_empty")
    total = _amount(request)
    facts = _facts(request, text, "payroll", total)
    facts.pop("method")
    told = [each.as_payroll() for each in rows]
    return lambda: receive_payroll(
        request.creditor, told, stated_total=total, by=request.user, **facts
    )


def _facts(request: DeskRequest, text: str, kind: str, amount: Money) -> dict[str, Any]:
    """Raises Problem ``payment_day_missing``."""
    sent = request.POST
    day = day_asked(sent.get("day", ""))
    reference = sent.get("reference", "").strip()[:200]
    method = sent.get("method", "")
    # However the amount was written; and two groups may pay the same on one day.
    sum_told = f"{amount.amount.normalize():f}"
    told = "|".join((kind, sent.get("group", ""), day.isoformat(), sum_told, reference, text))
    return {
        "value_on": day,
        "source": "desk",
        # The same list sent twice is one payment; with a reference, whoever types it.
        "external_id": hashlib.sha256(told.encode()).hexdigest()[:32],
        "method": method if method in METHODS else "",
        "reference": reference,
        "payer": sent.get("payer", "").strip()[:200],
        "now": timezone.now(),
    }


def _amount(request: DeskRequest) -> Money:
    return money_asked(request.POST.get("amount", ""), request.creditor.currency)


def _text(request: DeskRequest) -> str:
    """The file, or what was pasted (or stood in the preview)."""
    file = request.FILES.get("file")
    if file is not None:
        return text_of(file.read())
    return str(request.POST.get("rows", ""))


def _resolved(request: DeskRequest, rows: list[PayerRow]) -> list[PayerRow]:
    """Without headings, what is no document may be a customer."""
    loose = [each.document for each in rows if each.document and not each.customer]
    if not loose:
        return rows
    documents = documents_named(request.creditor, set(loose))
    customers = customers_named(request.creditor, set(loose))
    return [
        replace(each, document="", customer=each.document)
        if not each.customer and not documents.get(each.document) and customers.get(each.document)
        else each
        for each in rows
    ]


def _about(request: DeskRequest, rows: list[PayerRow]) -> dict[str, Any]:
    """The list before anything is done with it: its sum, what is new, who is known."""
    added = sum((each.amount for each in rows), Decimal(0))
    typed = None
    try:
        typed = typed_money(request.POST.get("amount", ""), request.creditor.currency)
    except Problem:
        typed = None  # told by whoever needs it
    codes = {each.code for each in rows}
    known = customers_named(request.creditor, codes) if rows else {}
    novelties = [each for each in rows if each.novelty]
    return {
        "rows_read": len(rows),
        "rows_sum": added,
        "difference": added - typed.amount if typed is not None and rows else Decimal(0),
        "known": sum(1 for each in rows if len(known.get(each.code, ())) == 1),
        "unknown": [each for each in rows if len(known.get(each.code, ())) != 1][:PROBLEMS_SHOWN],
        "novelties": [
            {"row": each, "title": called(NOVELTIES, each.novelty)} for each in novelties
        ][:PROBLEMS_SHOWN],
        "novelty_count": len(novelties),
    }


def _seen(paid: LotPaid) -> dict[str, Any]:
    shares: list[Share] = shares_of(paid.lot)
    return {
        "paid": paid,
        "lot": paid.lot,
        "shares": shares,
        "problems": [
            {"row": row, "code": code, "why": words.sentence(f"share_{problem}")}
            for row, code, problem in paid.problems[:PROBLEMS_SHOWN]
        ],
    }


def _say(request: DeskRequest, paid: LotPaid) -> None:
    if not paid.is_new:
        messages.info(request, _("Ese pago ya estaba registrado: no se repitió."))
        return
    customers = ngettext("{n} cliente", "{n} clientes", paid.customers).format(n=paid.customers)
    documents = ngettext("{n} documento", "{n} documentos", paid.documents).format(n=paid.documents)
    told = _("Pago repartido entre {customers}: {documents}.")
    messages.success(request, told.format(customers=customers, documents=documents))
