"""Writing parties and contact points. What a person verified by hand is never set aside: another
value for the same way waits as a conflict until a person decides (S1-14)."""

from __future__ import annotations

from recaudo.intake.queries.staging import Staging

_PARTIES = """
INSERT INTO portfolio_party (creditor_id, customer_id, obligation_id, role, name, tax_id,
  person_key)
SELECT %(creditor)s, o.id, b.id, m.role, m.name, m.tax_id, ''
FROM in_member m
JOIN in_owner o ON o.code = m.code
LEFT JOIN portfolio_obligation b ON b.creditor_id = %(creditor)s AND b.number = m.obligation_number
WHERE m.id IS NULL
"""

_POINTS = """
INSERT INTO portfolio_contactpoint (creditor_id, customer_id, party_id, channel, value, normalised,
  purpose, state, state_since, state_reason, source)
SELECT %(creditor)s, o.id, p.id, n.channel, n.value, n.normalised, '',
  CASE WHEN n.is_valid THEN 'unknown' ELSE 'invalid' END,
  CASE WHEN NOT n.is_valid THEN %(as_of)s::date END, n.reason, 'import'
FROM in_contact n
JOIN in_owner o ON o.code = n.code
{party}
WHERE n.verified_id IS NULL
ORDER BY n.seq
ON CONFLICT (customer_id, channel, normalised) DO NOTHING
"""
_PARTY = """
LEFT JOIN LATERAL (
  SELECT p.id FROM portfolio_party p
  LEFT JOIN portfolio_obligation b ON b.id = p.obligation_id
  WHERE p.customer_id = o.id AND p.role = n.role AND p.name = n.contact_name
    AND COALESCE(b.number, '') = n.obligation_number
  ORDER BY p.id LIMIT 1
) p ON TRUE
"""

_CONFLICTS = """
INSERT INTO intake_contactconflict (creditor_id, batch_id, customer_id, contact_point_id,
  offered_value, resolution)
SELECT %(creditor)s, %(batch)s, n.customer_id, n.verified_id, n.value, ''
FROM in_contact n WHERE n.verified_id IS NOT NULL AND NOT n.is_shown
"""


def write_contacts(staging: Staging) -> None:
    """New parties, new contact points and conflicts with what was verified by hand."""
    has_parties = bool(staging.value("SELECT EXISTS (SELECT FROM in_member)"))
    if has_parties:
        staging.run(_PARTIES)
    party = _PARTY if has_parties else "CROSS JOIN (SELECT NULL::bigint AS id) p"
    staging.run(_POINTS.format(party=party))
    staging.run(_CONFLICTS)
