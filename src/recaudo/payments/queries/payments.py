"""The list of payments, and all that is to be known of one.

The list is paged by key along the index ``credit_newest`` (creditor, day, id), so that the first
page and the thousandth cost the same with ten million credits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Lower

from recaudo.access.models import Creditor
from recaudo.audit.models import ChangeEvent
from recaudo.core.problems import Problem
from recaudo.payments.methods import written_as
from recaudo.payments.models import (
    Application,
    Conversion,
    Credit,
    CreditAdjustment,
    ExchangeDifference,
    LineCredit,
    LotShare,
    PendingPaper,
    Refund,
    ReportedPayment,
)
from recaudo.portfolio.models import Customer, Document

#: ``open``: something waits unapplied; ``applied``: nothing does; ``refunded``: all of what was
#: left was given back; ``taken_back``: it bounced, or never was.
STATES = ("open", "applied", "refunded", "taken_back")
#: Customers that a piece of text may mean; more than these and the text says too little.
CUSTOMERS_MEANT = 500


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What to show. Days are included at both ends; ``text``: customer (name, code, tax id),
    reference (its beginning) or number of a document that it paid; ``customer`` and ``document``
    (ids): only that customer's, only what paid that document."""

    from_on: date | None = None
    until_on: date | None = None
    kind: str = ""
    state: str = ""
    method: str = ""
    source: str = ""
    text: str = ""
    customer: int | None = None
    document: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One line of the list. ``amount`` is as it came; ``state`` one of STATES or ``partly``."""

    id: int
    value_on: date
    customer: int
    code: str
    name: str
    kind: str
    currency: str
    amount: Decimal
    unapplied: Decimal
    state: str
    method: str
    reference: str
    payer: str
    source: str
    lot: int | None


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """``next`` is what to give as ``after`` for the older page; None at the end."""

    rows: list[PaymentRow]
    next: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """Of one currency: ``amount`` as it came, less what was taken back or changed; what waits."""

    currency: str
    count: int
    amount: Decimal
    unapplied: Decimal
    oldest_on: date | None = None


def payments_page(
    creditor: Creditor,
    filters: PaymentFilter,
    after: str | None,
    size: int,
    customers: QuerySet[Customer] | None = None,
) -> PaymentPage:
    """One page, the newest value date first (ties: the newest row first); only of ``customers``.

    Raises Problem ``payments_page_unknown`` for an ``after`` that was not ours.
    """
    found = _where(creditor, filters, customers)
    if after is not None:
        day, pk = _place(after)
        found = found.filter(value_on__lte=day).filter(Q(value_on__lt=day) | Q(pk__lt=pk))
    rows = [_row(each) for each in _listed(found)[: size + 1]]
    if len(rows) <= size:
        return PaymentPage(rows, None)
    last = rows[size - 1]
    return PaymentPage(rows[:size], f"{last.value_on.isoformat()}|{last.id}")


def every_payment(
    creditor: Creditor,
    filters: PaymentFilter,
    most: int,
    customers: QuerySet[Customer] | None = None,
) -> list[PaymentRow]:
    """All of them, for a file; at most ``most``."""
    return [_row(each) for each in _listed(_where(creditor, filters, customers))[:most]]


def payments_total(
    creditor: Creditor, filters: PaymentFilter, customers: QuerySet[Customer] | None = None
) -> list[Total]:
    """What the filter comes to, by currency. Kinds that another credit caused would count twice
    (the credit that a change of currency bought) and are left out."""
    found = _where(creditor, filters, customers).exclude(kind="exchange")
    rows = found.values_list("currency").annotate(
        count=Count("pk"), amount=Sum("original_amount"), unapplied=Sum("unapplied")
    )
    return [Total(*row) for row in rows.order_by("currency")]


def unapplied_totals(
    creditor: Creditor, customers: QuerySet[Customer] | None = None
) -> list[Total]:
    """Cash that waits for a document, by currency: a balance of its own (the index
    ``credit_unapplied`` holds just these rows)."""
    found = Credit.objects.filter(creditor=creditor, unapplied__gt=0)
    if customers is not None:
        found = found.filter(customer__in=customers)
    rows = found.values_list("currency").annotate(
        count=Count("pk"), amount=Sum("amount"), unapplied=Sum("unapplied"), oldest=Min("value_on")
    )
    return [Total(*row) for row in rows.order_by("currency")]


def _where(
    creditor: Creditor, filters: PaymentFilter, customers: QuerySet[Customer] | None
) -> QuerySet[Credit]:
    found: QuerySet[Credit] = Credit.objects.filter(creditor=creditor)
    if customers is not None:
        found = found.filter(customer__in=customers)
    if filters.from_on is not None:
        found = found.filter(value_on__gte=filters.from_on)
    if filters.until_on is not None:
        found = found.filter(value_on__lte=filters.until_on)
    if filters.method:
        found = found.annotate(way=Lower("method")).filter(way__in=written_as(filters.method))
    for name in ("kind", "source"):
        if getattr(filters, name):
            found = found.filter(**{name: getattr(filters, name)})
    if filters.customer is not None:
        found = found.filter(customer=filters.customer)
    if filters.document is not None:
        paid = Application.objects.filter(document=filters.document).order_by()
        found = found.filter(pk__in=paid.values("credit_id"))
    found = _in_state(found, filters.state)
    text = filters.text.strip()
    return found.filter(pk__in=_meant(creditor, text)) if text else found


def _in_state(found: QuerySet[Credit], state: str) -> QuerySet[Credit]:
    """An amount of zero was taken back, unless a change of currency or a refund took it."""
    changed = Exists(Conversion.objects.filter(paid=OuterRef("pk"), undone_at=None))
    refunded = Exists(Refund.objects.filter(credit=OuterRef("pk")))
    match state:
        case "open":
            return found.filter(unapplied__gt=0)
        case "applied":
            return found.filter(unapplied=0).filter(Q(amount__gt=0) | Q(changed))
        case "refunded":
            return found.filter(refunded, amount=0)
        case "taken_back":
            return found.filter(~changed, ~refunded, amount=0)
    return found


def _meant(creditor: Creditor, text: str) -> QuerySet[Credit]:
    """Credits that the text may mean, each way by its own index."""
    who = Customer.objects.filter(creditor=creditor).filter(
        Q(code__iexact=text) | Q(tax_id=text) | Q(name__icontains=text)
    )
    customers = list(who.values_list("pk", flat=True)[:CUSTOMERS_MEANT])
    told = _bare(text)
    numbered = Document.objects.filter(creditor=creditor, number__in={text, *_numbers(text)})
    ids = [
        pk
        for pk, prefix, number in numbered.values_list("pk", "prefix", "number")[:CUSTOMERS_MEANT]
        if told in (_bare(number), _bare(prefix + number))
    ]
    credits = Credit.objects.filter(creditor=creditor).order_by()
    by_customer = credits.filter(customer__in=customers).values("pk")
    by_reference = credits.filter(reference__startswith=text).exclude(reference="").values("pk")
    paid = Application.objects.filter(document__in=ids).order_by().values("credit_id")
    return by_customer.union(by_reference, paid)


def _numbers(text: str) -> list[str]:
    """``FV-1024`` or ``FV1024`` may be the prefix and the number 1024."""
    digits = text[len(text.rstrip("0123456789")) :]
    return [digits] if digits and digits != text else []


def _bare(number: str) -> str:
    return "".join(sign for sign in number.upper() if sign.isalnum())


def _listed(found: QuerySet[Credit]) -> QuerySet[Credit]:
    return (
        found.select_related("customer")
        .annotate(
            is_changed=Exists(Conversion.objects.filter(paid=OuterRef("pk"), undone_at=None)),
            is_refunded=Exists(Refund.objects.filter(credit=OuterRef("pk"))),
        )
        .order_by("-value_on", "-id")
    )


def _row(credit: Credit) -> PaymentRow:
    return PaymentRow(
        credit.pk,
        credit.value_on,
        credit.customer_id,
        credit.customer.code,
        credit.customer.name,
        credit.kind,
        credit.currency,
        credit.original_amount,
        credit.unapplied,
        state_of(credit, is_changed=credit.is_changed, is_refunded=credit.is_refunded),
        credit.method,
        credit.reference,
        credit.payer,
        credit.source,
        credit.lot_id,
    )


def state_of(credit: Credit, *, is_changed: bool, is_refunded: bool) -> str:
    """``open``, ``partly``, ``applied``, ``refunded`` or ``taken_back``."""
    if credit.amount == 0:
        return "applied" if is_changed else "refunded" if is_refunded else "taken_back"
    if credit.unapplied == 0:
        return "applied"
    return "open" if credit.unapplied == credit.original_amount else "partly"


def _place(after: str) -> tuple[date, int]:
    try:
        day, pk = after.split("|")
        return date.fromisoformat(day), int(pk)
    except ValueError as error:
        raise Problem("payments_page_unknown", after=after) from error


@dataclass(frozen=True, slots=True)
class Paid:
    """``amount`` of the payment went to this part of a document; ``undone_on``: and came back.

    ``difference``: what the debt brought more or less than it was worth when issued, in the
    creditor's currency, where the document is in another."""

    application: int
    credit: int
    document: int
    label: str
    kind: str
    customer: int
    component: str
    currency: str
    amount: Decimal
    value_on: date
    recorded_at: datetime
    undone_on: date | None
    open: Decimal
    difference: Decimal | None


