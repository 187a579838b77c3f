-- A row: one customer who paid or fell overdue in 365 days: how late, weighted by amount. Open
-- overdue documents count with the day judged as their day of payment (U26).
WITH weighed AS (
  SELECT c.customer_id,
         CASE WHEN c.currency IS NULL THEN c.amount
              ELSE idiv(wide(c.amount) * r.rate_e10, 10000000000) END AS amount,
         GREATEST(c.closed_day - c.due_day, 0) AS late, 1 AS closed, c.due_day
  FROM closed_documents c LEFT JOIN rates r ON r.currency = c.currency
  WHERE (c.currency IS NULL OR r.currency IS NOT NULL)
    AND (r.currency IS NULL OR wide(c.amount) * r.rate_e10 <= wide($amount_limit) * 10000000000)
  UNION ALL
  SELECT customer_id, balance AS amount, dpd AS late, 0 AS closed, due_day
  FROM documents WHERE dpd > 0 AND is_ceded = 0
),
sums AS (
  SELECT customer_id,
         SUM(wide(amount)) AS amount,
         SUM(wide(amount) * late) AS late,
         SUM(CASE WHEN late = 0 THEN wide(amount) END) AS on_time,
         CAST(SUM(closed) AS INT) AS closed, MIN(due_day) AS oldest_due_day
  FROM weighed GROUP BY customer_id
)
SELECT customer_id,
       CASE WHEN amount > 0 THEN CAST(idiv(late, amount) AS INT) END AS weighted_days_late,
       CASE WHEN amount > 0
            THEN CAST(idiv(COALESCE(on_time, wide(0)) * 1000000, amount) AS INT) END AS on_time_ppm,
       closed, oldest_due_day
FROM sums
