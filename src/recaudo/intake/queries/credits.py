"""Which payments, credits and rates does the file bring, and which does the ledger have already?

A credit is known by (source, external id):

- ``import_credit``: a negative row (F6), by its document key. Its balance is what is left of it.
- ``import``: a payment row. By its own identifier; else, with a reference, by reference, customer,
  document and means; without one by customer, document, day and amount, so that two equal rows are
  one payment.
- ``import_document``: a payment told by a document's own row; made only for what is not yet paid.
- ``corte``: inferred from a balance.
"""

from __future__ import annotations

from recaudo.intake.queries.documents import SHOWN
from recaudo.intake.queries.staging import Staging

#: Corrections of a credit that are no corrections of what the source says about its amount.
TAKEN_BACK = "taken_back"

# in_credit: one row per negative row. ``target`` is what must be left of it, NULL to leave it.
_CREDIT = """
SELECT r.seq, r.sheet, r.row_no, r.customer_code,
  COALESCE(r.doc_type, '') || '|' || COALESCE(r.prefix, '') || '|' || r.number || '|'
    || COALESCE(r.instalment, '') AS external_id,
  COALESCE(r.credit_kind, 'credit_note') AS kind,
  COALESCE(r.issued_on, r.due_on) AS value_on, COALESCE(r.currency, %(currency)s) AS currency,
  COALESCE(r.open_amount, r.amount) AS balance, COALESCE(r.prefix, '') || r.number AS reference
FROM in_row r WHERE r.record = 'credit'
"""

_CREDIT_REPEATED = f"""
WITH ranked AS (
  SELECT seq, external_id, (customer_code, currency, balance)::text AS content,
         FIRST_VALUE((customer_code, currency, balance)::text) OVER w AS first_content,
         FIRST_VALUE(row_no) OVER w AS first_row, FIRST_VALUE(sheet) OVER w AS first_sheet,
         ROW_NUMBER() OVER w AS place
  FROM in_credit WINDOW w AS (PARTITION BY external_id ORDER BY seq)
)
INSERT INTO in_verdict (seq, status, code, facts)
SELECT seq, CASE WHEN content = first_content THEN 'unchanged' ELSE 'rejected' END,
       CASE WHEN content = first_content THEN 'row_repeated' ELSE 'duplicate_differs' END,
       JSONB_BUILD_OBJECT('document', {SHOWN.format(key="external_id")}, 'row', first_row,
         'sheet', first_sheet)
FROM ranked WHERE place > 1
"""

# What the ledger has of them; ``delta`` is the correction that the row asks for.
_CREDIT_VERDICTS = """
WITH matched AS (
  SELECT i.seq, i.customer_code, i.currency AS said_currency, i.balance, k.id, k.currency,
    k.customer_id, c.id AS said_customer_id, k.amount, k.unapplied, {left_on} AS left_on
  FROM in_credit i
  JOIN payments_credit k ON k.creditor_id = %(creditor)s AND k.source = 'import_credit'
    AND k.external_id = i.external_id
  LEFT JOIN in_customer c ON c.code = i.customer_code
),
judged AS (
  SELECT m.*, said_customer_id IS DISTINCT FROM customer_id AS is_of_other,
    CASE WHEN %(is_exact)s THEN GREATEST(balance - left_on, -unapplied)
         WHEN balance < unapplied THEN balance - unapplied
         WHEN balance > amount THEN balance - amount ELSE 0 END AS delta
  FROM matched m
)
INSERT INTO in_verdict (seq, status, "column", value, code, facts)
SELECT j.seq,
  CASE WHEN is_of_other OR said_currency <> j.currency THEN 'rejected'
       WHEN delta <> 0 THEN 'updated' ELSE 'unchanged' END,
  CASE WHEN is_of_other THEN 'customer_code' WHEN said_currency <> j.currency THEN 'currency' END,
  CASE WHEN is_of_other THEN customer_code
       WHEN said_currency <> j.currency THEN said_currency END,
  CASE WHEN is_of_other THEN 'document_of_other_customer'
       WHEN said_currency <> j.currency THEN 'document_currency_differs' END,
  JSONB_BUILD_OBJECT('customer', c.code, 'currency', j.currency, 'credit', j.id, 'delta', delta)
FROM judged j JOIN portfolio_customer c ON c.id = j.customer_id
"""
_LEFT_ON = """k.unapplied + COALESCE((SELECT SUM(a.amount) FROM payments_application a
      WHERE a.credit_id = k.id AND a.value_on > %(as_of)s), 0)"""

