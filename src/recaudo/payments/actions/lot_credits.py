"""The shares of a lot as credits that pay documents, written in a few statements.

The rows are those of ``record_credit`` and ``apply_credit``; the ledger's triggers see no
difference. Documents are locked in id order before any credit is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from recaudo.audit.events import publish_many
from recaudo.core import application as rules
from recaudo.core.application import Line, Owed, Stated
from recaudo.core.money import Money
from recaudo.payments.actions.applications import WHOLE
from recaudo.payments.actions.differences import realise_differences
from recaudo.payments.actions.line_credits import end_reports_of_many
from recaudo.payments.actions.settling import fix_before, settle_after
from recaudo.payments.copying import copy_rows, take_ids
from recaudo.payments.models import Credit, PaymentLot
from recaudo.payments.queries.ordering import Orders, order_of_creditor, spared_documents
from recaudo.portfolio.models import Customer, Document, DocumentComponent

#: The ``source`` of shares; their external id is the lot and the customer.
SOURCE = "lot"


@dataclass(frozen=True, slots=True)
class Part:
    """What one customer receives: ``amount``, of which ``stated`` for named documents."""

    customer: int
    amount: Decimal
    stated: tuple[tuple[int, Decimal], ...] = ()

    def with_more(self, amount: Decimal, document: int | None) -> Part:
        stated = self.stated if document is None else (*self.stated, (document, amount))
        return replace(self, amount=self.amount + amount, stated=stated)


@dataclass(frozen=True, slots=True)
class Made:
    """``credits``: customer → credit. ``total`` of the credits, ``applied`` to ``documents``."""

    credits: dict[int, int]
    documents: int
    total: Decimal
    applied: Decimal


def pay_in_order(lot: PaymentLot, members: Sequence[int], *, now: datetime) -> Made:
    """The lot's amount over all that ``members`` owe, as if they were one: in the creditor's
    order, the oldest due first; then what was written off (F12), never what was ceded (F32)."""
    fix_before(lot.creditor, dict.fromkeys(members, lot.value_on), by=lot.by, now=now)
    debts = _Open.lock(lot, members)
    order = order_of_creditor(lot.creditor, on=lot.value_on)
    left = Money(lot.amount, lot.currency)
    lines: list[Line] = []
    for group in (debts.alive(), debts.written_off()):
        if left and group:
            applied = rules.apply_credit(left, group, order)
            lines += applied.lines
            left = applied.remainder
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        amounts[debts.documents[line.document].customer_id] += line.amount.amount
    return _write(lot, dict(sorted(amounts.items())), lines, debts, now)


def pay_parts(lot: PaymentLot, parts: Sequence[Part], *, now: datetime) -> Made:
    """Each customer's part: what was stated, and the rest of the part (which names no document) in
    the customer's own order. What a stated document does not owe waits on the share."""
    members = [part.customer for part in parts]
    fix_before(lot.creditor, dict.fromkeys(members, lot.value_on), by=lot.by, now=now)
    debts = _Open.lock(lot, members)
    customers = {c.pk: c for c in Customer.objects.filter(pk__in=members)}
    orders = Orders.load(lot.creditor, members)
    lines: list[Line] = []
    for part in parts:
        customer = customers[part.customer]
        customer.creditor = lot.creditor
        order = orders.of(customer, lot.value_on)
        named = sum((amount for _, amount in part.stated), Decimal(0))
        owed = debts.of(part.customer)
        if named:
            wishes = [Stated(pk, Money(amount, lot.currency)) for pk, amount in part.stated]
            money = Money(named, lot.currency)
            first = rules.apply_credit(money, owed, order, stated=wishes, keep_rest=True).lines
            owed = list(rules.owed_after(owed, first))
            lines += first
        loose = Money(part.amount - named, lot.currency)
        for group in debts.split(owed) if loose else ():
            if loose and group:
                applied = rules.apply_credit(loose, group, order)
                lines += applied.lines
                loose = applied.remainder
    return _write(lot, {part.customer: part.amount for part in parts}, lines, debts, now)


