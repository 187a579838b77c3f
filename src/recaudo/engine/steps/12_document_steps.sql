-- A row: one open document that may be worked, and where it stands in its customer's strategy.
-- A step's state: 1 spent, 2 missed (later than its tolerance), 3 due today, 4 still to come,
-- 5 a repetition that comes along if the customer is contacted today, since the gap would delay it.
-- A code is day * 100000000 + (99999999 - step): the smallest is the earliest, the heavier first.
WITH spoken AS (
  SELECT document_id, MAX(last_day) AS last_day FROM done
  WHERE document_id <> 0 GROUP BY document_id
),
spent AS (
  SELECT document_id, key_no, CAST(SUM(times) AS INT) AS times FROM done
  WHERE document_id <> 0 AND key_no IS NOT NULL GROUP BY document_id, key_no
),
placed AS (
  SELECT d.document_id, d.customer_id, d.balance, d.age, d.due_day, d.pay_day,
         GREATEST(d.known_day, s.entered_day) AS known_day,
         s.last_contact_on, s.gap_until, s.min_gap,
         CASE WHEN d.age > 0 OR s.overdue_worked = 0 THEN s.entry_step END AS entry_step,
         GREATEST(s.entry_day, CASE WHEN d.age > 0 THEN d.pay_day ELSE s.entry_day END)
           AS entry_from,
         s.entry_tolerance, s.entry_done, s.entered_day,
         CASE WHEN d.age > 0 OR s.overdue_worked = 0 THEN s.next_entry_step END AS next_entry_step,
         s.next_entry_day,
         a.due_step, a.due_key, a.due_offset, a.due_tolerance,
         CASE WHEN a.due_offset > 0
              THEN GREATEST(d.due_day + a.due_offset, d.known_day, s.entered_day, d.pay_day)
              ELSE GREATEST(d.due_day + a.due_offset, d.known_day, s.entered_day) END AS due_raw,
         a.next_due_step,
         CASE WHEN a.next_due_offset > 0 THEN GREATEST(d.due_day + a.next_due_offset, d.pay_day)
              ELSE d.due_day + a.next_due_offset END AS next_due_day,
         a.rep_step, a.rep_key, a.rep_offset, a.rep_every, a.rep_cap,
         a.end_step, a.end_key, a.end_offset, a.end_every,
         a.later_step, GREATEST(d.due_day + a.later_offset, d.pay_day) AS later_day
  FROM documents d
    JOIN states s ON s.customer_id = d.customer_id
    JOIN ages a ON a.strategy = s.strategy AND a.age = LEAST(GREATEST(d.age, s.age_from), s.age_to)
  WHERE d.block = 0 AND s.block = 0
),
remembered AS (
  SELECT p.*, w.last_day,
         CASE WHEN x.document_id IS NULL THEN 0 ELSE 1 END AS due_done,
         CASE WHEN p.due_step % 10 = 1 AND p.last_contact_on <= p.due_raw
                   AND p.gap_until > p.due_raw
              THEN p.gap_until ELSE p.due_raw END AS due_from,
         CASE WHEN p.entry_step % 10 = 1 AND p.last_contact_on <= p.entry_from
                   AND p.gap_until > p.entry_from
              THEN p.gap_until ELSE p.entry_from END AS entry_free,
         CASE WHEN p.rep_cap IS NULL OR COALESCE(r.times, 0) < p.rep_cap THEN 0 ELSE 1 END
           AS is_used_up,
         COALESCE(r.times, 0) AS rep_times, COALESCE(e.times, 0) AS end_times
  FROM placed p
    LEFT JOIN spoken w ON w.document_id = p.document_id
    LEFT JOIN done x ON x.document_id = p.document_id AND x.key_no = p.due_key
      AND x.anchor_day = p.due_day
    LEFT JOIN spent r ON r.document_id = p.document_id AND r.key_no = p.rep_key
    LEFT JOIN spent e ON e.document_id = p.document_id AND e.key_no = p.end_key
),
repeating AS (
  SELECT m.*,
         CASE WHEN is_used_up = 0 THEN rep_step ELSE end_step END AS repeat_step,
         CASE WHEN is_used_up = 0 THEN rep_every ELSE end_every END AS repeat_every,
         (CASE WHEN is_used_up = 0 THEN rep_times ELSE end_times END) + 1 AS repeat_occurrence,
         COALESCE(last_day, due_day) AS repeat_anchor,
         GREATEST(due_day + (CASE WHEN is_used_up = 0 THEN rep_offset ELSE end_offset END),
                  known_day, pay_day,
                  COALESCE(last_day + (CASE WHEN is_used_up = 0 THEN rep_every ELSE end_every END),
                           known_day)) AS repeat_day
  FROM remembered m
),
timed AS (
  SELECT r.*,
         $today_ordinal - COALESCE(b.ordinal, -1000000) AS due_late,
         $today_ordinal - COALESCE(e.ordinal, -1000000) AS entry_late
  FROM repeating r
    LEFT JOIN business_days b ON b.day = r.due_from
    LEFT JOIN business_days e ON e.day = r.entry_free
),
judged AS (
  SELECT t.*,
         CASE WHEN due_step IS NULL THEN 0
              WHEN due_done = 1 THEN 1
              WHEN due_raw > $as_of THEN 4
              WHEN due_from <= $as_of AND due_late > due_tolerance THEN 2
              ELSE 3 END AS due_state,
         CASE WHEN repeat_step IS NULL THEN 0
              WHEN repeat_day <= $as_of THEN 3
              WHEN repeat_step % 10 = 1 AND age > 0 AND pay_day <= $as_of
                   AND repeat_day <= $as_of + min_gap THEN 5
              ELSE 4 END AS repeat_state,
         CASE WHEN entry_step IS NULL THEN 0
              WHEN entry_done = 1 THEN 1
              WHEN entry_from > $as_of THEN 4
              WHEN entry_free <= $as_of AND entry_late > entry_tolerance THEN 2
              ELSE 3 END AS entry_state
  FROM timed t
),
coded AS (
  SELECT j.*,
         LEAST(COALESCE(CAST(next_due_day AS BIGINT) * 100000000 + 99999999 - next_due_step, $never),
               COALESCE(CAST(next_entry_day AS BIGINT) * 100000000 + 99999999 - next_entry_step,
                        $never),
               COALESCE(CAST(later_day AS BIGINT) * 100000000 + 99999999 - later_step, $never))
           AS later_code,
         CASE WHEN due_state = 4
              THEN CAST(due_raw AS BIGINT) * 100000000 + 99999999 - due_step ELSE $never END
           AS due_code,
         CASE WHEN entry_state = 4
              THEN CAST(entry_from AS BIGINT) * 100000000 + 99999999 - entry_step ELSE $never END
           AS entry_code,
         COALESCE(CAST(repeat_day AS BIGINT) * 100000000 + 99999999 - repeat_step, $never)
           AS repeat_code,
         COALESCE(CAST($as_of + repeat_every AS BIGINT) * 100000000 + 99999999 - repeat_step,
                  $never) AS again_code
  FROM judged j
)
SELECT document_id, customer_id, balance, age, due_day, due_step, due_state,
       repeat_step, repeat_state, repeat_anchor, repeat_occurrence,
       entry_step, entry_state, entered_day,
       GREATEST(CASE WHEN due_state = 3 AND due_step % 10 = 1 THEN due_step ELSE 0 END,
                CASE WHEN repeat_state = 3 AND repeat_step % 10 = 1 THEN repeat_step ELSE 0 END,
                CASE WHEN entry_state = 3 AND entry_step % 10 = 1 THEN entry_step ELSE 0 END)
         AS contact_step,
       GREATEST(CASE WHEN due_state = 3 AND due_step % 10 = 0 THEN due_step ELSE 0 END,
                CASE WHEN repeat_state = 3 AND repeat_step % 10 = 0 THEN repeat_step ELSE 0 END,
                CASE WHEN entry_state = 3 AND entry_step % 10 = 0 THEN entry_step ELSE 0 END)
         AS internal_step,
       CASE WHEN age > 0 AND pay_day > $as_of AND (due_state = 4 OR entry_state = 4
                 OR (repeat_state = 4 AND repeat_day = pay_day)) THEN 1 ELSE 0 END
         AS waits_for_pay_day,
       CASE WHEN due_state = 2 THEN due_step WHEN entry_state = 2 THEN entry_step END
         AS missed_step,
       LEAST(later_code, due_code, entry_code, repeat_code) AS next_code,
       LEAST(later_code, due_code, entry_code, again_code) AS after_code
FROM coded
