"""The ledger told again from its postings, in plain Python: what the SQL must agree with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.payments.models import Application, Credit, CreditAdjustment
from recaudo.portfolio.models import Document, DocumentAdjustment


def balances_on(creditor: Creditor, day: date) -> dict[int, Decimal]:
    """Document → what was open on ``day``, where it was not zero."""
    with scope(creditor=creditor):
        open_now = {d.pk: d.original_amount for d in Document.objects.filter(issued_on__lte=day)}
        for each in DocumentAdjustment.objects.filter(value_on__lte=day):
            if each.document_id in open_now:
                open_now[each.document_id] += each.delta
        for each in Application.objects.filter(value_on__lte=day):
            if each.document_id in open_now:
                open_now[each.document_id] -= each.amount
    return {pk: amount for pk, amount in open_now.items() if amount}


def unapplied_on(creditor: Creditor, day: date) -> dict[int, Decimal]:
    """Credit → what was left of it on ``day``, where it was not zero."""
    with scope(creditor=creditor):
        left = {c.pk: c.original_amount for c in Credit.objects.filter(value_on__lte=day)}
        for each in CreditAdjustment.objects.filter(value_on__lte=day):
            if each.credit_id in left:
                left[each.credit_id] += each.delta
        for each in Application.objects.filter(value_on__lte=day):
            if each.credit_id in left:
                left[each.credit_id] -= each.amount
    return {pk: amount for pk, amount in left.items() if amount}
