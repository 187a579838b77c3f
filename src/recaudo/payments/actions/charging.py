"""Posting what has accrued, when something fixes it; and putting right what was posted too high.

What is posted for a document up to a day always equals what ``core.interest`` says at that day:
fixing posts the difference. Below zero (a payment dated back) the newest charges become smaller;
money that had paid them is free again and pays what else is owed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.corrections import shrink_charges
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.charge_telling import how_fee, how_interest
from recaudo.payments.copying import copy_rows, take_ids
from recaudo.payments.models import Charge, ChargeKind
from recaudo.payments.queries.accruals import DocumentAccrual, accrued_many
from recaudo.payments.queries.fees_due import FeeDue, fees_due
from recaudo.portfolio.models import Customer, Document

REASONS = ("payment", "statement", "agreement", "month_end", "hand")


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A charge to be posted: ``amount`` > 0 for ``base``, from ``from_on`` until ``until_on``."""

    base: int
    kind: str
    amount: Money
    from_on: date
    until_on: date
    how: dict[str, Any]
    rule: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Interest that cannot be charged from ``on``: the rate of ``series`` is not there."""

    document: int
    label: str
    customer: int
    on: date
    series: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """``charges`` are new; ``corrected``: documents whose charges became smaller."""

    charges: list[Charge]
    corrected: list[int]
    stopped: list[Stopped]


def fix_charges(
    customer: Customer,
    *,
    as_of: date,
    because: str,
    by: User | None = None,
    now: datetime,
    noticed: frozenset[int] = frozenset(),
) -> list[Charge]:
    """Post what ``customer`` owes in charges up to ``as_of`` (not in it); the new charges.

    Twice on a day is the same as once. ``noticed``: documents about which the first free notice was
    given in time (Chile); of others the fee is reduced. Raises Problem ``charge_reason_unknown``,
    ``charge_too_far_ahead``.
    """
    fixed = fix_many(
        customer.creditor,
        [customer.pk],
        as_of=as_of,
        because=because,
        by=by,
        now=now,
        noticed=noticed,
    )
    return fixed.charges


def fix_many(
    creditor: Creditor,
    customers: Sequence[int],
    *,
    as_of: date,
    because: str,
    by: User | None = None,
    now: datetime,
    noticed: frozenset[int] = frozenset(),
    only_posted: bool = False,
    dated: date | None = None,
) -> Fixed:
    """The same for many, in one transaction: all of them, or none.

    ``only_posted``: nothing new, only what was posted beyond ``as_of`` is put right. ``dated``: new
    charges are of this day at the earliest, because before it they were not owed.
    """
    if because not in REASONS:
        raise Problem("charge_reason_unknown", reason=because, known=list(REASONS))
    with scope(creditor=creditor), ledger_rules():
        bases = _lock(customers)
        ask = _Ask(creditor, customers, as_of, only_posted)
        accruals = ask.accruals()
        new = [_interest(each) for each in accruals if each.unposted.amount > 0]
        if not only_posted:
            new += [_fee(each) for each in fees_due(creditor, customers, as_of, noticed=noticed)]
        charges = _post(creditor, bases, new, because, by, dated)
        corrected = _shrink(ask, accruals)
        _tell(creditor, bases, charges, corrected, because, by)
    return Fixed(charges, corrected, [stopped for each in accruals if (stopped := _stopped(each))])


@dataclass(frozen=True, slots=True)
class _Ask:
    """Whose interest, until when."""

    creditor: Creditor
    customers: Sequence[int]
    as_of: date
    only_posted: bool

    def accruals(self) -> list[DocumentAccrual]:
        found = accrued_many(
            self.creditor,
            self.as_of,
            self.customers,
            closed_days=None,
            at_least_posted=True,
            only_posted=self.only_posted,
        )
        return [each for each in found if each.is_computed]


def _shrink(ask: _Ask, accruals: Sequence[DocumentAccrual]) -> list[int]:
    """Take back what is posted too high; the documents concerned.

    Money that is free by it pays capital as of its own day, so that the interest falls again, each
    time by a small part of what it fell before: until nothing falls.
    """
    corrected: set[int] = set()
    while too_high := [each for each in accruals if each.unposted.amount < 0]:
        for each in too_high:
            document = each.document.bearer.document
            shrink_charges(ask.creditor, document, -each.unposted.amount)
            corrected.add(document)
        accruals = ask.accruals()
    return sorted(corrected)


def correct_charges(
    customer: Customer,
    *,
    since: date,
    dated: date | None = None,
    by: User | None = None,
    now: datetime,
) -> None:
    """After a posting of ``customer`` dated ``since``: charges that reach beyond that day are
    worked out again, up to where they reach and no further.

    ``dated``: the day on which a payment came back. Until then it had paid, and what its return
    adds was not owed: the balance of the days before stays what it was.
    """
    with scope(creditor=customer.creditor):
        reached = Charge.objects.filter(
            base__customer=customer, kind=ChargeKind.DEFAULT_INTEREST, until_on__gt=since
        )
        if reached.exists():
            fix_many(
                customer.creditor,
                [customer.pk],
                as_of=since,
                because="payment",
                by=by,
                now=now,
                only_posted=True,
                dated=dated,
            )


def _lock(customers: Sequence[int]) -> dict[int, Document]:
    """The documents that may bear, locked in id order: two who fix at once wait for each other,
    and the second sees what the first has posted."""
    rows = (
        Document.objects.filter(customer_id__in=list(customers), ceded_on__isnull=True)
        .filter(Q(open_amount__gt=0) | Q(closed_on__gt=F("due_on")) | Q(charged__isnull=False))
        .exclude(kind="charge")
        .order_by("id")
    )
    ids = list(rows.values_list("id", flat=True).distinct())
    locked = Document.objects.filter(pk__in=ids).order_by("id").select_for_update(no_key=True)
    return {row.pk: row for row in locked}


def _interest(each: DocumentAccrual) -> NewCharge:
    return NewCharge(
        each.document.bearer.document,
        ChargeKind.DEFAULT_INTEREST,
        each.unposted,
        min(each.posted_until or each.document.due_on, each.until_on),
        each.until_on,
        how_interest(each),
        rule="interest",
        article=each.article,
    )


def _fee(each: FeeDue) -> NewCharge:
    """Once per document by the scale, or for its reminders. It covers the days late until then."""
    how = how_fee(
        each.fee,
        overdue=str(each.overdue.amount),
        days_late=each.days_late,
        unit_value=each.unit_value,
    )
    if each.rule == "reminder":
        how["reminders"] = each.reminders
    until = each.due_on + timedelta(days=each.days_late)
    return NewCharge(
        each.bearer.document,
        each.kind,
        each.fee.amount,
        each.due_on,
        until,
        how,
        rule=each.rule,
        article=each.fee.article,
    )


def _stopped(each: DocumentAccrual) -> Stopped | None:
    told = each.accrued
    if told.stopped_on is None:
        return None
    bearer = each.document.bearer
    return Stopped(
        bearer.document, each.document.label, bearer.customer, told.stopped_on, told.missing
    )


_NUMBERS = """
SELECT base_id, COUNT(*) FROM payments_charge WHERE base_id = ANY(%s) GROUP BY base_id
"""
_DOCUMENT = (
    *("id", "creditor_id", "customer_id", "obligation_id", "kind", "key", "doc_type", "number"),
    *("product", "regime", "issued_on", "due_on", "currency", "original_amount", "amount"),
    *("open_amount", "seller", "branch", "zone", "prefix", "instalment", "purchase_order"),
)
_COMPONENT = (
    *("creditor_id", "document_id", "component", "original_amount", "amount", "open_amount"),
)
#: kind → how its number begins, and the component that it is.
_SHAPES = {
    ChargeKind.DEFAULT_INTEREST: ("INT", "default_interest"),
    ChargeKind.COLLECTION_FEE: ("GC", "fees"),
    ChargeKind.COMPENSATION: ("CMP", "fees"),
    ChargeKind.LATE_FINE: ("MUL", "fees"),
}


def _post(
    creditor: Creditor,
    bases: dict[int, Document],
    new: Sequence[NewCharge],
    because: str,
    by: User | None,
    dated: date | None,
) -> list[Charge]:
    """Each charge as a document of one part, due on the day that fixed it, and its ``Charge``."""
    new = [each for each in new if each.base in bases]
    if not new:
        return []
    ids = take_ids("portfolio_document", len(new))
    numbers = _numbered(bases, new)
    copy_rows(
        "portfolio_document",
        _DOCUMENT,
        (
            _document_row(creditor.pk, pk, bases[each.base], each, number, dated)
            for pk, each, number in zip(ids, new, numbers, strict=True)
        ),
    )
    copy_rows(
        "portfolio_documentcomponent",
        _COMPONENT,
        (
            (creditor.pk, pk, _SHAPES[ChargeKind(each.kind)][1], *[each.amount.amount] * 3)
            for pk, each in zip(ids, new, strict=True)
        ),
    )
    rows: list[Charge] = Charge.objects.bulk_create(
        Charge(
            creditor=creditor,
            document_id=pk,
            base_id=each.base,
            kind=each.kind,
            from_on=each.from_on,
            until_on=each.until_on,
            because=because,
            how=each.how,
            rule=each.rule,
            article=each.article,
            by=by,
        )
        for pk, each in zip(ids, new, strict=True)
    )
    return rows


def _numbered(bases: dict[int, Document], new: Iterable[NewCharge]) -> list[str]:
    """``INT-FV-12-3``: the third charge about FV-12."""
    wanted = list(new)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [[each.base for each in wanted]])
        count = dict(cursor.fetchall())
    numbers = []
    for each in wanted:
        count[each.base] = count.get(each.base, 0) + 1
        prefix = _SHAPES[ChargeKind(each.kind)][0]
        numbers.append(f"{prefix}-{bases[each.base]}-{count[each.base]}")
    return numbers


def _document_row(
    creditor: int, pk: int, base: Document, each: NewCharge, number: str, dated: date | None
) -> tuple[Any, ...]:
    # Two documents of different types may have one number; the base's id keeps their charges apart.
    key = f"charge||{number}#{base.pk}|"
    amount = each.amount.amount
    issued_on = each.until_on if dated is None else max(each.until_on, dated)
    return (
        *(pk, creditor, base.customer_id, base.obligation_id, "charge", key, "charge", number),
        *(base.product, base.regime, issued_on, issued_on, base.currency),
        *(amount, amount, amount),
        *(base.seller, base.branch, base.zone, "", "", ""),
    )


def _tell(
    creditor: Creditor,
    bases: dict[int, Document],
    charges: Sequence[Charge],
    corrected: Sequence[int],
    because: str,
    by: User | None,
) -> None:
    """One row of the change log, and a new decision for each customer concerned."""
    touched = {bases[each.base_id].customer_id for each in charges}
    touched |= {bases[pk].customer_id for pk in corrected if pk in bases}
    if not touched:
        return
    record_change(
        "charges_fixed",
        creditor=creditor,
        by=by,
        origin="charges",
        because=because,
        charges=len(charges),
        corrected=len(corrected),
    )
    if because != "month_end":
        # The run of the day sees the rest.
        for customer in sorted(touched):
            publish("charges.fixed", creditor, customer_id=customer)
