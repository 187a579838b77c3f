"""What a debt of one customer is made of, and its sums. Values only: payments/queries/debt.py
gathers them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from recaudo.core.money import Money, Rounding
from recaudo.portfolio.models import Customer

Standing = Literal["alive", "written_off", "ceded"]
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class DocumentDebt:
    """An open document. ``days`` past due; below zero: until it falls due. ``parts``: component and
    what was open of it. ``documented``: how much of ``open`` an uncleared instrument covers."""

    document: int
    number: str
    kind: str
    about: str
    issued_on: date
    due_on: date
    days: int
    currency: str
    original: Decimal
    open: Decimal
    parts: tuple[tuple[str, Decimal], ...]
    standing: Standing
    documented: Decimal


@dataclass(frozen=True, slots=True)
class ChargeDebt:
    """A posted charge with something open. ``base`` is the late document's number; ``how`` the
    stretches or brackets it is made of, as they were kept."""

    document: int
    number: str
    base: str
    kind: str
    from_on: date
    until_on: date
    currency: str
    original: Decimal
    open: Decimal
    because: str
    article: str
    how: tuple[dict[str, Any], ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class AccrualDebt:
    """What a late document has borne by the day and nobody has posted yet.

    ``accrued`` since it fell due, ``posted`` of it, ``interest`` the difference (negative where too
    much was posted) since ``from_on``. From ``stopped_on`` on a rate of series ``missing`` is not
    known: nothing is reckoned. ``fees`` would be due; ``fees_how`` says how.
    """

    document: int
    number: str
    due_on: date
    from_on: date
    currency: str
    accrued: Decimal
    posted: Decimal
    interest: Decimal
    how: tuple[dict[str, Any], ...]
    stopped_on: date | None
    missing: str
    fees: Decimal
    fees_how: tuple[dict[str, Any], ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class CreditDebt:
    """A credit that waits to be applied."""

    credit: int
    kind: str
    value_on: date
    reference: str
    currency: str
    unapplied: Decimal


@dataclass(frozen=True, slots=True)
class RateUsed:
    """Units of the creditor's currency for one of the debt's, since ``valid_on``."""

    rate: Decimal
    valid_on: date
    source: str


@dataclass(frozen=True, slots=True)
class CurrencyDebt:
    """The sums of one currency. ``due`` has fallen due by the day (that day included), ``overdue``
    before it. ``written_off`` and ``ceded`` are in no other figure but the total, which has the
    first. ``rate`` is None where the day has none."""

    currency: str
    due: Decimal
    overdue: Decimal
    not_due: Decimal
    documented: Decimal
    documented_due: Decimal
    charges: Decimal
    interest: Decimal
    fees: Decimal
    unapplied: Decimal
    written_off: Decimal
    ceded: Decimal
    rate: RateUsed | None

    @property
    def charged(self) -> Decimal:
        """Charges, posted or not yet."""
        return self.charges + self.interest + self.fees

    @property
    def catch_up(self) -> Decimal:
        """*Ponerse al día*: what has fallen due and no paper covers, and all charges, less what is
        unapplied; never negative."""
        return max(ZERO, self.due - self.documented_due + self.charged - self.unapplied)

    @property
    def _net(self) -> Decimal:
        claimed = self.due + self.not_due + self.charged + self.written_off
        return claimed - self.unapplied

    @property
    def total(self) -> Decimal:
        """All that may be claimed, what was written off too (F12); never negative."""
        return max(ZERO, self._net)

    @property
    def favour(self) -> Decimal:
        """What the customer has to their favour beyond all that they owe."""
        return max(ZERO, -self._net)

    def here(self, amount: Decimal, currency: str) -> Decimal | None:
        """In ``currency``, the creditor's, to its minor unit, half up."""
        if self.rate is None:
            return None
        money = Money(amount, self.currency).converted(self.rate.rate, currency, Rounding.HALF_UP)
        return money.to_minor_unit(Rounding.HALF_UP).amount


@dataclass(frozen=True, slots=True)
class Debt:
    """``currency`` is the creditor's. ``without_rate``: currencies that ``catch_up`` and ``total``
    (in the creditor's) could not take in; ``missing``: series without a needed rate."""

    customer: Customer
    as_of: date
    currency: str
    documents: tuple[DocumentDebt, ...]
    charges: tuple[ChargeDebt, ...]
    accruals: tuple[AccrualDebt, ...]
    credits: tuple[CreditDebt, ...]
    currencies: tuple[CurrencyDebt, ...]

    @property
    def without_rate(self) -> tuple[str, ...]:
        return tuple(each.currency for each in self.currencies if each.rate is None)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.missing for each in self.accruals if each.missing))

    @property
    def catch_up(self) -> Decimal:
        return self._here("catch_up")

    @property
    def total(self) -> Decimal:
        return self._here("total")

    def of(self, currency: str) -> CurrencyDebt | None:
        return next((each for each in self.currencies if each.currency == currency), None)

    def _here(self, figure: str) -> Decimal:
        told = (each.here(getattr(each, figure), self.currency) for each in self.currencies)
        return sum((amount for amount in told if amount is not None), ZERO)
