-- A row: one customer and one step due today for some document of theirs. block: 0 where it may be
-- done, else the reason number why not. channel: the first of the step's that reaches the customer.
WITH due AS (
  SELECT customer_id, due_step AS step FROM document_steps WHERE due_state = 3
  UNION
  SELECT customer_id, repeat_step FROM document_steps WHERE repeat_state = 3
  UNION
  SELECT customer_id, entry_step FROM document_steps WHERE entry_state = 3
),
reached AS (
  SELECT d.customer_id, d.step, s.step % 10 AS is_contact, s.is_message, c.is_covered,
         c.do_not_contact, c.gap_until,
         CASE WHEN (CASE s.channel_1 WHEN 1 THEN c.email WHEN 2 THEN c.phone WHEN 3 THEN c.whatsapp
                         WHEN 4 THEN c.sms WHEN 5 THEN c.address ELSE 0 END) = 1 THEN s.channel_1
              WHEN (CASE s.channel_2 WHEN 1 THEN c.email WHEN 2 THEN c.phone WHEN 3 THEN c.whatsapp
                         WHEN 4 THEN c.sms WHEN 5 THEN c.address ELSE 0 END) = 1 THEN s.channel_2
              WHEN (CASE s.channel_3 WHEN 1 THEN c.email WHEN 2 THEN c.phone WHEN 3 THEN c.whatsapp
                         WHEN 4 THEN c.sms WHEN 5 THEN c.address ELSE 0 END) = 1 THEN s.channel_3
              ELSE 0 END AS channel
  FROM due d
    JOIN steps s ON s.step = d.step
    JOIN states c ON c.customer_id = d.customer_id
)
SELECT customer_id, step, is_contact, channel,
       CASE WHEN is_covered = 1 THEN $r_credits_cover
            WHEN is_contact = 1 AND do_not_contact = 1 THEN $r_do_not_contact
            WHEN is_contact = 1 AND gap_until > $as_of THEN $r_min_gap
            WHEN $is_business_day = 0 THEN $r_not_business_day
            WHEN is_message = 1 AND $is_stale = 1 THEN $r_ledger_stale
            WHEN is_contact = 1 AND channel = 0 THEN $r_no_channel
            ELSE 0 END AS block
FROM reached
