"""Letting a charge go: a right, a reason, and both rows stay."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django_scopes import scope

from recaudo.access.models import User
from recaudo.access.queries import may
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.application import Line
from recaudo.core.calendar import local_day
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import apply_lines
from recaudo.payments.actions.clearances import void_resting_on
from recaudo.payments.actions.credits import record_credit, take_back_credit
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.clearance_words import WAIVER_UNDONE
from recaudo.payments.models import Charge, ChargeWaiver
from recaudo.portfolio.models import Document, DocumentComponent

SOURCE = "waiver"


def waive(
    charge: Charge,
    amount: Decimal | None,
    *,
    seen: Decimal | None = None,
    reason: str,
    by: User,
    now: datetime,
) -> ChargeWaiver:
    """Forgive ``amount`` of what is open of ``charge`` (None: all of it), as of today.

    ``seen``: what was open when they said it; a form sent twice forgives once. Raises Problem
    ``waiver_right``, ``waiver_reason_missing``, ``waiver_nothing_open``, ``waiver_too_much``,
    ``waiver_not_positive``, ``charge_changed``.
    """
    creditor = charge.creditor
    if not may(by, creditor, "waive"):
        raise Problem("waiver_right")
    if not reason.strip():
        raise Problem("waiver_reason_missing")
    with scope(creditor=creditor), ledger_rules(charge=charge.pk):
        document = (
            Document.objects.select_related("creditor", "customer")
            .select_for_update(no_key=True, of=("self",))
            .get(pk=charge.document_id)
        )
        if seen is not None and seen != document.open_amount:
            raise Problem("charge_changed", open=Money(document.open_amount, document.currency))
        given = document.open_amount if amount is None else amount
        _check(document, given)
        count = ChargeWaiver.objects.filter(charge=charge).count()
        today = max(local_day(now, creditor.timezone), document.issued_on)
        credit, _ = record_credit(
            document.customer,
            Money(given, document.currency),
            kind="forgiveness",
            value_on=today,
            source=SOURCE,
            external_id=f"{charge.pk}:{count + 1}",
            reference=str(document),
            by=by,
        )
        part = DocumentComponent.objects.get(document=document).component
        apply_lines(credit, [Line(document.pk, part, Money(given, document.currency))])
        row: ChargeWaiver = ChargeWaiver.objects.create(
            creditor=creditor,
            charge=charge,
            credit=credit,
            amount=given,
            reason=reason.strip(),
            by=by,
        )
        record_change(
            "charge_waived",
            creditor=creditor,
            by=by,
            origin="web",
            subject="charge",
            subject_id=charge.pk,
            amount=str(given),
            reason=reason.strip(),
        )
        publish("charges.fixed", creditor, customer_id=document.customer_id)
    return row


def undo_waiver(waiver: ChargeWaiver, *, value_on: date, reason: str, by: User) -> None:
    """The charge is owed again from ``value_on`` on; the rows stay, and certificates that rested on
    it are void. Twice is as once.

    Raises Problem ``waiver_right``, ``waiver_reason_missing``, ``value_before``.
    """
    creditor = waiver.creditor
    if not may(by, creditor, "waive"):
        raise Problem("waiver_right")
    if not reason.strip():
        raise Problem("waiver_reason_missing")
    with scope(creditor=creditor), ledger_rules(charge=waiver.charge_id):
        take_back_credit(waiver.credit, value_on=value_on, reason=reason, by=by, origin="web")
        void_resting_on(
            creditor, waiver.credit_id, on=value_on, reason=WAIVER_UNDONE, by=by, origin="web"
        )
        publish("charges.fixed", creditor, customer_id=waiver.credit.customer_id)


def waived(charge: Charge) -> Decimal:
    """How much of ``charge`` is forgiven now; what was undone does not count."""
    total = ChargeWaiver.objects.filter(charge=charge).aggregate(total=Sum("credit__amount"))
    return Decimal(total["total"] or 0)


def _check(document: Document, given: Decimal) -> None:
    if not document.open_amount:
        raise Problem("waiver_nothing_open", charge=str(document))
    if given <= 0:
        raise Problem("waiver_not_positive", amount=given)
    if given > document.open_amount:
        raise Problem("waiver_too_much", amount=given, open=document.open_amount)
