"""Cheques, letras and pagarés: what they cover waits, and falls only when they clear (F15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.application import Stated
from recaudo.core.calendar import local_day
from recaudo.core.instruments import STANDS, check_step
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.receiving import AMOUNT_LIMIT, DAYS_AHEAD_MAX, receive
from recaudo.payments.actions.refusals import constraint_of, ledger_rules
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.models import (
    Credit,
    Instrument,
    InstrumentCover,
    InstrumentEvent,
    InstrumentState,
)
from recaudo.payments.queries.instruments import covered
from recaudo.portfolio.actions.holds import end_holds, open_hold
from recaudo.portfolio.models import Customer, Document, Hold, HoldKind

SOURCE = "instrument"


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written on it. ``amount`` > 0."""

    kind: str
    number: str
    amount: Money
    due_on: date
    bank: str = ""
    drawer: str = ""


def receive_instrument(
    customer: Customer,
    paper: Paper,
    *,
    covers: Sequence[tuple[int, Decimal]],
    received_on: date,
    replaces: Instrument | None = None,
    by: User | None = None,
    now: datetime,
) -> Instrument:
    """Take ``paper`` into custody for ``covers`` (document, amount): they are not chased until it
    is decided. Balances stay. With ``replaces`` the earlier one is withdrawn in the same act.

    Raises Problem ``credit_not_positive``, ``credit_too_large``, ``instrument_unnumbered``,
    ``instrument_known``, ``instrument_in_future``, ``instrument_dates``,
    ``instrument_covers_nothing``, ``instrument_covers_too_much``, ``instrument_document_unknown``,
    ``instrument_document_covered``, ``instrument_step``.
    """
    if paper.amount.amount <= 0:
        raise Problem("credit_not_positive", credit=paper.amount)
    if paper.amount.amount >= AMOUNT_LIMIT:
        raise Problem("credit_too_large", amount=paper.amount)
    if not paper.number.strip():
        raise Problem("instrument_unnumbered")
    today = local_day(now, customer.creditor.timezone)
    if received_on > today:
        raise Problem("instrument_in_future", day=received_on, today=today)
    if paper.due_on < received_on:
        raise Problem("instrument_dates", due_on=paper.due_on, received_on=received_on)
    with scope(creditor=customer.creditor), ledger_rules(instrument=paper.number):
        if replaces is not None:
            _step(replaces, "withdrawn", received_on, "renewed", by)
        documents = _checked_covers(customer, paper.amount, covers)
        row = _new(customer, paper, received_on, replaces)
        InstrumentCover.objects.bulk_create(
            InstrumentCover(
                creditor=customer.creditor, instrument=row, document_id=pk, amount=amount
            )
            for pk, amount in covers
        )
        _event(row, "held", received_on, "", by)
        _hold(row, documents, received_on, by)
        publish("instrument.moved", customer.creditor, customer_id=customer.pk, state="held")
    return row


def move_instrument(
    instrument: Instrument,
    wanted: str,
    *,
    on: date,
    reason: str = "",
    by: User | None = None,
    now: datetime,
    version: int | None = None,
) -> Instrument:
    """Take the step to ``wanted``: deposited, cleared, returned, protested, withdrawn.

    Cleared records the payment of ``on`` for what it covers; returned or protested after that
    takes it back. The same step again changes nothing. ``version``: refused if another moved it.
    Raises Problem ``instrument_step``, ``instrument_changed``, ``reason_missing``,
    ``value_before``, ``value_too_far_ahead``.
    """
    today = local_day(now, instrument.creditor.timezone)
    if on > today + timedelta(days=DAYS_AHEAD_MAX):
        raise Problem("value_too_far_ahead", day=on, today=today, days=DAYS_AHEAD_MAX)
    with scope(creditor=instrument.creditor), ledger_rules(instrument=instrument.pk):
        row = Instrument.objects.select_for_update(no_key=True).get(pk=instrument.pk)
        if row.state == wanted:
            return row
        if version is not None and version != row.version:
            raise Problem("instrument_changed")
        if wanted in ("returned", "protested") and not reason.strip():
            raise Problem("reason_missing")
        had_cleared = row.state == InstrumentState.CLEARED
        row = _step(row, wanted, on, reason.strip(), by)
        if wanted == InstrumentState.CLEARED:
            row.credit = _pay(row, on, by, now)
        elif had_cleared and row.credit_id:
            reverse_payment(row.credit, value_on=on, reason=reason.strip(), by=by, now=now)
            row.credit = None
        row.save(update_fields=["credit"])
        publish("instrument.moved", row.creditor, customer_id=row.customer_id, state=wanted)
    return row


