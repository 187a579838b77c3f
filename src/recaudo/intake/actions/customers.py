"""Writing customers: new ones, what is told otherwise about known ones, whose they are."""

from __future__ import annotations

from recaudo.intake.queries.staging import Staging

# in_owner: the ledger's customer of every code in the file.
_OWNER = """
SELECT code, COALESCE(id, NEXTVAL(%(customer_ids)s)) AS id,
       id IS NULL AS is_new
FROM in_customer WHERE id IS NOT NULL OR is_told
"""

_GROUPS = """
INSERT INTO portfolio_customergroup AS g (creditor_id, code, name)
SELECT %(creditor)s, group_code, COALESCE(MAX(group_name), '') FROM in_customer
WHERE group_code IS NOT NULL AND (id IS NOT NULL OR is_told) GROUP BY group_code
ON CONFLICT (creditor_id, code) DO UPDATE SET name = EXCLUDED.name
  WHERE EXCLUDED.name <> '' AND EXCLUDED.name <> g.name
"""

# The slot is as good as random and the same for ever: from the creditor and the code.
_NEW = """
INSERT INTO portfolio_customer (id, creditor_id, code, name, tax_id, tax_id_kind, tax_id_valid,
  person_key, kind, class_name, group_id, is_prospect, since_on, country, language, timezone,
  branch, zone, credit_limit, terms_days, payment_calendar, do_not_contact_since,
  do_not_contact_reason, slot)
SELECT o.id, %(creditor)s, i.code, COALESCE(i.name, i.code), COALESCE(i.tax_normalised, ''),
  COALESCE(i.tax_kind, i.tax_id_kind, ''), i.tax_valid, i.person_key, i.person,
  COALESCE(i.class_name, ''), g.id, FALSE, i.customer_since, COALESCE(i.country, %(country)s),
  %(language)s, '', COALESCE(i.branch, ''), COALESCE(i.zone, ''), i.credit_limit, i.terms_days,
  k.calendar, CASE WHEN i.do_not_contact THEN %(as_of)s::date END,
  CASE WHEN i.do_not_contact THEN 'import' ELSE '' END,
  ('x' || SUBSTR(MD5(%(creditor)s || ':' || i.code), 1, 7))::bit(28)::integer %% 10000
FROM in_owner o
JOIN in_customer i ON i.code = o.code
LEFT JOIN portfolio_customergroup g ON g.creditor_id = %(creditor)s AND g.code = i.group_code
LEFT JOIN in_calendar k ON k.pay_days = i.pay_days
WHERE o.is_new
ORDER BY i.seq
"""

#: Field told otherwise → what it sets.
_SETS = {
    "name": "name = d.new",
    "class_name": "class_name = d.new",
    "branch": "branch = d.new",
    "zone": "zone = d.new",
    "country": "country = d.new",
    "credit_limit": "credit_limit = d.new::numeric",
    "terms_days": "terms_days = d.new::integer",
    "customer_since": "since_on = d.new::date",
    "pay_days": "payment_calendar = d.new::jsonb",
    "do_not_contact": "do_not_contact_since = %(as_of)s, do_not_contact_reason = 'import'",
    "group_code": "group_id = (SELECT g.id FROM portfolio_customergroup g "
    "WHERE g.creditor_id = %(creditor)s AND g.code = d.new)",
    "tax_id": "tax_id = d.new, tax_id_kind = i.tax_kind, tax_id_valid = i.tax_valid, "
    "person_key = i.person_key, kind = COALESCE(NULLIF(i.person, ''), c.kind)",
}
_CHANGE = """
UPDATE portfolio_customer c SET {sets}, updated_at = NOW()
FROM (SELECT DISTINCT ON (id) id, code, new FROM in_differs WHERE field = %(field)s
      ORDER BY id, seq DESC) d
JOIN in_customer i ON i.code = d.code
WHERE c.id = d.id
"""

