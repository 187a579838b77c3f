-- Ways to reach a customer that are in use and not known to be wrong: their own, or of somebody
-- who answers for them. A reference or a co-debtor is no way to reach the customer.
SELECT c.customer_id,
       CASE c.channel WHEN 'email' THEN 1 WHEN 'phone' THEN 2 WHEN 'whatsapp' THEN 3
         WHEN 'sms' THEN 4 ELSE 5 END AS channel
FROM portfolio_contactpoint c LEFT JOIN portfolio_party p ON p.id = c.party_id
WHERE c.creditor_id = $creditor AND c.is_active AND c.state <> 'invalid' AND c.normalised <> ''
  AND c.customer_id $among
  AND (c.party_id IS NULL OR p.role IN ('contact', 'legal_representative'))