# in_payment: one row per payment row. The document is one of the ledger or of this file.
_PAYMENT = """
WITH named AS (
  SELECT r.seq, COUNT(*) AS documents, MIN(n.customer_id) AS customer_id,
         MIN(n.customer_code) AS code, MIN(n.currency) AS currency
  FROM in_row r
  LEFT JOIN in_customer c ON c.code = r.customer_code
  JOIN in_number_of n ON n.number = r.number
    AND (r.customer_code IS NULL OR n.customer_code = c.ledger_code)
    AND (r.doc_type IS NULL OR n.doc_type = r.doc_type)
    AND (r.prefix IS NULL OR n.prefix = r.prefix)
    AND (r.instalment IS NULL OR n.instalment = r.instalment)
  WHERE r.record = 'payment'
  GROUP BY r.seq HAVING COUNT(DISTINCT n.customer_code) = 1
)
SELECT p.*, CASE WHEN payment_id IS NOT NULL THEN 'id|' || payment_id
    WHEN reference IS NOT NULL
    THEN reference || '|' || owner_code || '|' || COALESCE(number, '') || '|'
      || COALESCE(instalment, '') || '|' || COALESCE(method, '')
    ELSE '|' || owner_code || '|' || COALESCE(number, '') || '|' || COALESCE(instalment, '')
      || '|' || paid_on || '|' || ABS(amount) END AS external_id
FROM (
  SELECT r.seq, r.sheet, r.row_no, r.customer_code, r.doc_type, r.prefix, r.number, r.instalment,
    r.paid_on, r.paid_amount AS amount, r.payment_reference AS reference, r.method, r.payer,
    r.payment_id,
    r.currency AS said_currency, COALESCE(c.ledger_code, n.code) AS owner_code,
    COALESCE(c.id, n.customer_id) AS customer_id,
    COALESCE(n.currency, r.currency, %(currency)s) AS currency, n.documents
  FROM in_row r
  LEFT JOIN in_customer c ON c.code = r.customer_code AND (c.id IS NOT NULL OR c.is_told)
  LEFT JOIN named n ON n.seq = r.seq
  WHERE r.record = 'payment'
) p
"""

# in_number_of: the documents that payment rows may mean, of the ledger and of this file.
_NUMBER_OF = """
WITH wanted AS (SELECT DISTINCT number FROM in_row WHERE record = 'payment' AND number IS NOT NULL)
SELECT d.number, d.prefix, d.doc_type, d.instalment, d.customer_id, c.code AS customer_code,
       d.currency, d.key
FROM wanted w
JOIN portfolio_document d ON d.creditor_id = %(creditor)s AND d.number = w.number
JOIN portfolio_customer c ON c.id = d.customer_id
UNION ALL
SELECT i.number, i.prefix, i.doc_type, i.instalment, c.id, c.ledger_code, i.currency, i.key
FROM wanted w
JOIN in_doc i ON i.number = w.number
LEFT JOIN in_customer c ON c.code = i.customer_code
WHERE NOT EXISTS (SELECT FROM in_known k WHERE k.seq = i.seq)
"""