# in_move: who gets whom from which day. Nobody is moved twice in one day, or into the past.
_MOVE = """
SELECT DISTINCT ON (o.id, a.role) o.id AS customer_id, a.role, a.person, a.assignment_id, a.from_on,
  GREATEST(%(as_of)s::date, (
    SELECT MAX(p.until_on) FROM portfolio_assignment p
    WHERE p.customer_id = o.id AND p.role = a.role)) AS starts_on,
  u.user_id
FROM in_assigned a
JOIN in_owner o ON o.code = a.code
LEFT JOIN LATERAL (
  SELECT MIN(m.user_id) AS user_id FROM access_membership m JOIN access_user u ON u.id = m.user_id
  WHERE m.creditor_id = %(creditor)s AND u.is_active
    AND LOWER(a.person) IN (LOWER(u.email), LOWER(u.name))
  HAVING COUNT(DISTINCT m.user_id) = 1
) u ON TRUE
ORDER BY o.id, a.role, a.seq DESC
"""
_SAME_DAY = """
UPDATE portfolio_assignment a SET person_code = m.person, person_name = m.person,
  user_id = m.user_id
FROM in_move m WHERE a.id = m.assignment_id AND m.from_on >= m.starts_on
"""
_CLOSE = """
UPDATE portfolio_assignment a SET until_on = m.starts_on
FROM in_move m WHERE a.id = m.assignment_id AND m.from_on < m.starts_on
"""
_ASSIGN = """
INSERT INTO portfolio_assignment (creditor_id, customer_id, role, person_code, person_name, user_id,
  from_on)
SELECT %(creditor)s, customer_id, role, person, person, user_id, starts_on FROM in_move
WHERE assignment_id IS NULL OR from_on < starts_on
ORDER BY customer_id
"""

# in_obligation: credits, cards and contracts that rows belong to.
_OBLIGATION = """
SELECT n.number, o.id AS customer_id, n.product, n.regime, n.currency, p.id
FROM (
  SELECT obligation_number AS number, (ARRAY_AGG(customer_code ORDER BY seq))[1] AS code,
         MAX(COALESCE(product, %(product)s)) AS product, MAX(regime) AS regime,
         COALESCE(MAX(currency), %(currency)s) AS currency
  FROM in_row WHERE obligation_number IS NOT NULL AND customer_code IS NOT NULL
  GROUP BY obligation_number
) n
JOIN in_owner o ON o.code = n.code
LEFT JOIN portfolio_obligation p ON p.creditor_id = %(creditor)s AND p.number = n.number
"""
_NEW_OBLIGATIONS = """
INSERT INTO portfolio_obligation (creditor_id, customer_id, number, product, regime, currency)
SELECT %(creditor)s, customer_id, number, COALESCE(product, ''), COALESCE(regime, 'consumer'),
       currency
FROM in_obligation WHERE id IS NULL
"""
_CHANGED_OBLIGATIONS = """
UPDATE portfolio_obligation p
SET product = COALESCE(i.product, p.product), regime = COALESCE(i.regime, p.regime)
FROM in_obligation i
WHERE p.id = i.id AND (i.product <> p.product OR i.regime <> p.regime)
"""


def write_customers(staging: Staging) -> int:
    """New and changed customers, their groups, assignments and obligations; gives how many are new.

    Makes ``in_owner``: code → the ledger's id.
    """
    staging.table("in_owner", _OWNER)
    if staging.has("group_code"):
        staging.run(_GROUPS)
    new = staging.run(_NEW)
    for (field,) in staging.read("SELECT DISTINCT field FROM in_differs"):
        staging.run(_CHANGE.format(sets=_SETS[field]), field=field)
    if staging.value("SELECT EXISTS (SELECT FROM in_assigned)"):
        staging.table("in_move", _MOVE)
        staging.run(_SAME_DAY)
        staging.run(_CLOSE)
        staging.run(_ASSIGN)
    if staging.has("obligation_number"):
        staging.table("in_obligation", _OBLIGATION)
        staging.run(_NEW_OBLIGATIONS)
        staging.run(_CHANGED_OBLIGATIONS)
    return new
