"""Lots: whom a payer's list names, and receipts that sellers still hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from recaudo.access.models import Creditor
from recaudo.payments.models import CashReceipt, PaymentLot
from recaudo.portfolio.models import Customer


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of what a payer listed: an invoice number, a customer (code or tax id), or both."""

    amount: Decimal
    document: str = ""
    customer: str = ""


def customers_named(creditor: Creditor, codes: Iterable[str]) -> dict[str, list[int]]:
    """code or tax id as written → the customers it may be; the code counts before the tax id."""
    wanted = {each.strip() for each in codes}
    bare = {_digits(each) for each in wanted} - {""}
    by_code: dict[str, list[int]] = defaultdict(list)
    by_tax: dict[str, list[int]] = defaultdict(list)
    rows = Customer.objects.filter(
        Q(code__in=wanted)
        | Q(tax_id__in=wanted | bare)
        | Q(person_key__in={f"{creditor.country}:{each}" for each in bare}),
        creditor=creditor,
    ).values_list("pk", "code", "tax_id", "person_key")
    for pk, code, tax_id, person_key in rows:
        by_code[code].append(pk)
        for told in {_digits(tax_id), person_key.partition(":")[2]} - {""}:
            by_tax[told].append(pk)
    return {each: by_code.get(each) or by_tax.get(_digits(each), []) for each in wanted}


def _digits(text: str) -> str:
    return "".join(sign for sign in text.upper() if sign.isalnum())


@dataclass(frozen=True, slots=True)
class Held:
    """Money of one currency that a seller has taken in and not deposited. ``days`` of the oldest;
    ``by_age``: amounts at most 1 day old, 2 to 7, and older."""

    seller: str
    currency: str
    receipts: int
    amount: Decimal
    oldest_on: date
    days: int
    by_age: tuple[Decimal, Decimal, Decimal]


def receipts_held(creditor: Creditor, as_of: date) -> list[Held]:
    """By seller, the oldest first: receipts up to ``as_of`` without a sheet. Taken back ones count
    no more."""
    rows: dict[tuple[str, str], list[tuple[date, Decimal]]] = defaultdict(list)
    for seller, day, currency, amount in CashReceipt.objects.filter(
        creditor=creditor, lot=None, received_on__lte=as_of, credit__amount__gt=0
    ).values_list("seller", "received_on", "credit__currency", "credit__original_amount"):
        rows[seller, currency].append((day, amount))
    found = []
    for (seller, currency), held in rows.items():
        oldest = min(day for day, _ in held)
        ages = [Decimal(0)] * 3
        for day, amount in held:
            age = (as_of - day).days
            ages[0 if age <= 1 else 1 if age <= 7 else 2] += amount
        total = sum(ages, Decimal(0))
        days = (as_of - oldest).days
        by_age = (ages[0], ages[1], ages[2])
        found.append(Held(seller, currency, len(held), total, oldest, days, by_age))
    return sorted(found, key=lambda each: (each.oldest_on, each.seller, each.currency))


def lots_unassigned(creditor: Creditor) -> Any:
    """Lots with money that nobody owns yet, the oldest first."""
    return PaymentLot.objects.filter(
        creditor=creditor, unassigned__gt=0, state__in=["open", "applied"]
    ).order_by("value_on", "id")
