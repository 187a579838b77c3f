"""Saying what may be charged, from a day on (*condiciones de cobro*)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.access.queries import may
from recaudo.audit.actions import record_change
from recaudo.core.interest import DayCount, Quote
from recaudo.core.money import currency_code
from recaudo.core.problems import Problem
from recaudo.countries import REGIMES
from recaudo.countries.charging import fees_of, interest_of
from recaudo.countries.packs import Pack, pack_for
from recaudo.payments.models import ChargeTerms, InterestMode
from recaudo.payments.queries.ordering import check_order
from recaudo.portfolio.models import Customer, Document, DocumentComponent, Obligation

#: No contract asks for more a year; a rate above it is a slip of the finger.
RATE_MAX = Decimal(1000)
GRACE_MAX = 365
#: Of what is overdue; more is a slip of the finger, or no fee for collecting.
FEE_PCT_MAX = Decimal(100)
FEE_LIMIT = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Wanted:
    """Terms as a person writes them. The scope: an obligation, a customer, a product, or nothing
    (the creditor). See ``ChargeTerms`` for the rest."""

    from_on: date
    source: str
    obligation: Obligation | None = None
    customer: Customer | None = None
    product: str = ""
    interest: str = InterestMode.NONE
    annual_rate: Decimal | None = None
    rate_quote: str = Quote.EFFECTIVE_ANNUAL
    legal_series: str = ""
    ceiling_series: str = ""
    day_count: str = ""
    grace_days: int = 0
    is_grace_free: bool = False
    fee: str = "none"
    fee_amount: Decimal | None = None
    fee_per_cent: Decimal | None = None
    fee_currency: str = ""
    order: dict[str, Any] | None = None


def set_terms(creditor: Creditor, wanted: Wanted, *, by: User | None, origin: str) -> ChargeTerms:
    """A new row; what held before stays for the days before ``from_on``.

    Raises Problem ``terms_right``, ``terms_other_creditor``, ``fee_absurd``,
    ``terms_source_missing``, ``terms_scope_twice``, ``terms_rate_absurd``,
    ``terms_quote_unknown``, ``terms_day_count_unknown``, ``terms_grace_absurd``,
    ``interest_mode_unknown``, ``interest_needs_agreed_rate``, ``interest_mode_imported`` (the
    source system brings mora for what these terms are about), ``fee_kind_unknown``,
    ``fee_amount_missing``, ``fee_not_lawful``, ``contract_order_unreadable``,
    ``contract_order_not_lawful``.
    """
    pack = pack_for(creditor.country, creditor.subdivision)
    if by is not None and not may(by, creditor, "lead"):
        raise Problem("terms_right")
    _check_words(wanted)
    for owned in (wanted.obligation, wanted.customer):
        if owned is not None and owned.creditor_id != creditor.pk:
            raise Problem("terms_other_creditor")
    _check_interest(pack, wanted)
    with scope(creditor=creditor):
        _check_fee(pack, wanted, regimes_of(wanted))
    if wanted.order is not None:
        check_order(wanted.order, pack)
    with transaction.atomic(), scope(creditor=creditor):
        if wanted.interest == InterestMode.COMPUTED:
            _check_not_imported(wanted)
        row: ChargeTerms = ChargeTerms.objects.create(
            creditor=creditor,
            by=by,
            **{name: getattr(wanted, name) for name in wanted.__slots__},
        )
        record_change(
            "charge_terms_set",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="charge_terms",
            subject_id=row.pk,
            interest=wanted.interest,
            fee=wanted.fee,
            from_on=wanted.from_on.isoformat(),
        )
    return row


def _check_words(wanted: Wanted) -> None:
    if not wanted.source.strip():
        raise Problem("terms_source_missing")
    named = [wanted.obligation, wanted.customer, wanted.product or None]
    if sum(each is not None for each in named) > 1:
        raise Problem("terms_scope_twice")
    if wanted.interest not in InterestMode.values:
        known = list(InterestMode.values)
        raise Problem("interest_mode_unknown", mode=wanted.interest, known=known)
    if wanted.rate_quote not in [quote.value for quote in Quote]:
        known = [quote.value for quote in Quote]
        raise Problem("terms_quote_unknown", quote=wanted.rate_quote, known=known)
    if wanted.day_count and wanted.day_count not in [count.value for count in DayCount]:
        known = [count.value for count in DayCount]
        raise Problem("terms_day_count_unknown", day_count=wanted.day_count, known=known)
    if not 0 <= wanted.grace_days <= GRACE_MAX:
        raise Problem("terms_grace_absurd", days=wanted.grace_days, most=GRACE_MAX)


def _check_interest(pack: Pack, wanted: Wanted) -> None:
    rate = wanted.annual_rate
    if rate is not None and not 0 <= rate <= RATE_MAX:
        raise Problem("terms_rate_absurd", rate=rate, most=RATE_MAX)
    if wanted.interest != InterestMode.COMPUTED or rate is not None:
        return
    legal = [
        interest_of(pack, regime, legal_series=wanted.legal_series).legal for regime in REGIMES
    ]
    if not any(legal):
        raise Problem("interest_needs_agreed_rate", country=pack.code)


def regimes_of(wanted: Wanted) -> list[str]:
    """Of the debts that the terms would be about; every one where there are none yet."""
    if wanted.obligation is not None:
        return [wanted.obligation.regime]
    rows = Document.objects.exclude(kind="charge")
    if wanted.customer is not None:
        rows = rows.filter(customer=wanted.customer)
    elif wanted.product:
        rows = rows.filter(product=wanted.product)
    return list(rows.order_by().values_list("regime", flat=True).distinct()) or list(REGIMES)


def _check_fee(pack: Pack, wanted: Wanted, regimes: list[str]) -> None:
    if wanted.fee not in ("none", "legal", "per_reminder", "once"):
        known = ["none", "legal", "per_reminder", "once"]
        raise Problem("fee_kind_unknown", kind=wanted.fee, known=known)
    for amount in (wanted.fee_amount, wanted.fee_per_cent):
        if amount is not None and amount < 0:
            raise Problem("fee_agreed_negative", agreed=amount, reminders=1)
    if wanted.fee_per_cent is not None and wanted.fee_per_cent > FEE_PCT_MAX:
        raise Problem("fee_absurd", fee=wanted.fee_per_cent)
    if wanted.fee_amount is not None and wanted.fee_amount >= FEE_LIMIT:
        raise Problem("fee_absurd", fee=wanted.fee_amount)
    if wanted.fee_currency and currency_code(wanted.fee_currency) != wanted.fee_currency:
        raise Problem("currency_unknown", currency=wanted.fee_currency)
    if wanted.fee == "none":
        return
    rules = [fees_of(pack, regime) for regime in regimes]
    if wanted.fee == "legal":
        lawful = [rule for rule in rules if rule.kind not in ("forbidden", "unknown", "agreed")]
    else:
        if wanted.fee_amount is None and wanted.fee_per_cent is None:
            raise Problem("fee_amount_missing")
        if wanted.fee == "per_reminder" and wanted.fee_amount is None:
            raise Problem("fee_amount_missing")
        lawful = [
            rule
            for rule in rules
            if rule.kind == "agreed" and (rule.may_agree_per_reminder or wanted.fee == "once")
        ]
    if not lawful:
        raise Problem("fee_not_lawful", fee=wanted.fee, article=rules[0].article)


def _check_not_imported(wanted: Wanted) -> None:
    """Mora comes from the source system or is computed, never both (F5)."""
    parts = DocumentComponent.objects.filter(component="default_interest", open_amount__gt=0)
    parts = parts.exclude(document__kind="charge")
    if wanted.obligation is not None:
        parts = parts.filter(document__obligation=wanted.obligation)
    elif wanted.customer is not None:
        parts = parts.filter(document__customer=wanted.customer)
    elif wanted.product:
        parts = parts.filter(document__product=wanted.product)
    first = parts.select_related("document").order_by("id").first()
    if first is not None:
        raise Problem("interest_mode_imported", document=str(first.document))


def as_decimal(text: str) -> Decimal | None:
    """``24,5`` or ``24.5``; None for nothing. Raises Problem ``terms_number_unreadable``."""
    plain = text.strip().replace(",", ".")
    if not plain:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise Problem("terms_number_unreadable", text=text) from error
    if not number.is_finite():
        raise Problem("terms_number_unreadable", text=text)
    return number
