-- A row: one customer: the strategy that applies and whatever stands before a contact today.
-- block: reason number of a stated hold on everything, 0 without; is_covered: credits suffice.
WITH channel_holds AS (
  SELECT customer_id,
         MAX(CASE WHEN channel = 'email' THEN 1 ELSE 0 END) AS email,
         MAX(CASE WHEN channel = 'phone' THEN 1 ELSE 0 END) AS phone,
         MAX(CASE WHEN channel = 'whatsapp' THEN 1 ELSE 0 END) AS whatsapp,
         MAX(CASE WHEN channel = 'sms' THEN 1 ELSE 0 END) AS sms,
         MAX(CASE WHEN channel = 'address' THEN 1 ELSE 0 END) AS address
  FROM holds WHERE document_id IS NULL AND channel <> '' GROUP BY customer_id
),
placed AS (
  SELECT a.*, n.segment, n.strategy, t.min_gap, t.age_from, t.age_to, t.stay_to,
         s.segment AS previous,
         CASE WHEN s.segment = n.segment THEN LEAST(s.entered_day, $as_of) ELSE $as_of END
           AS entered_day,
         a.last_contact_on + t.min_gap AS gap_until
  FROM customer_facts a
    JOIN segmented g ON g.customer_id = a.customer_id
    JOIN segments n ON n.segment_no = g.segment_no
    JOIN strategies t ON t.strategy = n.strategy
    LEFT JOIN stays s ON s.customer_id = a.customer_id
)
SELECT p.customer_id, p.segment, p.previous, p.strategy, p.entered_day,
       p.min_gap, p.age_from, p.age_to, p.last_contact_on, COALESCE(p.gap_until, 0) AS gap_until,
       p.experiment_slot, p.credit_day, p.oldest_due_on, p.overdue_worked, p.critical_balance,
       CASE WHEN p.do_not_contact THEN 1 ELSE 0 END AS do_not_contact,
       CASE WHEN p.can_email AND COALESCE(c.email, 0) = 0 THEN 1 ELSE 0 END AS email,
       CASE WHEN p.can_phone AND COALESCE(c.phone, 0) = 0 THEN 1 ELSE 0 END AS phone,
       CASE WHEN p.can_whatsapp AND COALESCE(c.whatsapp, 0) = 0 THEN 1 ELSE 0 END AS whatsapp,
       CASE WHEN p.can_sms AND COALESCE(c.sms, 0) = 0 THEN 1 ELSE 0 END AS sms,
       CASE WHEN p.can_address AND COALESCE(c.address, 0) = 0 THEN 1 ELSE 0 END AS address,
       CASE WHEN p.hold <> '' THEN COALESCE(r.reason_no, $r_hold_manual)
            WHEN p.claimable_balance < $small_balance THEN $r_small_balance
            ELSE 0 END AS block,
       CASE WHEN p.hold <> '' THEN p.hold_until END AS block_until,
       CASE WHEN p.unapplied > 0 AND p.claimable_balance > 0 AND p.unapplied >=
                 CASE WHEN p.overdue_balance + p.written_off_balance > 0
                      THEN p.overdue_balance + p.written_off_balance ELSE p.balance END
            THEN 1 ELSE 0 END AS is_covered,
       e.entry_step, e.entry_key, e.entry_tolerance,
       p.entered_day + e.entry_offset AS entry_day,
       e.next_entry_step, p.entered_day + e.next_entry_offset AS next_entry_day,
       CASE WHEN d.customer_id IS NULL THEN 0 ELSE 1 END AS entry_done
FROM placed p
  JOIN stay_ages e ON e.strategy = p.strategy
    AND e.days = LEAST($as_of - p.entered_day, p.stay_to)
  LEFT JOIN channel_holds c ON c.customer_id = p.customer_id
  LEFT JOIN hold_reasons r ON r.kind = p.hold
  LEFT JOIN (
    SELECT DISTINCT customer_id, key_no, anchor_day FROM done WHERE key_no IS NOT NULL
  ) d ON d.customer_id = p.customer_id AND d.key_no = e.entry_key AND d.anchor_day = p.entered_day
