-- Holds in force on the day judged.
SELECT customer_id,
       document_id,
       channel COLLATE "C" AS channel,
       kind COLLATE "C" AS kind,
       until_on - DATE '1970-01-01' AS until_day
FROM portfolio_hold
WHERE creditor_id = $creditor AND released_at IS NULL AND customer_id $among
  AND from_on <= $as_of AND (until_on IS NULL OR until_on > $as_of)
