"""The list of payments, and one of them: what it paid, component by component, and why.

Small queries for a screen, the command line and the interface: a page of the list costs one query
and one more for its states, one payment a constant number, whatever it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from recaudo.access.models import Creditor
from recaudo.audit.models import ChangeEvent
from recaudo.core.problems import Problem
from recaudo.payments.models import (
    Application,
    CashReceipt,
    Conversion,
    Credit,
    CreditAdjustment,
    ExchangeDifference,
    LineCredit,
    PaymentLot,
    Refund,
    ReportedPayment,
)
from recaudo.portfolio.models import DocumentComponent

#: What a payment can be: all of it waits, some of it does, none does, or it came back.
STATES = ("unapplied", "part", "applied", "taken_back")
PAGE = 50
TAKEN_BACK = ("taken_back", "bank_line_undone")


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of the list; empty: everything. Both ends of a span are in it. ``text`` is
    looked for in reference, external id, payer, and the customer's code and name."""

    from_on: date | None = None
    until_on: date | None = None
    kinds: tuple[str, ...] = ()
    state: str = ""
    method: str = ""
    customer: int | None = None
    currency: str = ""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    text: str = ""
    lot: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One payment of the list. ``applied`` is what stands; ``state`` one of ``STATES``."""

    id: int
    value_on: date
    kind: str
    customer_id: int
    customer_code: str
    customer_name: str
    currency: str
    amount: Decimal
    unapplied: Decimal
    applied: Decimal
    state: str
    method: str
    reference: str
    payer: str
    source: str
    external_id: str
    lot_id: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """``after`` gives the next page; None: this is the last."""

    rows: tuple[Row, ...]
    after: tuple[date, int] | None


def payments(
    creditor: Creditor,
    filters: Filters = Filters(),  # noqa: B008: frozen
    *,
    after: tuple[date, int] | None = None,
    limit: int = PAGE,
    customers: QuerySet[Any] | None = None,
) -> Page:
    """Newest value date first, then the newest recorded. ``customers``: only theirs (what the
    person may see). Raises Problem ``payment_state_unknown``."""
    found = _filtered(creditor, filters)
    if customers is not None:
        found = found.filter(customer__in=customers)
    if after is not None:
        day, pk = after
        found = found.filter(Q(value_on__lt=day) | Q(value_on=day, pk__lt=pk))
    credits = list(found.select_related("customer").order_by("-value_on", "-id")[: limit + 1])
    rows = tuple(_row(credit) for credit in credits[:limit])
    more = len(credits) > limit
    return Page(rows, (rows[-1].value_on, rows[-1].id) if more else None)


def totals(
    creditor: Creditor, filters: Filters, *, customers: QuerySet[Any] | None = None
) -> list[dict[str, Any]]:
    """By currency: how many, what they came to, what of it waits."""
    found = _filtered(creditor, filters)
    if customers is not None:
        found = found.filter(customer__in=customers)
    rows = found.values("currency").annotate(amount=Sum("amount"), unapplied=Sum("unapplied"))
    return list(rows.order_by("currency"))


def methods(creditor: Creditor) -> list[str]:
    """What payments came by, for a filter."""
    used = Credit.objects.filter(creditor=creditor).exclude(method="").order_by("method")
    return list(used.values_list("method", flat=True).distinct()[:50])


def _filtered(creditor: Creditor, filters: Filters) -> QuerySet[Credit]:
    found = Credit.objects.filter(creditor=creditor)
    exact: dict[str, Any] = {
        "value_on__gte": filters.from_on,
        "value_on__lte": filters.until_on,
        "kind__in": filters.kinds or None,
        "method": filters.method or None,
        "customer": filters.customer,
        "currency": filters.currency or None,
        "original_amount__gte": filters.amount_from,
        "original_amount__lte": filters.amount_to,
        "lot": filters.lot,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    if filters.text.strip():
        text = filters.text.strip()
        found = found.filter(
            Q(reference__icontains=text)
            | Q(external_id__icontains=text)
            | Q(payer__icontains=text)
            | Q(customer__code__iexact=text)
            | Q(customer__name__icontains=text)
        )
    return _in_state(found, filters.state) if filters.state else found


def _in_state(found: QuerySet[Credit], state: str) -> QuerySet[Credit]:
    if state not in STATES:
        raise Problem("payment_state_unknown", state=state, known=list(STATES))
    if state == "taken_back":
        back = CreditAdjustment.objects.filter(credit=OuterRef("pk"), reason__in=TAKEN_BACK)
        return found.filter(Exists(back), amount=0)
    if state == "unapplied":
        return found.filter(unapplied__gt=0)
    standing = Application.objects.filter(
        credit=OuterRef("pk"), amount__gt=0, application__isnull=True
    )
    if state == "part":
        return found.filter(Exists(standing), unapplied__gt=0)
    return found.filter(unapplied=0, amount__gt=0)


def _row(credit: Credit) -> Row:
    applied = credit.amount - credit.unapplied
    if not credit.amount:
        state = "taken_back"
    elif not credit.unapplied:
        state = "applied"
    else:
        state = "part" if applied else "unapplied"
    return Row(
        credit.pk,
        credit.value_on,
        credit.kind,
        credit.customer_id,
        credit.customer.code,
        credit.customer.name,
        credit.currency,
        credit.original_amount,
        credit.unapplied,
        applied,
        state,
        credit.method,
        credit.reference,
        credit.payer,
        credit.source,
        credit.external_id,
        credit.lot_id,
    )


@dataclass(frozen=True, slots=True)
class Use:
    """One application: so much of the payment to this part of this document. ``reversed_on``: it
    was taken back then. ``difference``: what the exchange rate made of it, in the creditor's
    currency."""

    document_id: int
    number: str
    kind: str
    component: str
    due_on: date
    amount: Decimal
    currency: str
    value_on: date
    recorded_at: datetime
    reversed_on: date | None
    difference: Decimal | None


@dataclass(frozen=True, slots=True)
class Detail:
    """One payment. ``why``: how it came to pay what it paid: ``lot``, ``matched`` (a bank line),
    ``file`` (as a file named it), ``stated`` (the payer named documents), ``order`` (the legal or
    agreed one). ``stated``: the documents that the payer named. ``changes``: corrections,
    conversions and refunds of its amount. ``caused``: other credits that would not be without it.
    """

    credit: Credit
    row: Row
    why: str
    stated: tuple[int, ...]
    uses: tuple[Use, ...]
    changes: tuple[CreditAdjustment, ...]
    conversions: tuple[Conversion, ...]
    refunds: tuple[Refund, ...]
    caused: tuple[Row, ...]
    line: Any = None
    lot: PaymentLot | None = None
    receipt: CashReceipt | None = None
    report: ReportedPayment | None = None
    components: dict[int, list[tuple[str, Decimal, Decimal]]] = field(default_factory=dict)


def payment(creditor: Creditor, payment_id: int) -> Detail:
    """Raises Problem ``payment_unknown``."""
    credit = (
        Credit.objects.select_related("customer", "by", "lot", "caused_by", "creditor")
        .filter(creditor=creditor, pk=payment_id)
        .first()
    )
    if credit is None:
        raise Problem("payment_unknown", payment=payment_id)
    conversions = tuple(
        Conversion.objects.select_related("bought").filter(paid=credit).order_by("id")
    )
    lines = LineCredit.objects.select_related("line").filter(credit=credit).first()
    line = lines.line if lines else credit.lot.line if credit.lot else None
    told = ChangeEvent.objects.filter(
        kind="payment_received", subject="credit", subject_id=credit.pk
    ).first()
    stated = tuple(told.facts.get("stated", ())) if told else ()
    uses = _uses([credit.pk, *(each.bought_id for each in conversions)])
    others = Credit.objects.select_related("customer").filter(caused_by=credit).order_by("id")
    return Detail(
        credit,
        _row(credit),
        _why(credit, line, stated),
        stated,
        uses,
        tuple(credit.adjustments.order_by("id")),
        conversions,
        tuple(credit.refunds.order_by("id")),
        tuple(_row(each) for each in others),
        line,
        credit.lot,
        CashReceipt.objects.filter(credit=credit).first(),
        ReportedPayment.objects.filter(credit=credit).first(),
        _components(uses),
    )


def _why(credit: Credit, line: Any, stated: tuple[int, ...]) -> str:
    if credit.lot_id is not None:
        return "lot"
    if line is not None:
        return "matched"
    if credit.batch_id is not None:
        return "file"
    return "stated" if stated else "order"


def _uses(credits: Sequence[int]) -> tuple[Use, ...]:
    applied = (
        Application.objects.select_related("document")
        .filter(credit__in=credits, amount__gt=0)
        .order_by("id")
    )
    back = dict(
        Application.objects.filter(credit__in=credits, amount__lt=0).values_list(
            "reverses_id", "value_on"
        )
    )
    differences = dict(
        ExchangeDifference.objects.filter(application__credit__in=credits).values_list(
            "application_id", "amount"
        )
    )
    return tuple(
        Use(
            each.document_id,
            str(each.document),
            each.document.kind,
            each.component,
            each.document.due_on,
            each.amount,
            each.document.currency,
            each.value_on,
            each.recorded_at,
            back.get(each.pk),
            differences.get(each.pk),
        )
        for each in applied
    )


def _components(uses: Sequence[Use]) -> dict[int, list[tuple[str, Decimal, Decimal]]]:
    """document → (component, amount, still open) of those that it touched."""
    found: dict[int, list[tuple[str, Decimal, Decimal]]] = {}
    rows = DocumentComponent.objects.filter(document__in={use.document_id for use in uses})
    for each in rows.order_by("document_id", "id"):
        part = (each.component, each.amount, each.open_amount)
        found.setdefault(each.document_id, []).append(part)
    return found