# A payment taken back without a reference is the newest of the same customer, document and amount;
# one that was taken back on that very day before all others, so that twice is as once.
_TAKEN_BACK = """
UPDATE in_payment p SET external_id = f.external_id
FROM (
  SELECT DISTINCT ON (n.seq) n.seq, m.external_id
  FROM in_payment n
  JOIN (
    SELECT k.external_id, k.value_on, k.original_amount AS amount, a.value_on AS back_on
    FROM payments_credit k
    LEFT JOIN payments_creditadjustment a ON a.credit_id = k.id AND a.reason = 'taken_back'
    WHERE k.creditor_id = %(creditor)s AND k.source = 'import'
    UNION ALL
    SELECT o.external_id, o.paid_on, o.amount, NULL FROM in_payment o WHERE o.amount > 0
  ) m ON m.amount = -n.amount AND m.value_on <= n.paid_on
    AND STARTS_WITH(m.external_id, '|' || n.owner_code || '|' || COALESCE(n.number, '') || '|')
    AND COALESCE(m.back_on = n.paid_on, TRUE)
  WHERE n.amount < 0 AND n.reference IS NULL AND n.payment_id IS NULL
  ORDER BY n.seq, m.back_on IS NULL, m.value_on DESC, m.external_id
) f WHERE f.seq = p.seq
"""

_PAYMENT_VERDICTS = """
WITH ranked AS (
  SELECT p.*, FIRST_VALUE(amount) OVER w AS first_amount, FIRST_VALUE(paid_on) OVER w AS first_day,
         FIRST_VALUE(row_no) OVER w AS first_row, FIRST_VALUE(sheet) OVER w AS first_sheet,
         ROW_NUMBER() OVER w AS place
  FROM in_payment p
  WINDOW w AS (PARTITION BY CASE WHEN owner_code IS NULL THEN seq::text ELSE external_id END,
                            amount < 0 ORDER BY seq)
),
matched AS (
  SELECT p.*, p.currency AS p_currency, k.id AS credit_id, k.original_amount,
    COALESCE((SELECT SUM(a.delta) FROM payments_creditadjustment a
              WHERE a.credit_id = k.id AND a.reason = 'source_correction'), 0) AS corrected,
    EXISTS (SELECT FROM payments_creditadjustment a
            WHERE a.credit_id = k.id AND a.reason = 'taken_back') AS is_taken_back,
    EXISTS (SELECT FROM in_payment o WHERE o.external_id = p.external_id AND o.amount > 0)
      AS is_in_file
  FROM ranked p
  LEFT JOIN payments_credit k ON k.creditor_id = %(creditor)s AND k.source = 'import'
    AND k.external_id = p.external_id
),
judged AS (
  SELECT m.*, CASE
    WHEN owner_code IS NULL AND customer_code IS NULL THEN 'payment_document_unknown'
    WHEN owner_code IS NULL THEN 'customer_unknown'
    WHEN said_currency IS NOT NULL AND documents > 0 AND said_currency <> p_currency
      THEN 'document_currency_differs'
    WHEN place > 1 AND (amount <> first_amount OR paid_on <> first_day) THEN 'duplicate_differs'
    WHEN amount < 0 AND credit_id IS NULL AND NOT is_in_file THEN 'payment_to_take_back_unknown'
    END AS refusal
  FROM matched m
)
INSERT INTO in_verdict (seq, status, "column", value, code, facts)
SELECT seq,
  CASE WHEN refusal IS NOT NULL THEN 'rejected'
       WHEN place > 1 THEN 'unchanged'
       WHEN amount < 0 AND is_taken_back THEN 'unchanged'
       WHEN amount < 0 THEN 'updated'
       WHEN amount <> original_amount + corrected THEN 'updated' ELSE 'unchanged' END,
  CASE refusal WHEN 'payment_document_unknown' THEN 'number' WHEN 'customer_unknown' THEN
    'customer_code' WHEN 'document_currency_differs' THEN 'currency'
    WHEN 'payment_to_take_back_unknown' THEN 'payment_reference' END,
  CASE refusal WHEN 'payment_document_unknown' THEN number WHEN 'customer_unknown' THEN
    customer_code WHEN 'document_currency_differs' THEN said_currency
    WHEN 'payment_to_take_back_unknown' THEN reference END,
  CASE WHEN refusal IS NULL AND place > 1 THEN 'row_repeated' ELSE refusal END,
  JSONB_BUILD_OBJECT('row', first_row, 'sheet', first_sheet, 'document', number,
    'customer', customer_code, 'currency', p_currency, 'said', said_currency,
    'credit', credit_id, 'delta', amount - original_amount - corrected)
FROM judged
WHERE refusal IS NOT NULL OR place > 1 OR amount < 0 OR credit_id IS NOT NULL
"""

