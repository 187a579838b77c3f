-- A row: one step key spent on one document (or, with document_id 0, on the customer): how often,
-- and when last. key_no is empty for a key that the rules no longer have.
SELECT d.customer_id, COALESCE(d.document_id, 0) AS document_id, d.anchor_day, d.step_key, k.key_no,
       CAST(COUNT(*) AS INT) AS times, MAX(d.done_day) AS last_day,
       MAX(d.is_contact) AS is_contact, MAX(d.is_open) AS is_open
FROM done_steps d LEFT JOIN step_keys k ON k.step_key = d.step_key
GROUP BY d.customer_id, COALESCE(d.document_id, 0), d.anchor_day, d.step_key, k.key_no
