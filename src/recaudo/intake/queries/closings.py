"""What does a snapshot close? Documents and credits that it should name and does not (F1).

Closed is what lies in the snapshot's scope, was there on its day, owes something, and is neither
written off nor ceded: such debts leave a company's corte without being paid. Charges that Recaudo
made are unknown to the source and never missing from it. A document that a rejected row may mean is
left alone until the row is mended.
"""

from __future__ import annotations

from recaudo.core.problems import Problem
from recaudo.intake.queries.findings import Closing
from recaudo.intake.queries.staging import Staging
from recaudo.intake.reading.contract import Column

#: What a scope may name → the document's column.
SCOPE = ("branch", "product", "zone", "seller")

_IN_SCOPE = """
d.creditor_id = %(creditor)s AND d.open_amount > 0 AND d.written_off_on IS NULL
AND d.ceded_on IS NULL AND d.issued_on <= %(as_of)s
AND (d.kind <> 'charge' OR NOT EXISTS (
  SELECT FROM payments_charge own WHERE own.document_id = d.id)) {narrower}
"""

# in_close: documents to be closed.
_CLOSE = """
SELECT d.id AS document_id, d.customer_id, d.currency, d.open_amount AS amount
FROM portfolio_document d
WHERE {in_scope}
  AND NOT EXISTS (SELECT FROM in_doc i WHERE i.key = d.key)
  AND NOT EXISTS (SELECT FROM in_verdict v WHERE v.status = 'rejected'
                  AND v.facts ->> 'key' = d.key)
  AND NOT EXISTS (SELECT FROM in_spared s WHERE s.field = 'number'
                  AND s.value = LTRIM(d.number, '0'))
  AND d.customer_id NOT IN (
    SELECT c.id FROM portfolio_customer c JOIN in_spared s
      ON s.field = 'customer' AND s.value = LTRIM(c.code, '0') WHERE c.creditor_id = %(creditor)s
    UNION SELECT c.id FROM portfolio_customer c JOIN in_spared s
      ON s.field = 'customer' AND s.value = c.name WHERE c.creditor_id = %(creditor)s
    UNION SELECT c.id FROM portfolio_customer c JOIN in_spared s
      ON s.field = 'customer' AND s.value = c.tax_id WHERE c.creditor_id = %(creditor)s)
"""

# in_close_credit: negative rows of earlier files that this one does not name any more.
_CLOSE_CREDIT = """
SELECT k.id AS credit_id, k.customer_id, k.currency
FROM payments_credit k JOIN portfolio_customer d ON d.id = k.customer_id
WHERE k.creditor_id = %(creditor)s AND k.source = 'import_credit' AND k.unapplied > 0
  AND k.value_on <= %(as_of)s AND NOT EXISTS (
    SELECT FROM in_credit i WHERE i.external_id = k.external_id) {narrower}
"""

_CLOSINGS = """
SELECT b.currency, COALESCE(c.documents, 0), COALESCE(c.amount, 0), b.balance
FROM (SELECT d.currency, SUM(d.open_amount) AS balance FROM portfolio_document d
      WHERE {in_scope} GROUP BY d.currency) b
LEFT JOIN (SELECT currency, COUNT(*) AS documents, SUM(amount) AS amount
           FROM in_close GROUP BY currency) c ON c.currency = b.currency
ORDER BY b.currency
"""


def find_closings(
    staging: Staging, scope: dict[str, str], columns: tuple[Column, ...], *, closes: bool
) -> tuple[Closing, ...]:
    """Make ``in_close`` and ``in_close_credit``; one Closing per currency with a balance.

    ``scope`` is e.g. ``{"branch": "Cali"}``. Raises Problem ``scope_unknown``.
    """
    unknown = set(scope) - set(SCOPE)
    if unknown:
        raise Problem("scope_unknown", word=sorted(unknown)[0], known=list(SCOPE))
    narrower = "".join(f" AND LOWER(d.{name}) = LOWER(%(scope_{name})s)" for name in scope)
    named = {f"scope_{name}": value for name, value in scope.items()}
    in_scope = _IN_SCOPE.format(narrower=narrower) if closes else "FALSE"
    _spare(staging, columns)
    staging.table("in_close", _CLOSE.format(in_scope=in_scope), **named)
    speaks_of_credits = closes and not set(scope) - {"branch", "zone"}
    staging.table(
        "in_close_credit",
        _CLOSE_CREDIT.format(narrower=narrower if speaks_of_credits else " AND FALSE"),
        **named,
    )
    if not closes:
        return ()
    return tuple(
        Closing(*row) for row in staging.read(_CLOSINGS.format(in_scope=in_scope), **named)
    )


def looks_partial(closings: tuple[Closing, ...], limit_pct: int) -> bool:
    """Whether more than ``limit_pct`` per cent of a currency's balance would be closed."""
    return any(each.amount * 100 > each.balance * limit_pct for each in closings)


def _spare(staging: Staging, columns: tuple[Column, ...]) -> None:
    """``in_spared``: what rejected rows name, as they write it; by customer where no single column
    is the number."""
    headings: dict[str, str] = {}
    for field in ("number", "customer_code", "tax_id", "name"):
        for each in columns:
            if each.field == field:
                headings.setdefault("number" if field == "number" else "customer", each.heading)
    field = "number" if "number" in headings else "customer"
    staging.table(
        "in_spared",
        """SELECT DISTINCT %(field)s AS field,
             LTRIM(REGEXP_REPLACE(BTRIM(original ->> %(heading)s), '[.]0+$', ''), '0') AS value
           FROM in_reject WHERE BTRIM(original ->> %(heading)s) <> ''""",
        field=field,
        heading=headings.get(field, ""),
    )
