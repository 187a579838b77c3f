"""Recording what lowers a debt, and taking it back when the bank does."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import lock_credit, reverse_all
from recaudo.payments.actions.refusals import constraint_of, ledger_rules
from recaudo.payments.models import Credit, CreditAdjustment, PaymentLot
from recaudo.portfolio.models import Customer


def record_credit(
    customer: Customer,
    amount: Money,
    *,
    kind: str,
    value_on: date,
    source: str,
    external_id: str,
    reference: str = "",
    method: str = "",
    payer: str = "",
    caused_by: Credit | None = None,
    lot: PaymentLot | None = None,
    by: User | None = None,
    batch_id: int | None = None,
) -> tuple[Credit, bool]:
    """The credit, and whether it is new. ``amount`` > 0; nothing is applied yet.

    Exactly once per (creditor, ``source``, ``external_id``): the same again gives back the first.
    Raises Problem ``credit_not_positive``, ``credit_differs`` (that id came with other facts).
    """
    if amount.amount <= 0:
        raise Problem("credit_not_positive", credit=amount)
    facts: dict[str, Any] = {
        "customer_id": customer.pk,
        "kind": kind,
        "value_on": value_on,
        "currency": amount.currency,
        "original_amount": amount.amount,
    }
    with scope(creditor=customer.creditor):
        try:
            with transaction.atomic():
                credit = Credit.objects.create(
                    creditor=customer.creditor,
                    amount=amount.amount,
                    unapplied=amount.amount,
                    source=source,
                    external_id=external_id,
                    reference=reference,
                    method=method,
                    payer=payer,
                    caused_by=caused_by,
                    lot=lot,
                    by=by,
                    batch_id=batch_id,
                    **facts,
                )
                return credit, True
        except IntegrityError as error:
            if constraint_of(error) != "credit_external_id":
                raise
        known: Credit = Credit.objects.get(source=source, external_id=external_id)
        if any(getattr(known, name) != value for name, value in facts.items()):
            raise Problem("credit_differs", source=source, external_id=external_id)
        return known, False


def take_back_credit(
    credit: Credit, *, value_on: date, reason: str, by: User | None = None, origin: str
) -> None:
    """A payment that bounced or never was: what it paid is owed again from ``value_on`` on.

    Its applications are reversed and its amount corrected to zero; the rows stay. Twice is the
    same as once. Raises Problem ``value_before`` (``value_on`` earlier than the credit's).
    """
    if value_on < credit.value_on:
        raise Problem("value_before", day=value_on, first=credit.value_on)
    creditor = credit.creditor
    with scope(creditor=creditor), ledger_rules(credit=credit.external_id):
        reversed_rows = reverse_all(credit, value_on=value_on)
        locked = lock_credit(credit)
        if locked.amount:
            CreditAdjustment.objects.create(
                creditor=creditor,
                credit=locked,
                delta=-locked.amount,
                value_on=value_on,
                reason=reason,
            )
        elif not reversed_rows:
            return
        record_change(
            "credit_taken_back",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="credit",
            subject_id=credit.pk,
            amount=str(locked.amount),
            reason=reason,
        )
