-- Seller and collector of each customer on the day judged, at most one of each.
SELECT customer_id, role COLLATE "C" AS role, person_code COLLATE "C" AS person_code
FROM portfolio_assignment
WHERE creditor_id = $creditor AND from_on <= $as_of AND (until_on IS NULL OR until_on > $as_of)
  AND customer_id $among
