"""A payment as another system is told of it."""

from __future__ import annotations

from decimal import Decimal

from recaudo.access.models import Creditor
from recaudo.api.schemas import AppliedOut, ConversionOut, PaymentOut
from recaudo.core.money import minor_units
from recaudo.payments.actions.converting import foreign_debts
from recaudo.payments.actions.receiving import CASH
from recaudo.payments.models import Credit
from recaudo.payments.queries.exchange import price_of
from recaudo.payments.queries.payments import payment_story


def payment_told(creditor: Creditor, credit_id: int) -> PaymentOut:
    """As it stands now, in a number of queries that does not grow with what it paid."""
    credit = Credit.objects.select_related("customer", "creditor").get(pk=credit_id)
    story = payment_story(credit)
    return PaymentOut(
        id=credit.pk,
        external_id=credit.external_id,
        source=credit.source,
        customer=credit.customer.code,
        kind=credit.kind,
        state=story.state,
        value_on=credit.value_on,
        currency=credit.currency,
        amount=written(credit.original_amount, credit.currency),
        unapplied=written(credit.unapplied, credit.currency),
        method=credit.method,
        payer=credit.payer,
        reference=credit.reference,
        recorded_at=credit.recorded_at,
        applied=[
            AppliedOut(
                document=each.label,
                document_id=each.document,
                kind=each.kind,
                component=each.component,
                amount=written(each.amount, each.currency),
                currency=each.currency,
                value_on=each.value_on,
                undone_on=each.undone_on,
            )
            for each in story.paid
        ],
        conversions=[
            ConversionOut(
                paid=written(each.paid_amount, credit.currency),
                bought=written(each.bought.original_amount, each.bought.currency),
                currency=each.bought.currency,
                rate=format(each.rate.normalize(), "f"),
                rate_on=each.rate_on,
                undone=each.undone_at is not None,
            )
            for each in story.conversions
        ],
        missing_rates=_missing_rates(creditor, credit),
    )


def written(amount: Decimal, currency: str) -> str:
    """``1500000.50``: the currency's decimals, and more only where the ledger holds more."""
    places = -int(amount.normalize().as_tuple().exponent)
    return f"{amount:.{max(minor_units(currency), places)}f}"


def _missing_rates(creditor: Creditor, credit: Credit) -> list[str]:
    """Of what its rest could pay if somebody loaded the rate of its day."""
    if not credit.unapplied or credit.kind not in CASH:
        return []
    day = credit.value_on
    return [
        currency
        for currency in foreign_debts(credit)
        if price_of(creditor, currency, paid_in=credit.currency, day=day) is None
    ]
