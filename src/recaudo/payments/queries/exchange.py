"""What does one unit of a debt's currency cost in the payment's, on a day?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from recaudo.access.models import Creditor
from recaudo.core.exchange import Price
from recaudo.portfolio.models import ExchangeRate


def price_of(creditor: Creditor, debt: str, *, paid_in: str, day: date) -> Price | None:
    """By the dated rates of the creditor: that of the pair, its inverse, or over the creditor's
    own currency; the newest on or before ``day``. None where a rate is missing."""
    if debt == paid_in:
        return Price(Fraction(1), day, "")
    found = _either_way(creditor, debt, paid_in, day)
    home = creditor.currency
    if found is not None or home in (debt, paid_in):
        return found
    first, second = (
        _either_way(creditor, debt, home, day),
        _either_way(creditor, home, paid_in, day),
    )
    if first is None or second is None:
        return None
    source = " · ".join(sorted({first.source, second.source}))
    return Price(first.units * second.units, min(first.on, second.on), source)


def rate_to_home(creditor: Creditor, currency: str, day: date) -> Decimal | None:
    """Units of the creditor's currency for one of ``currency``; None where nobody loaded it."""
    if currency == creditor.currency:
        return Decimal(1)
    price = price_of(creditor, currency, paid_in=creditor.currency, day=day)
    return price.rate if price is not None else None


def _either_way(creditor: Creditor, from_: str, to: str, day: date) -> Price | None:
    """The newer of the rate and of its inverse; of two of one day the rate."""
    there, back = _newest(creditor, from_, to, day), _newest(creditor, to, from_, day)
    if there is not None and (back is None or there.valid_on >= back.valid_on):
        return Price(Fraction(there.rate), there.valid_on, there.source)
    return None if back is None else Price(1 / Fraction(back.rate), back.valid_on, back.source)


def _newest(creditor: Creditor, from_: str, to: str, day: date) -> ExchangeRate | None:
    found: ExchangeRate | None = (
        ExchangeRate.objects.filter(
            creditor=creditor, from_currency=from_, to_currency=to, valid_on__lte=day
        )
        .order_by("-valid_on")
        .first()
    )
    return found
