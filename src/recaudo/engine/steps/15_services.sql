-- A row: one customer whose credits must be applied, or whose contact data must be completed.
-- It is asked again after 30 days while its cause stands and no such task is open.
WITH causes AS (
  SELECT s.customer_id, 10 AS step, 'apply_credit' AS step_key, s.credit_day AS anchor_day
  FROM states s LEFT JOIN chosen c ON c.customer_id = s.customer_id
  WHERE s.is_covered = 1 AND s.block = 0 AND (s.overdue_worked > 0 OR c.customer_id IS NOT NULL)
  UNION ALL
  SELECT s.customer_id, 20 AS step, 'fix_contact' AS step_key, s.oldest_due_on AS anchor_day
  FROM states s JOIN chosen c ON c.customer_id = s.customer_id
  WHERE c.lacks_channel = 1 AND c.contact_step = 0
),
asked AS (
  SELECT customer_id, step_key, MAX(is_open) AS is_open, MAX(last_day) AS last_day
  FROM done WHERE document_id = 0 GROUP BY customer_id, step_key
)
SELECT c.customer_id, c.step, c.step_key, c.anchor_day,
       CASE WHEN a.customer_id IS NULL THEN 1
            WHEN a.is_open = 0 AND (a.last_day + 30 <= $as_of OR d.times IS NULL) THEN 1
            ELSE 0 END * $is_business_day AS is_new,
       CASE WHEN a.is_open = 0 AND a.last_day + 30 > $as_of AND d.times IS NOT NULL
            THEN a.last_day + 30 ELSE $as_of END AS on_day,
       COALESCE(d.times, 0) + 1 AS occurrence
FROM causes c
  LEFT JOIN asked a ON a.customer_id = c.customer_id AND a.step_key = c.step_key
  LEFT JOIN done d ON d.customer_id = c.customer_id AND d.document_id = 0
    AND d.step_key = c.step_key AND d.anchor_day = c.anchor_day