def _step(
    instrument: Instrument, wanted: str, on: date, reason: str, by: User | None
) -> Instrument:
    """The step itself, with its event and the holds that begin or end."""
    row = Instrument.objects.select_for_update(no_key=True).get(pk=instrument.pk)
    check_step(row.state, wanted)
    if on < row.state_on:
        raise Problem("value_before", day=on, first=row.state_on)
    stood = row.state in STANDS
    row.state, row.state_on, row.version = wanted, on, row.version + 1
    row.save(update_fields=["state", "state_on", "version"])
    _event(row, wanted, on, reason, by)
    if stood and wanted not in STANDS:
        end_holds(Hold.objects.filter(source=_source(row), released_at=None), source=SOURCE, by=by)
    elif wanted in STANDS and not stood:
        documents = Document.objects.filter(covered_by__instrument=row).order_by("id")
        _hold(row, [each for each in documents if each.open_amount], on, by)
    record_change(
        "instrument_moved",
        creditor=row.creditor,
        by=by,
        origin="web" if by else "cli",
        subject="instrument",
        subject_id=row.pk,
        state=wanted,
        reason=reason,
    )
    return row


def _checked_covers(
    customer: Customer, whole: Money, covers: Sequence[tuple[int, Decimal]]
) -> list[Document]:
    if not covers or any(amount <= 0 for _, amount in covers):
        raise Problem("instrument_covers_nothing")
    total = sum((amount for _, amount in covers), Decimal(0))
    if total > whole.amount:
        raise Problem("instrument_covers_too_much", covered=total, amount=whole.amount)
    wanted = dict(covers)
    rows = Document.objects.filter(
        customer=customer, currency=whole.currency, pk__in=wanted, open_amount__gt=0
    )
    documents = list(rows.order_by("id").select_for_update(no_key=True))
    if len(documents) != len(covers):
        raise Problem("instrument_document_unknown", currency=whole.currency)
    already = covered(wanted)
    for document in documents:
        before = already.get(document.pk, Decimal(0))
        if before + wanted[document.pk] > document.open_amount:
            raise Problem(
                "instrument_document_covered",
                document=str(document),
                open=document.open_amount,
                covered=before,
                amount=wanted[document.pk],
            )
    return documents


def _new(
    customer: Customer, paper: Paper, received_on: date, replaces: Instrument | None
) -> Instrument:
    try:
        with transaction.atomic():
            row: Instrument = Instrument.objects.create(
                creditor=customer.creditor,
                customer=customer,
                kind=paper.kind,
                number=paper.number.strip(),
                bank=paper.bank.strip(),
                drawer=paper.drawer.strip(),
                currency=paper.amount.currency,
                amount=paper.amount.amount,
                received_on=received_on,
                due_on=paper.due_on,
                state_on=received_on,
                replaces=replaces,
            )
            return row
    except IntegrityError as error:
        if constraint_of(error) != "instrument_once":
            raise
        raise Problem("instrument_known", number=paper.number.strip()) from error


def _hold(row: Instrument, documents: Sequence[Document], on: date, by: User | None) -> None:
    customer = Customer.objects.select_related("creditor").get(pk=row.customer_id)
    for document in documents:
        open_hold(
            customer,
            kind=HoldKind.INSTRUMENT,
            from_on=on,
            reason=f"{row.get_kind_display()} {row.number}",
            source=_source(row),
            document=document,
            by=by,
        )


def _pay(row: Instrument, on: date, by: User | None, now: datetime) -> Credit:
    """The payment of what it covers, as far as that is still owed; the rest in the usual order."""
    customer = Customer.objects.select_related("creditor").get(pk=row.customer_id)
    covers = InstrumentCover.objects.filter(instrument=row).select_related("document")
    stated = [
        Stated(each.document_id, Money(min(each.amount, each.document.open_amount), row.currency))
        for each in covers.order_by("id")
        if each.document.open_amount
    ]
    turn = InstrumentEvent.objects.filter(instrument=row, state="cleared").count()
    return receive(
        customer,
        Money(row.amount, row.currency),
        value_on=on,
        source=SOURCE,
        external_id=f"{row.pk}:{turn}",
        method=row.kind,
        reference=row.number,
        payer=row.drawer,
        stated=stated,
        by=by,
        now=now,
    ).credit


def _event(row: Instrument, state: str, on: date, reason: str, by: User | None) -> None:
    InstrumentEvent.objects.create(
        creditor_id=row.creditor_id,
        instrument=row,
        state=state,
        happened_on=on,
        reason=reason[:500],
        by=by,
    )


def _source(row: Instrument) -> str:
    return f"{SOURCE}:{row.pk}"
