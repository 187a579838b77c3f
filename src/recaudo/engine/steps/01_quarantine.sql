-- A row: one row of the ledger that takes no part today, and why. The rest go on without it.
WITH suspects AS (
  SELECT 'open_documents' AS relation, d.document_id AS row_id, d.customer_id,
         d.open_amount AS amount, d.currency, d.due_day AS on_day
  FROM open_documents d
  UNION ALL
  SELECT 'credits_unapplied' AS relation, c.credit_id AS row_id, c.customer_id,
         c.amount, c.currency, c.value_day AS on_day
  FROM credits_unapplied c
)
SELECT s.relation, s.row_id, s.customer_id,
       CASE WHEN s.currency IS NOT NULL AND r.currency IS NULL THEN 'no_rate'
            WHEN s.on_day < -36524 OR s.on_day > 73049 THEN 'bad_dates'
            ELSE 'bad_amount' END AS reason
FROM suspects s LEFT JOIN rates r ON r.currency = s.currency
WHERE (s.currency IS NOT NULL AND r.currency IS NULL)
   OR s.on_day < -36524 OR s.on_day > 73049
   OR s.amount <= 0 OR s.amount > $amount_limit
   OR (r.currency IS NOT NULL
       AND wide(s.amount) * r.rate_e10 > wide($amount_limit) * 10000000000)
