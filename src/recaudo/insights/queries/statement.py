"""All that a collector needs to know of one customer, in a constant number of queries.

Amounts are of the day asked for; people, contact data and holds are those in force on it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.buckets import BucketTable, Slot, slot_of
from recaudo.core.money import Money, Rounding
from recaudo.insights.queries.ageing import CurrencyTotal, bucket_table
from recaudo.payments.models import Credit
from recaudo.payments.queries.balances import (
    OpenDocument,
    UnappliedCredit,
    open_as_of,
    unapplied_as_of,
)
from recaudo.portfolio.models import (
    Assignment,
    Consent,
    ContactPoint,
    Customer,
    Document,
    DocumentComponent,
    ExchangeRate,
    Hold,
    Party,
)
from recaudo.portfolio.queries.customers import in_force

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """An open document. ``open`` is in its currency, ``here`` in the creditor's: None where the day
    has no rate. ``parts``: component → open, empty where it has none."""

    row: Document
    label: str
    due_on: date
    dpd: int
    slot: Slot
    open: Decimal
    here: Decimal | None
    parts: dict[str, Decimal]
    is_written_off: bool
    is_ceded: bool
    holds: list[Hold]

    @property
    def is_in_ageing(self) -> bool:
        return not (self.is_written_off or self.is_ceded)


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A credit that waits to be applied; ``here`` as in ``DocumentLine``."""

    row: Credit
    unapplied: Decimal
    here: Decimal | None


@dataclass(frozen=True, slots=True)
class Reach:
    """A contact point, whose it is (None: the customer's own) and what was last allowed there."""

    row: ContactPoint
    party: Party | None
    consent: Consent | None


@dataclass
class Totals:
    """In the creditor's currency; what has no rate is in none of them."""

    gross: Decimal = ZERO
    overdue: Decimal = ZERO
    unapplied: Decimal = ZERO
    written_off: Decimal = ZERO
    ceded: Decimal = ZERO
    #: Slot code → balance, in the order of the table.
    buckets: dict[str, Decimal] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        return self.gross - self.unapplied

    @property
    def catch_up(self) -> Decimal:
        """What makes the customer current (*valor para ponerse al día*)."""
        return max(ZERO, self.overdue - self.unapplied)


@dataclass(frozen=True, slots=True)
class Statement:
    """``without_rate``: currencies that the totals could not take in. ``documents`` by due date;
    ``holds`` in force on the customer, a channel or a document."""

    customer: Customer
    as_of: date
    currency: str
    table: BucketTable
    documents: list[DocumentLine]
    credits: list[CreditLine]
    totals: Totals
    currencies: list[CurrencyTotal]
    without_rate: list[str]
    parties: list[Party]
    reach: list[Reach]
    consents: list[Consent]
    holds: list[Hold]
    seller: Assignment | None
    collector: Assignment | None


def statement(customer: Customer, as_of: date) -> Statement:
    """The statement of ``customer`` on ``as_of``. Never refuses: a missing rate is shown."""
    creditor = customer.creditor
    with scope(creditor=creditor):
        table, holds = bucket_table(creditor), _holds(customer, as_of)
        owed = {row.document: row for row in open_as_of(creditor, as_of, [customer.pk])}
        waiting = {row.credit: row for row in unapplied_as_of(creditor, as_of, [customer.pk])}
        rates = {creditor.currency: Decimal(1)}
        if any(row.currency != creditor.currency for row in (*owed.values(), *waiting.values())):
            rates = rates_of_the_day(creditor, as_of)
        documents = _documents(owed, table, rates, holds)
        credits = _credits(waiting, rates)
        parties = list(Party.objects.filter(customer=customer).select_related("obligation"))
        consents = list(Consent.objects.filter(customer=customer).order_by("-given_on", "-id"))
        people = {
            row.role: row for row in Assignment.objects.filter(in_force(as_of), customer=customer)
        }
        currencies = _by_currency(documents, credits, rates)
        return Statement(
            customer=customer,
            as_of=as_of,
            currency=creditor.currency,
            table=table,
            documents=documents,
            credits=credits,
            totals=_totals(documents, credits, table),
            currencies=currencies,
            without_rate=[each.currency for each in currencies if each.currency not in rates],
            parties=parties,
            reach=_reach(customer, parties, consents),
            consents=consents,
            holds=holds,
            seller=people.get("seller"),
            collector=people.get("collector"),
        )