@dataclass(frozen=True, slots=True)
class PaymentStory:
    """All that is known of one payment. ``bought``: the credits that its changes of currency made;
    ``caused``: the others that fall with it (withholdings); ``paid`` is of all of them. ``why``:
    how it was decided what it pays: ``lot``, ``matched`` (a bank line), ``file``, ``stated`` or
    ``order``."""

    credit: Credit
    state: str
    why: str
    paid: tuple[Paid, ...]
    caused: tuple[Credit, ...]
    conversions: tuple[Conversion, ...]
    adjustments: tuple[CreditAdjustment, ...]
    refunds: tuple[Refund, ...]
    lines: tuple[LineCredit, ...]
    reports: tuple[ReportedPayment, ...]
    papers: tuple[PendingPaper, ...]
    shares: tuple[LotShare, ...]

    @property
    def seen(self) -> str:
        """Changes with whatever happens to the payment: a form says with which it was made."""
        credit = self.credit
        last = max((each.application for each in self.paid), default=0)
        undone = sum(1 for each in self.paid if each.undone_on)
        return f"{credit.amount}|{credit.unapplied}|{last}|{undone}|{len(self.adjustments)}"


def payment_story(credit: Credit) -> PaymentStory:
    """In a number of queries that does not grow with what it paid."""
    caused = list(Credit.objects.filter(caused_by=credit).order_by("id"))
    ids = [credit.pk, *(each.pk for each in caused)]
    conversions = tuple(
        Conversion.objects.filter(paid=credit).select_related("bought").order_by("id")
    )
    refunds = tuple(Refund.objects.filter(credit=credit).select_related("by").order_by("id"))
    is_changed = any(each.undone_at is None for each in conversions)
    lines = tuple(LineCredit.objects.filter(credit=credit).select_related("line", "line__account"))
    return PaymentStory(
        credit=credit,
        state=state_of(credit, is_changed=is_changed, is_refunded=bool(refunds)),
        why=_why(credit, bool(lines)),
        paid=tuple(_paid(ids)),
        caused=tuple(caused),
        conversions=conversions,
        adjustments=tuple(CreditAdjustment.objects.filter(credit__in=ids).order_by("id")),
        refunds=refunds,
        lines=lines,
        reports=tuple(ReportedPayment.objects.filter(credit=credit).order_by("id")),
        papers=tuple(
            PendingPaper.objects.filter(credit__in=ids).select_related("document").order_by("id")
        ),
        shares=tuple(LotShare.objects.filter(credit=credit).order_by("row")),
    )


