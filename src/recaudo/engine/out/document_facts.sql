SELECT document_id, customer_id, balance, own_balance, currency, due_day AS due_on, age, dpd,
       slot AS bucket_slot, slot_month_start AS bucket_slot_month_start, rolls_day AS rolls_on,
       product,
       CASE regime WHEN 1 THEN 'consumer' WHEN 2 THEN 'guarantor' WHEN 3 THEN 'small_company'
            WHEN 4 THEN 'supervised_lender' ELSE 'company' END AS regime,
       is_critical = 1 AS is_critical, is_ceded = 1 AS is_ceded,
       is_written_off = 1 AS is_written_off, hold, disputed AS disputed_balance,
       promised AS promised_balance, planned AS planned_balance
FROM documents ORDER BY document_id
