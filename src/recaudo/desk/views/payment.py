"""One payment: what it paid and why, where it came from, and what a person may do with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import Problem
from recaudo.countries import national_pack
from recaudo.countries.charging import order_of_pack
from recaudo.countries.telling import told as law_told
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.inbox import typed_day
from recaudo.desk.money_forms import money_asked, typed_money
from recaudo.desk.money_names import ADJUSTED, component_name, method_name, source_name
from recaudo.desk.names import called
from recaudo.desk.views.pay import effect_rows
from recaudo.desk.views.payments import PILLS, STATES
from recaudo.intake.models import ImportBatch
from recaudo.payments.actions.by_hand import apply_parts, apply_rest
from recaudo.payments.actions.refunds import REFUNDABLE, refund
from recaudo.payments.actions.rehearsal import rehearse_reversal
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.methods import METHODS
from recaudo.payments.models import Credit, CreditKind, LineWork, PaperKind
from recaudo.payments.queries.ordering import order_of
from recaudo.payments.queries.payments import PaymentStory, payment_story
from recaudo.payments.queries.workbench import open_documents
from recaudo.portfolio.models import Customer, Document
from recaudo.strategy.actions.runs import refresh_customers


@open_to()
def payment(request: DeskRequest, credit_id: int) -> HttpResponse:
    credit = credit_or_404(request, credit_id)
    return render(request, "desk/payment.html", _page(request, credit, {}))


@open_to("lead")
@require_POST
def apply_automatically(request: DeskRequest, credit_id: int) -> HttpResponse:
    """What is left pays in the order of the law or the contract."""
    credit = credit_or_404(request, credit_id)
    try:
        with _as_seen(request, credit):
            done = apply_rest(credit, by=request.user, now=timezone.now())
        _decide_again(request, credit)
        told = _("Aplicado a {documents}.")
        documents = ", ".join(dict.fromkeys(str(each.document) for each in done))
        messages.success(request, told.format(documents=documents))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:payment", request.creditor.code, credit.pk)


@open_to("lead")
@require_POST
def apply_by_hand(request: DeskRequest, credit_id: int) -> HttpResponse:
    """A person says how much of which documents it pays."""
    credit = credit_or_404(request, credit_id)
    try:
        with _as_seen(request, credit):
            apply_parts(credit, _parts(request, credit), by=request.user, now=timezone.now())
        _decide_again(request, credit)
        messages.success(request, _("Aplicado como dijo."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        return render(request, "desk/payment.html", _page(request, credit, request.POST))
    return redirect("desk:payment", request.creditor.code, credit.pk)


@open_to("lead")
def take_back(request: DeskRequest, credit_id: int) -> HttpResponse:
    """What taking it back would undo, and then the act."""
    credit = credit_or_404(request, credit_id)
    sent = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {"refused": "", "day": request.today, "reason": ""}
    try:
        day = typed_day(sent.get("day", "")) or request.today
        context |= {"day": day, "reason": sent.get("reason", "")}
        if request.method == "POST":
            _unchanged(request, credit)
            return _taken_back(request, credit, day)
        told = rehearse_reversal(credit, value_on=day, by=request.user, now=timezone.now())
        context |= {"told": told, "effects": effect_rows(told.effects)}
    except Problem as problem:
        context["refused"] = words.sentence(problem)
    return render(request, "desk/payment_take_back.html", _about(payment_story(credit)) | context)


def _taken_back(request: DeskRequest, credit: Credit, day: Any) -> HttpResponse:
    back = reverse_payment(
        credit,
        value_on=day,
        reason=request.POST.get("reason", "")[:300],
        by=request.user,
        now=timezone.now(),
    )
    _decide_again(request, credit)
    if not back.credits:
        messages.info(request, _("Ya estaba reversado: no cambió nada."))
    else:
        messages.success(request, _("Reversado: lo que había pagado vuelve a deberse."))
    if back.refunded:
        messages.warning(
            request, _("De este pago ya se había devuelto dinero: hay que recuperarlo del cliente.")
        )
    return redirect("desk:payment", request.creditor.code, credit.pk)


@open_to("lead")
@require_POST
def give_back(request: DeskRequest, credit_id: int) -> HttpResponse:
    """Money that waited goes back to the customer."""
    credit = credit_or_404(request, credit_id)
    try:
        with _as_seen(request, credit):
            _give_back(request, credit)
        _decide_again(request, credit)
        messages.success(request, _("Devolución registrada."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:payment", request.creditor.code, credit.pk)


def _give_back(request: DeskRequest, credit: Credit) -> None:
    sent = request.POST
    refund(
        credit,
        money_asked(sent.get("amount", ""), credit.currency),
        paid_on=typed_day(sent.get("day", "")) or request.today,
        reason=sent.get("reason", ""),
        method=sent.get("method", "") if sent.get("method") in METHODS else "",
        reference=sent.get("reference", ""),
        by=request.user,
        now=timezone.now(),
    )


def credit_or_404(request: DeskRequest, credit_id: int) -> Credit:
    """Of a customer whom this member sees."""
    found = Credit.objects.select_related("by", "lot", "caused_by").filter(pk=credit_id).first()
    if found is None:
        raise Http404
    found.customer = customer_or_404(request, found.customer_id)
    found.creditor = request.creditor
    return found


def _page(request: DeskRequest, credit: Credit, typed: Any) -> dict[str, Any]:
    story = payment_story(credit)
    can_apply = credit.unapplied > 0
    caused = {
        each.pk: str(CreditKind(each.kind).label).lower()
        for each in story.caused
        if each.kind != CreditKind.EXCHANGE
    }
    return (
        _about(story)
        | _why(request, credit)
        | _origin(story)
        | {
            "paid": [
                {
                    "paid": each,
                    "component": component_name(each.component),
                    "kind": _("cargo") if each.kind == "charge" else "",
                    "by_way": caused.get(each.credit, ""),
                }
                for each in story.paid
            ],
            "caused": [
                {"credit": each, "kind": CreditKind(each.kind).label}
                for each in story.caused
                if each.kind != "exchange"
            ],
            "adjustments": [
                {"row": each, "reason": _adjusted(each.reason)} for each in story.adjustments
            ],
            "papers": [
                {"paper": each, "kind": PaperKind(each.kind).label} for each in story.papers
            ],
            "documents": [
                {"document": each, "typed": typed.get(f"part-{each.pk}", "")}
                for each in (open_documents(credit.customer, credit.currency) if can_apply else ())
            ],
            "methods": [(code, _(name)) for code, name in METHODS.items()],
            "can_refund": can_apply and credit.kind in REFUNDABLE,
            "can_take_back": credit.amount > 0 and credit.source != "exchange",
        }
    )


def _about(story: PaymentStory) -> dict[str, Any]:
    credit = story.credit
    standing = [each.paid_amount for each in story.conversions if each.undone_at is None]
    # In its own currency: what it paid, and what it was changed for.
    applied = credit.amount - credit.unapplied + sum(standing, Decimal(0))
    return {
        "story": story,
        "credit": credit,
        "customer": credit.customer,
        "kind": CreditKind(credit.kind).label,
        "state": called(STATES, story.state),
        "pill": PILLS[story.state],
        "method": method_name(credit.method) if credit.method else "",
        "source": source_name(credit.source),
        "applied": applied,
        "seen": story.seen,
    }


def _why(request: DeskRequest, credit: Credit) -> dict[str, Any]:
    """The order in which it paid, and where that stands."""
    pack = national_pack(credit.customer.country or request.creditor.country)
    order = order_of(credit.customer, on=credit.value_on)
    sections = law_told(pack, "consumer", _, get_language() or "es")
    law = next((each.lines for each in sections if each.subject == "imputation"), ())
    return {
        "tiers": [" + ".join(component_name(part) for part in tier) for tier in order.tiers],
        "by_document": order.first == "document",
        "is_agreed": order != order_of_pack(pack),
        "law": law[0] if law else None,
    }


def _origin(story: PaymentStory) -> dict[str, Any]:
    """From which bank line, file or person, and why it was believed to be this customer's."""
    credit = story.credit
    batch = None
    if credit.batch_id:
        batch = ImportBatch.objects.filter(pk=credit.batch_id).first()
    works = LineWork.objects.filter(line__in=[each.line_id for each in story.lines])
    reasons = dict(works.values_list("line_id", "reason"))
    lines = [
        {"line": each.line, "why": _matched(reasons.get(each.line_id, ""))} for each in story.lines
    ]
    return {"lines": lines, "batch": batch}


