-- The segment each customer is in, since when.
SELECT customer_id,
       segment COLLATE "C" AS segment,
       entered_on - DATE '1970-01-01' AS entered_day
FROM strategy_segmentstay
WHERE creditor_id = $creditor AND left_on IS NULL AND customer_id $among
