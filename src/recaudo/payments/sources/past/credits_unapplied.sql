-- Credits with something left to apply on a past day: left now, plus what was applied later, minus
-- what was adjusted later.
WITH later AS (
  SELECT credit_id, SUM(amount) AS amount FROM (
    SELECT credit_id, amount FROM payments_application
    WHERE creditor_id = $creditor AND value_on > $as_of
    UNION ALL
    SELECT credit_id, -delta FROM payments_creditadjustment
    WHERE creditor_id = $creditor AND value_on > $as_of
  ) moved GROUP BY credit_id
)
SELECT c.id AS credit_id,
       c.customer_id,
       c.value_on - DATE '1970-01-01' AS value_day,
       CAST((c.unapplied + COALESCE(l.amount, 0)) * 10000 AS bigint) AS amount,
       NULLIF(c.currency, $currency) COLLATE "C" AS currency
FROM payments_credit c LEFT JOIN later l ON l.credit_id = c.id
WHERE c.creditor_id = $creditor AND c.value_on <= $as_of AND c.customer_id $among
  AND c.unapplied + COALESCE(l.amount, 0) > 0
