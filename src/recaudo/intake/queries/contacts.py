"""How to reach them: the contact points and parties of a file beside those of the ledger.

A row with a contact's name speaks of that person's addresses: a party of the customer, with the
role that the file gives (F17). Without a name they are the customer's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recaudo.intake.queries.staging import Staging
from recaudo.intake.reading.identifiers import email, phone

CONTACT = ("email", "email2", "phone", "phone2", "mobile", "whatsapp", "address", "city")
PERSON = ("contact_name", "contact_role", "contact_tax_id")
_CHANNELS = {
    "email": "email",
    "email2": "email",
    "phone": "phone",
    "phone2": "phone",
    "mobile": "mobile",
    "whatsapp": "whatsapp",
}

# in_member: one row per person named beside a customer; ``id`` is empty for a new one.
_MEMBER = """
SELECT n.code, n.role, n.name, n.tax_id, n.obligation_number, n.seq, p.id
FROM (
  SELECT customer_code AS code, COALESCE(contact_role, 'contact') AS role, contact_name AS name,
         COALESCE(MAX(contact_tax_id), '') AS tax_id,
         COALESCE(CASE WHEN contact_role IN ('co_debtor', 'guarantor') THEN obligation_number END,
                  '') AS obligation_number,
         MIN(seq) AS seq
  FROM in_row WHERE customer_code IS NOT NULL AND contact_name IS NOT NULL
  GROUP BY 1, 2, 3, 5
) n
JOIN in_customer i ON i.code = n.code
LEFT JOIN LATERAL (
  SELECT p.id FROM portfolio_party p
  LEFT JOIN portfolio_obligation o ON o.id = p.obligation_id
  WHERE p.customer_id = i.id AND p.role = n.role AND p.name = n.name
    AND COALESCE(o.number, '') = n.obligation_number
  LIMIT 1
) p ON TRUE
WHERE i.id IS NOT NULL OR i.is_told
"""

# in_point: one row per customer, person, channel and value, as written.
_POINT = """
SELECT r.code, r.role, r.contact_name, r.obligation_number, v.channel, v.value, MIN(r.seq) AS seq
FROM (
  SELECT customer_code AS code, COALESCE(contact_role, 'contact') AS role, contact_name,
         COALESCE(CASE WHEN contact_role IN ('co_debtor', 'guarantor') THEN obligation_number END,
                  '') AS obligation_number,
         {said}, MIN(seq) AS seq
  FROM in_row WHERE customer_code IS NOT NULL AND COALESCE({said}) IS NOT NULL
  GROUP BY 1, 2, 3, 4, {said}
) r CROSS JOIN LATERAL (VALUES {values}) AS v (channel, value)
WHERE v.value IS NOT NULL
GROUP BY r.code, r.role, r.contact_name, r.obligation_number, v.channel, v.value
"""

# Values that the ledger does not know as written are the only ones to be judged.
_UNJUDGED = """
SELECT DISTINCT v.channel, v.value, COALESCE(i.country, c.country, %(country)s)
FROM in_point v JOIN in_customer i ON i.code = v.code
LEFT JOIN portfolio_customer c ON c.id = i.id
WHERE (i.id IS NOT NULL OR i.is_told) AND NOT EXISTS (
  SELECT FROM portfolio_contactpoint p WHERE p.customer_id = i.id AND p.value = v.value
  AND p.channel = CASE v.channel WHEN 'mobile' THEN 'phone' ELSE v.channel END)
"""

# in_contact: one row per new contact point. ``verified_id`` is one verified by hand in its way.
_CONTACT = """
SELECT DISTINCT ON (n.code, n.channel, n.normalised) n.*, i.id AS customer_id, h.id AS verified_id,
  EXISTS (SELECT FROM intake_contactconflict k
          WHERE k.contact_point_id = h.id AND k.offered_value = n.value) AS is_shown
FROM (
  SELECT v.code, v.role, v.contact_name, v.obligation_number, j.channel, v.value, j.normalised,
         j.is_valid, j.reason, v.seq
  FROM in_point v
  JOIN in_customer i ON i.code = v.code
  LEFT JOIN portfolio_customer c ON c.id = i.id
  JOIN in_judged j ON j.said = v.channel AND j.value = v.value
    AND j.country = COALESCE(i.country, c.country, %(country)s)
) n
JOIN in_customer i ON i.code = n.code
LEFT JOIN LATERAL (
  SELECT p.id FROM portfolio_contactpoint p
  WHERE p.customer_id = i.id AND p.channel = n.channel AND p.is_verified_by_hand AND p.is_active
    AND n.contact_name IS NULL AND p.party_id IS NULL
  ORDER BY p.id DESC LIMIT 1
) h ON TRUE
WHERE (i.id IS NOT NULL OR i.is_told) AND NOT EXISTS (
  SELECT FROM portfolio_contactpoint p WHERE p.customer_id = i.id AND p.channel = n.channel
  AND p.normalised = n.normalised)
ORDER BY n.code, n.channel, n.normalised, n.seq
"""


def find_contacts(staging: Staging) -> None:
    """Make ``in_member`` and ``in_contact`` and the notices about values that cannot be used."""
    staging.table("in_member", _MEMBER)
    said = [name for name in CONTACT if staging.has(name)]
    values = [f"('{_CHANNELS[name]}', r.{name})" for name in said if name in _CHANNELS]
    if "address" in said:
        city = " || COALESCE(', ' || r.city, '')" if "city" in said else ""
        values.append(f"('address', r.address{city})")
    if not values:
        said, values = ["email"], ["('email', r.email)"]
    staging.table("in_point", _POINT.format(said=", ".join(said), values=", ".join(values)))
    staging.convert(
        "in_judged",
        "said text, value text, country text, channel text, normalised text, is_valid boolean, "
        "reason text",
        _UNJUDGED,
        _judged,
    )
    staging.table("in_contact", _CONTACT)
    staging.notice(
        "contact_not_valid",
        "SELECT channel FROM in_contact WHERE NOT is_valid ORDER BY seq",
    )
    staging.notice(
        "contact_conflict", "SELECT code FROM in_contact WHERE verified_id IS NOT NULL ORDER BY seq"
    )


def _judged(written: Sequence[tuple[str, str, str]]) -> Iterator[tuple[object, ...]]:
    """Each value in the one form by which it is compared. A mobile number can also take an SMS."""
    for said, value, country in written:
        if said == "email":
            found = email(value)
        elif said == "address":
            folded = " ".join(value.split()).casefold()
            yield said, value, country, said, folded, True, ""
            continue
        else:
            found = phone(value, country)
        row = (found.normalised, found.is_valid, found.code)
        channel = "phone" if said == "mobile" else said
        yield (said, value, country, channel, *row)
        takes_sms = found.is_mobile or (said == "mobile" and found.is_mobile is None)
        if channel == "phone" and found.is_valid and takes_sms:
            yield (said, value, country, "sms", *row)
