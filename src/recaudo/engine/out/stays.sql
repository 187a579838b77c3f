SELECT customer_id, segment, previous, entered_day AS entered_on
FROM states WHERE previous IS NULL OR previous <> segment
ORDER BY customer_id
