-- Credits with something left to apply, today.
SELECT id AS credit_id,
       customer_id,
       value_on - DATE '1970-01-01' AS value_day,
       CAST(unapplied * 10000 AS bigint) AS amount,
       NULLIF(currency, $currency) COLLATE "C" AS currency
FROM payments_credit
WHERE creditor_id = $creditor AND unapplied > 0 AND value_on <= $as_of AND customer_id $among
