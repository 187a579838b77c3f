-- A row: one customer: segment, reason, today's step, what comes after, priority and value.
WITH documents_said AS (
  SELECT customer_id, MIN(reason_no) AS reason_no,
         MIN(CASE WHEN reason_no = $r_step_due THEN after_code
                  WHEN step IS NOT NULL
                  THEN CAST(next_day AS BIGINT) * 100000000 + 99999999 - step END) AS next_code,
         MAX(CASE WHEN step IS NULL THEN next_day END) AS hold_until
  FROM document_decisions GROUP BY customer_id
),
told AS (
  SELECT s.customer_id, s.segment, s.entered_day, s.experiment_slot, s.critical_balance,
         COALESCE(d.reason_no, $r_nothing_open) AS reason_no,
         CASE WHEN c.contact_step > 0 THEN c.contact_step ELSE c.internal_step END AS today_step,
         CAST(99999999 - d.next_code % 100000000 AS INT) AS next_step,
         CASE WHEN d.next_code IS NULL THEN d.hold_until
              ELSE CAST(idiv(d.next_code, 100000000) AS INT) END AS next_day
  FROM states s
    LEFT JOIN documents_said d ON d.customer_id = s.customer_id
    LEFT JOIN chosen c ON c.customer_id = s.customer_id
),
valued AS (
  SELECT t.customer_id, t.segment, t.entered_day, t.experiment_slot, t.critical_balance,
         t.reason_no,
         CASE WHEN t.reason_no = $r_step_due THEN t.today_step END AS step,
         t.next_step,
         CASE WHEN t.next_step IS NULL THEN t.next_day
              ELSE COALESCE(b.next_day, t.next_day) END AS next_day,
         CASE WHEN t.reason_no = $r_step_due AND t.today_step > 0
              THEN f.expected_value + f.cost_to_work - p.cost ELSE f.expected_value END AS value
  FROM told t
    JOIN customer_facts f ON f.customer_id = t.customer_id
    LEFT JOIN steps p ON p.step = t.today_step
    LEFT JOIN business_days b ON b.day = t.next_day
)
SELECT customer_id, segment, entered_day, experiment_slot, reason_no, step, next_step, next_day,
       value,
       idiv(value, 10000)
         + CASE WHEN critical_balance > 0 THEN $critical_bonus ELSE 0 END AS priority
FROM valued
