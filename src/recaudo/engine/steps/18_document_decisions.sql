-- A row: one open document: what is next and when, or why nothing is. A day that is not a business
-- day moves to the next one; the end of a hold stays where it is.
SELECT w.document_id, w.customer_id, w.reason_no, w.step, w.contact_act, w.internal_act,
       w.missed_step, w.after_code,
       CASE WHEN w.step IS NULL OR w.reason_no = $r_step_due THEN w.raw_day
            ELSE COALESCE(b.next_day, w.raw_day) END AS next_day
FROM document_words w LEFT JOIN business_days b ON b.day = w.raw_day
