"""The account of a customer as of any day: every posting, and what each payment paid (S2-08)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.views.statement import account_page, asked_day
from recaudo.payments.ledger_words import posting_told
from recaudo.payments.models import CreditKind
from recaudo.payments.queries.ledger import CreditHistory, ledger_of

POSTINGS_SHOWN = 100
PAYMENTS_SHOWN = 50


@open_to()
def ledger(request: DeskRequest, customer_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    day = asked_day(request)
    told = ledger_of(customer, day)
    # The newest are what people look for; within a page they read from the oldest down.
    page = Paginator(told.postings[::-1], POSTINGS_SHOWN).get_page(request.GET.get("page"))
    return render(
        request,
        "desk/ledger.html",
        account_page(request, customer, "ledger", day)
        | {
            "ledger": told,
            "balances": [
                {"currency": code, "open": open_now, "unapplied": unapplied}
                for code, (open_now, unapplied) in told.balances.items()
            ],
            "page": page,
            "rows": [{"posting": each, "told": posting_told(each)} for each in page],
            "payments": [payment_row(each) for each in told.credits[::-1][:PAYMENTS_SHOWN]],
            "payments_left": max(0, len(told.credits) - PAYMENTS_SHOWN),
        },
    )


def payment_row(each: CreditHistory) -> dict[str, Any]:
    return {"history": each, "kind": CreditKind(each.row.kind).label}
