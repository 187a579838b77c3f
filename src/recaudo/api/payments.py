"""Payments: brought, looked at, taken back. What they pay is decided where it always is.

The rooms above hear of a payment by its event (``payment.received``): the customer's decision is
made again by the worker, a moment later.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django_scopes import scope
from ninja import Query, Router, Status

from recaudo.access.models import ApiKey, KeyRight
from recaudo.api.doors import KeyWith
from recaudo.api.naming import customer_named, documents_stated
from recaudo.api.schemas import (
    LookupIn,
    PaymentIn,
    PaymentOut,
    Refusal,
    ReversalIn,
    ReversalOut,
)
from recaudo.api.telling import payment_told
from recaudo.core.money import Money, currency_code
from recaudo.core.problems import Problem
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.models import Credit
from recaudo.portfolio.models import Document

router = Router(tags=["payments"])
READ, WRITE = KeyWith(KeyRight.PAYMENTS_READ), KeyWith(KeyRight.PAYMENTS_WRITE)
REFUSED_READ = frozenset({401, 403, 404, 422, 503})
REFUSED_WRITE = frozenset({400, 401, 403, 404, 409, 411, 413, 415, 422, 503})


@router.post(
    "",
    auth=WRITE,
    response={200: PaymentOut, 201: PaymentOut, REFUSED_WRITE: Refusal},
    url_name="api-payments",
    summary="Record a payment and apply it",
)
def bring(request: HttpRequest, sent: PaymentIn) -> Any:
    """201: recorded. 200: that `external_id` had come before, and this is the payment. 409: it had
    come with another amount, day, currency, kind or customer; nothing changed."""
    key = _key(request)
    with scope(creditor=key.creditor):
        customer = customer_named(key.creditor, sent)
        amount = Money(sent.amount, currency_code(sent.currency or key.creditor.currency))
        received = receive(
            customer,
            amount,
            kind=sent.kind,
            value_on=sent.value_on,
            source=key.source,
            external_id=sent.external_id,
            method=sent.method or "",
            reference=sent.reference or "",
            payer=sent.payer or "",
            stated=documents_stated(customer, sent.documents, amount.currency),
            keep_rest=sent.keep_rest,
            now=timezone.now(),
        )
        told = payment_told(key.creditor, received.credit.pk)
    return Status(201 if received.is_new else 200, told)


@router.get(
    "",
    auth=READ,
    response={200: PaymentOut, REFUSED_READ: Refusal},
    url_name="api-payments",
    summary="Find a payment by its sender's identifier",
)
def find(request: HttpRequest, asked: Query[LookupIn]) -> Any:
    key = _key(request)
    source = asked.source or key.source
    with scope(creditor=key.creditor):
        credit = Credit.objects.filter(source=source, external_id=asked.external_id).first()
        if credit is None:
            raise Problem("api_external_unknown", external_id=asked.external_id, source=source)
        return payment_told(key.creditor, credit.pk)


@router.get(
    "/{int:payment_id}",
    auth=READ,
    response={200: PaymentOut, REFUSED_READ: Refusal},
    url_name="api-payment",
    summary="A payment and what it paid",
)
def show(request: HttpRequest, payment_id: int) -> Any:
    key = _key(request)
    with scope(creditor=key.creditor):
        return payment_told(key.creditor, _credit(payment_id).pk)


@router.post(
    "/{int:payment_id}/reversal",
    auth=WRITE,
    response={200: ReversalOut, REFUSED_WRITE: Refusal},
    url_name="api-reversal",
    summary="Take a payment back",
)
def take_back(request: HttpRequest, payment_id: int, sent: ReversalIn) -> Any:
    """What it paid is owed again, from `value_on` on. Twice is the same as once. Only what came in
    under the same system's name: the rest is taken back where it was recorded."""
    key = _key(request)
    with scope(creditor=key.creditor):
        credit = _credit(payment_id)
        if credit.source != key.source:
            raise Problem("api_payment_of_another", payment=payment_id, source=key.source)
        back = reverse_payment(
            credit,
            value_on=sent.value_on,
            reason=sent.reason,
            origin=key.source,
            now=timezone.now(),
        )
        open_again = Document.objects.filter(pk__in=back.documents).order_by("due_on", "id")
        return ReversalOut(
            payment=payment_told(key.creditor, credit.pk),
            is_new=bool(back.credits),
            documents=[str(each) for each in open_again],
            refunded=back.refunded,
        )


def _key(request: HttpRequest) -> ApiKey:
    key = request.auth  # type: ignore[attr-defined]
    assert isinstance(key, ApiKey)
    return key


def _credit(payment_id: int) -> Credit:
    """In the scope of the key's creditor. Raises Problem ``payment_unknown``, also for another
    creditor's."""
    found: Credit | None = (
        Credit.objects.select_related("creditor", "customer").filter(pk=payment_id).first()
    )
    if found is None:
        raise Problem("payment_unknown", payment=payment_id)
    return found
