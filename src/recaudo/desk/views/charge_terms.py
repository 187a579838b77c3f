"""What may be charged (*condiciones de cobro*): of the creditor, a product, a customer, a debt."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import Problem
from recaudo.desk.charge_words import DAY_COUNTS, FEES, INTEREST, QUOTES
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.money_forms import typed_money
from recaudo.payments.actions.terms import Wanted, as_decimal, set_terms
from recaudo.payments.models import ChargeTerms
from recaudo.payments.queries.terms_told import TermsTold, terms_told
from recaudo.portfolio.models import Customer, Obligation, Regime

_TEXTS = (
    *("source", "product", "interest", "rate_quote", "legal_series", "ceiling_series"),
    *("day_count", "fee", "fee_currency"),
)


@open_to("lead")
def terms(request: DeskRequest) -> HttpResponse:
    return _page(request)


@open_to("lead")
@require_POST
def save(request: DeskRequest) -> HttpResponse:
    """A new row from its day on; those before stay."""
    try:
        set_terms(request.creditor, _wanted(request), by=request.user, origin="web")
    except Problem as problem:
        return _page(request, words.sentence(problem))
    messages.success(
        request, _("Guardado. Las condiciones de antes siguen valiendo para sus días.")
    )
    return redirect("desk:charge_terms", request.creditor.code)


def _wanted(request: DeskRequest) -> Wanted:
    """Raises Problem ``terms_day_missing``, ``terms_customer_unknown``,
    ``terms_obligation_unknown``, ``terms_number_unreadable``, ``reply_amount_unreadable``,
    ``currency_unknown``."""
    typed = {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}
    try:
        from_on = date.fromisoformat(typed.get("from_on", ""))
    except ValueError as error:
        raise Problem("terms_day_missing") from error
    grace = typed.get("grace_days", "") or "0"
    if not grace.isdecimal() or len(grace) > 4:
        raise Problem("terms_number_unreadable", text=grace)
    fee = typed_money(
        typed.get("fee_amount", ""), typed.get("fee_currency") or request.creditor.currency
    )
    return Wanted(
        from_on=from_on,
        customer=_customer(typed.get("customer", "")),
        obligation=_obligation(typed.get("obligation", "")),
        annual_rate=as_decimal(typed.get("annual_rate", "")),
        fee_amount=None if fee is None else fee.amount,
        fee_per_cent=as_decimal(typed.get("fee_per_cent", "")),
        grace_days=int(grace),
        is_grace_free=typed.get("is_grace_free") == "yes",
        **{name: typed[name] for name in _TEXTS if name in typed},  # type: ignore[arg-type]
    )


def _customer(code: str) -> Customer | None:
    if not code:
        return None
    found: Customer | None = Customer.objects.filter(code=code).first()
    if found is None:
        raise Problem("terms_customer_unknown", customer=code)
    return found


def _obligation(number: str) -> Obligation | None:
    if not number:
        return None
    found: Obligation | None = Obligation.objects.filter(number=number).first()
    if found is None:
        raise Problem("terms_obligation_unknown", obligation=number)
    return found


def _page(request: DeskRequest, refused: str = "") -> HttpResponse:
    """``refused``: why nothing was saved, said beside the form with what was typed."""
    told = terms_told(request.creditor, request.today)
    context = {
        "current": [_row(each) for each in told if each.is_current],
        "other": [_row(each) for each in told if not each.is_current],
        "interests": _choices(INTEREST),
        "quotes": _choices(QUOTES),
        "day_counts": _choices(DAY_COUNTS),
        "fees": _choices(FEES),
        "typed": request.POST,
        "refused": refused,
        "today": request.today,
    }
    return render(request, "desk/charge_terms.html", context, status=400 if refused else 200)


def _choices(titles: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, _(title)) for code, title in titles.items()]


def _row(told: TermsTold) -> dict[str, Any]:
    row = told.row
    return {
        "row": row,
        "scope": _scope(row),
        "interest": _(INTEREST[row.interest]),
        "rate": None if row.annual_rate is None else row.annual_rate.normalize(),
        "quote": _(QUOTES[row.rate_quote]) if row.annual_rate is not None else "",
        "day_count": _(DAY_COUNTS[row.day_count]) if row.day_count else "",
        "fee": _(FEES[row.fee]),
        "fee_per_cent": None if row.fee_per_cent is None else row.fee_per_cent.normalize(),
        "is_coming": not told.is_current,
        "warnings": [words.sentence(each.code, _in_words(each.facts)) for each in told.warnings],
    }


def _in_words(facts: dict[str, Any]) -> dict[str, Any]:
    if "regime" not in facts:
        return facts
    return {**facts, "regime": str(Regime(facts["regime"]).label)}


def _scope(row: ChargeTerms) -> str:
    if row.obligation is not None:
        return _("Obligación {number}").format(number=row.obligation.number)
    if row.customer is not None:
        return _("Cliente {code}: {name}").format(code=row.customer.code, name=row.customer.name)
    if row.product:
        return _("Producto {product}").format(product=row.product)
    return _("Todo el acreedor")
