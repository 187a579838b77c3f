-- A row: one customer with several products, and the one with the largest claimable balance.
WITH mixed AS (
  SELECT customer_id FROM balances WHERE first_product <> last_product
),
sums AS (
  SELECT d.customer_id, d.product, SUM(d.balance) AS balance
  FROM documents d JOIN mixed m ON m.customer_id = d.customer_id
  WHERE d.is_ceded = 0 GROUP BY d.customer_id, d.product
),
ranked AS (
  SELECT customer_id, product,
         ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY balance DESC, product) AS place
  FROM sums
)
SELECT customer_id, product FROM ranked WHERE place = 1
