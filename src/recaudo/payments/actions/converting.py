"""Paying debts in one currency with money in another, at the dated rate of the money's day."""

from __future__ import annotations

from datetime import date

from django.db.models import Min

from recaudo.core.application import Order, Stated
from recaudo.core.exchange import Bought, buy
from recaudo.core.money import Money
from recaudo.payments.actions.applications import apply_credit, lock_credit
from recaudo.payments.actions.credits import record_credit
from recaudo.payments.models import Conversion, Credit, CreditAdjustment
from recaudo.payments.queries.exchange import price_of
from recaudo.portfolio.models import Document

#: The ``source`` of the credits that conversions make.
SOURCE = "exchange"


def foreign_debts(credit: Credit) -> list[str]:
    """The other currencies in which the credit's customer owes (alive, not ceded), that of the
    oldest due date first; ties by code."""
    owed = (
        Document.objects.filter(
            customer=credit.customer_id, open_amount__gt=0, ceded_on=None, written_off_on=None
        )
        .exclude(currency=credit.currency)
        .values_list("currency")
        .annotate(oldest=Min("due_on"))
    )
    return [currency for currency, _ in sorted(owed, key=lambda row: (row[1], row[0]))]


def convert(
    credit: Credit, currency: str, *, wish: Stated | None = None, order: Order | None = None
) -> list[Conversion] | None:
    """Pay debts in ``currency`` (only ``wish`` where given) with what is left of ``credit``.

    The money leaves ``credit`` by an adjustment ``converted`` and comes back as a credit of kind
    ``exchange`` that falls with it. What buys nothing stays where it is: an empty list. None: no
    rate is known for the day. ``wish.amount`` may be in either currency.
    Inside the caller's transaction, which has locked nothing of the debts yet.
    """
    price = price_of(credit.creditor, currency, paid_in=credit.currency, day=credit.value_on)
    if price is None:
        return None
    documents = Document.objects.filter(
        customer=credit.customer_id, currency=currency, open_amount__gt=0
    )
    alive = documents.filter(ceded_on=None, written_off_on=None)
    chosen = documents.filter(pk=wish.document) if wish else alive
    # The documents before the credit: the ledger's one order of locks.
    locked = list(chosen.order_by("id").select_for_update(no_key=True))
    paying = lock_credit(credit)
    wanted = sum((d.open_amount for d in locked), start=Money.zero(currency).amount)
    budget = Money(paying.unapplied, paying.currency)
    want = Money(wanted, currency)
    if wish is not None and wish.amount is not None:
        if wish.amount.currency == currency:
            want = min(want, wish.amount)
        else:
            budget = min(budget, wish.amount)
    bought = buy(want, budget, price)
    if bought is None:
        return []
    made = _exchange(paying, bought)
    apply_credit(
        made,
        order=order,
        stated=[Stated(wish.document)] if wish else (),
        keep_rest=wish is not None,
    )
    conversion = Conversion.objects.create(
        creditor_id=credit.creditor_id,
        paid=paying,
        bought=made,
        paid_amount=bought.cost.amount,
        rate=price.rate,
        rate_on=price.on,
        rate_source=price.source,
    )
    return [conversion]


def undo_conversions(credit: Credit, *, value_on: date, at: object) -> None:
    """The money is back in ``credit``: the credits that it had bought have been taken back."""
    for conversion in Conversion.objects.select_for_update().filter(paid=credit, undone_at=None):
        CreditAdjustment.objects.create(
            creditor_id=credit.creditor_id,
            credit=credit,
            delta=conversion.paid_amount,
            value_on=value_on,
            reason="conversion_undone",
        )
        conversion.undone_at = at
        conversion.save(update_fields=["undone_at"])


def _exchange(paying: Credit, bought: Bought) -> Credit:
    done_before = Conversion.objects.filter(paid=paying).count()
    CreditAdjustment.objects.create(
        creditor_id=paying.creditor_id,
        credit=paying,
        delta=-bought.cost.amount,
        value_on=paying.value_on,
        reason="converted",
    )
    made, _ = record_credit(
        paying.customer,
        bought.amount,
        kind="exchange",
        value_on=paying.value_on,
        source=SOURCE,
        external_id=f"{paying.pk}:{done_before + 1}",
        reference=paying.reference,
        method=paying.method,
        payer=paying.payer,
        caused_by=paying,
        by=paying.by,
    )
    return made
