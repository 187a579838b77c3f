-- The day of each customer's last payment, known or inferred from a corte.
SELECT customer_id, MAX(value_on) - DATE '1970-01-01' AS paid_day
FROM payments_credit
WHERE creditor_id = $creditor AND kind IN ('payment', 'advance', 'exchange', 'snapshot') AND amount > 0
  AND value_on <= $as_of AND customer_id $among
GROUP BY customer_id