def _matched(reason: str) -> str:
    code = f"match_{reason}"
    return words.sentence(code) if code in words.sentences() else ""


def _adjusted(reason: str) -> str:
    return called(ADJUSTED, reason)


@contextmanager
def _as_seen(request: DeskRequest, credit: Credit) -> Iterator[None]:
    """For an act on the state that the form was made from, all or nothing. Of two clicks in one
    moment the second waits for the first, and sees what it left. The customer's row is locked, and
    before any document: what the act locks follows in the ledger's order."""
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=credit.customer_id)
        credit.refresh_from_db(fields=["amount", "unapplied"])
        _unchanged(request, credit)
        yield


def _unchanged(request: DeskRequest, credit: Credit) -> None:
    """Raises Problem ``payment_changed``: the form was made from another state of it."""
    if request.POST.get("seen", "") != payment_story(credit).seen:
        raise Problem("payment_changed")


def _parts(request: DeskRequest, credit: Credit) -> list[tuple[Document, Decimal]]:
    asked: dict[int, Decimal] = {}
    for name, value in request.POST.items():
        if not name.startswith("part-") or not name[5:].isdecimal() or len(name) > 23:
            continue
        amount = typed_money(value, credit.currency)
        if amount:
            asked[int(name[5:])] = amount.amount
    found = Document.objects.filter(pk__in=asked, customer=credit.customer)
    return [(each, asked[each.pk]) for each in found.order_by("due_on", "number", "id")]


def _decide_again(request: DeskRequest, credit: Credit) -> None:
    refresh_customers(request.creditor, [credit.customer_id], today=request.today)
