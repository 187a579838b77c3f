-- Documents closed in the 365 days up to the day judged; cancelled ones are worth nothing.
SELECT customer_id,
       due_on - DATE '1970-01-01' AS due_day,
       closed_on - DATE '1970-01-01' AS closed_day,
       CAST(amount * 10000 AS bigint) AS amount,
       NULLIF(currency, $currency) COLLATE "C" AS currency
FROM portfolio_document
WHERE creditor_id = $creditor AND closed_on > $as_of - 365 AND closed_on <= $as_of
  AND amount > 0 AND customer_id $among
