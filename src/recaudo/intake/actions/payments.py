"""Tying payment rows to the debts they name, without counting anything twice.

A payment that comes after a balance in which it already was replaces what that balance made us
infer: the inferred application is taken back and the real one takes its place. What of it finds
nothing to replace was paid before the document was first seen in a snapshot: the document was
larger by that much, and its balance stays.

Payments of one number are taken in turns, by day: one of each number per round, so that every
round is a few statements over all of them.
"""

from __future__ import annotations

from recaudo.intake.actions.postings import places, undo
from recaudo.intake.queries.staging import Staging

# in_corte: snapshots that count. One is left out where a later one speaks of the same and a later
# day.
_CORTE = """
SELECT b.id, b.as_of, b.scope ->> 'branch' AS branch, b.scope ->> 'product' AS product,
       b.scope ->> 'zone' AS zone, b.scope ->> 'seller' AS seller
FROM intake_importbatch b
WHERE b.creditor_id = %(creditor)s AND b.mode = 'snapshot' AND b.state = 'done'
  AND NOT EXISTS (
    SELECT FROM intake_importbatch n
    WHERE n.creditor_id = b.creditor_id AND n.mode = 'snapshot' AND n.state = 'done'
      AND n.scope = b.scope AND n.id > b.id AND n.as_of >= b.as_of)
"""

# in_line: one row per payment to be tied. Those that name no document can only replace.
_LINE = """
SELECT p.seq, COALESCE(n.id, (v.facts ->> 'credit')::bigint) AS credit_id, k.customer_id,
  k.currency, k.value_on, LEAST(k.unapplied, CASE WHEN v.seq IS NULL THEN p.amount
                    ELSE (v.facts ->> 'delta')::numeric END) AS amount,
  p.documents IS NOT NULL AS is_tied,
  ROW_NUMBER() OVER (
    PARTITION BY k.customer_id, CASE WHEN p.documents IS NOT NULL THEN p.number END,
                 p.documents IS NULL
    ORDER BY k.value_on, p.seq) AS turn
FROM in_payment p
LEFT JOIN in_new_credit n ON n.seq = p.seq
LEFT JOIN in_verdict v ON v.seq = p.seq
JOIN payments_credit k ON k.id = COALESCE(n.id, (v.facts ->> 'credit')::bigint)
WHERE p.amount > 0 AND (v.seq IS NULL OR (v.facts ->> 'delta')::numeric > 0) AND k.unapplied > 0
"""

# in_named: the documents that each of them may pay. ``told_until`` is the last corte that spoke for
# the document, ``known_on`` the last day on which a file told its balance.
_NAMED = """
SELECT l.seq, d.id AS document_id, (
  SELECT MAX(b.as_of) FROM in_corte b WHERE b.id >= d.batch_id
    AND COALESCE(LOWER(b.branch) = LOWER(d.branch), TRUE)
    AND COALESCE(LOWER(b.product) = LOWER(d.product), TRUE)
    AND COALESCE(LOWER(b.zone) = LOWER(d.zone), TRUE)
    AND COALESCE(LOWER(b.seller) = LOWER(d.seller), TRUE)) AS told_until, NULL::date AS known_on
FROM in_line l
JOIN in_payment p ON p.seq = l.seq
JOIN in_number_of n ON n.number = p.number AND (p.doc_type IS NULL OR n.doc_type = p.doc_type)
  AND (p.prefix IS NULL OR n.prefix = p.prefix)
  AND (p.instalment IS NULL OR n.instalment = p.instalment)
JOIN portfolio_document d ON d.creditor_id = %(creditor)s AND d.key = n.key
  AND d.customer_id = l.customer_id AND d.currency = l.currency
WHERE l.is_tied
UNION ALL
SELECT l.seq, a.document_id, NULL, MAX(a.value_on)
FROM in_line l
JOIN payments_credit c ON c.customer_id = l.customer_id AND c.source = %(inferred)s
  AND c.currency = l.currency AND c.amount > 0
JOIN payments_application a ON a.credit_id = c.id AND a.amount > 0
WHERE NOT l.is_tied
GROUP BY l.seq, a.document_id
"""

