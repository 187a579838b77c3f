-- Every document with an open amount, today.
SELECT id AS document_id,
       customer_id,
       issued_on - DATE '1970-01-01' AS issued_day,
       due_on - DATE '1970-01-01' AS due_day,
       CAST(recorded_at AT TIME ZONE $zone AS date) - DATE '1970-01-01' AS recorded_day,
       CAST(open_amount * 10000 AS bigint) AS open_amount,
       NULLIF(currency, $currency) COLLATE "C" AS currency,
       product COLLATE "C" AS product,
       CASE regime WHEN 'consumer' THEN 1 WHEN 'guarantor' THEN 2 WHEN 'small_company' THEN 3
         WHEN 'supervised_lender' THEN 4 ELSE 5 END AS regime,
       ceded_on - DATE '1970-01-01' AS ceded_day,
       written_off_on - DATE '1970-01-01' AS written_off_day
FROM portfolio_document
WHERE creditor_id = $creditor AND open_amount > 0 AND customer_id $among
