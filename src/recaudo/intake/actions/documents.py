"""Writing documents: new ones whole, and what is told otherwise about known ones as dated rows."""

from __future__ import annotations

from recaudo.intake.queries.staging import Staging
from recaudo.intake.reading.contract import COMPONENTS

# in_new_doc: new documents with their ids. ``balance`` is what of them is still open.
_NEW_DOC = """
SELECT NEXTVAL(%(document_ids)s) AS id, i.seq,
  o.id AS customer_id, {obligation} AS obligation_id, i.key, i.doc_type, i.prefix, i.number,
  i.instalment, COALESCE(i.product, {product}, '') AS product,
  COALESCE(i.regime, {regime}, 'consumer') AS regime,
  COALESCE(i.issued_on, LEAST(i.due_on, %(as_of)s::date)) AS issued_on, i.due_on, i.currency,
  i.amount, i.seller, i.branch, i.zone, i.purchase_order, i.state, i.filed_on, i.balance,
  CASE WHEN i.obligation_number IS NOT NULL THEN 'instalment'
       WHEN i.doc_type ~* '^(nd|dn|debit|nota (de )?d[eé]bito)' THEN 'debit_note'
       ELSE 'invoice' END AS kind
FROM in_doc i
JOIN in_owner o ON o.code = i.customer_code
LEFT JOIN in_known k ON k.seq = i.seq
{join}
WHERE k.seq IS NULL
ORDER BY i.seq
"""

_INSERT = """
INSERT INTO portfolio_document (id, creditor_id, customer_id, obligation_id, kind, key, doc_type,
  prefix, number, instalment, product, regime, issued_on, due_on, currency, original_amount,
  amount, open_amount, state, seller, branch, zone, purchase_order, batch_id)
SELECT id, %(creditor)s, customer_id, obligation_id, kind, key, doc_type, prefix, number,
  instalment, product, regime, issued_on, due_on, currency, amount, amount, amount, 'issued',
  COALESCE(seller, ''), COALESCE(branch, ''), COALESCE(zone, ''), COALESCE(purchase_order, ''),
  %(batch)s
FROM in_new_doc
"""

# What the parts leave of the amount was paid before the file: capital, so that the parts that the
# file states are what is open. A cent too much is taken from the largest part.
_PARTS = """
INSERT INTO portfolio_documentcomponent (creditor_id, document_id, component, original_amount,
  amount, open_amount)
SELECT %(creditor)s, id, component, part, part, part FROM (
  SELECT n.id, v.component, v.place, COALESCE(v.part, 0)
    + CASE WHEN v.component = 'capital' AND i.amount > s.whole THEN i.amount - s.whole ELSE 0 END
    - CASE WHEN i.amount < s.whole AND v.component = s.largest THEN s.whole - i.amount ELSE 0 END
    AS part
  FROM in_new_doc n
  JOIN in_doc i ON i.seq = n.seq
  CROSS JOIN LATERAL (
    SELECT SUM(p.part) AS whole,
           (ARRAY_AGG(p.component ORDER BY p.part DESC NULLS LAST))[1] AS largest
    FROM (VALUES {parts}) AS p (component, part)
  ) s
  CROSS JOIN LATERAL (VALUES {placed}) AS v (component, part, place)
  WHERE s.whole IS NOT NULL
) parts WHERE part > 0
ORDER BY id, place
"""

_DUE_DATES = """
INSERT INTO portfolio_duedate (creditor_id, document_id, due_on, previous_due_on, reason, batch_id)
SELECT %(creditor)s, k.id, i.due_on, k.due_before, 'source_correction', %(batch)s
FROM in_known k JOIN in_doc i ON i.seq = k.seq WHERE k.is_due_moved
"""

_EVENTS = """
INSERT INTO portfolio_documentevent (creditor_id, document_id, kind, happened_on, reason, batch_id)
SELECT %(creditor)s, d.id, e.kind, e.happened_on, 'import', %(batch)s
FROM (
  SELECT n.id, n.state, n.filed_on, NULL AS known_state, NULL::date AS known_filed_on,
         NULL::date AS ceded_on
  FROM in_new_doc n WHERE n.state <> 'issued' OR n.filed_on IS NOT NULL
  UNION ALL
  SELECT k.id, i.state, i.filed_on, p.state, p.filed_on, p.ceded_on
  FROM in_known k JOIN in_doc i ON i.seq = k.seq JOIN portfolio_document p ON p.id = k.id
  WHERE k.is_state_moved
) d
CROSS JOIN LATERAL (VALUES
  (1, 'filed', d.filed_on, d.filed_on IS NOT NULL AND d.filed_on IS DISTINCT FROM d.known_filed_on),
  (2, d.state, CASE WHEN d.state = 'filed' THEN COALESCE(d.filed_on, %(as_of)s) ELSE %(as_of)s END,
   CASE d.state WHEN 'ceded' THEN d.ceded_on IS NULL
     WHEN 'filed' THEN d.filed_on IS NULL AND d.known_state IS DISTINCT FROM 'filed'
     ELSE d.state IS DISTINCT FROM COALESCE(d.known_state, 'issued') END)
) AS e (place, kind, happened_on, is_wanted)
WHERE e.is_wanted AND e.kind IS NOT NULL
ORDER BY d.id, e.place
"""

_DESCRIBE = """
UPDATE portfolio_document d SET seller = COALESCE(i.seller, d.seller),
  branch = COALESCE(i.branch, d.branch), zone = COALESCE(i.zone, d.zone),
  product = COALESCE(i.product, d.product), regime = COALESCE(i.regime, d.regime),
  purchase_order = COALESCE(i.purchase_order, d.purchase_order),
  obligation_id = COALESCE(o.id, d.obligation_id)
FROM in_known k
JOIN in_doc i ON i.seq = k.seq
LEFT JOIN portfolio_obligation o ON o.creditor_id = %(creditor)s AND o.number = i.obligation_number
WHERE d.id = k.id AND k.is_described_otherwise
"""

_RATES = """
INSERT INTO portfolio_exchangerate (creditor_id, from_currency, to_currency, valid_on, rate, source)
SELECT %(creditor)s, currency, %(currency)s, rate_on, exchange_rate, 'import' FROM in_rate
"""


def write_documents(staging: Staging) -> int:
    """Gives how many documents are new; makes ``in_new_doc``."""
    has_obligations = staging.has("obligation_number")
    staging.table(
        "in_new_doc",
        _NEW_DOC.format(
            obligation="b.id" if has_obligations else "NULL::bigint",
            product="b.product" if has_obligations else "NULL",
            regime="b.regime" if has_obligations else "NULL",
            join="LEFT JOIN portfolio_obligation b ON b.creditor_id = %(creditor)s "
            "AND b.number = i.obligation_number"
            if has_obligations
            else "",
        ),
    )
    new = staging.run(_INSERT)
    if staging.has(*COMPONENTS):
        parts = ", ".join(f"('{name}', i.{name})" for name in COMPONENTS)
        placed = ", ".join(f"('{name}', i.{name}, {at})" for at, name in enumerate(COMPONENTS))
        staging.run(_PARTS.format(parts=parts, placed=placed))
    staging.run(_DUE_DATES)
    if staging.has("state", "filed_on"):
        staging.run(_EVENTS)
    staging.run(_DESCRIBE)
    staging.run(_RATES)
    return new
