-- A row: one customer: the facts of facts.toml, and after them what the later steps need besides.
WITH unapplied AS (
  SELECT c.customer_id, MAX(c.value_day) AS credit_day,
         CAST(SUM(CASE WHEN c.currency IS NULL THEN c.amount
                  ELSE idiv(wide(c.amount) * r.rate_e10, 10000000000) END) AS BIGINT) AS amount
  FROM credits_unapplied c
    LEFT JOIN rates r ON r.currency = c.currency
    LEFT JOIN quarantine q ON q.relation = 'credits_unapplied' AND q.row_id = c.credit_id
  WHERE q.row_id IS NULL GROUP BY c.customer_id
),
customer_holds AS (
  SELECT customer_id, MIN(kind) AS kind,
         CASE WHEN COUNT(until_day) = COUNT(*) THEN MAX(until_day) END AS until_day
  FROM holds WHERE document_id IS NULL AND channel = '' GROUP BY customer_id
),
planned AS (
  SELECT customer_id, MAX(last_day) AS day FROM done WHERE is_contact = 1 GROUP BY customer_id
),
people AS (
  SELECT customer_id, MAX(CASE WHEN role = 'seller' THEN person_code END) AS seller,
         MAX(CASE WHEN role = 'collector' THEN person_code END) AS collector
  FROM assignments GROUP BY customer_id
),
next_days AS (
  SELECT calendar, MIN(day) AS day FROM payment_days WHERE day >= $as_of GROUP BY calendar
),
joined AS (
  SELECT c.customer_id, c.slot AS experiment_slot,
         c.country, c.kind, c.class_name, c.branch, c.zone, c.credit_limit,
         COALESCE(b.balance, 0) AS balance, COALESCE(b.overdue_balance, 0) AS overdue_balance,
         COALESCE(u.amount, 0) AS unapplied, u.credit_day,
         COALESCE(b.written_off_balance, 0) AS written_off_balance,
         COALESCE(b.ceded_balance, 0) AS ceded_balance,
         COALESCE(b.documented_balance, 0) AS documented_balance,
         COALESCE(b.held_balance, 0) AS held_documents,
         COALESCE(b.disputed_balance, 0) AS disputed_balance,
         COALESCE(b.promised_balance, 0) AS promised_balance,
         COALESCE(b.planned_balance, 0) AS planned_balance,
         COALESCE(b.open_documents, 0) AS open_documents,
         COALESCE(b.overdue_documents, 0) AS overdue_documents,
         COALESCE(b.overdue_worked, 0) AS overdue_worked,
         COALESCE(b.max_dpd, 0) AS max_dpd,
         CASE WHEN b.overdue_balance > 0 THEN CAST(idiv(b.balance_days, b.overdue_balance) AS INT)
              ELSE 0 END AS weighted_dpd,
         b.oldest_due_day AS oldest_due_on, b.newest_due_day AS newest_due_on,
         COALESCE(b.slot, 0) AS bucket_slot,
         COALESCE(b.slot_month_start, 0) AS bucket_slot_month_start,
         b.rolls_day AS rolls_on,
         COALESCE(b.rolls_this_month, 0) AS rolls_this_month,
         COALESCE(b.critical_balance, 0) AS critical_balance,
         COALESCE(b.slot_1, 0) AS balance_slot_1, COALESCE(b.slot_2, 0) AS balance_slot_2,
         COALESCE(b.slot_3, 0) AS balance_slot_3, COALESCE(b.slot_4, 0) AS balance_slot_4,
         COALESCE(b.slot_5, 0) AS balance_slot_5, COALESCE(b.slot_6, 0) AS balance_slot_6,
         COALESCE(b.slot_7, 0) AS balance_slot_7, COALESCE(b.slot_8, 0) AS balance_slot_8,
         COALESCE(b.slot_9, 0) AS balance_slot_9, COALESCE(b.slot_10, 0) AS balance_slot_10,
         COALESCE(b.slot_11, 0) AS balance_slot_11, COALESCE(b.slot_12, 0) AS balance_slot_12,
         p.weighted_days_late AS weighted_days_late_12m,
         p.on_time_ppm AS on_time_share_ppm_12m,
         COALESCE(p.closed, 0) AS closed_documents_12m,
         l.paid_day AS last_payment_on,
         $as_of - l.paid_day AS days_since_last_payment,
         CASE WHEN c.since_day IS NOT NULL THEN GREATEST($as_of - c.since_day, 0)
              WHEN b.oldest_due_day IS NOT NULL OR p.oldest_due_day IS NOT NULL
              THEN GREATEST($as_of - LEAST(COALESCE(b.oldest_due_day, p.oldest_due_day),
                                           COALESCE(p.oldest_due_day, b.oldest_due_day)), 0)
              END AS customer_age_days,
         COALESCE(m.product, b.first_product, '') AS product,
         CASE b.regime WHEN 1 THEN 'consumer' WHEN 2 THEN 'guarantor' WHEN 3 THEN 'small_company'
              WHEN 4 THEN 'supervised_lender' WHEN 5 THEN 'company' ELSE '' END AS regime,
         COALESCE(w.seller, '') AS seller, COALESCE(w.collector, '') AS collector,
         CASE WHEN c.credit_limit > 0 AND wide(COALESCE(b.balance, 0)) > wide(c.credit_limit) * 2000
              THEN 2000000000
              WHEN c.credit_limit > 0
              THEN CAST(idiv(wide(COALESCE(b.balance, 0)) * 1000000, c.credit_limit) AS INT)
              END AS limit_use_ppm,
         COALESCE(t.attempts_7d, 0) AS attempts_7d, COALESCE(t.attempts_30d, 0) AS attempts_30d,
         COALESCE(t.attempts_90d, 0) AS attempts_90d,
         COALESCE(t.effective_7d, 0) AS effective_7d,
         COALESCE(t.effective_30d, 0) AS effective_30d,
         COALESCE(t.effective_90d, 0) AS effective_90d,
         COALESCE(t.unanswered, 0) AS attempts_no_answer_row,
         CASE WHEN t.last_out_day IS NULL THEN n.day WHEN n.day IS NULL THEN t.last_out_day
              ELSE GREATEST(t.last_out_day, n.day) END AS last_contact_on,
         t.last_effective_day AS last_effective_on,
         COALESCE(e.email, 0) AS email, COALESCE(e.phone, 0) AS phone,
         COALESCE(e.whatsapp, 0) AS whatsapp, COALESCE(e.sms, 0) AS sms,
         COALESCE(e.address, 0) AS address,
         CASE WHEN g.granted = 1 THEN 'granted' WHEN g.granted = 0 THEN 'withdrawn'
              ELSE 'unknown' END AS consent,
         CASE WHEN c.do_not_contact_day <= $as_of THEN 1 ELSE 0 END AS do_not_contact,
         COALESCE(h.kind, '') AS hold, h.until_day AS hold_until,
         CASE WHEN c.calendar <> '' THEN x.day END AS next_payment_on
  FROM customers c
    LEFT JOIN products m ON m.customer_id = c.customer_id
    LEFT JOIN behaviour p ON p.customer_id = c.customer_id
    LEFT JOIN contacts t ON t.customer_id = c.customer_id
    LEFT JOIN reach e ON e.customer_id = c.customer_id
    LEFT JOIN unapplied u ON u.customer_id = c.customer_id
    LEFT JOIN customer_holds h ON h.customer_id = c.customer_id
    LEFT JOIN planned n ON n.customer_id = c.customer_id
    LEFT JOIN people w ON w.customer_id = c.customer_id
    LEFT JOIN consents g ON g.customer_id = c.customer_id
    LEFT JOIN last_payments l ON l.customer_id = c.customer_id
    LEFT JOIN next_days x ON x.calendar = c.calendar
    LEFT JOIN balances b ON b.customer_id = c.customer_id
),
worked_out AS (
  SELECT joined.*,
         balance + written_off_balance AS claimable_balance,
         email + phone + whatsapp + sms + address AS reachable_channels,
         CAST(CASE WHEN effective_90d = 0 THEN LEAST(attempts_90d + 1, 10)
                   ELSE LEAST(GREATEST(idiv(attempts_90d + effective_90d - 1, effective_90d), 1),
                              10) END AS BIGINT) AS attempts_needed,
         LEAST(CASE WHEN email = 1 THEN $cost_email ELSE $cost_dearest END,
               CASE WHEN phone = 1 THEN $cost_phone ELSE $cost_dearest END,
               CASE WHEN whatsapp = 1 THEN $cost_whatsapp ELSE $cost_dearest END,
               CASE WHEN sms = 1 THEN $cost_sms ELSE $cost_dearest END,
               CASE WHEN address = 1 THEN $cost_address ELSE $cost_dearest END) AS cost_once
  FROM joined
),
scored AS (
  SELECT worked_out.*, attempts_needed * cost_once AS cost_to_work, $score AS points,
         GREATEST(overdue_balance - unapplied, 0) AS catch_up_amount,
         GREATEST(claimable_balance - unapplied, 0) AS net_claimable
  FROM worked_out
),
judged AS (
  SELECT scored.*, $p_pay AS p_pay FROM scored
)
SELECT customer_id, balance, overdue_balance, unapplied,
       balance - unapplied AS net_balance, catch_up_amount,
       written_off_balance, claimable_balance, ceded_balance, documented_balance,
       CASE WHEN hold <> '' THEN claimable_balance ELSE held_documents END AS held_balance,
       disputed_balance, promised_balance, planned_balance,
       open_documents, overdue_documents, max_dpd, weighted_dpd, oldest_due_on, newest_due_on,
       bucket_slot, bucket_slot_month_start, rolls_on, rolls_this_month, critical_balance,
       balance_slot_1, balance_slot_2, balance_slot_3, balance_slot_4, balance_slot_5,
       balance_slot_6, balance_slot_7, balance_slot_8, balance_slot_9, balance_slot_10,
       balance_slot_11, balance_slot_12,
       weighted_days_late_12m, on_time_share_ppm_12m, closed_documents_12m,
       last_payment_on, days_since_last_payment, customer_age_days,
       product, regime, country, kind, class_name, branch, zone, seller, collector,
       credit_limit, limit_use_ppm,
       attempts_7d, attempts_30d, attempts_90d, effective_7d, effective_30d, effective_90d,
       attempts_no_answer_row, last_contact_on, last_effective_on, reachable_channels,
       email = 1 AS can_email, phone = 1 AS can_phone, whatsapp = 1 AS can_whatsapp,
       sms = 1 AS can_sms, address = 1 AS can_address,
       consent, do_not_contact = 1 AS do_not_contact, hold, next_payment_on,
       $ledger_age AS ledger_age_days, cost_to_work, p_pay,
       CASE WHEN net_claimable = 0 THEN 0
            WHEN catch_up_amount + written_off_balance > 0
            THEN idiv(wide(catch_up_amount + written_off_balance) * p_pay, 1000000) - cost_to_work
            ELSE idiv(wide(net_claimable) * p_pay, 1000000) - cost_to_work END AS expected_value,
       experiment_slot, credit_day, overdue_worked, hold_until
FROM judged