def _why(credit: Credit, is_matched: bool) -> str:
    if credit.lot_id is not None:
        return "lot"
    if is_matched:
        return "matched"
    if credit.batch_id is not None:
        return "file"
    told = ChangeEvent.objects.filter(
        kind="payment_received", subject="credit", subject_id=credit.pk
    ).first()
    return "stated" if told is not None and told.facts.get("stated") else "order"


def _paid(credits: Sequence[int]) -> Iterable[Paid]:
    differences = dict(
        ExchangeDifference.objects.filter(application__credit__in=credits).values_list(
            "application_id", "amount"
        )
    )
    rows = (
        Application.objects.filter(credit__in=credits, amount__gt=0)
        .select_related("document")
        .annotate(undone_on=F("application__value_on"))
        .order_by("id")
    )
    for each in rows:
        document = each.document
        yield Paid(
            each.pk,
            each.credit_id,
            document.pk,
            str(document),
            document.kind,
            document.customer_id,
            each.component,
            document.currency,
            each.amount,
            each.value_on,
            each.recorded_at,
            each.undone_on,
            document.open_amount,
            differences.get(each.pk),
        )


def payments_of_document(document: Document) -> list[Application]:
    """What paid it, the oldest first, with what was taken back."""
    found = Application.objects.filter(document=document).select_related("credit")
    return list(found.order_by("value_on", "id"))
