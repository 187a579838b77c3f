"""Which collection fees are due by a day, and are not charged yet? (*gastos de cobranza*)

Once per overdue document, by the law's scale or as the contract agrees and the law allows. Fees per
reminder come about when a reminder has left, and are not here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.fees import Fee, FeeRule, collection_fee
from recaudo.core.money import Money
from recaudo.payments.models import ChargeKind
from recaudo.payments.queries.rates import unit_value
from recaudo.payments.queries.terms import Bearer, TermsBook

#: What a fee of this kind of rule is called.
_KINDS = {
    "fixed": ChargeKind.COMPENSATION,
    "by_size": ChargeKind.COMPENSATION,
}


@dataclass(frozen=True, slots=True)
class FeeDue:
    """The fee of one late document, or why none may be charged (``fee.refused``)."""

    bearer: Bearer
    label: str
    due_on: date
    kind: ChargeKind
    fee: Fee
    overdue: Money
    days_late: int
    unit_value: str | None


# Late and open on the day, without a fee that stands.
_OVERDUE = """
SELECT d.id, d.customer_id, d.obligation_id, d.product, d.regime, d.currency,
       d.prefix || d.number || CASE WHEN d.instalment = '' THEN '' ELSE '/' || d.instalment END,
       d.due_on, d.open_amount + COALESCE((
         SELECT SUM(a.amount) FROM payments_application a
         WHERE a.document_id = d.id AND a.value_on > %(day)s), 0)
FROM portfolio_document d
WHERE d.creditor_id = %(creditor)s AND d.kind <> 'charge' AND d.ceded_on IS NULL
  AND d.due_on < %(day)s AND (d.open_amount > 0 OR d.closed_on > %(day)s)
  AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY(%(customers)s))
  AND NOT EXISTS (SELECT FROM payments_charge c JOIN portfolio_document x ON x.id = c.document_id
                  WHERE c.base_id = d.id AND c.kind <> 'default_interest' AND x.amount > 0
                    AND c.rule = 'scale')
ORDER BY d.id
"""


def fees_due(
    creditor: Creditor,
    customers: Sequence[int] | None,
    as_of: date,
    *,
    noticed: Collection[int] = (),
    with_refused: bool = False,
) -> list[FeeDue]:
    """By document id. ``noticed``: documents about which the free first notice was given in time.

    ``with_refused``: also those that may not be charged, with the reason; else only what is due.
    """
    with scope(creditor=creditor):
        book = TermsBook.read(creditor)
        if not book.has_fees:
            return []
        facts = {
            "creditor": creditor.pk,
            "day": as_of,
            "customers": None if customers is None else list(customers),
        }
        values: dict[tuple[str, str], Any] = {}
        found = []
        for row in _rows(facts):
            bearer, label, due_on, overdue = _read(row)
            span = book.on(bearer, as_of)
            rule = book.fee_rule(span, bearer) if span and span.row.fee != "per_reminder" else None
            if rule is None or not overdue:
                continue
            pair = (rule.unit, bearer.currency)
            if rule.unit and pair not in values:
                values[pair] = unit_value(creditor, *pair, as_of)
            due = _due(
                bearer,
                label,
                due_on,
                overdue,
                rule,
                as_of,
                values.get(pair),
                bearer.document in noticed,
            )
            if due.fee.amount or (with_refused and due.fee.refused):
                found.append(due)
    return found


def _due(
    bearer: Bearer,
    label: str,
    due_on: date,
    overdue: Money,
    rule: FeeRule,
    as_of: date,
    value: Any,
    was_noticed: bool,
) -> FeeDue:
    days_late = (as_of - due_on).days
    fee = collection_fee(
        rule,
        overdue=overdue,
        days_late=days_late,
        unit_value=value,
        had_first_notice=was_noticed,
    )
    is_fine = rule.kind == "agreed" and rule.max_pct is not None and rule.max_amount is None
    kind = ChargeKind.LATE_FINE if is_fine else _KINDS.get(rule.kind, ChargeKind.COLLECTION_FEE)
    told = None if value is None else str(value)
    return FeeDue(bearer, label, due_on, kind, fee, overdue, days_late, told)


def _read(row: tuple[Any, ...]) -> tuple[Bearer, str, date, Money]:
    bearer = Bearer(*row[:6])
    return bearer, row[6], row[7], Money(row[8], bearer.currency)


def _rows(facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, facts)
        return list(cursor.fetchall())
