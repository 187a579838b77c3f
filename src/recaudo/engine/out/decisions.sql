SELECT d.customer_id, d.segment, d.entered_day AS segment_entered_on, r.reason,
       s.step_key, n.step_key AS next_step, d.next_day AS next_on, d.priority, d.value,
       d.experiment_slot AS slot
FROM decisions d
  JOIN reasons r ON r.reason_no = d.reason_no
  LEFT JOIN steps s ON s.step = d.step
  LEFT JOIN steps n ON n.step = d.next_step
ORDER BY d.customer_id