# in_take: what the payments of one turn pay. ``replaced`` is inferred today.
_TAKE = """
WITH unit AS (
  SELECT l.seq, l.credit_id, l.value_on, l.amount AS paid, l.is_tied, d.id AS document_id, d.due_on,
    COALESCE(p.component, '') AS component, COALESCE({place}, 0) AS place,
    GREATEST(l.value_on, LEAST(d.issued_on, n.told_until, n.known_on)) AS counts_on,
    COALESCE(p.open_amount, d.open_amount) AS open_amount,
    COALESCE(n.told_until >= l.value_on, FALSE) AS is_told
  FROM in_line l
  JOIN in_named n ON n.seq = l.seq
  JOIN portfolio_document d ON d.id = n.document_id
  LEFT JOIN portfolio_documentcomponent p ON p.document_id = d.id
  WHERE l.turn = %(turn)s AND l.is_tied = %(is_tied)s
),
inferred AS (
  SELECT u.seq, a.document_id, a.component, SUM(a.amount) AS amount
  FROM unit u
  JOIN payments_application a ON a.document_id = u.document_id AND a.component = u.component
    AND a.amount > 0 AND a.value_on >= u.value_on
  JOIN payments_credit c ON c.id = a.credit_id AND c.source = %(inferred)s
  WHERE NOT EXISTS (SELECT FROM payments_application r WHERE r.reverses_id = a.id)
  GROUP BY u.seq, a.document_id, a.component
),
held AS (
  SELECT u.*, COALESCE(i.amount, 0) AS inferred, COALESCE(i.amount, 0)
    + CASE WHEN u.is_told OR NOT u.is_tied THEN 0 ELSE u.open_amount END AS capacity
  FROM unit u LEFT JOIN inferred i ON i.seq = u.seq AND i.document_id = u.document_id
    AND i.component = u.component
),
ranked AS (
  SELECT h.*, SUM(capacity) OVER w AS upto, SUM(capacity) OVER (PARTITION BY seq) AS whole,
         ROW_NUMBER() OVER (PARTITION BY seq ORDER BY is_told DESC, due_on, document_id,
                            place DESC) AS nth
  FROM held h WINDOW w AS (PARTITION BY seq ORDER BY due_on, document_id, place)
)
SELECT *, LEAST(taken, inferred) AS replaced,
       CASE WHEN nth = 1 AND is_told THEN GREATEST(0, paid - whole) ELSE 0 END AS before
FROM (SELECT r.*, LEAST(capacity, GREATEST(0, paid - (upto - capacity))) AS taken FROM ranked r) t
"""
_UNDO = """
CREATE TEMPORARY TABLE in_undo AS
SELECT document_id, component, replaced AS amount, value_on AS not_before, NULL::date AS back_on,
       FALSE AS any_source
FROM in_take WHERE replaced > 0
"""
_BEFORE = """
INSERT INTO portfolio_documentadjustment (creditor_id, document_id, component, delta, value_on,
  reason, batch_id)
SELECT %(creditor)s, document_id, component, before, counts_on,
       'paid_before_snapshot', %(batch)s
FROM in_take WHERE before > 0
"""
_APPLY = """
INSERT INTO payments_application (creditor_id, credit_id, document_id, component, amount, value_on,
  batch_id)
SELECT %(creditor)s, credit_id, document_id, component, taken + before, counts_on, %(batch)s
FROM in_take WHERE taken + before > 0 ORDER BY document_id
"""


def apply_payments(staging: Staging) -> None:
    """Apply the payments that this file brings. Needs ``in_new_credit``."""
    staging.table("in_corte", _CORTE)
    if not staging.table("in_line", _LINE):
        staging.table("in_named", "SELECT NULL::bigint AS seq, NULL::bigint AS document_id")
        return
    staging.table("in_named", _NAMED)
    (place,) = places(staging, "p.component")
    take = _TAKE.format(place=place)
    for is_tied in (True, False):
        turns = staging.value(
            "SELECT COALESCE(MAX(turn), 0) FROM in_line WHERE is_tied = %(is_tied)s",
            is_tied=is_tied,
        )
        for turn in range(1, turns + 1):
            staging.table("in_take", take, turn=turn, is_tied=is_tied)
            staging.run(_UNDO)
            undo(staging)
            staging.run(_BEFORE)
            staging.run(_APPLY)
            staging.run("DROP TABLE in_take, in_undo")
