"""Everything that an import writes into the ledger, in order, inside the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from recaudo.access.models import Creditor
from recaudo.intake.actions.balances import settle_balances
from recaudo.intake.actions.contacts import write_contacts
from recaudo.intake.actions.credits import resize_credits, write_credits
from recaudo.intake.actions.customers import write_customers
from recaudo.intake.actions.documents import write_documents
from recaudo.intake.actions.payments import apply_payments
from recaudo.intake.queries.staging import Staging
from recaudo.payments.actions.differences import realise_differences
from recaudo.payments.actions.reversing import TAKEN_BACK, take_back
from recaudo.payments.actions.settling import settle_after
from recaudo.payments.models import Credit
from recaudo.portfolio.models import ExchangeRate

#: What ``on_phase`` is called after, in order.
PHASES = ("customers", "contacts", "documents", "credits", "payments", "balances")
_SEQUENCES = {
    "customer_ids": "portfolio_customer",
    "document_ids": "portfolio_document",
    "credit_ids": "payments_credit",
}
DIFFERENCES_KEPT = 1_000
#: Told only as changed: names and ids do not belong into the change log.
_PRIVATE = ("name", "tax_id")

_CUSTOMER_DIFFERENCES = """
SELECT code, field, old, new FROM in_differs
UNION ALL
SELECT a.code, a.role, p.person_code, a.person FROM in_assigned a
LEFT JOIN portfolio_assignment p ON p.id = a.assignment_id WHERE a.id IS NOT NULL
ORDER BY 1, 2 LIMIT %(limit)s
"""
_DOCUMENT_DIFFERENCES = """
SELECT k.key, k.amount_delta, k.gap, CASE WHEN k.is_due_moved THEN k.due_before END,
       CASE WHEN k.is_due_moved THEN i.due_on END
FROM in_known k JOIN in_doc i ON i.seq = k.seq
JOIN in_verdict v ON v.seq = k.seq AND v.status = 'updated'
ORDER BY k.seq LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Written:
    """What is new in the ledger, and the first differences of what was there before."""

    customers: int
    documents: int
    credits: int
    differences: list[dict[str, Any]]


def write(staging: Staging, on_phase: Callable[[], None]) -> Written:
    """Customers, contacts, documents, credits, payments, balances. ``on_phase`` after each."""
    # Named once: looking a sequence up for every row costs more than the number itself.
    for name, table in _SEQUENCES.items():
        text = "SELECT PG_GET_SERIAL_SEQUENCE(%(table)s, 'id')"
        staging.params[name] = staging.value(text, table=table)
    differences = _differences(staging)
    customers = write_customers(staging)
    on_phase()
    write_contacts(staging)
    on_phase()
    documents = write_documents(staging)
    on_phase()
    credits = write_credits(staging)
    on_phase()
    apply_payments(staging)
    on_phase()
    credits += settle_balances(staging)
    resize_credits(staging)
    creditor = Creditor.objects.get(pk=staging.params["creditor"])
    if ExchangeRate.objects.exists():
        realise_differences(creditor)
    _settle(staging, creditor)
    _follow_returns(staging, creditor)
    on_phase()
    return Written(customers, documents, credits, differences)


def _settle(staging: Staging, creditor: Creditor) -> None:
    """What the file's payments bring with them: withholdings of documents paid at their net (F16),
    charges that reach beyond a payment dated back. As of the file's day."""
    paid = staging.read(
        "SELECT id FROM payments_credit WHERE creditor_id = %(creditor)s AND batch_id = %(batch)s "
        "AND kind = 'payment'"
    )
    credits = [pk for (pk,) in paid]
    if credits:
        end = datetime.combine(
            staging.params["as_of"], time(23, 59), tzinfo=ZoneInfo(creditor.timezone)
        )
        settle_after(creditor, credits, now=end)


def _follow_returns(staging: Staging, creditor: Creditor) -> None:
    """What comes with payments that the file took back whole: withholdings fall, certificates that
    rested on them are void, interest is reckoned anew (payments/actions/reversing.py)."""
    found = staging.read(
        "SELECT a.credit_id, -a.delta, GREATEST(a.value_on, k.value_on) "
        "FROM payments_creditadjustment a JOIN payments_credit k ON k.id = a.credit_id "
        "WHERE a.creditor_id = %(creditor)s AND a.batch_id = %(batch)s "
        "AND a.reason = 'taken_back' AND k.amount = 0 ORDER BY 1"
    )
    days: dict[date, dict[int, Decimal]] = defaultdict(dict)
    for credit, amount, day in found:
        days[day][credit] = amount
    for day, fell in sorted(days.items()):
        end = datetime.combine(
            max(day, staging.params["as_of"]), time(23, 59), tzinfo=ZoneInfo(creditor.timezone)
        )
        credits = Credit.objects.select_related("creditor").filter(pk__in=fell).order_by("id")
        take_back(list(credits), value_on=day, reason=TAKEN_BACK, by=None, now=end, fell=fell)


def _differences(staging: Staging) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for code, field, old, new in staging.read(_CUSTOMER_DIFFERENCES, limit=DIFFERENCES_KEPT):
        values = {} if field in _PRIVATE else {"old": old, "new": new}
        found.append({"customer": code, "field": field, **values})
    for key, amount, gap, due_before, due_on in staging.read(
        _DOCUMENT_DIFFERENCES, limit=DIFFERENCES_KEPT
    ):
        row: dict[str, Any] = {"document": key}
        if amount:
            row["amount"] = format(amount, "f")
        if gap:
            row["balance"] = format(gap, "f")
        if due_on:
            row["due_on"] = [due_before.isoformat(), due_on.isoformat()]
        found.append(row)
    return found
