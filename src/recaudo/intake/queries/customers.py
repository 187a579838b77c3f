"""Who is meant: the customers that a file speaks of, beside those that the ledger knows.

A customer is known by the code; else by the tax id, where exactly one customer of the ledger has it
and this file does not name that customer by its own code (two codes with one NIT in one file are
two branches of one company). Where rows of one file differ about a customer, the last one that says
something counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recaudo.core.payment_days import as_stored, read_calendar
from recaudo.core.problems import Problem
from recaudo.intake.queries.staging import Staging, as_json
from recaudo.intake.reading.identifiers import tax_id

#: Columns of the file that say something about a customer → column of the ledger. The others need
#: a rule of their own.
PLAIN = {
    "name": "name",
    "class_name": "class_name",
    "branch": "branch",
    "zone": "zone",
    "credit_limit": "credit_limit",
    "terms_days": "terms_days",
    "customer_since": "since_on",
    "country": "country",
}
SAID = (
    *PLAIN,
    *("tax_id", "tax_id_kind", "group_code", "group_name", "seller", "collector"),
    *("pay_days", "do_not_contact"),
)
#: Said differently by a customer's documents without any being wrong: what the ledger has stays
#: while one of them still says it.
MANY = ("branch", "zone", "seller", "collector")

# in_said: one row per customer code and combination of what is said.
_SAID = """
SELECT customer_code AS code, MAX(seq) AS seq,
       BOOL_OR(record <> 'payment' OR name IS NOT NULL) AS is_told, {columns}
FROM in_row WHERE customer_code IS NOT NULL GROUP BY {grouped}
"""

# One row per customer code.
_MERGED = """
SELECT code, MAX(seq) AS seq, BOOL_OR(is_told) AS is_told,
       {newest}
FROM in_said GROUP BY code
"""

# in_customer: one row per customer code of the file; ``id`` is empty for a new one.
_CUSTOMER = """
WITH merged AS ({merged}),
told AS (
  SELECT m.*, t.normalised AS tax_normalised, t.kind AS tax_kind, t.is_valid AS tax_valid,
         COALESCE(t.person, '') AS person, c.id AS by_code
  FROM merged m
  LEFT JOIN in_tax t ON t.tax_id = m.tax_id AND t.country = COALESCE(m.country, %(country)s)
    AND t.kind_said = COALESCE(m.tax_id_kind, '')
  LEFT JOIN portfolio_customer c ON c.creditor_id = %(creditor)s AND c.code = m.code
),
alone AS (
  SELECT c.tax_id, MIN(c.id) AS id, MIN(c.code) AS code
  FROM portfolio_customer c
  WHERE c.creditor_id = %(creditor)s AND c.tax_id <> ''
    AND c.tax_id IN (SELECT tax_normalised FROM told WHERE by_code IS NULL)
  GROUP BY c.tax_id HAVING COUNT(*) = 1
)
SELECT t.*, COALESCE(t.by_code, a.id) AS id, COALESCE(a.code, t.code) AS ledger_code,
       CASE WHEN t.tax_valid AND t.tax_normalised <> ''
            THEN COALESCE(t.country, %(country)s) || ':' || t.tax_normalised ELSE '' END
         AS person_key
FROM told t
LEFT JOIN alone a ON t.by_code IS NULL AND a.tax_id = t.tax_normalised
  AND NOT EXISTS (SELECT FROM told o WHERE o.by_code = a.id)
"""

_TAX_IDS = """
SELECT DISTINCT tax_id, COALESCE(country, %(country)s), COALESCE(tax_id_kind, '')
FROM in_said WHERE tax_id IS NOT NULL
"""

# What differs from the ledger: (id, field, old, new as text), the last row of the file first.
_DIFFERS = """
SELECT i.code, i.id, i.seq, f.field, f.old, f.new
FROM in_customer i
JOIN portfolio_customer c ON c.id = i.id
LEFT JOIN portfolio_customergroup g ON g.id = c.group_id
CROSS JOIN LATERAL (VALUES {pairs}) AS f (field, old, new)
WHERE f.new IS NOT NULL AND f.new IS DISTINCT FROM f.old
"""

_ASSIGNED = """
SELECT i.code, i.id, i.seq, r.role, r.person, o.assignment_id, o.from_on
FROM in_customer i
CROSS JOIN LATERAL (VALUES ('seller', i.seller), ('collector', i.collector)) AS r (role, person)
LEFT JOIN LATERAL (
  SELECT a.id AS assignment_id, a.person_code, a.from_on FROM portfolio_assignment a
  WHERE a.customer_id = i.id AND a.role = r.role AND a.until_on IS NULL
) o ON TRUE
WHERE r.person IS NOT NULL AND (i.id IS NOT NULL OR i.is_told)
  AND (o.assignment_id IS NULL
       OR o.from_on <= %(as_of)s AND o.person_code <> r.person AND NOT EXISTS (
         SELECT FROM in_said s WHERE s.code = i.code
         AND CASE r.role WHEN 'seller' THEN s.seller ELSE s.collector END = o.person_code))
