"""One payment comes in: recorded once, applied in its order, over currencies where it must.

The door for a person, the interface, a provider or another room. Files and statements come in by
the thousand through their own (intake/, ``line_credits``) and post the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.core import get_global
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.application import Applied, Stated
from recaudo.core.calendar import local_day
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import apply_credit
from recaudo.payments.actions.charging import correct_charges, fix_charges
from recaudo.payments.actions.converting import convert, foreign_debts
from recaudo.payments.actions.credits import record_credit
from recaudo.payments.actions.line_credits import end_reports_of
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.actions.withholding import stated_at_net, withhold_exact
from recaudo.payments.models import Application, Conversion, Credit
from recaudo.payments.queries.exchange import rate_to_home
from recaudo.portfolio.models import Customer, Document

#: What a person or a provider may bring. The other kinds are made by what causes them.
KINDS = ("payment", "credit_note", "advance", "adjustment", "rounding", "withholding", "detraction")
#: Kinds that are money: they settle what has accrued, and may be changed into another currency.
CASH = ("payment", "advance")
#: Banks give value dates some days ahead; further on nothing has come in yet.
DAYS_AHEAD_MAX = 5
#: The ledger's columns end here.
AMOUNT_LIMIT = Decimal(10) ** 14
_FIRST_DAY = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Received:
    """``applied``: in the payment's currency, by component. ``conversions``: what of it paid debts
    in others. ``missing_rates``: currencies of debts that waited for a rate (``USD``): nothing was
    guessed, the money is unapplied. When the payment was known (``is_new`` False) nothing was done
    and ``applied`` is empty.
    """

    credit: Credit
    is_new: bool
    applied: Applied
    conversions: tuple[Conversion, ...] = ()
    missing_rates: tuple[str, ...] = ()


def receive(
    customer: Customer,
    amount: Money,
    *,
    kind: str = "payment",
    value_on: date,
    source: str,
    external_id: str,
    method: str = "",
    reference: str = "",
    payer: str = "",
    stated: Sequence[Stated] = (),
    keep_rest: bool = False,
    caused_by: Credit | None = None,
    by: User | None = None,
    now: datetime,
) -> Received:
    """Record ``amount`` and pay what ``customer`` owes with it, in one transaction.

    What the payer stated comes first, in the payer's order; then the customer's own order
    (``order_of``) over the debts in the payment's currency, then those in others, the oldest
    first, at the dated rate. ``keep_rest``: only what was stated. An advance pays only what is
    stated. What is left is unapplied. Exactly once per (creditor, ``source``, ``external_id``).

    Raises Problem ``credit_not_positive``, ``credit_too_large``, ``credit_kind_unknown``,
    ``value_too_far_ahead``, ``value_too_old``, ``currency_unknown``, ``payment_rate_missing``,
    ``credit_differs``, ``stated_unknown``, ``stated_closed``, ``stated_rate_missing``; then nothing
    was written.
    """
    creditor = customer.creditor
    check_credit(creditor, amount, kind, value_on, now)
    with scope(creditor=creditor), ledger_rules(credit=external_id):
        credit, is_new = record_credit(
            customer,
            amount,
            kind=kind,
            value_on=value_on,
            source=source,
            external_id=external_id,
            reference=reference.strip()[:200],
            method=method.strip()[:60],
            payer=payer.strip()[:200],
            caused_by=caused_by,
            by=by,
        )
        if not is_new:
            return Received(credit, False, Applied((), Money(credit.unapplied, credit.currency)))
        named = _named(customer, stated)
        _has_rate(customer, credit, named)
        if kind in CASH:
            # What has accrued until then is a charge, so that the payment can pay it (U10).
            fix_charges(customer, as_of=value_on, because="payment", by=by, now=now)
        if kind == "payment":
            stated = stated_at_net(customer, amount, stated)
            named = _named(customer, stated)
        received = _pay(credit, stated, named, keep_rest or kind == "advance")
        if kind in CASH:
            for each in (credit, *(done.bought for done in received.conversions)):
                withhold_exact(each, by=by, now=now)
            correct_charges(customer, since=value_on, by=by, now=now)
        if kind in CASH:
            end_reports_of(creditor, credit, now=now)
        _tell(received, stated, by)
    return received


def check_credit(
    creditor: Creditor, amount: Money, kind: str, value_on: date, now: datetime
) -> None:
    """Can this be recorded at all? Raises the Problems of ``receive`` that need no customer."""
    today = local_day(now, creditor.timezone)
    if amount.amount <= 0:
        raise Problem("credit_not_positive", credit=amount)
    if amount.amount >= AMOUNT_LIMIT:
        raise Problem("credit_too_large", amount=amount)
    if amount.currency not in get_global("all_currencies"):
        raise Problem("currency_unknown", currency=amount.currency)
    if kind not in KINDS:
        raise Problem("credit_kind_unknown", kind=kind, known=list(KINDS))
    if value_on > today + timedelta(days=DAYS_AHEAD_MAX):
        raise Problem("value_too_far_ahead", day=value_on, today=today, days=DAYS_AHEAD_MAX)
    if value_on < _FIRST_DAY:
        raise Problem("value_too_old", day=value_on, first=_FIRST_DAY)


def _named(customer: Customer, stated: Sequence[Stated]) -> dict[int, Document]:
    """The stated documents. Raises Problem ``stated_unknown`` (of nobody, or of another customer:
    the same words, for who asks may not see the other), ``stated_closed``."""
    ids = [wish.document for wish in stated]
    found = {d.pk: d for d in Document.objects.filter(customer=customer, pk__in=ids)}
    for pk in ids:
        if pk not in found:
            raise Problem("stated_unknown", document=pk, customer=customer.code)
        if not found[pk].open_amount:
            raise Problem("stated_closed", document=str(found[pk]))
    return found


def _has_rate(customer: Customer, credit: Credit, named: dict[int, Document]) -> None:
    """Money in a currency that nobody can value, for debts that are all in another."""
    if rate_to_home(customer.creditor, credit.currency, credit.value_on) is not None:
        return
    owes = Document.objects.filter(customer=customer, currency=credit.currency, open_amount__gt=0)
    if not owes.exists():
        raise Problem(
            "payment_rate_missing",
            currency=credit.currency,
            home=customer.creditor.currency,
            day=credit.value_on,
        )


def _pay(
    credit: Credit, stated: Sequence[Stated], named: dict[int, Document], keep_rest: bool
) -> Received:
    own = [wish for wish in stated if named[wish.document].currency == credit.currency]
    other = [wish for wish in stated if named[wish.document].currency != credit.currency]
    applied = apply_credit(credit, stated=own, keep_rest=keep_rest or bool(other))
    if applied.not_owed:  # paid by somebody between our look and our lock
        raise Problem("stated_closed", document=str(named[applied.not_owed[0]]))
    done: list[Conversion] = []
    for wish in other:
        bought = convert(credit, named[wish.document].currency, wish=wish)
        if bought is None:
            raise Problem(
                "stated_rate_missing",
                document=str(named[wish.document]),
                currency=named[wish.document].currency,
                paid=credit.currency,
                day=credit.value_on,
            )
        done += bought
    if other and not keep_rest:
        rest = apply_credit(credit)
        applied = Applied((*applied.lines, *rest.lines), rest.remainder)
    missing: list[str] = []
    if not keep_rest and credit.kind in CASH:
        for currency in foreign_debts(credit):
            bought = convert(credit, currency)
            if bought is None:
                missing.append(currency)
            else:
                done += bought
    credit.refresh_from_db()
    left = Money(credit.unapplied, credit.currency)
    return Received(credit, True, replace(applied, remainder=left), tuple(done), tuple(missing))


def _tell(received: Received, stated: Sequence[Stated], by: User | None) -> None:
    credit = received.credit
    credits = [credit.pk, *(each.bought_id for each in received.conversions)]
    paid = Application.objects.filter(credit__in=credits).values_list("document_id", flat=True)
    publish(
        "payment.received",
        credit.creditor,
        customer_id=credit.customer_id,
        credit=credit.pk,
        credit_kind=credit.kind,
        amount=str(credit.original_amount),
        currency=credit.currency,
        value_on=credit.value_on.isoformat(),
        documents=sorted(set(paid)),
    )
    record_change(
        "payment_received",
        creditor=credit.creditor,
        by=by,
        origin="web" if by else credit.source,
        subject="credit",
        subject_id=credit.pk,
        credit_kind=credit.kind,
        amount=str(credit.original_amount),
        currency=credit.currency,
        unapplied=str(credit.unapplied),
        stated=[wish.document for wish in stated],
    )
