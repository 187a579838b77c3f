-- A row: one open document in the creditor's currency: its age, its bucket, what holds it.
-- block: the reason number of a stated hold, 0 where it may be worked.
WITH document_holds AS (
  SELECT document_id, customer_id, MIN(kind) AS kind,
         CASE WHEN COUNT(until_day) = COUNT(*) THEN MAX(until_day) END AS until_day
  FROM holds WHERE document_id IS NOT NULL GROUP BY document_id, customer_id
),
pay_days AS (
  SELECT d.document_id, MIN(p.day) AS pay_day
  FROM open_documents d
    JOIN customers c ON c.customer_id = d.customer_id
    JOIN payment_days p ON p.calendar = c.calendar
  WHERE c.calendar <> '' AND d.due_day >= $as_of - 62 AND p.day >= d.due_day
  GROUP BY d.document_id
),
known AS (
  SELECT d.*, $as_of - d.due_day AS age,
         CASE WHEN d.currency IS NULL THEN d.open_amount
              ELSE idiv(wide(d.open_amount) * r.rate_e10, 10000000000) END AS balance,
         CASE WHEN d.ceded_day <= $as_of THEN 1 ELSE 0 END AS is_ceded,
         CASE WHEN d.written_off_day <= $as_of THEN 1 ELSE 0 END AS is_written_off,
         COALESCE(t.bucket_table, 0) AS bucket_table
  FROM open_documents d
    LEFT JOIN rates r ON r.currency = d.currency
    LEFT JOIN bucket_products t ON t.product = d.product
    LEFT JOIN quarantine q ON q.relation = 'open_documents' AND q.row_id = d.document_id
  WHERE q.row_id IS NULL
)
SELECT k.document_id, k.customer_id, k.balance, k.open_amount AS own_balance,
       COALESCE(k.currency, $currency) AS currency, k.due_day, k.age,
       GREATEST(k.age, 0) AS dpd,
       CASE WHEN k.is_ceded + k.is_written_off > 0 THEN 0 ELSE b.slot END AS slot,
       CASE WHEN k.is_ceded + k.is_written_off > 0 OR k.issued_day > $month_start THEN 0
            ELSE m.slot END AS slot_month_start,
       CASE WHEN k.is_ceded + k.is_written_off = 0 THEN k.due_day + b.rolls_at END AS rolls_day,
       k.product, k.regime,
       CASE WHEN k.is_ceded + k.is_written_off > 0 THEN 0 ELSE b.is_critical END AS is_critical,
       k.is_ceded, k.is_written_off,
       COALESCE(h.kind, '') AS hold,
       COALESCE(s.balance, 0) AS disputed, COALESCE(o.balance, 0) AS promised,
       COALESCE(n.balance, 0) AS planned,
       LEAST(k.recorded_day, $as_of) AS known_day,
       COALESCE(y.pay_day, k.due_day) AS pay_day,
       CASE WHEN k.is_ceded = 1 THEN $r_ceded
            WHEN h.document_id IS NOT NULL THEN COALESCE(hr.reason_no, $r_hold_manual)
            WHEN s.balance > 0 THEN $r_disputed
            WHEN o.balance > 0 THEN $r_promised
            WHEN n.balance > 0 THEN $r_planned
            ELSE 0 END AS block,
       h.until_day
FROM known k
  JOIN buckets b ON b.bucket_table = k.bucket_table
    AND b.age = LEAST(GREATEST(k.age, 0), $bucket_limit)
  JOIN buckets m ON m.bucket_table = k.bucket_table
    AND m.age = LEAST(GREATEST($month_start - k.due_day, 0), $bucket_limit)
  LEFT JOIN document_holds h ON h.document_id = k.document_id
    AND h.customer_id = k.customer_id
  LEFT JOIN hold_reasons hr ON hr.kind = h.kind
  LEFT JOIN pay_days y ON y.document_id = k.document_id
  LEFT JOIN disputes s ON s.document_id = k.document_id
  LEFT JOIN promises o ON o.document_id = k.document_id
  LEFT JOIN payment_plans n ON n.document_id = k.document_id
