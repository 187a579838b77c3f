"""The rows of a payer's list or of a payroll: whose each is, and what cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.lot_credits import Part, pay_parts
from recaudo.payments.models import LotShare, PaymentLot
from recaudo.payments.queries.lots import Listed, customers_named
from recaudo.payments.queries.naming import documents_named


@dataclass(frozen=True, slots=True)
class PayrollRow:
    """One line of a payroll file: whom (customer code or tax id), how much, what is new of them."""

    code: str
    amount: Decimal
    novelty: str = ""
    note: str = ""
    expected: Decimal | None = None


@dataclass
class Outcome:
    """What became of the rows. ``left``: of unusable rows and what was not listed."""

    made: Any
    shares: list[LotShare] = field(default_factory=list)
    problems: list[tuple[int, str, str]] = field(default_factory=list)


def pay_listed(
    lot: PaymentLot, rows: Sequence[Listed], members: Sequence[int], now: datetime
) -> Outcome:
    """Parts by customer; rows that name nothing known (or nobody of the group) are kept."""
    asked = sum((row.amount for row in rows), Decimal(0))
    if asked > lot.amount:
        raise Problem(
            "lot_over_listed",
            amount=Money(lot.amount, lot.currency),
            listed=Money(asked, lot.currency),
            difference=Money(asked - lot.amount, lot.currency),
        )
    documents = documents_named(lot.creditor, {row.document for row in rows if row.document})
    customers = customers_named(lot.creditor, {row.customer for row in rows if row.customer})
    parts: dict[int, Part] = {}
    outcome, owner_of = Outcome(None), {}
    for n, row in enumerate(rows, start=1):
        owner, document, problem = _row(row, documents, customers, set(members))
        if problem:
            outcome.problems.append((n, row.document or row.customer, problem))
        else:
            part = parts.setdefault(owner, Part(owner, Decimal(0)))
            parts[owner] = part.with_more(row.amount, document)
            owner_of[n] = owner
        outcome.shares.append(_share(lot, n, row.document or row.customer, row.amount, problem))
    outcome.made = pay_parts(lot, list(parts.values()), now=now)
    for share in outcome.shares:
        share.customer_id = owner_of.get(share.row)
    return outcome


def _row(
    row: Listed,
    documents: dict[str, list[tuple[int, int]]],
    customers: dict[str, list[int]],
    members: set[int],
) -> tuple[int, int | None, str]:
    """(customer, document, "") or (0, None, what is wrong)."""
    if row.amount <= 0:
        return 0, None, "amount_not_positive"
    owners = customers.get(row.customer.strip(), []) if row.customer else []
    if row.customer and len(owners) != 1:
        return 0, None, "customer_ambiguous" if owners else "customer_unknown"
    owner = owners[0] if owners else 0
    document = None
    if row.document:
        found = [
            (pk, customer)
            for pk, customer in documents.get(row.document.strip(), [])
            if (not owner or customer == owner) and (not members or customer in members)
        ]
        if len(found) != 1:
            return 0, None, "document_ambiguous" if found else "document_unknown"
        document, owner = found[0]
    if members and owner not in members:
        return 0, None, "customer_outside"
    return owner, document, ""


def pay_payroll(lot: PaymentLot, rows: Sequence[PayrollRow], now: datetime) -> Outcome:
    customers = customers_named(lot.creditor, {row.code for row in rows})
    parts: dict[int, Part] = {}
    outcome, owner_of = Outcome(None), {}
    for n, row in enumerate(rows, start=1):
        found = customers.get(row.code.strip(), [])
        problem = ""
        if len(found) != 1:
            problem = "customer_ambiguous" if found else "customer_unknown"
        elif not row.amount and not row.novelty:
            problem = "amount_missing"
        if problem:
            outcome.problems.append((n, row.code, problem))
        else:
            owner_of[n] = found[0]
        if row.amount and not problem:
            part = parts.setdefault(found[0], Part(found[0], Decimal(0)))
            parts[found[0]] = part.with_more(row.amount, None)
        share = _share(lot, n, row.code, row.amount, problem)
        share.expected, share.novelty, share.note = row.expected, row.novelty, row.note[:500]
        outcome.shares.append(share)
    outcome.made = pay_parts(lot, list(parts.values()), now=now)
    for share in outcome.shares:
        share.customer_id = owner_of.get(share.row)
    return outcome


def _share(lot: PaymentLot, row: int, code: str, amount: Decimal, problem: str) -> LotShare:
    return LotShare(
        creditor_id=lot.creditor_id,
        lot=lot,
        row=row,
        code=code[:200],
        amount=max(amount, Decimal(0)),
        problem=problem,
    )
