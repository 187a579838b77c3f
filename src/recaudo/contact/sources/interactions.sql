-- Collection contacts of the 90 days up to the day judged, either way.
SELECT customer_id,
       CAST(EXTRACT(EPOCH FROM at) * 1000000 AS bigint) AS at_us,
       on_day - DATE '1970-01-01' AS day,
       CASE direction WHEN 'out' THEN 1 ELSE 0 END AS is_out,
       CAST(is_effective AS integer) AS is_effective,
       CAST(is_answered AS integer) AS is_answered
FROM contact_interaction
WHERE creditor_id = $creditor AND on_day > $as_of - 90 AND on_day <= $as_of
  AND purpose = 'collection' AND customer_id $among
