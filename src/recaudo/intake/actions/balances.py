"""Bringing documents to the balances that a file tells, with postings that can be taken back.

A balance that fell is explained, in this order, by what the customer already has unapplied, by the
payment that the document's own row tells, and for the rest by an inferred credit (kind
``snapshot``). A balance that rose takes inferred applications back; in a snapshot what is still
missing corrects the amount. Worked tables: docs/rules/import.md.
"""

from __future__ import annotations

from recaudo.intake.actions.credits import INSERT_CREDITS
from recaudo.intake.actions.postings import places, spread, undo
from recaudo.intake.queries.staging import Staging
from recaudo.intake.reading.contract import COMPONENTS

# in_later: what was posted with a value date after the file's day.
_LATER = """
SELECT document_id, component, SUM(amount) AS amount FROM (
  SELECT document_id, component, amount FROM payments_application
  WHERE creditor_id = %(creditor)s AND value_on > %(as_of)s
  UNION ALL
  SELECT document_id, component, -delta FROM portfolio_documentadjustment
  WHERE creditor_id = %(creditor)s AND value_on > %(as_of)s
) postings GROUP BY document_id, component
"""

# in_target: documents whose balance the file may move.
_TARGET = """
SELECT n.id AS document_id, n.seq, n.balance, 0::numeric AS amount_delta, TRUE AS is_new
FROM in_new_doc n
WHERE n.balance IS NOT NULL
  AND (n.balance < n.amount OR n.id IN (SELECT document_id FROM in_named))
UNION ALL
SELECT k.id, k.seq, k.balance, k.amount_delta, FALSE FROM in_known k
WHERE COALESCE(k.gap, 0) <> 0 OR k.amount_delta <> 0
  OR (k.balance IS NOT NULL AND k.id IN (SELECT document_id FROM in_named))
"""

# One row per document: the told balance less the ledger's, as ``in_known`` has it, but after this
# file's payments. ``parts`` is the sum of the parts told, where the document has parts and they
# make up the balance.
_GAP = """
WITH stood AS (
  SELECT t.*, d.open_amount, t.balance - d.open_amount - t.amount_delta - COALESCE((
      SELECT SUM(l.amount) FROM in_later l WHERE l.document_id = d.id), 0) AS raw_gap,
    EXISTS (SELECT FROM portfolio_documentcomponent p WHERE p.document_id = d.id) AS has_parts,
    {parts} AS parts
  FROM in_target t
  JOIN portfolio_document d ON d.id = t.document_id
  JOIN in_doc i ON i.seq = t.seq
)
SELECT s.*, GREATEST(0, -(open_amount + amount_delta)) AS forced, CASE
    WHEN raw_gap IS NULL THEN GREATEST(-(open_amount + amount_delta), 0)
    WHEN raw_gap < 0 THEN GREATEST(raw_gap, -(open_amount + amount_delta))
    WHEN raw_gap > 0 AND NOT %(is_exact)s
      THEN GREATEST(0, -(open_amount + amount_delta), LEAST(raw_gap, (
        SELECT COALESCE(SUM(a.amount), 0) FROM payments_application a
        JOIN payments_credit c ON c.id = a.credit_id
        WHERE a.document_id = s.document_id AND c.source = %(inferred)s)))
    ELSE raw_gap END AS gap,
  has_parts AND (%(is_exact)s OR is_new) AND ABS(parts - balance) <= 0.01 AS is_by_part
FROM stood s
"""

