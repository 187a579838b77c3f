"""May it be said that a customer owes nothing, and which certificates were given?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django_scopes import scope, scopes_disabled

from recaudo.core.money import Money
from recaudo.payments.models import Application, Clearance
from recaudo.payments.queries.debt import debt_of
from recaudo.payments.queries.debt_parts import Debt
from recaudo.payments.queries.instruments import standing_on
from recaudo.portfolio.models import Customer


@dataclass(frozen=True, slots=True)
class Lack:
    """One reason why not: a code of payments/clearance_words.py and its facts."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def what_lacks(customer: Customer, as_of: date, *, today: date) -> list[Lack]:
    """Everything between the customer and a certificate for ``as_of``; empty: it may be given.

    A credit that waits does not pay: it has to be applied first. What was ceded is another's, and
    the paper says so; what was written off is still owed (F12); paper that has not cleared is no
    money (F15). A past day rests on nothing that came back since.
    """
    if as_of > today:
        return [Lack("clearance_in_future", {"day": as_of, "today": today})]
    owed = _owed(debt_of(customer, as_of))
    return owed + _instruments(customer, as_of) + _came_back(customer, as_of)


def has_ceded(customer: Customer, as_of: date) -> bool:
    """Is there anything open that another creditor now collects?"""
    return any(each.ceded for each in debt_of(customer, as_of).currencies)


def clearances_of(customer: Customer) -> list[Clearance]:
    """All that were given, the newest first."""
    with scope(creditor=customer.creditor):
        rows = Clearance.objects.filter(customer=customer).select_related("by")
        return list(rows.order_by("-number"))


def clearance_of_token(token: str) -> Clearance | None:
    """Of whatever creditor: nobody is logged in where this is asked, the token says whose it is."""
    with scopes_disabled():
        found: Clearance | None = (
            Clearance.objects.select_related("creditor", "customer").filter(token=token).first()
        )
    return found


def _owed(debt: Debt) -> list[Lack]:
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    counts: dict[str, int] = defaultdict(int)
    for line in debt.documents:
        if line.standing != "ceded":
            why = f"clearance_{'documents' if line.standing == 'alive' else 'written_off'}"
            sums[why][line.currency] += line.open
            counts[why] += 1
    for charge in (each for each in debt.charges if each.standing != "ceded"):
        sums["clearance_charges"][charge.currency] += charge.open
        counts["clearance_charges"] += 1
    for accrual in (each for each in debt.accruals if each.standing != "ceded"):
        if accrual.interest > 0 or accrual.fees > 0:
            sums["clearance_accrued"][accrual.currency] += accrual.interest + accrual.fees
            counts["clearance_accrued"] += 1
    found = [
        Lack(why, {"count": counts[why], "amount": [Money(a, c) for c, a in per.items()]})
        for why, per in sums.items()
    ]
    return found + [Lack("clearance_rate_missing", {"series": each}) for each in debt.missing]


def _came_back(customer: Customer, as_of: date) -> list[Lack]:
    """What counted on the day and was taken back after it: the balance of the day shows it as
    paid, and today everybody knows that it was not."""
    with scope(creditor=customer.creditor):
        sums = (
            Application.objects.filter(
                document__customer=customer,
                amount__gt=0,
                value_on__lte=as_of,
                application__value_on__gt=as_of,
                credit__amount=0,
            )
            .values("credit__currency")
            .annotate(count=Count("credit", distinct=True), amount=Sum("amount"))
            .order_by("credit__currency")
        )
        rows = list(sums)
    if not rows:
        return []
    amounts = [Money(row["amount"], row["credit__currency"]) for row in rows]
    facts = {"count": sum(row["count"] for row in rows), "amount": amounts}
    return [Lack("clearance_came_back", facts)]


def _instruments(customer: Customer, as_of: date) -> list[Lack]:
    with scope(creditor=customer.creditor):
        rows = standing_on(customer, as_of)
        amounts = [Money(row.amount, row.currency) for row in rows]
    facts = {"count": len(amounts), "amount": amounts}
    return [Lack("clearance_instruments", facts)] if amounts else []
