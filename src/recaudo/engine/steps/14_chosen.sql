-- A row: one customer with something due: the heaviest step that may be done, contact and other.
SELECT customer_id,
       MAX(CASE WHEN block = 0 AND is_contact = 1 THEN step ELSE 0 END) AS contact_step,
       MAX(CASE WHEN block = 0 AND is_contact = 0 THEN step ELSE 0 END) AS internal_step,
       MAX(CASE WHEN block = $r_no_channel THEN 1 ELSE 0 END) AS lacks_channel
FROM candidates GROUP BY customer_id
