-- A row: one due step of one document inside today's act of its customer (is_contact tells which).
-- A document's balance stands in one of its items only, so that an act is the sum of its items.
WITH acting AS (
  SELECT t.*, d.contact_act, d.internal_act,
         CASE WHEN t.due_state = 3 THEN t.due_step % 10 ELSE -1 END AS due_class,
         CASE WHEN t.repeat_state IN (3, 5) THEN t.repeat_step % 10 ELSE -1 END AS repeat_class,
         CASE WHEN t.entry_state = 3 THEN t.entry_step % 10 ELSE -1 END AS entry_class
  FROM document_steps t JOIN document_decisions d ON d.document_id = t.document_id
  WHERE d.contact_act + d.internal_act > 0
)
SELECT customer_id, due_class AS is_contact, document_id, due_step AS step,
       due_day AS anchor_day, 1 AS occurrence, balance
FROM acting
WHERE (due_class = 1 AND contact_act > 0) OR (due_class = 0 AND internal_act > 0)
UNION ALL
SELECT customer_id, repeat_class AS is_contact, document_id, repeat_step AS step,
       repeat_anchor AS anchor_day, repeat_occurrence AS occurrence,
       CASE WHEN due_class = repeat_class THEN 0 ELSE balance END AS balance
FROM acting
WHERE (repeat_class = 1 AND contact_act > 0) OR (repeat_class = 0 AND internal_act > 0)
UNION ALL
SELECT customer_id, entry_class AS is_contact, document_id, entry_step AS step,
       entered_day AS anchor_day, 1 AS occurrence,
       CASE WHEN due_class = entry_class OR repeat_class = entry_class THEN 0 ELSE balance END
         AS balance
FROM acting
WHERE (entry_class = 1 AND contact_act > 0) OR (entry_class = 0 AND internal_act > 0)
