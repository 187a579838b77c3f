-- A row: one open document: the reason, the next step and its day, or why there is none. A day that
-- is not a business day moves to the next one; the end of a hold stays where it is.
-- contact_act and internal_act: today's step that takes it along, 0 without.
WITH reasoned AS (
  SELECT d.document_id, d.customer_id, d.block AS document_block, d.until_day,
         s.block AS customer_block, s.block_until, s.is_covered, s.do_not_contact, s.gap_until,
         t.contact_step, t.internal_step, t.next_code, t.after_code, t.missed_step,
         t.waits_for_pay_day, d.pay_day, d.age,
         CASE WHEN t.contact_step > 0 OR t.repeat_state = 5 THEN COALESCE(c.contact_step, 0)
              ELSE 0 END AS contact_act,
         CASE WHEN t.internal_step > 0 THEN COALESCE(c.internal_step, 0) ELSE 0 END
           AS internal_act
  FROM documents d
    JOIN states s ON s.customer_id = d.customer_id
    LEFT JOIN document_steps t ON t.document_id = d.document_id
    LEFT JOIN chosen c ON c.customer_id = d.customer_id
),
blocked AS (
  SELECT r.*, k.block AS step_block
  FROM reasoned r
    LEFT JOIN candidates k ON k.customer_id = r.customer_id
      AND k.step = CASE WHEN r.contact_step > 0 THEN r.contact_step ELSE r.internal_step END
),
named AS (
  SELECT b.*,
         CASE WHEN document_block > 0 THEN document_block
              WHEN customer_block > 0 THEN customer_block
              WHEN contact_act + internal_act > 0 THEN $r_step_due
              WHEN is_covered = 1 AND (age > 0 OR contact_step + internal_step > 0)
              THEN $r_credits_cover
              WHEN do_not_contact = 1 THEN $r_do_not_contact
              WHEN step_block > 0 THEN step_block
              WHEN waits_for_pay_day = 1 THEN $r_waiting_payment_day
              WHEN next_code < $never THEN $r_not_yet_due
              ELSE $r_no_next_step END AS reason_no
  FROM blocked b
),
said AS (
  SELECT n.document_id, n.customer_id, n.reason_no, n.contact_act, n.internal_act, n.missed_step,
         n.after_code,
         CASE WHEN n.reason_no = $r_step_due THEN
                   CASE WHEN n.contact_act > 0 THEN n.contact_act ELSE n.internal_act END
              WHEN n.reason_no = $r_credits_cover THEN 10
              WHEN n.reason_no = $r_no_channel THEN 20
              WHEN n.reason_no IN ($r_min_gap, $r_not_business_day, $r_ledger_stale) THEN
                   CASE WHEN n.contact_step > 0 THEN n.contact_step ELSE n.internal_step END
              WHEN n.reason_no IN ($r_waiting_payment_day, $r_not_yet_due)
              THEN CAST(99999999 - n.next_code % 100000000 AS INT) END AS step,
         CASE WHEN n.document_block > 0 THEN n.until_day
              WHEN n.customer_block > 0 THEN n.block_until
              WHEN n.reason_no = $r_step_due THEN $as_of
              WHEN n.reason_no IN ($r_credits_cover, $r_no_channel) THEN COALESCE(v.on_day, $as_of)
              WHEN n.reason_no = $r_min_gap THEN n.gap_until
              WHEN n.reason_no = $r_not_business_day THEN $as_of
              WHEN n.reason_no = $r_ledger_stale THEN $as_of + 1
              WHEN n.reason_no IN ($r_waiting_payment_day, $r_not_yet_due)
              THEN GREATEST(CAST(idiv(n.next_code, 100000000) AS INT), $as_of + 1) END AS raw_day
  FROM named n
    LEFT JOIN services v ON v.customer_id = n.customer_id
      AND v.step = CASE n.reason_no WHEN $r_credits_cover THEN 10 WHEN $r_no_channel THEN 20 END
)
SELECT w.document_id, w.customer_id, w.reason_no, w.step, w.contact_act, w.internal_act,
       w.missed_step, w.after_code,
       CASE WHEN w.step IS NULL OR w.reason_no = $r_step_due THEN w.raw_day
            ELSE COALESCE(b.next_day, w.raw_day) END AS next_day
FROM said w LEFT JOIN business_days b ON b.day = w.raw_day
