"""What a person does with money that waits: let it pay in its order, or say what it pays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import apply_credit, lock_credit
from recaudo.payments.actions.converting import convert, foreign_debts
from recaudo.payments.actions.receiving import CASH
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.actions.settling import settle_after
from recaudo.payments.models import Application, Credit
from recaudo.portfolio.models import Document


def apply_rest(credit: Credit, *, by: User | None, now: datetime) -> list[Application]:
    """What is left of ``credit`` pays in the customer's order, then debts in other currencies.

    Gives back what was posted. Raises Problem ``payment_nothing_left``, ``payment_nothing_owed``.
    """
    with scope(creditor=credit.creditor), ledger_rules(credit=credit.external_id):
        before = _newest()
        if not Credit.objects.filter(pk=credit.pk, unapplied__gt=0).exists():
            raise Problem("payment_nothing_left")
        apply_credit(credit)
        credits = [credit.pk]
        if credit.kind in CASH:
            for currency in foreign_debts(credit):
                credits += [each.bought_id for each in convert(credit, currency) or ()]
        done = _posted(credits, before)
        if not done:
            raise Problem("payment_nothing_owed")
        if credit.kind in CASH:
            settle_after(credit.creditor, credits, by=by, now=now)
        _tell(credit, done, by)
    return done


def apply_parts(
    credit: Credit,
    parts: Sequence[tuple[Document, Decimal]],
    *,
    by: User | None,
    now: datetime,
) -> list[Application]:
    """Exactly these amounts (> 0, in the credit's currency) of these documents, or nothing; inside
    a document in the customer's order.

    Raises Problem ``payment_parts_missing``, ``payment_part_too_much``, ``payment_parts_over``,
    ``line_not_positive``, ``currency_mismatch``, ``not_owed``.
    """
    if not parts:
        raise Problem("payment_parts_missing")
    with scope(creditor=credit.creditor), ledger_rules(credit=credit.external_id):
        before = _newest()
        ids = [document.pk for document, _ in parts]
        # Documents before credits, as everybody locks them.
        locked = {
            each.pk: each
            for each in Document.objects.filter(pk__in=ids, customer=credit.customer_id)
            .order_by("id")
            .select_for_update(no_key=True)
        }
        left = Money(lock_credit(credit).unapplied, credit.currency)
        for document, amount in parts:
            _check(credit, locked.get(document.pk), document, amount)
        total = Money(sum((amount for _, amount in parts), Decimal(0)), credit.currency)
        if total > left:
            raise Problem("payment_parts_over", sum=total, left=left)
        stated = [Stated(document.pk, Money(amount, credit.currency)) for document, amount in parts]
        apply_credit(credit, stated=stated, keep_rest=True)
        done = _posted([credit.pk], before)
        if credit.kind in CASH:
            settle_after(credit.creditor, [credit.pk], by=by, now=now)
        _tell(credit, done, by)
    return done


def _check(credit: Credit, locked: Document | None, asked: Document, amount: Decimal) -> None:
    if locked is None:
        raise Problem("not_owed", document=str(asked), component="")
    if amount <= 0:
        raise Problem("line_not_positive", document=str(asked), amount=amount)
    if locked.currency != credit.currency:
        raise Problem("currency_mismatch", one=credit.currency, other=locked.currency)
    if amount > locked.open_amount:
        raise Problem(
            "payment_part_too_much",
            document=str(locked),
            amount=Money(amount, locked.currency),
            open=Money(locked.open_amount, locked.currency),
        )


def _newest() -> int:
    newest: int | None = Application.objects.order_by("-id").values_list("pk", flat=True).first()
    return newest or 0


def _posted(credits: Sequence[int], before: int) -> list[Application]:
    found = Application.objects.filter(credit__in=credits, pk__gt=before, amount__gt=0)
    return list(found.select_related("document").order_by("id"))


def _tell(credit: Credit, done: Sequence[Application], by: User | None) -> None:
    documents = sorted({each.document_id for each in done})
    publish(
        "payment.applied",
        credit.creditor,
        customer_id=credit.customer_id,
        credit=credit.pk,
        documents=documents,
    )
    record_change(
        "payment_applied",
        creditor=credit.creditor,
        by=by,
        origin="web" if by else "cli",
        subject="credit",
        subject_id=credit.pk,
        documents=documents,
    )
