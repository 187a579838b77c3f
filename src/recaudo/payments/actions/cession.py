"""Ceded documents leave chase, ageing and DSO; a payment goes to them only when stated (F32)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.problems import Problem
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.portfolio.models import Document, DocumentEvent


def cede(
    creditor: Creditor,
    documents: Sequence[int],
    *,
    to: str,
    on: date,
    today: date,
    by: User | None,
    origin: str,
) -> int:
    """These documents (ids) belong to ``to`` from ``on`` on; all of them or none. How many.

    Not ahead of its day: what the documents are now is kept on them, and they would leave the chase
    today. Raises Problem ``cession_to_missing``, ``cession_in_future``, ``already_ceded``,
    ``cession_closed``, ``value_before``, ``document_unknown``.
    """
    if not to.strip():
        raise Problem("cession_to_missing")
    if on > today:
        raise Problem("cession_in_future", day=on, today=today)
    with scope(creditor=creditor), ledger_rules():
        rows = _locked(documents)
        for row in rows:
            if row.ceded_on is not None:
                raise Problem("already_ceded", document=str(row), day=row.ceded_on)
            if not row.open_amount:
                raise Problem("cession_closed", document=str(row))
            if on < row.issued_on:
                raise Problem("value_before", day=on, first=row.issued_on)
        _write(creditor, rows, "ceded", on, to.strip(), by, origin)
    return len(rows)


def undo_cession(
    creditor: Creditor,
    documents: Sequence[int],
    *,
    on: date,
    today: date,
    reason: str,
    by: User | None,
    origin: str,
) -> int:
    """They are ours again from ``on`` on. Raises Problem ``not_ceded``, ``reason_missing``,
    ``cession_in_future``, ``value_before``, ``document_unknown``."""
    if not reason.strip():
        raise Problem("reason_missing")
    if on > today:
        raise Problem("cession_in_future", day=on, today=today)
    with scope(creditor=creditor), ledger_rules():
        rows = _locked(documents)
        for row in rows:
            if row.ceded_on is None:
                raise Problem("not_ceded", document=str(row))
            if on < row.ceded_on:
                raise Problem("value_before", day=on, first=row.ceded_on)
        _write(creditor, rows, "cession_undone", on, reason.strip(), by, origin)
    return len(rows)


def _locked(documents: Sequence[int]) -> list[Document]:
    wanted = sorted(set(documents))
    rows = list(
        Document.objects.filter(pk__in=wanted).order_by("id").select_for_update(no_key=True)
    )
    if not rows or len(rows) != len(wanted):
        raise Problem("document_unknown", documents=wanted)
    return rows


def _write(
    creditor: Creditor,
    rows: Sequence[Document],
    kind: str,
    on: date,
    reason: str,
    by: User | None,
    origin: str,
) -> None:
    DocumentEvent.objects.bulk_create(
        DocumentEvent(
            creditor=creditor, document=row, kind=kind, happened_on=on, reason=reason[:500]
        )
        for row in rows
    )
    record_change(f"documents_{kind}", creditor=creditor, by=by, origin=origin, documents=len(rows))
    for customer in sorted({row.customer_id for row in rows}):
        publish("document.moved", creditor, customer_id=customer, what=kind)
