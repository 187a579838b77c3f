-- A row: one message or task for one customer today.
WITH sums AS (
  SELECT customer_id, is_contact, CAST(SUM(balance) AS BIGINT) AS balance FROM items
  GROUP BY customer_id, is_contact
),
wanted AS (
  SELECT s.customer_id, s.is_contact,
         CASE s.is_contact WHEN 1 THEN c.contact_step ELSE c.internal_step END AS step, s.balance
  FROM sums s JOIN chosen c ON c.customer_id = s.customer_id
  UNION ALL
  SELECT v.customer_id, 2 AS is_contact, v.step, f.claimable_balance AS balance
  FROM services v JOIN customer_facts f ON f.customer_id = v.customer_id
  WHERE v.is_new = 1
)
SELECT CAST(ROW_NUMBER() OVER (ORDER BY w.customer_id, w.is_contact, w.step) AS BIGINT) AS act,
       w.customer_id, w.is_contact, w.step, COALESCE(k.channel, 0) AS channel, w.balance
FROM wanted w
  LEFT JOIN candidates k ON k.customer_id = w.customer_id AND k.step = w.step
