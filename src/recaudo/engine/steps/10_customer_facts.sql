-- A row: one customer, with exactly the columns of facts.toml.
WITH judged AS (
  SELECT a.*, $p_pay AS p_pay,
         GREATEST(overdue_balance - unapplied, 0) AS catch_up_amount,
         GREATEST(claimable_balance - unapplied, 0) AS net_claimable
  FROM accounts a
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
            ELSE idiv(wide(net_claimable) * p_pay, 1000000) - cost_to_work END AS expected_value
FROM judged
