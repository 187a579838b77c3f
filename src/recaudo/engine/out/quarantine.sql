SELECT relation, row_id, customer_id, reason FROM quarantine ORDER BY relation, row_id
