"""Writing credits: negative rows and payments, what is told otherwise about known ones, and what a
payment takes back when it bounces."""

from __future__ import annotations

from recaudo.intake.actions.postings import TAKE_BACK
from recaudo.intake.queries.staging import Staging

# in_new_credit: new credits with their ids.
_NEW_CREDIT = """
SELECT NEXTVAL(%(credit_ids)s) AS id, n.* FROM (
  SELECT c.seq, o.id AS customer_id, c.kind, c.value_on, c.currency, c.balance AS amount,
         'import_credit' AS source, c.external_id, c.reference, '' AS method, '' AS payer,
         '' AS stated
  FROM in_credit c JOIN in_owner o ON o.code = c.customer_code
  WHERE c.balance > 0 AND NOT EXISTS (SELECT FROM in_verdict v WHERE v.seq = c.seq)
  UNION ALL
  SELECT p.seq, COALESCE(p.customer_id, o.id), 'payment', p.paid_on, p.currency, p.amount, 'import',
         p.external_id, COALESCE(p.reference, ''), COALESCE(p.method, ''), COALESCE(p.payer, ''),
         COALESCE(p.number, '')
  FROM in_payment p LEFT JOIN in_owner o ON o.code = p.owner_code
  WHERE p.amount > 0 AND NOT EXISTS (SELECT FROM in_verdict v WHERE v.seq = p.seq)
) n ORDER BY n.seq
"""
INSERT_CREDITS = """
INSERT INTO payments_credit (id, creditor_id, customer_id, kind, value_on, currency,
  original_amount, amount, unapplied, source, external_id, reference, method, payer, stated,
  batch_id)
SELECT id, %(creditor)s, customer_id, kind, value_on, currency, amount, amount, amount, source,
  external_id, reference, method, payer, stated, %(batch)s
FROM in_new_credit
"""

# in_cut: known credits that become smaller: taken back (bounced), or corrected.
_CUT = """
SELECT k.id AS credit_id, LEAST(k.amount, SUM(c.amount)) AS amount, k.unapplied, c.reason,
       MAX(c.value_on) AS value_on
FROM (
  SELECT p.external_id, -p.amount AS amount, 'taken_back' AS reason, p.paid_on AS value_on
  FROM in_payment p WHERE p.amount < 0
  UNION ALL
  SELECT p.external_id, -(v.facts ->> 'delta')::numeric, 'source_correction', p.paid_on
  FROM in_payment p JOIN in_verdict v ON v.seq = p.seq
  WHERE p.amount > 0 AND (v.facts ->> 'delta')::numeric < 0
) c
JOIN payments_credit k ON k.creditor_id = %(creditor)s AND k.source = 'import'
  AND k.external_id = c.external_id
GROUP BY k.id, c.reason HAVING LEAST(k.amount, SUM(c.amount)) > 0
"""
_CUT_FREED = """
WITH standing AS (
  SELECT a.id AS application_id, a.credit_id, a.document_id, a.component, a.amount, a.value_on,
    GREATEST(a.value_on, c.value_on) AS back_on, FALSE AS is_inferred,
    c.amount - c.unapplied AS wanted,
    SUM(a.amount) OVER (PARTITION BY a.credit_id ORDER BY a.value_on DESC, a.id DESC) AS upto
  FROM in_cut c JOIN payments_application a ON a.credit_id = c.credit_id AND a.amount > 0
  WHERE NOT EXISTS (SELECT FROM payments_application r WHERE r.reverses_id = a.id)
)
SELECT *, LEAST(amount, wanted - (upto - amount)) AS freed FROM standing
WHERE upto - amount < wanted
"""
_SHRINK = """
INSERT INTO payments_creditadjustment (creditor_id, credit_id, delta, value_on, reason, batch_id)
SELECT %(creditor)s, credit_id, -amount, value_on, reason, %(batch)s FROM in_cut
"""
_GROW = """
INSERT INTO payments_creditadjustment (creditor_id, credit_id, delta, value_on, reason, batch_id)
SELECT %(creditor)s, (v.facts ->> 'credit')::bigint, (v.facts ->> 'delta')::numeric, p.paid_on,
       'source_correction', %(batch)s
FROM in_payment p JOIN in_verdict v ON v.seq = p.seq
WHERE p.amount > 0 AND v.status = 'updated' AND (v.facts ->> 'delta')::numeric > 0
"""

# What is left of the credits that the file names or, in a snapshot, does not name any more.
_RESIZE = """
INSERT INTO payments_creditadjustment (creditor_id, credit_id, delta, value_on, reason, batch_id)
SELECT %(creditor)s, t.id, t.delta, GREATEST(t.value_on, %(as_of)s::date), 'source_correction',
       %(batch)s
FROM (
  SELECT k.id, k.value_on, CASE
      WHEN %(is_exact)s THEN GREATEST(w.balance - k.unapplied - COALESCE((
        SELECT SUM(a.amount) FROM payments_application a
        WHERE a.credit_id = k.id AND a.value_on > %(as_of)s), 0), -k.unapplied)
      WHEN w.balance < k.unapplied THEN w.balance - k.unapplied
      WHEN w.balance > k.amount THEN w.balance - k.amount ELSE 0 END AS delta
  FROM (
    SELECT k.id, c.balance FROM in_credit c JOIN payments_credit k ON k.creditor_id = %(creditor)s
      AND k.source = 'import_credit' AND k.external_id = c.external_id
    UNION ALL
    SELECT credit_id, 0 FROM in_close_credit
  ) w JOIN payments_credit k ON k.id = w.id
) t WHERE t.delta <> 0
"""


def write_credits(staging: Staging) -> int:
    """New credits (``in_new_credit``), bounced and corrected ones; gives how many are new."""
    staging.table("in_new_credit", _NEW_CREDIT)
    new = staging.run(INSERT_CREDITS)
    if staging.value("SELECT EXISTS (SELECT FROM in_payment p JOIN in_verdict v ON v.seq = p.seq)"):
        staging.table("in_cut", _CUT)
        staging.table("in_freed", _CUT_FREED)
        staging.run(TAKE_BACK)
        staging.run(_SHRINK)
        staging.run(_GROW)
        staging.run("DROP TABLE in_freed")
    return new


def resize_credits(staging: Staging) -> int:
    """Bring the negative rows' credits to what the file says is left of them."""
    return staging.run(_RESIZE)
