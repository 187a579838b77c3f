SELECT a.act, a.customer_id, s.kind, s.step_key,
       CASE a.channel WHEN 1 THEN 'email' WHEN 2 THEN 'phone' WHEN 3 THEN 'whatsapp'
            WHEN 4 THEN 'sms' WHEN 5 THEN 'address' ELSE '' END AS channel,
       s.template_key, s.task_kind, s.tone, a.balance, s.deadline_day AS due_on, d.priority
FROM acts a
  JOIN steps s ON s.step = a.step
  JOIN decisions d ON d.customer_id = a.customer_id
ORDER BY a.act
