"""What waits for a person at the reconciliation workbench, how old it is, and what it may pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from recaudo.payments.models import BankStatement, LineClaim, LineWork
from recaudo.portfolio.models import Customer, Document

#: From so many days on a line nobody identified is called old.
AGES = ((7, "0–7"), (30, "8–30"), (90, "31–90"), (10**6, "+90"))
WAITING = ("new", "offered", "unidentified", "conflict", "parked")


@dataclass(frozen=True)
class Aged:
    """Lines of one currency that nobody identified, by their age."""

    currency: str
    label: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Offer:
    """A candidate with names: ``documents`` are (document, amount to pay)."""

    place: int
    customer: Customer
    documents: list[tuple[Document, Decimal]]
    rest: Decimal
    reason: str
    fit: str
    score: int


def waiting(states: Sequence[str] = WAITING) -> QuerySet[LineWork]:
    """Lines in these states, the oldest first (ties: in the order they came)."""
    found: QuerySet[LineWork] = (
        LineWork.objects.filter(state__in=states)
        .select_related("line", "line__account")
        .order_by("line__value_on", "line_id")
    )
    return found


def counts() -> dict[str, int]:
    """State → how many lines, of those that wait."""
    rows = LineWork.objects.filter(state__in=WAITING).values("state").annotate(n=Count("id"))
    found = {row["state"]: row["n"] for row in rows}
    return {state: found.get(state, 0) for state in WAITING}


def unidentified_by_age(today: date) -> list[Aged]:
    """*Consignaciones sin identificar*, by currency and days since their value date."""
    rows = (
        LineWork.objects.filter(state__in=["unidentified", "conflict"])
        .values("line__currency", "line__value_on")
        .annotate(n=Count("id"), amount=Sum("line__amount"))
        .order_by()
    )
    totals: dict[tuple[str, int], tuple[int, Decimal]] = {}
    for row in rows:
        days = (today - row["line__value_on"]).days
        place = next(at for at, (most, _) in enumerate(AGES) if days <= most)
        key = row["line__currency"], place
        count, amount = totals.get(key, (0, Decimal(0)))
        totals[key] = count + row["n"], amount + row["amount"]
    return [
        Aged(currency, AGES[place][1], *totals[currency, place])
        for currency, place in sorted(totals)
    ]


def next_after(work: LineWork, states: Sequence[str]) -> LineWork | None:
    """The line that comes after this one in the same list; else the first of it."""
    line = work.line
    later = waiting(states).exclude(pk=work.pk)
    following = later.filter(line__value_on__gt=line.value_on) | later.filter(
        line__value_on=line.value_on, line_id__gt=line.pk
    )
    return following.first() or later.first()


def offers(work: LineWork) -> list[Offer]:
    """The line's candidates with what their documents owe now, in three queries."""
    told: list[dict[str, Any]] = work.candidates
    customers = Customer.objects.in_bulk([each["customer"] for each in told])
    ids = [pk for each in told for pk, _ in each["documents"]]
    documents = Document.objects.in_bulk(ids)
    return [
        Offer(
            place,
            customers[each["customer"]],
            [(documents[pk], Decimal(amount)) for pk, amount in each["documents"]],
            Decimal(each["rest"]),
            each["reason"],
            each["fit"],
            each["score"],
        )
        for place, each in enumerate(told, start=1)
        if each["customer"] in customers and all(pk in documents for pk, _ in each["documents"])
    ]


def claims_of(work: LineWork) -> list[LineClaim]:
    found = LineClaim.objects.filter(line_id=work.line_id).select_related("customer", "by")
    return list(found.order_by("id"))


def open_documents(customer: Customer, currency: str, most: int = 60) -> list[Document]:
    """What they owe in ``currency``, the oldest first."""
    found = Document.objects.filter(
        customer=customer, currency=currency, open_amount__gt=0, ceded_on=None
    )
    return list(found.order_by("due_on", "number", "id")[:most])


def statements(most: int = 100) -> list[BankStatement]:
    """The newest first."""
    found = BankStatement.objects.select_related("account", "by").order_by("-id")
    return list(found[:most])


def last_day() -> date | None:
    """Until which day the bank has told us."""
    newest: date | None = BankStatement.objects.aggregate(day=Max("closing_on"))["day"]
    return newest
