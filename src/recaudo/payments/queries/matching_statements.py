"""What the matcher asks the database: statements over all lines of one gathering.

The temporary tables they join (``match_key``, ``match_told`` …) are made in ``matching``.
"""

from __future__ import annotations

#: As ``key_of``, for the signs that numbers are written with. Most numbers are a key already, and
#: seeing that costs a third of making one.
KEY = (
    "CASE WHEN {0} ~ '^[1-9A-Z][0-9A-Z]*$' THEN {0} "
    "ELSE LTRIM(TRANSLATE(UPPER({0}), ' -_./#:,;()&|', ''), '0') END"
)

LINES = """
SELECT l.id, w.id, w.version, l.value_on, (l.amount * 10000)::bigint, l.currency, l."references",
  l.text, l.payer_name, l.payer_account, l.account_id, l.external_id
FROM payments_linework w
JOIN payments_bankline l ON l.id = w.line_id
WHERE w.creditor_id = %(creditor)s AND w.state = ANY(%(states)s) AND l.value_on <= %(today)s
  AND w.id > %(after)s
ORDER BY w.id LIMIT %(most)s
"""
#: Documents that a corte closed by inference (F1), with what it inferred: one row per document, of
#: the newest such day. Documents with parts are left to a person: the corte does not say which part
#: was paid.
TOLD = """
SELECT DISTINCT ON (a.document_id) a.document_id, a.value_on, a.amount
FROM (
  SELECT a.document_id, a.value_on, SUM(a.amount) AS amount
  FROM payments_application a
  JOIN payments_credit c ON c.id = a.credit_id AND c.kind = 'snapshot'
  WHERE a.creditor_id = %(creditor)s AND a.amount > 0 AND a.component = ''
    AND a.value_on >= %(since)s
    AND NOT EXISTS (SELECT FROM payments_application r WHERE r.reverses_id = a.id)
  GROUP BY a.document_id, a.value_on
) a
JOIN portfolio_document d ON d.id = a.document_id AND d.open_amount = 0 AND d.ceded_on IS NULL
ORDER BY a.document_id, a.value_on DESC
"""
#: Found by their keys alone, then read: of a million documents only the named ones are carried on.
NUMBERS = f"""
WITH named AS MATERIALIZED (
  SELECT t.key, d.id FROM portfolio_document d JOIN match_key t ON t.key = {KEY.format("d.number")}
  WHERE d.creditor_id = %(creditor)s
  UNION ALL
  SELECT t.key, d.id FROM portfolio_document d
  JOIN match_key t ON t.key = {KEY.format("(d.prefix || d.number)")}
  WHERE d.creditor_id = %(creditor)s AND d.prefix <> ''
)
SELECT DISTINCT n.key, d.id, d.customer_id, d.due_on,
       ((d.open_amount + COALESCE(t.amount, 0)) * 10000)::bigint, d.currency,
       {KEY.format("d.number")}, t.value_on
FROM named n JOIN portfolio_document d ON d.id = n.id
LEFT JOIN match_told t ON t.document_id = d.id
WHERE d.open_amount > 0 OR LENGTH(d.number) >= %(telling)s OR t.document_id IS NOT NULL
"""
OWN = """
SELECT t.key, r.customer_id FROM match_key t
JOIN payments_paymentreference r ON r.creditor_id = %(creditor)s AND r.reference = t.key
"""
IDS = f"""
SELECT t.key, c.id FROM match_key t JOIN portfolio_customer c
  ON c.creditor_id = %(creditor)s AND c.tax_id <> '' AND {KEY.format("c.tax_id")} = t.key
WHERE LENGTH(t.key) >= 6
UNION
SELECT t.key, c.id FROM match_key t JOIN portfolio_customer c
  ON c.creditor_id = %(creditor)s AND {KEY.format("c.code")} = t.key
WHERE LENGTH(t.key) >= 6
"""
ALIASES = """
SELECT kind, value, customer_id FROM payments_payeralias WHERE creditor_id = %(creditor)s
"""
NAMES = """
SELECT id, name FROM portfolio_customer WHERE creditor_id = %(creditor)s
"""
DEBTS = f"""
SELECT d.id, d.customer_id, d.due_on, (d.open_amount * 10000)::bigint, d.currency,
       {KEY.format("d.number")} AS bare, NULL::date AS told_on, d.number
FROM match_customer m JOIN portfolio_document d ON d.customer_id = m.customer_id
WHERE d.creditor_id = %(creditor)s AND d.open_amount > 0 AND d.ceded_on IS NULL
UNION ALL
SELECT d.id, d.customer_id, d.due_on, (t.amount * 10000)::bigint, d.currency,
       {KEY.format("d.number")}, t.value_on, d.number
FROM match_told t JOIN portfolio_document d ON d.id = t.document_id
JOIN match_customer m ON m.customer_id = d.customer_id
ORDER BY 2, 3, 8, 1
"""
#: Documents closed lately that a number that was cut may be of: who means one of those means none
#: that is open.
CLOSED = f"""
WITH d AS (
  SELECT id, customer_id, due_on, amount, currency, {KEY.format("number")} AS bare
  FROM portfolio_document
  WHERE creditor_id = %(creditor)s AND closed_on >= %(since)s::date - %(days)s
    AND open_amount = 0
)
SELECT DISTINCT d.id, d.customer_id, d.due_on, (d.amount * 10000)::bigint, d.currency, d.bare,
       NULL::date
FROM match_piece m JOIN d USING (customer_id)
WHERE STARTS_WITH(d.bare, m.piece) OR RIGHT(d.bare, LENGTH(m.piece)) = m.piece
"""
#: How long ago that may be, in days.
CLOSED_DAYS = 180
AMOUNTS = f"""
SELECT d.id, d.customer_id, d.due_on, (d.open_amount * 10000)::bigint, d.currency,
       {KEY.format("d.number")}, NULL::date
FROM match_amount m JOIN portfolio_document d
  ON d.open_amount = m.amount AND d.currency = m.currency
WHERE d.creditor_id = %(creditor)s AND d.open_amount > 0 AND d.ceded_on IS NULL
UNION ALL
SELECT d.id, d.customer_id, d.due_on, (t.amount * 10000)::bigint, d.currency,
       {KEY.format("d.number")}, t.value_on
FROM match_told t JOIN portfolio_document d ON d.id = t.document_id
JOIN match_amount m ON m.amount = t.amount AND m.currency = d.currency
"""


#: Payments that came by another way (a file, a person, a cheque that cleared) and that no line has
#: been tied to: a line of the same customer and amount may be their money.
KNOWN = """
SELECT c.customer_id, c.currency, (c.original_amount * 10000)::bigint, c.value_on
FROM payments_credit c
WHERE c.creditor_id = %(creditor)s AND c.kind IN ('payment', 'advance') AND c.source <> 'bank'
  AND c.amount > 0 AND c.lot_id IS NULL
  AND c.value_on BETWEEN %(since)s::date - %(days)s AND %(until)s::date + %(days)s
  AND NOT EXISTS (SELECT FROM payments_linecredit l WHERE l.credit_id = c.id)
ORDER BY c.value_on, c.id
"""
#: A payment and its line are at most this far apart.
KNOWN_DAYS = 5
