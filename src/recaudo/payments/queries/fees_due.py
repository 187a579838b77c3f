"""Which collection fees are due by a day, and are not charged yet? (*gastos de cobranza*)

Once per overdue document, by the law's scale or as the contract agrees and the law allows; or for
each reminder that has left (``payments.Reminder``), where the contract says so and the law lets it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.fees import Fee, FeeRule, collection_fee, reminder_fee
from recaudo.core.money import Money
from recaudo.payments.models import ChargeKind, ChargeTerms
from recaudo.payments.queries.rates import unit_value
from recaudo.payments.queries.terms import Bearer, TermsBook

#: What a fee of this kind of rule is called.
_KINDS = {
    "fixed": ChargeKind.COMPENSATION,
    "by_size": ChargeKind.COMPENSATION,
}
#: Chile: a useful and free action within so many days of the due date (Ley 19.496, art. 37).
NOTICE_DAYS = 15
_EVER = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class FeeDue:
    """The fee of one late document, or why none may be charged (``fee.refused``).

    ``rule``: ``scale`` (once per document) or ``reminder`` (``reminders`` of them).
    """

    bearer: Bearer
    label: str
    due_on: date
    kind: ChargeKind
    fee: Fee
    overdue: Money
    days_late: int
    unit_value: str | None
    rule: str = "scale"
    reminders: int = 0


# Late and open on the day, with whether a fee stands, the reminders that left and those charged.
# A reminder about several documents counts once, for the oldest of them.
_OVERDUE = """
SELECT d.id, d.customer_id, d.obligation_id, d.product, d.regime, d.currency,
       d.prefix || d.number || CASE WHEN d.instalment = '' THEN '' ELSE '/' || d.instalment END,
       d.due_on, d.open_amount + COALESCE((
         SELECT SUM(a.amount) FROM payments_application a
         WHERE a.document_id = d.id AND a.value_on > %(day)s), 0),
       EXISTS (SELECT FROM payments_charge c JOIN portfolio_document x ON x.id = c.document_id
               WHERE c.base_id = d.id AND c.rule = 'scale' AND c.kind <> 'default_interest'
                 AND x.amount > 0 AND x.issued_on <= %(known_on)s),
       EXISTS (SELECT FROM payments_reminder m WHERE m.document_id = d.id
               AND m.on_day BETWEEN d.due_on AND d.due_on + %(notice_days)s),
       ARRAY(SELECT m.on_day FROM payments_reminder m WHERE m.document_id = d.id
             AND m.is_billable AND m.on_day > d.due_on AND m.on_day <= %(day)s),
       (SELECT COALESCE(SUM((c.how->>'reminders')::int), 0) FROM payments_charge c
        JOIN portfolio_document x ON x.id = c.document_id
        WHERE c.base_id = d.id AND c.rule = 'reminder' AND x.issued_on <= %(known_on)s)
FROM portfolio_document d
WHERE d.creditor_id = %(creditor)s AND d.kind <> 'charge' AND d.ceded_on IS NULL
  AND d.due_on < %(day)s AND (d.open_amount > 0 OR d.closed_on > %(day)s)
  AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY(%(customers)s))
ORDER BY d.id
"""


def fees_due(
    creditor: Creditor,
    customers: Sequence[int] | None,
    as_of: date,
    *,
    noticed: Collection[int] = (),
    known_on: date = _EVER,
    with_refused: bool = False,
) -> list[FeeDue]:
    """By document id. Of documents in ``noticed`` the free first notice was given in time; of the
    others the recorded reminders say. ``known_on``: only charges posted by that day count.

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
            "known_on": known_on,
            "notice_days": NOTICE_DAYS,
        }
        values: dict[tuple[str, str], Any] = {}
        found = []
        for row in _rows(facts):
            bearer, label, due_on, overdue = _read(row)
            is_charged, was_noticed, sent, billed = row[9:]
            span = book.on(bearer, as_of)
            rule = book.fee_rule(span, bearer) if span else None
            if span is None or rule is None or not overdue:
                continue
            if span.row.fee == "per_reminder":
                # Only those that left while the contract already said so.
                agreed = [on for day in sent if (on := book.on(bearer, day))]
                count = sum(held.row.fee == "per_reminder" for held in agreed) - billed
                due = _for_reminders(
                    bearer, label, due_on, overdue, rule, span.row, as_of, max(count, 0)
                )
            elif is_charged:
                continue
            else:
                pair = (rule.unit, bearer.currency)
                if rule.unit and pair not in values:
                    values[pair] = unit_value(creditor, *pair, as_of)
                due = _due(
                    bearer,
                    label,
                    due_on,
                    overdue,
                    rule,
                    span.row,
                    as_of,
                    values.get(pair),
                    was_noticed or bearer.document in noticed,
                )
            if due.fee.amount or (with_refused and due.fee.refused):
                found.append(due)
    return found


def _for_reminders(
    bearer: Bearer,
    label: str,
    due_on: date,
    overdue: Money,
    rule: FeeRule,
    terms: ChargeTerms,
    as_of: date,
    reminders: int,
) -> FeeDue:
    """Agreed per reminder."""
    agreed = Money(terms.fee_amount or Decimal(0), bearer.currency)
    fee = _in_another_currency(terms, bearer, rule) or reminder_fee(
        rule, agreed=agreed, reminders=reminders
    )
    days = (as_of - due_on).days
    kind = ChargeKind.COLLECTION_FEE
    return FeeDue(bearer, label, due_on, kind, fee, overdue, days, None, "reminder", reminders)


def _in_another_currency(terms: ChargeTerms, bearer: Bearer, rule: FeeRule) -> Fee | None:
    """A sum agreed in another currency than the debt's is not guessed at: no fee, and why."""
    is_sum = terms.fee in ("once", "per_reminder") and terms.fee_amount is not None
    if not is_sum or terms.fee_currency in ("", bearer.currency):
        return None
    return Fee(Money.zero(bearer.currency), refused="fee_currency_differs", article=rule.article)


def _due(
    bearer: Bearer,
    label: str,
    due_on: date,
    overdue: Money,
    rule: FeeRule,
    terms: ChargeTerms,
    as_of: date,
    value: Any,
    was_noticed: bool,
) -> FeeDue:
    days_late = (as_of - due_on).days
    fee = _in_another_currency(terms, bearer, rule) or collection_fee(
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
