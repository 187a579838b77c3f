"""What a batch of messages is about, read now: balances, references, ways to pay, collectors.

A constant number of queries, however many messages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from recaudo.access.models import Creditor
from recaudo.contact.models import MessageItem
from recaudo.core.calendar import local_day
from recaudo.payments.actions.references import references_of
from recaudo.payments.models import Credit, PaymentWay
from recaudo.payments.queries.ways import ways_of
from recaudo.portfolio.models import Assignment, Customer, Document, DocumentFile, ExchangeRate
from recaudo.portfolio.queries.customers import in_force


@dataclass(frozen=True, slots=True)
class Owed:
    """An open document. ``open`` > 0, in ``currency``."""

    id: int
    customer: int
    in_obligation: bool
    kind: str
    family: tuple[str, str, str]
    instalment: str
    due_on: date
    currency: str
    open: Decimal
    purchase_order: str

    @property
    def number(self) -> str:
        return f"{self.family[1]}{self.family[2]}"


@dataclass(frozen=True, slots=True)
class Payment:
    """What a notice of payment acknowledges."""

    amount: Decimal
    currency: str
    on: date


@dataclass(slots=True)
class Book:
    """Everything that the texts of a batch need."""

    creditor: Creditor
    at: datetime
    today: date
    as_of: date
    customers: dict[int, Customer]
    owed: dict[int, list[Owed]]
    unapplied: dict[tuple[int, str], Decimal]
    references: dict[int, str]
    ways: dict[str, list[PaymentWay]]
    collectors: dict[int, str]
    payments: dict[int, Payment] = field(default_factory=dict)
    files: dict[int, list[DocumentFile]] = field(default_factory=dict)
    _rates: dict[str, Decimal] | None = None

    def rate(self, currency: str) -> Decimal | None:
        """Units of the creditor's currency for one of ``currency``; None where no day has one."""
        if currency == self.creditor.currency:
            return Decimal(1)
        if self._rates is None:
            self._rates = _rates(self.creditor, self.as_of)
        return self._rates.get(currency)


def read_book(
    creditor: Creditor,
    customer_ids: Iterable[int],
    *,
    at: datetime,
    message_ids: Collection[int] = (),
    files_of: Collection[int] = (),
) -> Book:
    """In the creditor's scope. ``files_of``: customers whose documents' files are wanted too."""
    ids = sorted(set(customer_ids))
    today = local_day(at, creditor.timezone)
    found = Customer.objects.filter(pk__in=ids)
    book = Book(
        creditor=creditor,
        at=at,
        today=today,
        as_of=_ledger_on(creditor, today),
        customers={each.pk: each for each in found},
        owed=_owed(ids),
        unapplied=_unapplied(ids),
        references=references_of(creditor, ids),
        ways=ways_of(creditor),
        collectors=_collectors(ids, today),
    )
    if message_ids:
        book.payments = _payments(message_ids)
    if files_of:
        book.files = _files(files_of)
    return book


def _owed(ids: list[int]) -> dict[int, list[Owed]]:
    """Oldest due first. Ceded documents are somebody else's to collect (F32)."""
    rows = (
        Document.objects.filter(customer__in=ids, open_amount__gt=0, ceded_on__isnull=True)
        .order_by("customer_id", "due_on", "number", "instalment", "id")
        .values_list(
            "id",
            "customer_id",
            "obligation_id",
            "kind",
            "doc_type",
            "prefix",
            "number",
            "instalment",
            "due_on",
            "currency",
            "open_amount",
            "purchase_order",
        )
    )
    found: dict[int, list[Owed]] = defaultdict(list)
    for pk, customer, obligation, kind, of_type, prefix, number, *rest in rows:
        family = (of_type, prefix, number)
        owed = Owed(pk, customer, obligation is not None, kind, family, *rest)
        found[customer].append(owed)
    return found


def _unapplied(ids: list[int]) -> dict[tuple[int, str], Decimal]:
    rows = (
        Credit.objects.filter(customer__in=ids, unapplied__gt=0)
        .values_list("customer_id", "currency")
        .annotate(Sum("unapplied"))
        .order_by()
    )
    return {(customer, currency): amount for customer, currency, amount in rows}


def _collectors(ids: list[int], today: date) -> dict[int, str]:
    rows = Assignment.objects.filter(in_force(today), customer__in=ids, role="collector")
    rows = rows.values_list("customer_id", "user__name", "person_name")
    return {customer: user or person for customer, user, person in rows}


def _payments(message_ids: Collection[int]) -> dict[int, Payment]:
    """By message: what came in, where the message is about no document but about a payment."""
    rows = MessageItem.objects.filter(message__in=message_ids, document__isnull=True)
    rows = rows.values_list("message_id", "message__currency", "balance", "anchor_on")
    found: dict[int, Payment] = {}
    for message, currency, balance, on in rows.order_by("message_id", "anchor_on"):
        before = found[message].amount if message in found else Decimal(0)
        found[message] = Payment(before + balance, currency, on)
    return found


def _files(customer_ids: Collection[int]) -> dict[int, list[DocumentFile]]:
    """The newest file of each kind of each open document, by document."""
    rows = (
        DocumentFile.objects.filter(
            document__customer__in=customer_ids, document__open_amount__gt=0
        )
        .order_by("document_id", "kind", "-id")
        .distinct("document_id", "kind")
    )
    found: dict[int, list[DocumentFile]] = defaultdict(list)
    for row in rows:
        found[row.document_id].append(row)
    return found


def _rates(creditor: Creditor, day: date) -> dict[str, Decimal]:
    rows = (
        ExchangeRate.objects.filter(to_currency=creditor.currency, valid_on__lte=day)
        .order_by("from_currency", "-valid_on")
        .distinct("from_currency")
    )
    return dict(rows.values_list("from_currency", "rate"))


def _ledger_on(creditor: Creditor, today: date) -> date:
    """The day of the newest import that was done; today where payments come in one by one.

    Read by name: intake stands above this room.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT MAX(as_of) FROM intake_importbatch "
            "WHERE creditor_id = %s AND state = 'done' AND as_of <= %s",
            [creditor.pk, today],
        )
        (day,) = cursor.fetchone()
    return day or today
