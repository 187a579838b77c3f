-- Every customer of the creditor.
SELECT id AS customer_id,
       since_on - DATE '1970-01-01' AS since_day,
       country COLLATE "C" AS country,
       kind COLLATE "C" AS kind,
       class_name COLLATE "C" AS class_name,
       branch COLLATE "C" AS branch,
       zone COLLATE "C" AS zone,
       CAST(credit_limit * 10000 AS bigint) AS credit_limit,
       COALESCE(CAST(payment_calendar AS text), '') COLLATE "C" AS calendar,
       do_not_contact_since - DATE '1970-01-01' AS do_not_contact_day,
       CAST(slot AS integer) AS slot
FROM portfolio_customer
WHERE creditor_id = $creditor AND id $among
