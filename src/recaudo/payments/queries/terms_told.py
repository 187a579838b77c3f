"""Terms as people look at them: each row with what the law makes of it today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from recaudo.access.models import Creditor
from recaudo.core.fees import FeeRule
from recaudo.core.interest import Balance, accrue
from recaudo.core.money import Money
from recaudo.payments.models import ChargeTerms, InterestMode
from recaudo.payments.queries.rates import rates_of
from recaudo.payments.queries.terms import Bearer, Span, TermsBook, scope_of
from recaudo.portfolio.models import Document

#: Enough capital that a day's interest is never too small to see.
_ONE = 1_000_000


@dataclass(frozen=True, slots=True)
class Warning:
    """A code with its facts; the sentence is made at the edge."""

    code: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TermsTold:
    """``is_current``: of its scope, what holds today. ``warnings`` only of those."""

    row: ChargeTerms
    is_current: bool
    warnings: tuple[Warning, ...]


def terms_told(creditor: Creditor, today: date) -> list[TermsTold]:
    """All terms, newest first; in the caller's scope. A constant number of queries."""
    rows = list(
        ChargeTerms.objects.select_related("obligation", "customer", "by").order_by(
            "-from_on", "-id"
        )
    )
    current: dict[Any, int] = {}
    for row in rows:
        if row.from_on <= today:
            current.setdefault(scope_of(row), row.pk)
    kinds = _kinds(rows)
    books = {row.pk: TermsBook(creditor, [row]) for row in rows if row.pk in current.values()}
    held = [
        (row, bearer, span)
        for row in rows
        if row.pk in books
        for bearer in _bearers(row, kinds)
        if (span := books[row.pk].on(bearer, today)) is not None
    ]
    rates = rates_of(creditor, {s for book in books.values() for s in book.series()}, today)
    warnings: dict[int, list[Warning]] = {}
    for row, bearer, span in held:
        found = [*_of_interest(bearer, span, rates, today)]
        found += _of_fee(books[row.pk].fee_rule(span, bearer), row, bearer)
        own = warnings.setdefault(row.pk, [])
        own += [one for one in found if one not in own]
    return [TermsTold(row, row.pk in books, tuple(warnings.get(row.pk, ()))) for row in rows]


def _kinds(rows: Sequence[ChargeTerms]) -> list[tuple[int | None, str, str, str]]:
    """Customer (only where terms are of one), product, regime, currency of what is owed."""
    debts = Document.objects.exclude(kind="charge").filter(open_amount__gt=0).order_by()
    found = [
        (None, *each) for each in debts.values_list("product", "regime", "currency").distinct()
    ]
    named = [row.customer_id for row in rows if row.customer_id]
    of_customers = debts.filter(customer__in=named)
    fields = ("customer_id", "product", "regime", "currency")
    return [*found, *of_customers.values_list(*fields).distinct()]


def _bearers(row: ChargeTerms, kinds: Iterable[tuple[int | None, str, str, str]]) -> list[Bearer]:
    """One debt of each kind that the row may be about."""
    if row.obligation is not None:
        of = row.obligation
        return [Bearer(0, of.customer_id, of.pk, of.product, of.regime, of.currency)]
    if row.customer_id:
        return [Bearer(0, c, None, p, r, m) for c, p, r, m in kinds if c == row.customer_id]
    return [
        Bearer(0, 0, None, product, regime, currency)
        for customer, product, regime, currency in kinds
        if customer is None and (not row.product or product == row.product)
    ]


def _of_interest(bearer: Bearer, span: Span, rates: Any, today: date) -> Iterable[Warning]:
    if span.row.interest != InterestMode.COMPUTED or span.interest is None:
        return
    capital = Balance(today, Money.of_ten_thousandths(_ONE * 10_000, bearer.currency))
    terms = span.interest
    told = accrue(
        [capital],
        due_on=today - timedelta(days=terms.grace_days),
        until_on=today + timedelta(days=1),
        terms=terms,
        rates=rates,
    )
    if told.missing:
        yield Warning("charge_rate_missing", {"series": told.missing, "day": today})
    for stretch in told.stretches:
        if stretch.basis == "ceiling" and terms.agreed is not None:
            yield Warning(
                "terms_above_ceiling",
                {
                    "rate": terms.agreed.per_cent.normalize(),
                    "ceiling": stretch.per_cent.normalize(),
                    "series": stretch.series,
                },
            )
    if not span.is_verified:
        yield Warning("terms_not_verified", {"regime": bearer.regime})


def _of_fee(rule: FeeRule | None, row: ChargeTerms, bearer: Bearer) -> Iterable[Warning]:
    """Where the law does not let these fees be asked for of some of the debts."""
    if rule is None:
        return
    is_agreed = rule.kind == "agreed"
    fits = is_agreed if row.fee in ("once", "per_reminder") else not is_agreed
    if rule.kind in ("forbidden", "unknown") or not fits:
        facts = {"regime": bearer.regime, "article": rule.article}
        yield Warning("terms_fee_refused", facts)