# in_unit: the same by part. ``delta`` corrects the amount, ``gap`` moves the balance, ``forced`` is
# what must be taken back whatever it was, since the amount fell below what was paid.
_WHOLE = """
INSERT INTO in_unit
SELECT document_id, '', amount_delta, gap, forced FROM in_gap WHERE NOT has_parts
"""
_BY_PART = """
INSERT INTO in_unit
SELECT g.document_id, p.component, 0,
  GREATEST(COALESCE(v.part, 0) - p.open_amount - COALESCE(l.amount, 0)
    + CASE WHEN p.component = 'capital' THEN g.balance - g.parts ELSE 0 END, -p.open_amount), 0
FROM in_gap g
JOIN in_doc i ON i.seq = g.seq
JOIN portfolio_documentcomponent p ON p.document_id = g.document_id
LEFT JOIN LATERAL (SELECT n.part FROM (VALUES {parts}) AS n (component, part)
                   WHERE n.component = p.component) v ON TRUE
LEFT JOIN in_later l ON l.document_id = g.document_id AND l.component = p.component
WHERE g.is_by_part
"""
# Parts that a snapshot tells and the document did not have until now.
_NEW_PARTS = """
INSERT INTO portfolio_documentcomponent (creditor_id, document_id, component, original_amount,
  amount, open_amount)
SELECT %(creditor)s, g.document_id, n.component, 0, 0, 0
FROM in_gap g JOIN in_doc i ON i.seq = g.seq
CROSS JOIN LATERAL (VALUES {parts}) AS n (component, part)
WHERE g.is_by_part AND n.part > 0 AND NOT EXISTS (
  SELECT FROM portfolio_documentcomponent p
  WHERE p.document_id = g.document_id AND p.component = n.component)
"""
# Without parts told: less is owed in the house order, more is owed of the capital; a smaller amount
# shrinks the capital first.
_SPREAD_OUT = """
INSERT INTO in_unit
SELECT document_id, component, delta,
  CASE WHEN gap > 0 THEN GREATEST(CASE WHEN nth = 1 THEN gap ELSE 0 END, -(open_amount + delta), 0)
       ELSE -LEAST(free, GREATEST(0, -gap - (free_upto - free))) END,
  GREATEST(0, -(open_amount + delta))
FROM (
  SELECT s.*, GREATEST(0, open_amount + delta) AS free,
    SUM(GREATEST(0, open_amount + delta)) OVER (PARTITION BY document_id ORDER BY place)
      AS free_upto
  FROM (
    SELECT g.document_id, g.gap, p.component, p.open_amount, r.place, r.nth, CASE
        WHEN g.amount_delta >= 0 THEN CASE WHEN r.nth = 1 THEN g.amount_delta ELSE 0 END
        ELSE -LEAST(p.amount, GREATEST(0, -g.amount_delta - (r.amount_upto - p.amount)))
        END AS delta
    FROM in_gap g
    JOIN portfolio_documentcomponent p ON p.document_id = g.document_id
    JOIN LATERAL (
      SELECT q.id, q.place, ROW_NUMBER() OVER (ORDER BY q.place DESC) AS nth,
             SUM(q.amount) OVER (ORDER BY q.place DESC) AS amount_upto
      FROM (SELECT c.id, c.amount, {place} AS place FROM portfolio_documentcomponent c
            WHERE c.document_id = g.document_id) q
    ) r ON r.id = p.id
    WHERE g.has_parts AND NOT g.is_by_part
  ) s
) t
"""

_RISEN = """
CREATE TEMPORARY TABLE in_undo AS
SELECT document_id, component, gap AS amount, NULL::date AS not_before, %(as_of)s::date AS back_on,
       FALSE AS any_source
FROM in_unit WHERE gap > 0
"""
_FREED_SO_FAR = """
UPDATE in_unit u SET gap = u.gap - f.freed, forced = GREATEST(0, u.forced - f.freed)
FROM (SELECT document_id, component, SUM(freed) AS freed FROM in_freed GROUP BY 1, 2) f
WHERE f.document_id = u.document_id AND f.component = u.component
"""
_FORCED = """
CREATE TEMPORARY TABLE in_undo AS
SELECT document_id, component, forced AS amount, NULL::date AS not_before,
       %(as_of)s::date AS back_on, TRUE AS any_source
FROM in_unit WHERE forced > 0
"""
_ADJUST = """
INSERT INTO portfolio_documentadjustment (creditor_id, document_id, component, delta, value_on,
  reason, batch_id)
SELECT %(creditor)s, u.document_id, u.component, a.delta, %(as_of)s, a.reason, %(batch)s
FROM in_unit u
CROSS JOIN LATERAL (VALUES
  (u.delta, 'source_correction'),
  (CASE WHEN %(is_exact)s THEN GREATEST(u.gap, 0) ELSE 0 END, 'snapshot_higher')
) AS a (delta, reason)
WHERE a.delta <> 0
"""

