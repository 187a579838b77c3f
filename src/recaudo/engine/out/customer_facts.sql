SELECT * FROM customer_facts ORDER BY customer_id
