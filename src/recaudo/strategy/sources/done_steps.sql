-- Steps already spent, by live messages and tasks, on documents still open or on none. Left out are
-- notices (they are no collection step), what waits in a proposal (nothing has happened yet), and
-- what today's own run planned and nobody has touched: a second run of the day decides afresh and
-- finds its own rows again. What failed or bounced has told the customer nothing: its items are no
-- longer live and its step comes again, but on another day than that of its own run.
SELECT i.customer_id,
       i.document_id,
       i.step_key COLLATE "C" AS step_key,
       i.anchor_on - DATE '1970-01-01' AS anchor_day,
       CAST(i.occurrence AS integer) AS occurrence,
       r.as_of - DATE '1970-01-01' AS done_day,
       1 AS is_contact,
       0 AS is_open
FROM contact_messageitem i
  JOIN contact_message m ON m.id = i.message_id
  JOIN strategy_run r ON r.id = m.run_id
WHERE i.creditor_id = $creditor AND i.customer_id $among
  AND (i.is_live OR m.state IN ('failed', 'bounced') AND r.as_of = $as_of)
  AND m.purpose = 'collection' AND m.state <> 'proposed'
  AND r.as_of <= $as_of AND (r.as_of < $as_of OR m.state <> 'planned')
  AND (i.document_id IS NULL OR EXISTS (
    SELECT FROM portfolio_document d WHERE d.id = i.document_id AND d.open_amount > 0))
UNION ALL
SELECT i.customer_id,
       i.document_id,
       i.step_key COLLATE "C",
       i.anchor_on - DATE '1970-01-01',
       CAST(i.occurrence AS integer),
       r.as_of - DATE '1970-01-01',
       CASE WHEN t.channel = '' THEN 0 ELSE 1 END,
       CASE WHEN t.state = 'open' THEN 1 ELSE 0 END
FROM strategy_taskitem i
  JOIN strategy_task t ON t.id = i.task_id
  JOIN strategy_run r ON r.id = t.run_id
WHERE i.creditor_id = $creditor AND i.is_live AND i.customer_id $among
  AND t.state <> 'proposed'
  AND r.as_of <= $as_of AND (r.as_of < $as_of OR t.state <> 'open')
  AND (i.document_id IS NULL OR EXISTS (
    SELECT FROM portfolio_document d WHERE d.id = i.document_id AND d.open_amount > 0))