"""


def find_customers(staging: Staging) -> None:
    """Make ``in_customer``, ``in_assigned`` (whose customer changes), ``in_differs`` (what is told
    otherwise than the ledger has it) and the notices about them."""
    said = [name for name in SAID if staging.has(name)]
    columns = [name if name in said else f"NULL::{_type(name)} AS {name}" for name in SAID]
    grouped = ", ".join(["customer_code", *said])
    staging.table("in_said", _SAID.format(columns=", ".join(columns), grouped=grouped))
    _normalise_tax_ids(staging)
    staging.table("in_customer", _CUSTOMER.format(merged=_merged(staging, said)))
    staging.table("in_assigned", _ASSIGNED)
    _read_calendars(staging)
    staging.table("in_differs", _differences(staging))
    staging.notice(
        "tax_id_not_valid",
        "SELECT tax_id FROM in_customer WHERE tax_valid IS FALSE ORDER BY seq",
    )


def _differences(staging: Staging) -> str:
    """One row per field. A valid tax id is never replaced by one that is not; a customer's wish
    not to be contacted is never lifted by a file."""
    pairs = []
    for name, column in PLAIN.items():
        new = f"i.{name}::text"
        if name in MANY:
            new = (
                f"CASE WHEN NOT EXISTS (SELECT FROM in_said s WHERE s.code = i.code "
                f"AND s.{name} = c.{column}) THEN {new} END"
            )
        pairs.append((name, f"c.{column}::text", new))
    is_better = "CASE WHEN COALESCE(i.tax_valid, TRUE) OR NOT COALESCE(c.tax_id_valid, FALSE) THEN"
    calendar = "(SELECT k.calendar::text FROM in_calendar k WHERE k.pay_days = i.pay_days)"
    wish = "CASE WHEN i.do_not_contact THEN 'true' END"
    pairs += [
        ("tax_id", "c.tax_id", f"{is_better} NULLIF(i.tax_normalised, '') END"),
        ("group_code", "g.code", "i.group_code"),
        ("pay_days", "c.payment_calendar::text", calendar),
        ("do_not_contact", "(c.do_not_contact_since IS NOT NULL)::text", wish),
    ]
    told = [f"('{field}', {old}, {new})" for field, old, new in pairs if staging.has(field)]
    return _DIFFERS.format(pairs=", ".join(told or ["('', '', NULL)"]))


def _merged(staging: Staging, said: list[str]) -> str:
    """Per code the last row; where rows differ, per column the last that says something."""
    if not staging.value("SELECT EXISTS (SELECT FROM in_said GROUP BY code HAVING COUNT(*) > 1)"):
        return "SELECT * FROM in_said"
    newest = [
        f"(ARRAY_AGG({name} ORDER BY seq DESC) FILTER (WHERE {name} IS NOT NULL))[1] AS {name}"
        if name in said
        else f"NULL::{_type(name)} AS {name}"
        for name in SAID
    ]
    return _MERGED.format(newest=",\n       ".join(newest))


def _normalise_tax_ids(staging: Staging) -> None:
    staging.convert(
        "in_tax",
        "tax_id text, country text, kind_said text, normalised text, kind text, is_valid boolean, "
        "person text",
        _TAX_IDS,
        _tax_ids,
    )


def _tax_ids(written: Sequence[tuple[str, str, str]]) -> Iterator[tuple[object, ...]]:
    for text, country, kind in written:
        found = tax_id(text, country, kind)
        yield (text, country, kind, found.normalised, found.kind, found.is_valid, found.person)


def _read_calendars(staging: Staging) -> None:
    """What people write about payment days, as the ledger keeps it; the unreadable is noticed."""
    written = staging.read("SELECT DISTINCT pay_days FROM in_customer WHERE pay_days IS NOT NULL")
    read: list[tuple[str, str | None]] = []
    for (text,) in written:
        try:
            read.append((text, as_json(as_stored(read_calendar(text)))))
        except Problem:
            read.append((text, None))
    staging.fill("in_calendar", "pay_days text, calendar jsonb", read)
    staging.notice("pay_days_unreadable", "SELECT pay_days FROM in_calendar WHERE calendar IS NULL")


def _type(name: str) -> str:
    return {
        "credit_limit": "numeric(18,4)",
        "terms_days": "integer",
        "customer_since": "date",
        "do_not_contact": "boolean",
    }.get(name, "text")
