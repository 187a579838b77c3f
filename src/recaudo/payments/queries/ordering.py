"""In which order is a customer's debt paid? The one place for that rule.

The contract's order (``ChargeTerms.order`` of the narrowest scope that has terms) where the law
lets it, else the country's, else the house's. Rules and worked tables: docs/rules/application.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.application import COMPONENTS, Order
from recaudo.core.problems import Problem
from recaudo.countries import Pack, national_pack
from recaudo.countries.charging import may_agree_order, order_of_pack
from recaudo.payments.models import ChargeTerms
from recaudo.portfolio.models import Customer, Document, Hold, HoldKind


def order_of(customer: Customer, *, on: date | None = None) -> Order:
    """The order for what ``customer`` pays on the day ``on`` (None: by the newest terms)."""
    return Orders.load(customer.creditor, [customer.pk]).of(customer, on)


def orders_of(creditor: Creditor, customers: Iterable[int]) -> dict[int, Order]:
    """The same for many, by the newest terms; in three queries whatever their number."""
    ids = list(customers)
    if not ids:
        return {}
    orders = Orders.load(creditor, ids)
    with scope(creditor=creditor):
        found = Customer.objects.filter(creditor=creditor, pk__in=ids).only("country")
        return {customer.pk: orders.of(customer) for customer in found}


def order_of_creditor(creditor: Creditor, *, on: date | None = None) -> Order:
    """The order for sums over many customers at once, by the creditor's own terms and country."""
    with scope(creditor=creditor):
        rows = ChargeTerms.objects.filter(
            creditor=creditor, obligation=None, customer=None, product=""
        ).order_by("-from_on", "-id")
        return lawful_order(_in_force(rows, on), national_pack(creditor.country))


def spared_documents(creditor: Creditor, customers: Iterable[int]) -> set[int]:
    """Documents in dispute of customers whose law lets no payment go there by itself (Reg F in the
    United States). The payer may still name one."""
    wanted = Customer.objects.filter(creditor=creditor, pk__in=list(customers))
    strict = {
        country
        for country in set(wanted.values_list("country", flat=True))
        if national_pack(country or creditor.country).imputation.is_never_to_disputed
    }
    if not strict:
        return set()
    held = Hold.objects.filter(
        customer__in=wanted.filter(country__in=strict),
        kind=HoldKind.DISPUTED,
        document__isnull=False,
        released_at=None,
    )
    return set(held.values_list("document_id", flat=True))


def check_order(written: Mapping[str, Any], pack: Pack) -> Order:
    """A contract's order as it is written, before it is kept. Raises Problem
    ``contract_order_unreadable``, ``contract_order_not_lawful``."""
    agreed = _order_in(written)
    if not may_agree_order(pack) and not _keeps(agreed, order_of_pack(pack)):
        raise Problem("contract_order_not_lawful", country=pack.code)
    return agreed


def place(order: Order, column: str) -> str:
    """The place of a component in ``order``, as SQL over the component's ``column``; the first is
    1, and no two have the same (inside a tier as the order lists them). For postings over sets,
    which must not know an order of their own."""
    listed = ", ".join(f"'{part}'" for _, part in _ranked(order))
    return f"ARRAY_POSITION(ARRAY[{listed}], {column})"


