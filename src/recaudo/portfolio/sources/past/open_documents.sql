-- Every document with an open amount on a past day: open now, plus what was applied later, minus
-- what was adjusted later. Attributes are today's.
WITH later AS (
  SELECT document_id, SUM(amount) AS amount FROM (
    SELECT document_id, amount FROM payments_application
    WHERE creditor_id = $creditor AND value_on > $as_of
    UNION ALL
    SELECT document_id, -delta FROM portfolio_documentadjustment
    WHERE creditor_id = $creditor AND value_on > $as_of
  ) moved GROUP BY document_id
)
SELECT d.id AS document_id,
       d.customer_id,
       d.issued_on - DATE '1970-01-01' AS issued_day,
       d.due_on - DATE '1970-01-01' AS due_day,
       CAST(d.recorded_at AT TIME ZONE $zone AS date) - DATE '1970-01-01' AS recorded_day,
       CAST((d.open_amount + COALESCE(l.amount, 0)) * 10000 AS bigint) AS open_amount,
       NULLIF(d.currency, $currency) COLLATE "C" AS currency,
       d.product COLLATE "C" AS product,
       CASE d.regime WHEN 'consumer' THEN 1 WHEN 'guarantor' THEN 2 WHEN 'small_company' THEN 3
         WHEN 'supervised_lender' THEN 4 ELSE 5 END AS regime,
       d.ceded_on - DATE '1970-01-01' AS ceded_day,
       d.written_off_on - DATE '1970-01-01' AS written_off_day
FROM portfolio_document d LEFT JOIN later l ON l.document_id = d.id
WHERE d.creditor_id = $creditor AND d.issued_on <= $as_of AND d.customer_id $among
  AND d.open_amount + COALESCE(l.amount, 0) > 0
