"""Castigo, condonación and small balances: one person proposes, another decides (F12, F31)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.access.queries import may
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.application import Stated
from recaudo.core.calendar import local_day
from recaudo.core.instruments import STANDS
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import apply_credit
from recaudo.payments.actions.credits import record_credit
from recaudo.payments.actions.receiving import AMOUNT_LIMIT
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.models import (
    InstrumentCover,
    WriteDown,
    WriteDownItem,
    WriteDownKind,
)
from recaudo.portfolio.actions.holds import end_holds
from recaudo.portfolio.models import Customer, Document, DocumentEvent, Hold, HoldKind

SOURCE = "write_down"
#: Of one batch, so that a person can look at it.
ITEMS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Decided:
    """``done`` documents, their ``total``; ``left_out``: changed since they were proposed."""

    done: int
    total: Decimal
    left_out: int


def propose(
    creditor: Creditor,
    kind: str,
    *,
    day: date,
    reason: str,
    by: User,
    documents: Sequence[int] = (),
    threshold: Decimal | None = None,
    origin: str = "web",
) -> WriteDown:
    """A proposal of ``kind`` (``WriteDownKind``) as of ``day``; nothing moves.

    Small balances are looked up: documents in the creditor's currency that owe at most
    ``threshold`` (None: the creditor's), past due, alive, not ceded, not in dispute, not covered by
    a paper. The others are named. Raises Problem ``write_down_kind_unknown``,
    ``write_down_reason_missing``, ``write_down_empty``, ``write_down_threshold``,
    ``write_down_currencies``, ``already_ceded``.
    """
    if kind not in WriteDownKind.values:
        raise Problem("write_down_kind_unknown", kind=kind, known=list(WriteDownKind.values))
    if not reason.strip():
        raise Problem("write_down_reason_missing")
    with scope(creditor=creditor), ledger_rules():
        if kind == WriteDownKind.SMALL_BALANCE:
            threshold = creditor.small_balance if threshold is None else threshold
            if threshold <= 0:
                raise Problem("write_down_threshold")
            if threshold >= AMOUNT_LIMIT:
                amount = Money(threshold, creditor.currency)
                raise Problem("credit_too_large", amount=amount)
            rows = _small(creditor, day, threshold)
        else:
            rows = _named(documents)
        if not rows:
            raise Problem("write_down_empty")
        made: WriteDown = WriteDown.objects.create(
            creditor=creditor,
            kind=kind,
            day=day,
            threshold=threshold,
            currency=rows[0].currency,
            reason=reason.strip()[:500],
            by=by,
        )
        WriteDownItem.objects.bulk_create(
            WriteDownItem(creditor=creditor, write_down=made, document=row, amount=row.open_amount)
            for row in rows
        )
        record_change(
            "write_down_proposed",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="write_down",
            subject_id=made.pk,
            what=kind,
            documents=len(rows),
        )
    return made


def decide(
    write_down: WriteDown,
    *,
    approve: bool,
    note: str = "",
    by: User,
    now: datetime,
    origin: str = "web",
) -> Decided:
    """Approve (and do it at once) or refuse. Never by who proposed it.

    A document whose balance is not the proposed one any more is left out, and said. Raises Problem
    ``write_down_right``, ``write_down_own``, ``write_down_decided``, ``write_down_in_future`` (it
    waits for its day), ``reason_missing`` (a refusal says why).
    """
    creditor = write_down.creditor
    if not may(by, creditor, "approve"):
        raise Problem("write_down_right")
    if not approve and not note.strip():
        raise Problem("reason_missing")
    with scope(creditor=creditor), ledger_rules(write_down=write_down.pk):
        row = WriteDown.objects.select_for_update(no_key=True).get(pk=write_down.pk)
        if row.by_id == by.pk:
            raise Problem("write_down_own")
        if row.state != "proposed":
            raise Problem("write_down_decided", state=row.state)
        today = local_day(now, creditor.timezone)
        if approve and row.day > today:
            raise Problem("write_down_in_future", day=row.day, today=today)
        row.state = "approved" if approve else "refused"
        row.decided_by, row.decided_at, row.decision = by, now, note.strip()[:500]
        row.save(update_fields=["state", "decided_by", "decided_at", "decision"])
        done = _do(row, by) if approve else Decided(0, Decimal(0), 0)
        record_change(
            f"write_down_{row.state}",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="write_down",
            subject_id=row.pk,
            what=row.kind,
            documents=done.done,
            left_out=done.left_out,
        )
    return done


def undo_write_off(
    document: Document, *, on: date, today: date, reason: str, by: User, origin: str = "web"
) -> None:
    """Back into the ageing from ``on`` on. Raises Problem ``not_written_off``, ``value_before``,
    ``write_down_in_future``, ``reason_missing``, ``write_down_right``."""
    if not may(by, document.creditor, "approve"):
        raise Problem("write_down_right")
    if not reason.strip():
        raise Problem("reason_missing")
    if on > today:
        raise Problem("write_down_in_future", day=on, today=today)
    with scope(creditor=document.creditor), ledger_rules(document=str(document)):
        row = Document.objects.select_for_update(no_key=True).get(pk=document.pk)
        if row.written_off_on is None:
            raise Problem("not_written_off", document=str(row))
        if on < row.written_off_on:
            raise Problem("value_before", day=on, first=row.written_off_on)
        DocumentEvent.objects.create(
            creditor=row.creditor,
            document=row,
            kind="write_off_undone",
            happened_on=on,
            reason=reason.strip()[:500],
        )
        record_change(
            "write_off_undone",
            creditor=row.creditor,
            by=by,
            origin=origin,
            subject="document",
            subject_id=row.pk,
        )
        publish(
            "document.moved", row.creditor, customer_id=row.customer_id, what="write_off_undone"
        )


def _named(documents: Sequence[int]) -> list[Document]:
    """Open documents of ours, all in one currency, so that their sum means something."""
    rows = list(Document.objects.filter(pk__in=list(documents), open_amount__gt=0).order_by("id"))
    for row in rows:
        if row.ceded_on is not None:
            raise Problem("already_ceded", document=str(row), day=row.ceded_on)
    currencies = sorted({row.currency for row in rows})
    if len(currencies) > 1:
        raise Problem("write_down_currencies", currencies=currencies)
    return rows


def _small(creditor: Creditor, day: date, threshold: Decimal) -> list[Document]:
    disputed = Hold.objects.filter(
        kind=HoldKind.DISPUTED, released_at=None, document__isnull=False
    ).values("document_id")
    on_paper = InstrumentCover.objects.filter(instrument__state__in=STANDS).values("document_id")
    rows = Document.objects.filter(
        currency=creditor.currency,
        open_amount__gt=0,
        open_amount__lte=threshold,
        due_on__lt=day,
        ceded_on=None,
        written_off_on=None,
    )
    found = rows.exclude(pk__in=disputed).exclude(pk__in=on_paper).order_by("id")
    return list(found[:ITEMS_MAX])


def _do(row: WriteDown, by: User) -> Decided:
    items = list(
        WriteDownItem.objects.filter(write_down=row)
        .select_related("document")
        .order_by("document_id")
    )
    locked = {
        document.pk: document
        for document in Document.objects.filter(pk__in=[item.document_id for item in items])
        .order_by("id")
        .select_for_update(no_key=True)
    }
    done, total, customers = 0, Decimal(0), set()
    for item in items:
        document = locked[item.document_id]
        if document.open_amount != item.amount:
            item.problem = "balance_changed" if document.open_amount else "paid_meanwhile"
            item.save(update_fields=["problem"])
            continue
        if document.ceded_on is not None:
            item.problem = "ceded"
            item.save(update_fields=["problem"])
            continue
        if row.kind != WriteDownKind.WRITE_OFF:
            _forgive(row, item, document, by)
        elif document.written_off_on is None:
            DocumentEvent.objects.create(
                creditor_id=row.creditor_id,
                document=document,
                kind="written_off",
                happened_on=max(row.day, document.issued_on),
                reason=row.reason,
            )
        done, total = done + 1, total + item.amount
        customers.add(document.customer_id)
    closed = [item.document_id for item in items if item.credit_id]
    small = Hold.objects.filter(
        kind=HoldKind.SMALL_BALANCE, released_at=None, document_id__in=closed
    )
    end_holds(small.order_by("id"), source=SOURCE, by=by)
    for customer in sorted(customers):
        publish("document.moved", row.creditor, customer_id=customer, what=row.kind)
    return Decided(done, total, len(items) - done)


def _forgive(row: WriteDown, item: WriteDownItem, document: Document, by: User) -> None:
    """The one that extinguishes: a credit of its own kind, applied to this document alone."""
    is_small = row.kind == WriteDownKind.SMALL_BALANCE
    credit, _ = record_credit(
        Customer.objects.get(pk=document.customer_id),
        Money(item.amount, document.currency),
        kind="adjustment" if is_small else "forgiveness",
        value_on=max(row.day, document.issued_on),
        source=SOURCE,
        external_id=f"{row.pk}:{document.pk}",
        reference=row.reason[:200],
        by=by,
    )
    apply_credit(credit, stated=[Stated(document.pk)], keep_rest=True)
    item.credit = credit
    item.save(update_fields=["credit"])
