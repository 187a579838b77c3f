SELECT a.act, a.customer_id, i.document_id, s.step_key, i.anchor_day AS anchor_on, i.occurrence,
       i.balance
FROM items i
  JOIN acts a ON a.customer_id = i.customer_id AND a.is_contact = i.is_contact
  JOIN steps s ON s.step = i.step
UNION ALL
SELECT a.act, a.customer_id, CAST(NULL AS BIGINT), v.step_key, v.anchor_day, v.occurrence, a.balance
FROM services v
  JOIN acts a ON a.customer_id = v.customer_id AND a.step = v.step
WHERE v.is_new = 1
ORDER BY 1, 3, 4