# in_fall: what is no longer owed, by part; then what a snapshot closes.
_FALL = """
SELECT u.document_id, u.component, COALESCE({place}, 0) AS place, d.customer_id, d.currency,
  d.due_on, d.issued_on, -u.gap AS amount
FROM in_unit u JOIN portfolio_document d ON d.id = u.document_id WHERE u.gap < 0
UNION ALL
SELECT d.id, COALESCE(p.component, ''), COALESCE({part_place}, 0), d.customer_id, d.currency,
  d.due_on, d.issued_on, COALESCE(p.open_amount, d.open_amount)
FROM in_close c JOIN portfolio_document d ON d.id = c.document_id
LEFT JOIN portfolio_documentcomponent p ON p.document_id = d.id
WHERE COALESCE(p.open_amount, d.open_amount) > 0
"""
# in_given: what the customers with such documents have unapplied, less what the file says is left.
_UNAPPLIED = """
SELECT k.id AS credit_id, k.customer_id, k.currency, k.value_on,
  CASE WHEN c.seq IS NULL THEN k.unapplied
       WHEN NOT %(is_exact)s THEN GREATEST(0, k.unapplied - c.balance)
       ELSE LEAST(k.unapplied, GREATEST(0, k.unapplied - c.balance + COALESCE((
         SELECT SUM(a.amount) FROM payments_application a
         WHERE a.credit_id = k.id AND a.value_on > %(as_of)s), 0))) END AS available
FROM (SELECT DISTINCT customer_id, currency FROM in_fall) f
JOIN payments_credit k ON k.creditor_id = %(creditor)s AND k.customer_id = f.customer_id
  AND k.currency = f.currency AND k.unapplied > 0 AND k.value_on <= %(as_of)s
LEFT JOIN in_credit c ON k.source = 'import_credit' AND c.external_id = k.external_id
"""
# The credits that stand for the rest: the payment that the row tells (with what it pays too much,
# on a new document), else an inferred one.
_EXPLAIN = """
SELECT NEXTVAL(%(credit_ids)s) AS id, e.* FROM (
  SELECT f.document_id, f.customer_id, f.currency, x.kind, x.source, x.value_on, x.amount,
    %(batch)s || ':' || f.document_id AS external_id, x.reference, x.method, x.payer,
    '' AS stated
  FROM (
    SELECT document_id, MAX(customer_id) AS customer_id, MAX(currency) AS currency,
           SUM(amount) AS amount
    FROM in_fall WHERE amount > 0 GROUP BY document_id
  ) f
  LEFT JOIN in_target t ON t.document_id = f.document_id
  LEFT JOIN in_doc i ON i.seq = t.seq
  CROSS JOIN LATERAL (VALUES
    ('payment', 'import_document', i.paid_on,
     CASE WHEN i.paid_amount IS NULL THEN 0
          WHEN t.is_new AND f.amount = i.amount THEN i.paid_amount
          ELSE LEAST(i.paid_amount, f.amount) END,
     COALESCE(i.payment_reference, ''), COALESCE(i.method, ''), COALESCE(i.payer, '')),
    ('snapshot', %(inferred)s, %(as_of)s::date, f.amount - COALESCE(i.paid_amount, 0), '', '', '')
  ) AS x (kind, source, value_on, amount, reference, method, payer)
  WHERE x.amount > 0
) e ORDER BY e.document_id
"""


