-- A row: one customer with open documents: sums over them.
-- claimable: in the ageing or written off; ageing: neither ceded nor written off.
SELECT customer_id,
       CAST(SUM(CASE WHEN slot > 0 THEN balance ELSE 0 END) AS BIGINT) AS balance,
       CAST(SUM(CASE WHEN slot > 0 AND dpd > 0 THEN balance ELSE 0 END) AS BIGINT) AS overdue_balance,
       CAST(SUM(CASE WHEN slot = 0 AND is_ceded = 0 THEN balance ELSE 0 END) AS BIGINT)
         AS written_off_balance,
       CAST(SUM(CASE WHEN is_ceded = 1 THEN balance ELSE 0 END) AS BIGINT) AS ceded_balance,
       CAST(SUM(CASE WHEN slot > 0 AND hold = 'instrument' THEN balance ELSE 0 END) AS BIGINT)
         AS documented_balance,
       CAST(SUM(CASE WHEN is_ceded = 0 AND hold <> '' THEN balance ELSE 0 END) AS BIGINT)
         AS held_balance,
       CAST(SUM(CASE WHEN is_ceded = 0 THEN disputed ELSE 0 END) AS BIGINT) AS disputed_balance,
       CAST(SUM(CASE WHEN is_ceded = 0 THEN promised ELSE 0 END) AS BIGINT) AS promised_balance,
       CAST(SUM(CASE WHEN is_ceded = 0 THEN planned ELSE 0 END) AS BIGINT) AS planned_balance,
       CAST(SUM(1 - is_ceded) AS INT) AS open_documents,
       CAST(SUM(CASE WHEN slot > 0 AND dpd > 0 THEN 1 ELSE 0 END) AS INT) AS overdue_documents,
       CAST(SUM(CASE WHEN block = 0 AND dpd > 0 THEN 1 ELSE 0 END) AS INT) AS overdue_worked,
       CAST(MAX(CASE WHEN is_ceded = 0 THEN dpd ELSE 0 END) AS INT) AS max_dpd,
       SUM(CASE WHEN slot > 0 THEN wide(balance) * dpd END) AS balance_days,
       MIN(CASE WHEN is_ceded = 0 THEN due_day END) AS oldest_due_day,
       MAX(CASE WHEN is_ceded = 0 THEN due_day END) AS newest_due_day,
       MAX(slot) AS slot, MAX(slot_month_start) AS slot_month_start,
       MIN(rolls_day) AS rolls_day,
       CAST(SUM(CASE WHEN rolls_day <= $month_end THEN balance ELSE 0 END) AS BIGINT)
         AS rolls_this_month,
       CAST(SUM(CASE WHEN is_critical = 1 THEN balance ELSE 0 END) AS BIGINT) AS critical_balance,
       CAST(SUM(CASE WHEN slot = 1 THEN balance ELSE 0 END) AS BIGINT) AS slot_1,
       CAST(SUM(CASE WHEN slot = 2 THEN balance ELSE 0 END) AS BIGINT) AS slot_2,
       CAST(SUM(CASE WHEN slot = 3 THEN balance ELSE 0 END) AS BIGINT) AS slot_3,
       CAST(SUM(CASE WHEN slot = 4 THEN balance ELSE 0 END) AS BIGINT) AS slot_4,
       CAST(SUM(CASE WHEN slot = 5 THEN balance ELSE 0 END) AS BIGINT) AS slot_5,
       CAST(SUM(CASE WHEN slot = 6 THEN balance ELSE 0 END) AS BIGINT) AS slot_6,
       CAST(SUM(CASE WHEN slot = 7 THEN balance ELSE 0 END) AS BIGINT) AS slot_7,
       CAST(SUM(CASE WHEN slot = 8 THEN balance ELSE 0 END) AS BIGINT) AS slot_8,
       CAST(SUM(CASE WHEN slot = 9 THEN balance ELSE 0 END) AS BIGINT) AS slot_9,
       CAST(SUM(CASE WHEN slot = 10 THEN balance ELSE 0 END) AS BIGINT) AS slot_10,
       CAST(SUM(CASE WHEN slot = 11 THEN balance ELSE 0 END) AS BIGINT) AS slot_11,
       CAST(SUM(CASE WHEN slot = 12 THEN balance ELSE 0 END) AS BIGINT) AS slot_12,
       MIN(CASE WHEN is_ceded = 0 THEN regime END) AS regime,
       MIN(CASE WHEN is_ceded = 0 THEN product END) AS first_product,
       MAX(CASE WHEN is_ceded = 0 THEN product END) AS last_product
FROM documents GROUP BY customer_id