# in_rate: exchange rates of the file, one row per currency and day.
_RATE = """
SELECT DISTINCT ON (r.currency, r.rate_on) r.seq, r.currency, r.rate_on, r.exchange_rate
FROM in_row r WHERE r.record = 'rate' ORDER BY r.currency, r.rate_on, r.seq
"""
_RATE_VERDICTS = """
INSERT INTO in_verdict (seq, status, "column", value, code, facts)
SELECT r.seq, CASE WHEN COALESCE(e.rate, f.exchange_rate) = r.exchange_rate THEN 'unchanged'
              ELSE 'rejected' END,
       'exchange_rate', r.exchange_rate::text, 'rate_already_set',
       JSONB_BUILD_OBJECT('currency', r.currency, 'day', r.rate_on,
                          'rate', COALESCE(e.rate, f.exchange_rate))
FROM in_row r
JOIN in_rate f ON f.currency = r.currency AND f.rate_on = r.rate_on
LEFT JOIN portfolio_exchangerate e ON e.creditor_id = %(creditor)s AND e.from_currency = r.currency
  AND e.to_currency = %(currency)s AND e.valid_on = r.rate_on
WHERE r.record = 'rate' AND (e.id IS NOT NULL OR f.seq <> r.seq)
"""


def find_credits(staging: Staging) -> None:
    """Make ``in_credit``, ``in_payment`` and ``in_rate`` and the verdicts on their rows."""
    records = {record for (record,) in staging.read("SELECT DISTINCT record FROM in_row")}
    staging.table("in_credit", _CREDIT)
    if "credit" in records:
        staging.run(_CREDIT_REPEATED)
        staging.run("DELETE FROM in_credit i USING in_verdict v WHERE v.seq = i.seq")
        staging.run(_CREDIT_VERDICTS.format(left_on=_LEFT_ON))
        staging.run(
            "INSERT INTO in_verdict (seq, status) SELECT seq, 'unchanged' FROM in_credit i "
            "WHERE balance = 0 AND NOT EXISTS (SELECT FROM in_verdict v WHERE v.seq = i.seq)"
        )
        _drop_refused(staging, "in_credit")
    staging.table("in_number_of", _NUMBER_OF)
    staging.table("in_payment", _PAYMENT)
    if "payment" in records:
        if staging.value("SELECT EXISTS (SELECT FROM in_payment WHERE amount < 0)"):
            staging.run(_TAKEN_BACK)
        staging.run(_PAYMENT_VERDICTS)
        staging.notice(
            "payment_not_tied",
            "SELECT number FROM in_payment p WHERE number IS NOT NULL AND documents IS NULL "
            "AND NOT EXISTS (SELECT FROM in_verdict v WHERE v.seq = p.seq) ORDER BY seq",
        )
        _drop_refused(staging, "in_payment")
        staging.run(
            "DELETE FROM in_payment p USING in_verdict v "
            "WHERE v.seq = p.seq AND v.status = 'unchanged'"
        )
    staging.table("in_rate", _RATE)
    if "rate" in records:
        staging.run(_RATE_VERDICTS)
        staging.run("DELETE FROM in_rate i USING in_verdict v WHERE v.seq = i.seq")


def _drop_refused(staging: Staging, table: str) -> None:
    staging.run(
        f"DELETE FROM {table} i USING in_verdict v WHERE v.seq = i.seq AND v.status = 'rejected'"
    )
