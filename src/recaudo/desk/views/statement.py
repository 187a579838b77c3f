"""The statement of account as the customer sees it, for any day; posting charges is kept apart.

Looking never posts anything. Files are a collector's daily work (right ``work``); each one that
leaves is written down.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.payments.actions.charging import fix_charges
from recaudo.payments.clearance_words import title_of
from recaudo.payments.queries.debt import debt_of, friday_after, month_end
from recaudo.payments.statement.forms import TYPES, statement_as
from recaudo.payments.statement.sheet import file_name, sheet_of
from recaudo.portfolio.models import Customer

#: Farther ahead nobody can promise anything; farther back nothing was loaded.
AHEAD_MAX, BACK_MAX = timedelta(days=730), timedelta(days=365 * 30)


@open_to()
def statement(request: DeskRequest, customer_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    day = asked_day(request)
    debt = debt_of(customer, day)
    return render(
        request,
        "desk/statement.html",
        account_page(request, customer, "statement", day)
        | {
            "is_quote": day > request.today,
            "sheet": sheet_of(debt, today=request.today),
            "unposted": [each for each in debt.accruals if each.interest or each.fees],
            "can_post": day <= request.today,
        },
    )


def asked_day(request: DeskRequest) -> date:
    """The day of ``?al=``; today where there is none, or none that can be told of."""
    typed = request.GET.get("al") or request.POST.get("al") or ""
    if not typed:
        return request.today
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        messages.error(request, _("Esa fecha no existe: se muestra el día de hoy."))
        return request.today
    if not request.today - BACK_MAX <= day <= request.today + AHEAD_MAX:
        messages.error(request, _("Esa fecha está demasiado lejos: se muestra el día de hoy."))
        return request.today
    return day


def account_page(request: DeskRequest, customer: Customer, here: str, day: date) -> dict[str, Any]:
    """What the three pages of a customer's account share."""
    return {
        "customer": customer,
        "here": here,
        "day": day,
        "choices": day_choices(request, day),
        "clearance_title": title_of(request.creditor.country),
    }


def day_choices(request: DeskRequest, day: date) -> list[dict[str, Any]]:
    """The days that people ask for on the telephone."""
    today = request.today
    named = [
        (_("Hoy"), today),
        (_("Viernes"), friday_after(today)),
        (_("Fin de mes"), month_end(today)),
    ]
    return [{"name": name, "day": each, "is_chosen": each == day} for name, each in named]


@open_to("work")
def file(request: DeskRequest, customer_id: int, kind: str) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    if kind not in TYPES:
        raise Http404
    day = asked_day(request)
    body = statement_as(kind, debt_of(customer, day), today=request.today)
    record_change(
        "statement_taken",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        subject="customer",
        subject_id=customer.pk,
        format=kind,
        as_of=day.isoformat(),
    )
    response = HttpResponse(body, content_type=TYPES[kind])
    name = file_name(customer, day, kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@open_to("work")
@require_POST
def post_charges(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Post what has accrued by the day, so that the statement stands on posted charges."""
    customer = customer_or_404(request, customer_id)
    day = min(asked_day(request), request.today)
    try:
        made = fix_charges(
            customer, as_of=day, because="statement", by=request.user, now=timezone.now()
        )
        told = ngettext(
            "Se fijó %(count)s cargo. Ya puede descargar el estado de cuenta.",
            "Se fijaron %(count)s cargos. Ya puede descargar el estado de cuenta.",
            len(made),
        )
        messages.success(request, told % {"count": len(made)})
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    page = reverse("desk:statement", args=[request.creditor.code, customer.pk])
    return redirect(f"{page}?al={day.isoformat()}")
