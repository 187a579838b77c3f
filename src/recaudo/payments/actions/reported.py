"""'Ya pagué' (F13): what a customer says they paid, before its money is seen.

Contact holds for the creditor's ``reported_paid_days``; then the money was matched, or the customer
is back on the list. Rules and worked table: docs/rules/replies.md.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.payments.models import Credit, ReportedPayment
from recaudo.portfolio.actions.holds import end_holds, open_hold
from recaudo.portfolio.models import Customer, Document, Hold, HoldKind

log = logging.getLogger(__name__)

#: What a report may become once it waited: expired ones are matched by late money too.
OPEN = ("waiting", "expired")


def report_payment(
    customer: Customer,
    *,
    now: datetime,
    amount: Decimal | None = None,
    currency: str = "",
    paid_on: date | None = None,
    bank: str = "",
    reference: str = "",
    image_path: str = "",
    image_sha256: str = "",
    document: Document | None = None,
    source: str,
    by: User | None = None,
) -> ReportedPayment:
    """Write down that ``customer`` says they paid, and hold contact from today for N days.

    With ``document`` only that one is held. ``repeats`` is the first report of the creditor with
    the same picture, or with the same amount, day and reference (without a reference: of this
    customer); it is held all the same, and a person looks.

    Raises Problem ``reported_not_positive``, ``reported_in_future``, ``hold_foreign_document``.
    """
    creditor = customer.creditor
    today = local_day(now, creditor.timezone)
    if amount is not None and amount <= 0:
        raise Problem("reported_not_positive", amount=amount)
    if paid_on is not None and paid_on > today:
        raise Problem("reported_in_future", day=paid_on, today=today)
    until_on = today + timedelta(days=max(1, creditor.reported_paid_days))
    with scope(creditor=creditor), transaction.atomic():
        # Two who report the same receipt at once: the second sees the first.
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        hold = open_hold(
            customer,
            kind=HoldKind.REPORTED_PAID,
            from_on=today,
            until_on=until_on,
            document=document,
            reason="",
            source=source,
            by=by,
        )
        report: ReportedPayment = ReportedPayment.objects.create(
            creditor=creditor,
            customer=customer,
            document=document,
            amount=amount,
            currency=currency or creditor.currency,
            paid_on=paid_on,
            bank=bank.strip(),
            reference=reference.strip(),
            image_path=image_path,
            image_sha256=image_sha256,
            repeats=_earlier(customer, amount, paid_on, reference.strip(), image_sha256),
            until_on=until_on,
            hold_id=hold.pk,
            source=source,
            by=by,
        )
        _record("payment_reported", report, by, repeats=report.repeats_id)
        publish("payment.reported", creditor, customer_id=customer.pk, report=report.pk)
    return report


def _earlier(
    customer: Customer, amount: Decimal | None, paid_on: date | None, reference: str, sha256: str
) -> ReportedPayment | None:
    same = Q(pk__in=[])
    if sha256:
        same |= Q(image_sha256=sha256)
    if amount is not None and paid_on is not None:
        told = Q(amount=amount, paid_on=paid_on, reference=reference)
        same |= told if reference else told & Q(customer=customer)
    found: ReportedPayment | None = ReportedPayment.objects.filter(same).order_by("id").first()
    return found


def expire_reports(creditor: Creditor, as_of: date, *, now: datetime) -> dict[str, int]:
    """Reports whose days are over on ``as_of`` and whose money was not seen: back on the list.

    ``{"expired", "failed"}``. Each is a transaction of its own; one that fails stops nobody else
    and is tried again the next time. Twice is the same as once; missed days are caught up.
    """
    counts = {"expired": 0, "failed": 0}
    with scope(creditor=creditor):
        due = ReportedPayment.objects.filter(state="waiting", until_on__lte=as_of)
        for pk in list(due.order_by("id").values_list("pk", flat=True)):
            try:
                counts["expired"] += _expire(creditor, pk, now)
            except Exception as error:
                code = error.code if isinstance(error, Problem) else type(error).__name__
                log.warning("reported payment %s did not expire: %s", pk, code)
                counts["failed"] += 1
    return counts


def _expire(creditor: Creditor, pk: int, now: datetime) -> int:
    with transaction.atomic():
        waiting = ReportedPayment.objects.filter(pk=pk, state="waiting")
        if not waiting.update(state="expired", settled_at=now):
            return 0
        report = ReportedPayment.objects.get(pk=pk)
        end_holds(Hold.objects.filter(pk=report.hold_id), source="worker")
        _ended(report, creditor, None)
    return 1


def match_report(
    report: ReportedPayment, credit: Credit, *, now: datetime, by: User | None = None
) -> None:
    """The money was seen: ``credit`` is it. The hold ends, since the balance now says it.

    Also of an expired report. Twice with the same credit is as once. Raises Problem
    ``report_settled``, ``report_other_customer``.
    """
    if credit.customer_id != report.customer_id:
        raise Problem("report_other_customer", credit=credit.external_id)
    creditor = report.creditor
    with scope(creditor=creditor), transaction.atomic():
        locked = _locked(report)
        if locked.state == "matched" and locked.credit_id == credit.pk:
            return
        _settle(locked, "matched", now, by, credit=credit)


def reject_report(report: ReportedPayment, *, now: datetime, by: User, reason: str) -> None:
    """A person saw that it is not so; the hold ends. Raises Problem ``report_settled``,
    ``hold_reason_missing``."""
    if not reason.strip():
        raise Problem("hold_reason_missing")
    with scope(creditor=report.creditor), transaction.atomic():
        _settle(_locked(report), "rejected", now, by)


def _locked(report: ReportedPayment) -> ReportedPayment:
    locked: ReportedPayment = ReportedPayment.objects.select_for_update(no_key=True).get(
        pk=report.pk
    )
    return locked


def _settle(
    report: ReportedPayment,
    state: str,
    now: datetime,
    by: User | None,
    credit: Credit | None = None,
) -> None:
    if report.state not in OPEN:
        raise Problem("report_settled", report=report.pk, state=report.state)
    report.state, report.settled_at, report.credit = state, now, credit
    report.save(update_fields=["state", "settled_at", "credit"])
    end_holds(Hold.objects.filter(pk=report.hold_id), source="web" if by else "worker", by=by)
    _ended(report, report.creditor, by)


def _ended(report: ReportedPayment, creditor: Creditor, by: User | None) -> None:
    _record("payment_report_ended", report, by, state=report.state)
    publish(
        "payment.report_ended",
        creditor,
        customer_id=report.customer_id,
        report=report.pk,
        state=report.state,
    )


def _record(kind: str, report: ReportedPayment, by: User | None, **facts: object) -> None:
    record_change(
        kind,
        creditor=report.creditor,
        by=by,
        origin="web" if by else "worker",
        subject="customer",
        subject_id=report.customer_id,
        report=report.pk,
        amount=None if report.amount is None else str(report.amount),
        **facts,
    )
