SELECT d.document_id, d.customer_id, r.reason, s.step_key AS next_step, d.next_day AS next_on,
       m.step_key AS missed_step
FROM document_decisions d
  JOIN reasons r ON r.reason_no = d.reason_no
  LEFT JOIN steps s ON s.step = d.step
  LEFT JOIN steps m ON m.step = d.missed_step
ORDER BY d.document_id