@dataclass(frozen=True)
class Orders:
    """The terms of some customers, read in at most two queries, whatever their number."""

    _by_obligation: Mapping[int, list[ChargeTerms]]
    _by_customer: Mapping[int, list[ChargeTerms]]
    _by_product: Mapping[str, list[ChargeTerms]]
    _of_creditor: list[ChargeTerms]
    #: customer → the (obligation, product) of what they owe.
    _owed: Mapping[int, set[tuple[int | None, str]]]
    _country: str

    @classmethod
    def load(cls, creditor: Creditor, customers: Iterable[int]) -> Orders:
        ids = list(customers)
        with scope(creditor=creditor):
            return cls._read(creditor, ids)

    @classmethod
    def _read(cls, creditor: Creditor, ids: list[int]) -> Orders:
        rows = ChargeTerms.objects.filter(
            Q(obligation=None, customer=None)
            | Q(customer__in=ids)
            | Q(obligation__customer__in=ids),
            creditor=creditor,
        ).order_by("-from_on", "-id")
        by_obligation: dict[int, list[ChargeTerms]] = defaultdict(list)
        by_customer: dict[int, list[ChargeTerms]] = defaultdict(list)
        by_product: dict[str, list[ChargeTerms]] = defaultdict(list)
        of_creditor: list[ChargeTerms] = []
        for row in rows:
            if row.obligation_id is not None:
                by_obligation[row.obligation_id].append(row)
            elif row.customer_id is not None:
                by_customer[row.customer_id].append(row)
            elif row.product:
                by_product[row.product].append(row)
            else:
                of_creditor.append(row)
        owed: dict[int, set[tuple[int | None, str]]] = defaultdict(set)
        if by_obligation or by_product:
            open_now = Document.objects.filter(
                creditor=creditor, customer__in=ids, open_amount__gt=0
            ).values_list("customer_id", "obligation_id", "product")
            for customer, obligation, product in open_now.distinct():
                owed[customer].add((obligation, product))
        return cls(by_obligation, by_customer, by_product, of_creditor, owed, creditor.country)

    def of(self, customer: Customer, on: date | None = None) -> Order:
        """One order for all that ``customer`` owes: a contract that speaks of a part of it does
        not order the rest, so an obligation's or a product's terms count only where all of the
        debt stands under terms with one and the same order."""
        pack = national_pack(customer.country or self._country)
        own = _in_force(self._by_customer.get(customer.pk, ()), on)
        common = own or _in_force(self._of_creditor, on)
        found = {
            lawful_order(self._terms(own, obligation, product, on) or common, pack)
            for obligation, product in self._owed.get(customer.pk, ())
        }
        return found.pop() if len(found) == 1 else lawful_order(common, pack)

    def _terms(
        self, own: ChargeTerms | None, obligation: int | None, product: str, on: date | None
    ) -> ChargeTerms | None:
        """The narrowest: of the obligation, of the customer, of the product."""
        narrow = _in_force(self._by_obligation.get(obligation or 0, ()), on)
        return narrow or own or _in_force(self._by_product.get(product, ()), on)


def _in_force(rows: Iterable[ChargeTerms], on: date | None) -> ChargeTerms | None:
    """The newest of ``rows`` (newest first) that counts on the day."""
    return next((row for row in rows if on is None or row.from_on <= on), None)


def lawful_order(terms: ChargeTerms | None, pack: Pack) -> Order:
    """The contract's order, where it keeps the code's or the code lets it be agreed."""
    law = order_of_pack(pack)
    if terms is None or not terms.order:
        return law
    agreed = _order_in(terms.order)
    return agreed if may_agree_order(pack) or _keeps(agreed, law) else law


def _order_in(written: Mapping[str, Any]) -> Order:
    """Raises Problem ``contract_order_unreadable``."""
    try:
        tiers = [tuple(str(part) for part in tier) for tier in written["tiers"]]
        first = written.get("first", "component")
    except (AttributeError, KeyError, TypeError) as error:
        raise Problem("contract_order_unreadable", order=str(written)) from error
    parts = [part for tier in tiers for part in tier]
    known = set(parts) <= set(COMPONENTS) and len(parts) == len(set(parts))
    if not known or first not in ("component", "document"):
        raise Problem("contract_order_unreadable", order=str(written))
    return Order(_completed(tiers), first)


def _completed(tiers: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Every component has a place: those not named stand before capital, as the house has them."""
    named = {part for tier in tiers for part in tier}
    missing = [(part,) for part in COMPONENTS if part not in named and part != "capital"]
    at = next((n for n, tier in enumerate(tiers) if "capital" in tier), len(tiers))
    end = [] if "capital" in named else [("capital",)]
    return (*tiers[:at], *missing, *tiers[at:], *end)


def _keeps(agreed: Order, law: Order) -> bool:
    """Is interest before capital in the agreed order, as the code wants it?"""
    rank = {part: place for place, part in _ranked(agreed)}
    before = [part for tier in law.tiers for part in tier if part != "capital"]
    interest = [part for part in before if part.endswith("interest")]
    return all(rank[part] < rank["capital"] for part in interest)


def _ranked(order: Order) -> list[tuple[int, str]]:
    return [(rank, part) for rank, tier in enumerate(order.tiers, start=1) for part in tier]
