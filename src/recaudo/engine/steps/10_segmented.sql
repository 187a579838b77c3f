-- A row: one customer and the first segment whose condition is true; 0 is unassigned.
SELECT f.customer_id, $segment_case AS segment_no FROM customer_facts f
