"""A payment that a person records for one customer; what it pays is seen before it is saved."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.money_forms import day_asked, money_asked
from recaudo.desk.money_names import component_name
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.rehearsal import Effect, rehearse_payment
from recaudo.payments.methods import METHODS
from recaudo.payments.models import Credit, CreditKind, LineWork
from recaudo.payments.queries.workbench import WAITING
from recaudo.portfolio.models import Customer, Document
from recaudo.strategy.actions.runs import refresh_customers

#: What a person may record. Withholdings and condonations have screens of their own.
KINDS = ("payment", "advance", "credit_note")
DOCUMENTS_SHOWN = 200
#: A bank line of the same amount this near is likely the same money.
NEAR = timedelta(days=5)


@dataclass(frozen=True)
class Typed:
    """What the form says, understood."""

    amount: Money
    kind: str
    value_on: date
    method: str
    reference: str
    payer: str
    stated: tuple[Stated, ...]
    keep_rest: bool


@open_to("lead")
def pay(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The form, and what it records."""
    customer = customer_or_404(request, customer_id)
    refused = ""
    if request.method == "POST" and not request.POST.get("look"):
        try:
            return _record(request, customer)
        except Problem as problem:
            refused = words.sentence(problem)
    context = _form(request, customer) | {"refused": refused}
    if request.method == "POST":
        context |= _looked_at(request, customer)
    return render(request, "desk/pay.html", context)


@open_to("lead")
@require_POST
def preview(request: DeskRequest, customer_id: int) -> HttpResponse:
    """What the payment would do, as far as it has been typed."""
    customer = customer_or_404(request, customer_id)
    context = {"customer": customer, "typed": request.POST} | _looked_at(request, customer)
    return render(request, "desk/parts/pay_preview.html", context)


def _form(request: DeskRequest, customer: Customer) -> dict[str, Any]:
    documents = list(
        Document.objects.filter(customer=customer, open_amount__gt=0).order_by(
            "due_on", "number", "id"
        )[:DOCUMENTS_SHOWN]
    )
    currencies = {each.currency for each in documents} - {request.creditor.currency}
    return {
        "customer": customer,
        "documents": documents,
        "currencies": [request.creditor.currency, *sorted(currencies)],
        "kinds": [(code, CreditKind(code).label) for code in KINDS],
        "methods": [(code, _(name)) for code, name in METHODS.items()],
        "typed": request.POST,
        "chosen": set(request.POST.getlist("document")),
        "key": _key(request),
    }


def _looked_at(request: DeskRequest, customer: Customer) -> dict[str, Any]:
    """The rehearsal and what looks like the same payment; or why it cannot be."""
    try:
        typed = _typed(request, customer)
        told = rehearse_payment(
            customer,
            typed.amount,
            kind=typed.kind,
            value_on=typed.value_on,
            stated=typed.stated,
            keep_rest=typed.keep_rest,
            by=request.user,
            now=timezone.now(),
        )
    except Problem as problem:
        is_blank = problem.code == "payment_amount_missing"
        return {"why_not": "" if is_blank else words.sentence(problem)}
    return {
        "told": told,
        "effects": effect_rows(told.effects),
        "pays": typed.amount - told.left,
        "same": same_payments(customer, typed),
        "lines": same_lines(typed),
    }


def _record(request: DeskRequest, customer: Customer) -> HttpResponse:
    typed = _typed(request, customer)
    if not request.POST.get("anyway") and same_payments(customer, typed):
        raise Problem("payment_looks_repeated")
    received = receive(
        customer,
        typed.amount,
        kind=typed.kind,
        value_on=typed.value_on,
        source="desk",
        external_id=_key(request),
        method=typed.method,
        reference=typed.reference,
        payer=typed.payer,
        stated=typed.stated,
        keep_rest=typed.keep_rest,
        by=request.user,
        now=timezone.now(),
    )
    # At once, so that the lists are right; the event would do it a moment later.
    refresh_customers(request.creditor, [customer.pk], today=request.today)
    if not received.is_new:
        messages.info(request, _("Ese pago ya estaba registrado: no se repitió."))
    else:
        messages.success(request, _("Pago registrado."))
    for currency in received.missing_rates:
        messages.warning(
            request,
            _(
                "Falta la tasa de {currency} para esa fecha: lo que debe en esa moneda espera."
            ).format(currency=currency),
        )
    return redirect("desk:payment", request.creditor.code, received.credit.pk)


def _typed(request: DeskRequest, customer: Customer) -> Typed:
    """Raises Problem ``payment_amount_missing``, ``payment_day_missing`` and those of reading."""
    sent = request.POST
    kind = sent.get("kind", "payment")
    ids = [int(each) for each in sent.getlist("document") if each.isdecimal() and len(each) < 19]
    return Typed(
        amount=money_asked(
            sent.get("amount", ""), sent.get("currency") or request.creditor.currency
        ),
        kind=kind if kind in KINDS else "payment",
        value_on=day_asked(sent.get("day", "")),
        method=sent.get("method", "") if sent.get("method") in METHODS else "",
        reference=sent.get("reference", "").strip()[:200],
        payer=sent.get("payer", "").strip()[:200],
        stated=tuple(Stated(pk) for pk in ids),
        keep_rest=sent.get("rest") == "keep",
    )


def same_payments(customer: Customer, typed: Typed) -> list[Credit]:
    """Payments of the same customer, amount and day, or with the same reference and amount."""
    alike = Credit.objects.filter(
        customer=customer,
        currency=typed.amount.currency,
        original_amount=typed.amount.amount,
        amount__gt=0,
    ).exclude(kind="exchange")
    found = alike.filter(value_on=typed.value_on)
    if typed.reference:
        found = found | alike.filter(reference__iexact=typed.reference)
    return list(found.order_by("-value_on", "-id")[:5])


def same_lines(typed: Typed) -> list[LineWork]:
    """Lines of the bank that wait, with the same amount about that day: better to accept those."""
    found = LineWork.objects.select_related("line").filter(
        state__in=WAITING,
        line__amount=typed.amount.amount,
        line__currency=typed.amount.currency,
        line__value_on__range=(typed.value_on - NEAR, typed.value_on + NEAR),
    )
    return list(found.order_by("line__value_on", "id")[:5])


def effect_rows(effects: tuple[Effect, ...]) -> list[dict[str, Any]]:
    return [
        {"effect": each, "component": component_name(each.component), "is_closed": not each.open}
        for each in effects
    ]


def _key(request: DeskRequest) -> str:
    """The form's own number: sent twice, it is one payment."""
    sent = request.POST.get("key", "")
    try:
        return uuid.UUID(sent).hex
    except ValueError:
        return uuid.uuid4().hex