@dataclass
class _Open:
    """What the customers owe in the lot's currency, locked."""

    documents: dict[int, Document]
    owed: dict[int, list[Owed]]
    with_parts: set[int]
    spared: set[int]

    @classmethod
    def lock(cls, lot: PaymentLot, customers: Iterable[int]) -> _Open:
        customers = list(customers)
        wanted = Document.objects.filter(
            customer__in=customers, currency=lot.currency, open_amount__gt=0
        )
        locked = list(wanted.order_by("id").select_for_update(no_key=True))
        documents = {document.pk: document for document in locked}
        owed: dict[int, list[Owed]] = defaultdict(list)
        parts = DocumentComponent.objects.filter(document__in=list(documents)).order_by("id")
        with_parts = set()
        for pk, component, amount in parts.values_list("document_id", "component", "open_amount"):
            with_parts.add(pk)
            if amount:
                owed[pk].append(_owed(documents[pk], component, amount))
        for pk, document in documents.items():
            if pk not in with_parts:
                owed[pk].append(_owed(document, WHOLE, document.open_amount))
        return cls(documents, owed, with_parts, spared_documents(lot.creditor, customers))

    def of(self, customer: int) -> list[Owed]:
        mine = [pk for pk, document in self.documents.items() if document.customer_id == customer]
        return [part for pk in mine for part in self.owed[pk]]

    def alive(self) -> list[Owed]:
        return self.split([part for parts in self.owed.values() for part in parts])[0]

    def written_off(self) -> list[Owed]:
        return self.split([part for parts in self.owed.values() for part in parts])[1]

    def split(self, owed: Iterable[Owed]) -> tuple[list[Owed], list[Owed]]:
        """What is alive, and what was written off; what was ceded is in neither."""
        alive, written_off = [], []
        for part in owed:
            document = self.documents[part.document]
            if part.open and document.ceded_on is None and part.document not in self.spared:
                (written_off if document.written_off_on else alive).append(part)
        return alive, written_off


def _owed(document: Document, component: str, amount: Decimal) -> Owed:
    money = Money(amount, document.currency)
    return Owed(document.pk, str(document), document.due_on, component, money)


_CREDIT = (
    *("id", "creditor_id", "customer_id", "kind", "value_on", "currency", "original_amount"),
    *("amount", "unapplied", "source", "external_id", "reference", "method", "payer", "lot_id"),
    "by_id",
)
_APPLICATION = ("creditor_id", "credit_id", "document_id", "component", "amount", "value_on")


def _write(
    lot: PaymentLot,
    amounts: dict[int, Decimal],
    lines: Sequence[Line],
    debts: _Open,
    now: datetime,
) -> Made:
    nothing = Decimal(0)
    if not amounts:
        return Made({}, 0, nothing, nothing)
    credits = dict(zip(amounts, take_ids("payments_credit", len(amounts)), strict=True))
    # A customer may get another share of the same lot, of what was unassigned.
    again = Credit.objects.filter(lot=lot).count()
    suffix = f"~{again}" if again else ""
    copy_rows(
        "payments_credit",
        _CREDIT,
        (
            (
                *(pk, lot.creditor_id, customer, "payment", lot.value_on, lot.currency),
                *(amounts[customer], amounts[customer], amounts[customer], SOURCE),
                *(f"{lot.pk}:{customer}{suffix}", lot.reference[:200], lot.method, lot.payer),
                *(lot.pk, lot.by_id),
            )
            for customer, pk in credits.items()
        ),
    )
    paid: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        component = line.component if line.document in debts.with_parts else ""
        paid[line.document, component] += line.amount.amount
    rows = []
    for (pk, component), amount in sorted(paid.items()):
        document = debts.documents[pk]
        day = max(lot.value_on, document.issued_on)
        credit = credits[document.customer_id]
        rows.append((lot.creditor_id, credit, pk, component, amount, day))
    copy_rows("payments_application", _APPLICATION, rows)
    if lot.currency != lot.creditor.currency:
        realise_differences(lot.creditor, credits.values())
    settle_after(lot.creditor, list(credits.values()), by=lot.by, now=now)
    _tell(lot, credits, amounts, paid, debts)
    end_reports_of_many(
        lot.creditor,
        [
            (pk, customer, lot.currency, amounts[customer], lot.value_on)
            for customer, pk in credits.items()
        ],
        now=now,
    )
    applied = sum(paid.values(), nothing)
    documents = len({pk for pk, _ in paid})
    return Made(credits, documents, sum(amounts.values(), nothing), applied)


def _tell(
    lot: PaymentLot,
    credits: dict[int, int],
    amounts: dict[int, Decimal],
    paid: dict[tuple[int, str], Decimal],
    debts: _Open,
) -> None:
    documents: dict[int, set[int]] = defaultdict(set)
    for pk, _ in paid:
        documents[debts.documents[pk].customer_id].add(pk)
    publish_many(
        "payment.received",
        lot.creditor,
        [
            (
                customer,
                {
                    "credit": pk,
                    "credit_kind": "payment",
                    "amount": str(amounts[customer]),
                    "currency": lot.currency,
                    "value_on": lot.value_on.isoformat(),
                    "documents": sorted(documents[customer]),
                    "lot": lot.pk,
                },
            )
            for customer, pk in credits.items()
        ],
    )