# in_fall and in_given once more: documents that the file raised, and what is left of payments that
# name them and are dated after the file's day: what was raised was there when they came.
_RAISED = """
SELECT DISTINCT document_id FROM in_unit WHERE gap > 0 OR delta > 0
"""
_RAISED_FALL = """
SELECT d.id AS document_id, COALESCE(p.component, '') AS component, COALESCE({place}, 0) AS place,
  d.customer_id, d.currency, LTRIM(d.number, '0') AS number, d.due_on, d.issued_on,
  COALESCE(p.open_amount, d.open_amount) AS amount
FROM in_raised r JOIN portfolio_document d ON d.id = r.document_id
LEFT JOIN portfolio_documentcomponent p ON p.document_id = d.id
WHERE COALESCE(p.open_amount, d.open_amount) > 0
"""
_NAMING = """
SELECT k.id AS credit_id, k.customer_id, k.currency, LTRIM(k.stated, '0') AS number, k.value_on,
  k.unapplied AS available
FROM (SELECT DISTINCT customer_id, currency, number FROM in_fall) f
JOIN payments_credit k ON k.creditor_id = %(creditor)s AND k.customer_id = f.customer_id
  AND k.currency = f.currency AND LTRIM(k.stated, '0') = f.number
WHERE k.unapplied > 0 AND k.value_on > %(as_of)s
"""


def settle_balances(staging: Staging) -> int:
    """Move every document to the balance told and close what the snapshot does not name. Gives how
    many credits that took."""
    parts = ", ".join(f"('{name}', i.{name})" for name in COMPONENTS)
    is_by_part = staging.has(*COMPONENTS)
    whole = " + ".join(f"COALESCE(i.{name}, 0)" for name in COMPONENTS) if is_by_part else "NULL"
    staging.table("in_later", _LATER)
    staging.table("in_target", _TARGET)
    staging.table("in_gap", _GAP.format(parts=f"({whole})::numeric"))
    staging.run(
        "CREATE TEMPORARY TABLE in_unit (document_id bigint, component text, delta numeric(18,4), "
        "gap numeric(18,4), forced numeric(18,4))"
    )
    staging.run(_WHOLE)
    if staging.value("SELECT EXISTS (SELECT FROM in_gap WHERE has_parts)"):
        if is_by_part:
            staging.run(_NEW_PARTS.format(parts=parts))
            staging.run(_BY_PART.format(parts=parts))
        (place,) = places(staging, "c.component")
        staging.run(_SPREAD_OUT.format(place=place))
    staging.run("ANALYZE in_unit")
    raised = staging.table("in_raised", _RAISED)
    _raise_balances(staging)
    made = _lower_balances(staging)
    if raised:
        _pay_raised(staging)
    return made


def _pay_raised(staging: Staging) -> None:
    """What is left of later payments that name a raised document pays what it rose by."""
    (place,) = places(staging, "p.component")
    staging.run("DROP TABLE IF EXISTS in_fall, in_given")
    if staging.table("in_fall", _RAISED_FALL.format(place=place)):
        if staging.table("in_given", _NAMING):
            spread(staging, "customer_id, currency, number")
        staging.run("DROP TABLE in_given")


def _raise_balances(staging: Staging) -> None:
    """Take inferred (and where it must be, other) applications back; correct amounts."""
    if not staging.value("SELECT EXISTS (SELECT FROM in_unit WHERE gap > 0 OR delta <> 0)"):
        return
    for wanted in (_RISEN, _FORCED):
        staging.run(wanted)
        if undo(staging):
            staging.run(_FREED_SO_FAR)
        staging.run("DROP TABLE in_undo")
    staging.run(_ADJUST)


def _lower_balances(staging: Staging) -> int:
    place, part_place = places(staging, "u.component", "p.component")
    fallen = staging.table("in_fall", _FALL.format(place=place, part_place=part_place))
    if not fallen:
        return 0
    if staging.table("in_given", _UNAPPLIED):
        spread(staging, "customer_id, currency")
    staging.run("DROP TABLE in_given")
    staging.run("DROP TABLE in_new_credit")
    made = staging.table("in_new_credit", _EXPLAIN)
    staging.run(INSERT_CREDITS)
    staging.table(
        "in_given",
        # The row's own payment first, then what is inferred.
        "SELECT id AS credit_id, document_id, value_on, amount AS available FROM in_new_credit",
    )
    spread(staging, "document_id")
    return made
