"""Money given back to the customer, and the cents that a payment left on a document."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.application import Stated
from recaudo.core.calendar import local_day
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import apply_credit, lock_credit
from recaudo.payments.actions.credits import record_credit
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.models import Application, Credit, CreditAdjustment, Refund
from recaudo.payments.queries.exchange import rate_to_home
from recaudo.portfolio.models import Document

#: What is money, or becomes it: a withholding or a condonation cannot be paid out.
REFUNDABLE = ("payment", "advance", "credit_note", "adjustment")
#: Of a document that a payment nearly closed: in the creditor's currency, and of its amount.
ROUNDING_MAX = Decimal(1)
ROUNDING_SHARE_MAX = Decimal("0.01")


def refund(
    credit: Credit,
    amount: Money,
    *,
    paid_on: date,
    reason: str,
    method: str = "",
    reference: str = "",
    by: User | None = None,
    now: datetime,
) -> Refund:
    """Give ``amount`` of what is unapplied of ``credit`` back. With a ``reference``, the same
    refund again gives back the first.

    Raises Problem ``refund_over_unapplied``, ``refund_not_cash``, ``refund_in_future``,
    ``value_before``, ``reason_missing``, ``credit_not_positive``, ``currency_mismatch``,
    ``refund_differs``.
    """
    if amount.amount <= 0:
        raise Problem("credit_not_positive", credit=amount)
    if not reason.strip():
        raise Problem("reason_missing")
    today = local_day(now, credit.creditor.timezone)
    if paid_on > today:
        raise Problem("refund_in_future", day=paid_on, today=today)
    with scope(creditor=credit.creditor), ledger_rules(credit=credit.external_id):
        locked = lock_credit(credit)
        known = _known(locked, amount, paid_on, reference.strip())
        if known is not None:
            return known
        left = Money(locked.unapplied, locked.currency)
        if locked.kind not in REFUNDABLE:
            raise Problem("refund_not_cash", kind=locked.kind)
        if paid_on < locked.value_on:
            raise Problem("value_before", day=paid_on, first=locked.value_on)
        if amount > left:
            raise Problem("refund_over_unapplied", amount=amount, unapplied=left)
        CreditAdjustment.objects.create(
            creditor=credit.creditor,
            credit=locked,
            delta=-amount.amount,
            value_on=paid_on,
            reason="refunded",
        )
        made: Refund = Refund.objects.create(
            creditor=credit.creditor,
            customer_id=locked.customer_id,
            credit=locked,
            amount=amount.amount,
            paid_on=paid_on,
            method=method.strip()[:60],
            reference=reference.strip()[:200],
            reason=reason.strip()[:500],
            by=by,
        )
        record_change(
            "credit_refunded",
            creditor=credit.creditor,
            by=by,
            origin="web" if by else "cli",
            subject="credit",
            subject_id=credit.pk,
            amount=str(amount.amount),
            refund=made.pk,
        )
        publish(
            "payment.refunded", credit.creditor, customer_id=locked.customer_id, credit=credit.pk
        )
    return made


def close_by_rounding(
    document: Document, *, value_on: date, reason: str, by: User | None = None, now: datetime
) -> Credit:
    """What a payment left of ``document`` in the cents becomes a credit of kind rounding.

    Only of a document that was paid, and bounded: at most one unit of the creditor's currency and
    one per cent of the document. Larger ones are for the batch of small balances, with approval.
    Raises Problem ``rounding_in_future``, ``rounding_nothing_open``, ``rounding_unpaid``,
    ``rounding_too_much``, ``payment_rate_missing``, ``reason_missing``.
    """
    creditor = document.creditor
    if not reason.strip():
        raise Problem("reason_missing")
    today = local_day(now, creditor.timezone)
    if value_on > today:
        raise Problem("rounding_in_future", day=value_on, today=today)
    with scope(creditor=creditor), ledger_rules(document=str(document)):
        locked = Document.objects.select_for_update(no_key=True).get(pk=document.pk)
        if not locked.open_amount:
            raise Problem("rounding_nothing_open", document=str(locked))
        paid = Application.objects.filter(document=locked, value_on__lte=value_on)
        if not paid.aggregate(sum=Sum("amount"))["sum"]:
            raise Problem("rounding_unpaid", document=str(locked))
        most = _most(locked, value_on)
        left = Money(locked.open_amount, locked.currency)
        if left.amount > most:
            raise Problem("rounding_too_much", document=str(locked), open=left, most=most)
        turn = Credit.objects.filter(source="rounding", customer=locked.customer_id).count() + 1
        credit, _ = record_credit(
            locked.customer,
            left,
            kind="rounding",
            value_on=value_on,
            source="rounding",
            external_id=f"{locked.pk}:{turn}",
            reference=reason.strip()[:200],
            by=by,
        )
        apply_credit(credit, stated=[Stated(locked.pk)], keep_rest=True)
        record_change(
            "document_closed_by_rounding",
            creditor=creditor,
            by=by,
            origin="web" if by else "cli",
            subject="document",
            subject_id=locked.pk,
            amount=str(left.amount),
            reason=reason.strip()[:500],
        )
        publish("payment.received", creditor, customer_id=locked.customer_id, credit=credit.pk)
    return credit


def _most(document: Document, day: date) -> Decimal:
    """In the document's currency, four decimals, rounded down."""
    rate = rate_to_home(document.creditor, document.currency, day)
    if rate is None:
        home = document.creditor.currency
        raise Problem("payment_rate_missing", currency=document.currency, home=home, day=day)
    most = min(ROUNDING_MAX / rate, document.original_amount * ROUNDING_SHARE_MAX)
    return most.quantize(Decimal("0.0001"), rounding="ROUND_DOWN")


def _known(credit: Credit, amount: Money, paid_on: date, reference: str) -> Refund | None:
    if not reference:
        return None
    found: Refund | None = Refund.objects.filter(credit=credit, reference=reference).first()
    if found is not None and (found.amount, found.paid_on) != (amount.amount, paid_on):
        raise Problem("refund_differs", reference=reference)
    return found
