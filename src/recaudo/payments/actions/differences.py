"""What debts in other currencies brought more, or less, than they were worth when issued."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.core.money import minor_units

#: Credits that are money, or stand for it. A credit note or a condonation realises nothing.
MONEY_KINDS = ("payment", "advance", "exchange", "withholding", "detraction")

# One row per application of money to a document in another currency, where both rates are known;
# the amount in the creditor's currency, half up. A rate that is missing is left out, not guessed:
# once it is loaded, the same statement makes up for it.
_REALISE = """
INSERT INTO payments_exchangedifference (creditor_id, application_id, currency, rate_at_issue,
  rate_at_payment, amount, value_on)
SELECT a.creditor_id, a.id, %(home)s, i.rate, p.rate,
  ROUND(a.amount * (p.rate - i.rate), %(places)s), a.value_on
FROM payments_application a
JOIN portfolio_document d ON d.id = a.document_id AND d.currency <> %(home)s
JOIN payments_credit c ON c.id = a.credit_id AND c.kind = ANY(%(kinds)s)
CROSS JOIN LATERAL (
  SELECT r.rate FROM portfolio_exchangerate r
  WHERE r.creditor_id = a.creditor_id AND r.from_currency = d.currency
    AND r.to_currency = %(home)s AND r.valid_on <= d.issued_on
  ORDER BY r.valid_on DESC LIMIT 1) i
CROSS JOIN LATERAL (
  SELECT r.rate FROM portfolio_exchangerate r
  WHERE r.creditor_id = a.creditor_id AND r.from_currency = d.currency
    AND r.to_currency = %(home)s AND r.valid_on <= a.value_on
  ORDER BY r.valid_on DESC LIMIT 1) p
WHERE a.creditor_id = %(creditor)s AND a.amount > 0
  AND (%(credits)s::bigint[] IS NULL OR a.credit_id = ANY(%(credits)s))
  AND NOT EXISTS (SELECT FROM payments_exchangedifference e WHERE e.application_id = a.id)
"""
_TAKE_BACK = """
INSERT INTO payments_exchangedifference (creditor_id, application_id, currency, rate_at_issue,
  rate_at_payment, amount, value_on)
SELECT r.creditor_id, r.id, e.currency, e.rate_at_issue, e.rate_at_payment, -e.amount, r.value_on
FROM payments_exchangedifference e
JOIN payments_application r ON r.reverses_id = e.application_id
WHERE r.creditor_id = %(creditor)s
  AND (%(credits)s::bigint[] IS NULL OR r.credit_id = ANY(%(credits)s))
  AND NOT EXISTS (SELECT FROM payments_exchangedifference o WHERE o.application_id = r.id)
"""


def realise_differences(creditor: Creditor, credits: Iterable[int] | None = None) -> int:
    """Post the differences of the applications of these credits (None: of all) that have none yet,
    and those of reversals, which undo them. Twice is the same as once; how many were posted."""
    values = {
        "creditor": creditor.pk,
        "home": creditor.currency,
        "places": minor_units(creditor.currency),
        "kinds": list(MONEY_KINDS),
        "credits": None if credits is None else list(credits),
    }
    posted = 0
    with connection.cursor() as cursor:
        for statement in (_REALISE, _TAKE_BACK):
            cursor.execute(statement, values)
            posted += cursor.rowcount
    return posted
