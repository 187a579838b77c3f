-- The newest rate of each currency to the creditor's, up to the day judged, times 10 to the 10th.
SELECT DISTINCT ON (from_currency) from_currency COLLATE "C" AS currency,
       CAST(rate * 10000000000 AS bigint) AS rate_e10
FROM portfolio_exchangerate
WHERE creditor_id = $creditor AND to_currency = $currency AND valid_on <= $as_of
  AND rate < 900000000
ORDER BY from_currency, valid_on DESC
