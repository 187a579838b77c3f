"""The account of one customer as of a day: every posting in value order, with what it left.

The running balance after the last posting of a day is what ``open_as_of`` says was open on it, and
so is the running credit what ``unapplied_as_of`` says; per currency, for every past day.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django_scopes import scope

from recaudo.core.calendar import local_day
from recaudo.payments.models import Application, Credit, CreditAdjustment
from recaudo.payments.queries.balances import open_as_of
from recaudo.portfolio.models import Customer, Document, DocumentAdjustment

ZERO = Decimal(0)
#: Within one day: what is owed first, then what pays it.
KINDS = (
    "document",
    "charge",
    "adjustment",
    "credit",
    "credit_adjustment",
    "application",
    "reversal",
)


@dataclass(frozen=True, slots=True)
class Posting:
    """``owed`` is what it did to the open documents, ``favour`` to the unapplied credits; ``open``
    and ``unapplied`` what there was after it. ``detail``: the credit's kind, or the reason.
    ``number`` is the document's, ``reference`` the credit's."""

    on: date
    kind: str
    id: int
    currency: str
    owed: Decimal
    favour: Decimal
    number: str = ""
    reference: str = ""
    detail: str = ""
    document: int | None = None
    credit: int | None = None
    open: Decimal = ZERO
    unapplied: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        """What was posted, without its sign on either side."""
        return abs(self.owed or self.favour)


@dataclass(frozen=True, slots=True)
class Paid:
    """What a credit paid of one document by the day, reversals taken off."""

    document: int
    number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CreditHistory:
    """A credit with what it paid; ``left`` is unapplied, ``taken_back`` corrected away."""

    row: Credit
    paid: tuple[Paid, ...]
    corrected: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Ledger:
    """``days`` past due of the oldest claimable document on the day; 0 is *al día*. ``balances``:
    currency → (open, unapplied)."""

    customer: Customer
    as_of: date
    postings: tuple[Posting, ...]
    credits: tuple[CreditHistory, ...]
    balances: dict[str, tuple[Decimal, Decimal]]
    days: int

    @property
    def is_late(self) -> bool:
        return self.days > 0

    def since(self, day: date) -> tuple[Posting, ...]:
        """The movements of a period: from ``day`` (in it) to ``as_of``."""
        return tuple(each for each in self.postings if each.on >= day)


def ledger_of(customer: Customer, as_of: date) -> Ledger:
    """The ledger of ``customer`` by ``as_of``; in a constant number of queries."""
    with scope(creditor=customer.creditor):
        found = _postings(customer)
        rows = Credit.objects.filter(customer=customer, value_on__lte=as_of)
        credits = list(rows.order_by("value_on", "id"))
        open_then = list(open_as_of(customer.creditor, as_of, [customer.pk]))
    ordered = sorted(found, key=lambda each: (each.on, KINDS.index(each.kind), each.id))
    told, balances = _run([each for each in ordered if each.on <= as_of])
    return Ledger(
        customer=customer,
        as_of=as_of,
        postings=tuple(told),
        credits=tuple(_history(row, told) for row in credits),
        balances=balances,
        days=max((row.dpd for row in open_then if not row.is_ceded), default=0),
    )


def _run(
    ordered: list[Posting],
) -> tuple[list[Posting], dict[str, tuple[Decimal, Decimal]]]:
    open_now: dict[str, Decimal] = defaultdict(Decimal)
    unapplied: dict[str, Decimal] = defaultdict(Decimal)
    told = []
    for each in ordered:
        open_now[each.currency] += each.owed
        unapplied[each.currency] += each.favour
        told.append(replace(each, open=open_now[each.currency], unapplied=unapplied[each.currency]))
    return told, {code: (open_now[code], unapplied[code]) for code in sorted(open_now)}


def _postings(customer: Customer) -> list[Posting]:
    zone = customer.creditor.timezone
    #: The day from which a document is there (payments/queries/balances.py).
    there: dict[int, date] = {}
    found = []
    documents = {row.pk: row for row in Document.objects.filter(customer=customer)}
    credits = {row.pk: row for row in Credit.objects.filter(customer=customer)}
    for pk, row in documents.items():
        there[pk] = min(row.issued_on, local_day(row.recorded_at, zone))
        kind = "charge" if row.kind == "charge" else "document"
        found.append(
            Posting(
                there[pk], kind, pk, row.currency, row.original_amount, ZERO, str(row), document=pk
            )
        )
    for pk, credit in credits.items():
        found.append(
            Posting(
                credit.value_on,
                "credit",
                pk,
                credit.currency,
                ZERO,
                credit.original_amount,
                reference=credit.reference or credit.external_id,
                detail=credit.kind,
                credit=pk,
            )
        )
    for change in DocumentAdjustment.objects.filter(document__customer=customer):
        document = documents[change.document_id]
        found.append(
            Posting(
                max(change.value_on, there[document.pk]),
                "adjustment",
                change.pk,
                document.currency,
                change.delta,
                ZERO,
                str(document),
                detail=change.reason,
                document=document.pk,
            )
        )
    for correction in CreditAdjustment.objects.filter(credit__customer=customer):
        credit = credits[correction.credit_id]
        found.append(
            Posting(
                max(correction.value_on, credit.value_on),
                "credit_adjustment",
                correction.pk,
                credit.currency,
                ZERO,
                correction.delta,
                reference=credit.reference or credit.external_id,
                detail=correction.reason,
                credit=credit.pk,
            )
        )
    return found + _applications(customer, documents, there)


def _applications(
    customer: Customer, documents: dict[int, Document], there: dict[int, date]
) -> list[Posting]:
    """Both sides of each; two rows where they count from different days, and one where the credit
    is another customer's (a third party paid)."""
    rows = Application.objects.filter(document__customer=customer) | Application.objects.filter(
        credit__customer=customer
    )
    found = []
    for row in rows.select_related("credit", "document").distinct():
        credit, document = row.credit, documents.get(row.document_id, row.document)
        kind = "application" if row.amount > 0 else "reversal"
        whole = Posting(
            row.value_on,
            kind,
            row.pk,
            document.currency,
            -row.amount if row.document_id in documents else ZERO,
            -row.amount if credit.customer_id == customer.pk else ZERO,
            str(document),
            credit.reference or credit.external_id,
            credit.kind,
            document.pk,
            credit.pk,
        )
        owed_on = max(row.value_on, there.get(document.pk, row.value_on))
        favour_on = max(row.value_on, credit.value_on) if whole.favour else owed_on
        if owed_on == favour_on or not whole.owed:
            found.append(replace(whole, on=favour_on))
        else:
            found.append(replace(whole, on=owed_on, favour=ZERO))
            found.append(replace(whole, on=favour_on, owed=ZERO))
    return found


def _history(credit: Credit, told: list[Posting]) -> CreditHistory:
    mine = [each for each in told if each.credit == credit.pk]
    paid: dict[int, Decimal] = defaultdict(Decimal)
    numbers: dict[int, str] = {}
    for each in mine:
        if each.document is not None:
            paid[each.document] -= each.favour
            numbers[each.document] = each.number
    return CreditHistory(
        row=credit,
        paid=tuple(Paid(pk, numbers[pk], amount) for pk, amount in paid.items() if amount),
        corrected=sum((p.favour for p in mine if p.kind == "credit_adjustment"), ZERO),
        left=sum((p.favour for p in mine), ZERO),
    )