def rates_of_the_day(creditor: Creditor, day: date) -> dict[str, Decimal]:
    """Currency → units of the creditor's currency for one of it, at the newest rate of the day."""
    rows = ExchangeRate.objects.filter(to_currency=creditor.currency, valid_on__lte=day)
    newest = rows.order_by("from_currency", "-valid_on").distinct("from_currency")
    rates = dict(newest.values_list("from_currency", "rate"))
    return rates | {creditor.currency: Decimal(1)}


def _documents(
    then: dict[int, OpenDocument],
    table: BucketTable,
    rates: dict[str, Decimal],
    holds: list[Hold],
) -> list[DocumentLine]:
    rows = Document.objects.filter(pk__in=then).select_related("obligation")
    parts: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for part in DocumentComponent.objects.filter(document_id__in=then, open_amount__gt=0):
        parts[part.document_id][part.component] = part.open_amount
    held: dict[int | None, list[Hold]] = defaultdict(list)
    for hold in holds:
        held[hold.document_id].append(hold)
    lines = [
        DocumentLine(
            row=row,
            label=str(row),
            due_on=then[row.pk].due_on,
            dpd=then[row.pk].dpd,
            slot=slot_of(then[row.pk].dpd, table),
            open=then[row.pk].open,
            here=_here(then[row.pk].open, row.currency, rates),
            # Parts are kept as they are now: shown only where the document stands as it does now.
            parts=parts[row.pk] if row.open_amount == then[row.pk].open else {},
            is_written_off=then[row.pk].is_written_off,
            is_ceded=then[row.pk].is_ceded,
            holds=held[row.pk],
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (line.due_on, line.label, line.row.pk))


def _credits(then: dict[int, UnappliedCredit], rates: dict[str, Decimal]) -> list[CreditLine]:
    rows = Credit.objects.filter(pk__in=then).order_by("value_on", "id")
    return [
        CreditLine(row, then[row.pk].unapplied, _here(then[row.pk].unapplied, row.currency, rates))
        for row in rows
    ]


def _here(amount: Decimal, currency: str, rates: dict[str, Decimal]) -> Decimal | None:
    rate = rates.get(currency)
    if rate is None:
        return None
    return Money(amount, currency).times(rate, Rounding.HALF_UP).amount


def _totals(documents: list[DocumentLine], credits: list[CreditLine], table: BucketTable) -> Totals:
    totals = Totals(buckets={slot.code: ZERO for slot in table.slots})
    for line in documents:
        here = line.here or ZERO
        if line.is_ceded:
            totals.ceded += here
        elif line.is_written_off:
            totals.written_off += here
        else:
            totals.gross += here
            totals.buckets[line.slot.code] += here
            totals.overdue += here if line.dpd else ZERO
    totals.unapplied = sum((line.here or ZERO for line in credits), ZERO)
    return totals


def _by_currency(
    documents: list[DocumentLine], credits: list[CreditLine], rates: dict[str, Decimal]
) -> list[CurrencyTotal]:
    """Of what is in the ageing; a rate of 0 stands for none."""
    found: dict[str, CurrencyTotal] = {}

    def of(currency: str) -> CurrencyTotal:
        return found.setdefault(currency, CurrencyTotal(currency, rates.get(currency, ZERO)))

    for line in documents:
        subtotal = of(line.row.currency)
        if line.is_in_ageing:
            subtotal.documents += 1
            subtotal.gross += line.open
    for waiting in credits:
        of(waiting.row.currency).unapplied += waiting.unapplied
    return sorted(found.values(), key=lambda each: each.currency)


def _holds(customer: Customer, as_of: date) -> list[Hold]:
    rows = Hold.objects.filter(in_force(as_of), Q(released_at=None), customer=customer)
    return list(rows.select_related("document", "by").order_by("from_on", "id"))


def _reach(customer: Customer, parties: list[Party], consents: list[Consent]) -> list[Reach]:
    """Active points first, verified before unverified; each with the newest consent about it."""
    people = {party.pk: party for party in parties}
    points = ContactPoint.objects.filter(customer=customer).order_by(
        "-is_active", "party_id", "channel", "-is_verified_by_hand", "id"
    )
    return [Reach(point, people.get(point.party_id), _consent(point, consents)) for point in points]


def _consent(point: ContactPoint, consents: list[Consent]) -> Consent | None:
    """The newest that speaks of this point, of its channel, or of everything."""
    for consent in consents:
        is_about = consent.contact_point_id in {None, point.pk}
        if is_about and consent.channel in {"*", point.channel}:
            return consent
    return None
