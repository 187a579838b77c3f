"""Postings over sets: taking applications back, spreading credits over debts. Others decide which.

``in_unit`` style tables name what is paid by (document, component); the component is empty where
the document has no parts. Every INSERT here is one statement, so that the ledger's triggers run
once and see only balances that hold.
"""

from __future__ import annotations

from recaudo.access.models import Creditor
from recaudo.intake.queries.staging import Staging
from recaudo.payments.queries.ordering import order_of_creditor, place

# in_undo: document_id, component, amount, not_before (only applications from that day on, the
# nearest first; NULL: any, the newest first), back_on (NULL: the day of the application),
# any_source (FALSE: only what was inferred). Of an application taken back in part the rest is
# applied anew.
_FREED = """
WITH standing AS (
  SELECT u.document_id, u.component, a.id AS application_id, a.credit_id, a.amount, a.value_on,
    GREATEST(a.value_on, u.back_on) AS back_on, c.source = %(inferred)s AS is_inferred,
    u.amount AS wanted, SUM(a.amount) OVER w AS upto
  FROM in_undo u
  JOIN payments_application a ON a.document_id = u.document_id AND a.component = u.component
    AND a.amount > 0
  JOIN payments_credit c ON c.id = a.credit_id
  WHERE (u.any_source OR c.source = %(inferred)s)
    AND (u.not_before IS NULL OR a.value_on >= u.not_before)
    AND NOT EXISTS (SELECT FROM payments_application r WHERE r.reverses_id = a.id)
  WINDOW w AS (PARTITION BY u.document_id, u.component ORDER BY c.source = %(inferred)s DESC,
    CASE WHEN u.not_before IS NULL THEN NULL ELSE a.value_on END,
    a.value_on DESC, a.id DESC)
)
SELECT *, LEAST(amount, wanted - (upto - amount)) AS freed FROM standing
WHERE upto - amount < wanted
"""
TAKE_BACK = """
INSERT INTO payments_application (creditor_id, credit_id, document_id, component, amount, value_on,
  reverses_id, batch_id)
SELECT %(creditor)s, credit_id, document_id, component, -amount, back_on, application_id, %(batch)s
FROM in_freed
UNION ALL
SELECT %(creditor)s, credit_id, document_id, component, amount - freed, value_on, NULL, %(batch)s
FROM in_freed WHERE freed < amount
"""
# What was inferred and is no longer believed is no money that waits.
_VOID = """
INSERT INTO payments_creditadjustment (creditor_id, credit_id, delta, value_on, reason, batch_id)
SELECT %(creditor)s, credit_id, -SUM(freed), MAX(back_on), 'snapshot_undone', %(batch)s
FROM in_freed WHERE is_inferred GROUP BY credit_id
"""

# An application counts from the document's issue, but not later than the day on which the file
# told its balance: a document dated ahead was there by then.
_SPREAD = """
WITH owed AS (
  SELECT f.*, SUM(amount) OVER (
    PARTITION BY {key} ORDER BY due_on, document_id, place, component) AS upto
  FROM in_fall f
),
given AS (
  SELECT g.*, SUM(available) OVER (PARTITION BY {key} ORDER BY value_on, credit_id) AS upto
  FROM in_given g
)
SELECT o.document_id, o.component, g.credit_id,
  GREATEST(g.value_on, LEAST(o.issued_on, %(as_of)s)) AS value_on,
  LEAST(o.upto, g.upto) - GREATEST(o.upto - o.amount, g.upto - g.available) AS amount
FROM owed o JOIN given g USING ({key})
WHERE LEAST(o.upto, g.upto) > GREATEST(o.upto - o.amount, g.upto - g.available)
"""
_APPLY = """
INSERT INTO payments_application (creditor_id, credit_id, document_id, component, amount, value_on,
  batch_id)
SELECT %(creditor)s, credit_id, document_id, component, amount, value_on, %(batch)s
FROM in_posted ORDER BY document_id
"""
_LESS_OWED = """
UPDATE in_fall f SET amount = f.amount - p.amount
FROM (SELECT document_id, component, SUM(amount) AS amount FROM in_posted GROUP BY 1, 2) p
WHERE p.document_id = f.document_id AND p.component = f.component
"""


def places(staging: Staging, *columns: str) -> list[str]:
    """The place of these components in the creditor's order of application, as SQL."""
    creditor = Creditor.objects.get(pk=staging.params["creditor"])
    order = order_of_creditor(creditor, on=staging.params["as_of"])
    return [place(order, column) for column in columns]


def undo(staging: Staging) -> int:
    """Take back what ``in_undo`` asks for, as far as there is anything; ``in_freed`` says what was
    freed. Inferred credits become void by as much; real ones wait to be applied."""
    staging.run("DROP TABLE IF EXISTS in_freed")
    staging.run("ANALYZE in_undo")
    freed = staging.table("in_freed", _FREED)
    if freed:
        staging.run(TAKE_BACK)
        staging.run(_VOID)
    return freed


def spread(staging: Staging, key: str) -> int:
    """Apply the credits of ``in_given`` (credit_id, available, value_on and ``key``) to what is
    owed in ``in_fall`` of the same ``key``, oldest due and oldest credit first."""
    staging.run("ANALYZE in_given")
    posted = staging.table("in_posted", _SPREAD.format(key=key))
    if posted:
        staging.run(_APPLY)
        staging.run(_LESS_OWED)
    staging.run("DROP TABLE in_posted")
    return posted
