-- A row: one customer with contacts in 90 days: attempts, whom they reached, the silence since.
WITH answers AS (
  SELECT customer_id, MAX(at_us) AS at_us FROM interactions
  WHERE is_answered = 1 OR is_out = 0 GROUP BY customer_id
)
SELECT i.customer_id,
       CAST(SUM(CASE WHEN i.day > $as_of - 7 THEN i.is_out ELSE 0 END) AS INT) AS attempts_7d,
       CAST(SUM(CASE WHEN i.day > $as_of - 30 THEN i.is_out ELSE 0 END) AS INT) AS attempts_30d,
       CAST(SUM(i.is_out) AS INT) AS attempts_90d,
       CAST(SUM(CASE WHEN i.day > $as_of - 7 THEN i.is_effective ELSE 0 END) AS INT)
         AS effective_7d,
       CAST(SUM(CASE WHEN i.day > $as_of - 30 THEN i.is_effective ELSE 0 END) AS INT)
         AS effective_30d,
       CAST(SUM(i.is_effective) AS INT) AS effective_90d,
       CAST(SUM(CASE WHEN i.is_out = 1 AND i.is_answered = 0 AND (a.at_us IS NULL OR i.at_us > a.at_us)
                THEN 1 ELSE 0 END) AS INT) AS unanswered,
       MAX(CASE WHEN i.is_out = 1 THEN i.day END) AS last_out_day,
       MAX(CASE WHEN i.is_effective = 1 THEN i.day END) AS last_effective_day
FROM interactions i LEFT JOIN answers a ON a.customer_id = i.customer_id
GROUP BY i.customer_id
