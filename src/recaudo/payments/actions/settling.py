"""What goes with money that comes in for many at once: charges fixed before it is applied,
withholdings and corrections after. One payment by itself: ``receiving``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from recaudo.access.models import Creditor, User
from recaudo.payments.actions.charging import correct_charges, fix_many
from recaudo.payments.actions.withholding import withhold_exact
from recaudo.payments.models import Charge, ChargeKind, ChargeTerms, Credit, WithholdingProfile
from recaudo.portfolio.models import Customer


def fix_before(
    creditor: Creditor, days: Mapping[int, date], *, by: User | None = None, now: datetime
) -> None:
    """Charges of these customers, each up to the day of their payment. Where the creditor has no
    terms nothing is charged, and nothing is asked."""
    if not days or not ChargeTerms.objects.filter(creditor=creditor).exists():
        return
    by_day: dict[date, list[int]] = defaultdict(list)
    for customer, day in days.items():
        by_day[day].append(customer)
    for day, customers in sorted(by_day.items()):
        fix_many(creditor, sorted(customers), as_of=day, because="payment", by=by, now=now)


def settle_after(
    creditor: Creditor, credits: Sequence[int], *, by: User | None = None, now: datetime
) -> None:
    """What these credits, applied, bring with them: withholdings of documents paid at their exact
    net (F16), complements (MX), and charges that reach beyond a payment dated back."""
    everyone = creditor.country == "MX"
    withholders = WithholdingProfile.objects.filter(creditor=creditor)
    if not everyone and not withholders.exists() and not Charge.objects.exists():
        return
    paid = list(
        Credit.objects.filter(pk__in=list(credits)).values_list("pk", "customer_id", "value_on")
    )
    customers = {customer for _, customer, _ in paid}
    withhold = set(withholders.filter(customer__in=customers).values_list("customer_id", flat=True))
    chosen = [pk for pk, customer, _ in paid if everyone or customer in withhold]
    for credit in Credit.objects.select_related("creditor").filter(pk__in=chosen).order_by("id"):
        withhold_exact(credit, by=by, now=now)
    first: dict[int, date] = {}
    for _, customer, day in paid:
        first[customer] = min(first.get(customer, day), day)
    correct_since(creditor, first, by=by, now=now)


def correct_since(
    creditor: Creditor,
    first: Mapping[int, date],
    *,
    dated: date | None = None,
    by: User | None = None,
    now: datetime,
) -> None:
    """Charges that reach beyond the day from which a customer's balances are others now; what is
    added to them is ``dated`` so."""
    beyond = _charged_beyond(first)
    for customer in Customer.objects.filter(pk__in=beyond).order_by("id"):
        customer.creditor = creditor
        correct_charges(customer, since=first[customer.pk], dated=dated, by=by, now=now)


def _charged_beyond(first: Mapping[int, date]) -> Iterable[int]:
    if not first:
        return []
    reached = Charge.objects.filter(
        base__customer__in=list(first),
        kind=ChargeKind.DEFAULT_INTEREST,
        until_on__gt=min(first.values()),
    ).values_list("base__customer_id", "until_on")
    return sorted({customer for customer, until in reached if until > first[customer]})
