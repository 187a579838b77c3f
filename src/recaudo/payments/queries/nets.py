"""What will customers who withhold taxes pay of their documents? (F16)

The profiles of the customer that count on the day of issue, and the document's own tax where it
tells it; the arithmetic is ``core.withholdings``'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import cast

from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.core.withholdings import Net, Withheld, expected
from recaudo.payments.models import WithholdingProfile
from recaudo.portfolio.models import Document, DocumentComponent

#: Withholdings that are no credit of taxes but a deposit that the buyer makes for the seller.
DETRACTIONS = ("detraccion",)


def nets_of(creditor: Creditor, documents: Iterable[int]) -> dict[int, Net]:
    """Document → its expected net, for those of whose amount something is withheld.

    Documents whose profile cannot be reckoned with (an unknown tax, more than all of it) are left
    out: their net is not known. Three queries whatever their number.
    """
    ids = list(documents)
    if not ids:
        return {}
    with scope(creditor=creditor):
        profiles = _profiles(ids)
        if not profiles:
            return {}
        found = Document.objects.filter(pk__in=ids, customer__in=profiles).exclude(kind="charge")
        rows = list(found)
        taxes = dict(
            DocumentComponent.objects.filter(
                document__in=[row.pk for row in rows], component="tax"
            ).values_list("document_id", "original_amount")
        )
    nets = {}
    for row in rows:
        rules = [_rule(each) for each in profiles[row.customer_id] if _counts(each, row)]
        tax = Money(taxes[row.pk], row.currency) if row.pk in taxes else None
        try:
            net = expected(Money(row.original_amount, row.currency), tax, rules)
        except Problem:
            continue
        if net.parts:
            nets[row.pk] = net
    return nets


def _profiles(documents: list[int]) -> dict[int, list[WithholdingProfile]]:
    rows = WithholdingProfile.objects.filter(
        customer__in=Document.objects.filter(pk__in=documents).values("customer_id")
    ).order_by("id")
    by_customer: dict[int, list[WithholdingProfile]] = defaultdict(list)
    for row in rows:
        by_customer[row.customer_id].append(row)
    return dict(by_customer)


def _counts(profile: WithholdingProfile, document: Document) -> bool:
    day = document.issued_on
    return bool(profile.from_on <= day and (profile.until_on is None or day < profile.until_on))


def _rule(profile: WithholdingProfile) -> Withheld:
    return Withheld(
        profile.kind,
        cast("str", profile.base),  # type: ignore[arg-type]
        profile.per_cent,
        profile.minimum,
        profile.assumed_tax_per_cent or None,
    )
