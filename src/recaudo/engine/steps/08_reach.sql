-- A row: one customer with a usable contact point: 1 for each channel that reaches them.
SELECT customer_id,
       MAX(CASE WHEN channel = 1 THEN 1 ELSE 0 END) AS email,
       MAX(CASE WHEN channel = 2 THEN 1 ELSE 0 END) AS phone,
       MAX(CASE WHEN channel = 3 THEN 1 ELSE 0 END) AS whatsapp,
       MAX(CASE WHEN channel = 4 THEN 1 ELSE 0 END) AS sms,
       MAX(CASE WHEN channel = 5 THEN 1 ELSE 0 END) AS address
FROM contact_points GROUP BY customer_id
