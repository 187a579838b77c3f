-- The newest word of each customer on collection contact by any channel.
SELECT DISTINCT ON (customer_id) customer_id, CAST(is_granted AS integer) AS granted
FROM portfolio_consent
WHERE creditor_id = $creditor AND channel = '*' AND purpose = 'collection'
  AND contact_point_id IS NULL AND given_on <= $as_of AND customer_id $among
ORDER BY customer_id, given_on DESC, id DESC
