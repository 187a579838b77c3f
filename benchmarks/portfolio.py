"""A made-up portfolio of a given size, written straight into the product's own tables.

N open documents, 3 N paid in 24 months by as many payments, N / 4 customers, N / 2 contact points
and N / 2 contacts of the last 90 days. Triggers and foreign keys rest while it is written, and the
columns they keep are written as they would have left them (``recaudo check --ledger`` would agree
but for the applications: a live run reads none, so none are made).
"""

from __future__ import annotations

from datetime import date
from typing import Any

CUSTOMERS = """
INSERT INTO portfolio_customer (id, creditor_id, code, name, tax_id, tax_id_kind, person_key, kind,
  class_name, country, language, timezone, branch, zone, credit_limit, since_on,
  do_not_contact_reason, slot, is_prospect)
SELECT i, {creditor}, 'C' || i, 'Cliente ' || i, '', '', '',
  CASE WHEN i % 5 = 0 THEN 'person' ELSE 'company' END, (ARRAY['A','B','C'])[1 + i % 3], 'CO', '',
  '', 'suc' || i % 12, 'zona' || i % 40,
  CASE WHEN i % 3 = 0 THEN 1000000 * (1 + i % 90) END, {today} - (30 + i * 7919 % 4000)::int,
  '', i * 6131 % 10000, false
FROM generate_series(1, {customers}) i
"""

# From 45 days before the due date to about 180 days after, mostly recent; customers with a few
# documents and some with very many.
OPEN_DOCUMENTS = """
INSERT INTO portfolio_document (id, creditor_id, customer_id, kind, key, doc_type, prefix, number,
  instalment, product, regime, issued_on, due_on, currency, original_amount, amount, open_amount,
  state, seller, branch, zone, purchase_order, recorded_at)
SELECT i, {creditor}, who, 'invoice', 'FV||' || i || '|', 'FV', '', i::text, '',
  (ARRAY['suministro','servicio','flete','repuestos'])[1 + i % 4], 'company',
  {today} - age - 30, {today} - age, 'COP', amount, amount,
  CASE WHEN i % 10 = 0 THEN round(amount / 2, 2) ELSE amount END,
  'issued', 'V' || i % 60, 'suc' || i % 12, '', '', ({today} - age - 29)::timestamptz
FROM (SELECT i, 1 + floor({customers} * pow(random(), 1.3))::bigint AS who,
        CASE WHEN random() < 0.45 THEN -floor(random() * 45)
             ELSE 1 + floor(-35 * ln(1 - random())) END::int AS age,
        round((5000 + exp(9.6 + 1.1 * sqrt(-2 * ln(1 - random())) * cos(6.2831853 * random())))
              ::numeric, 2) AS amount
      FROM generate_series(1, {documents}) i) made
"""

PAID_DOCUMENTS = """
INSERT INTO portfolio_document (id, creditor_id, customer_id, kind, key, doc_type, prefix, number,
  instalment, product, regime, issued_on, due_on, currency, original_amount, amount, open_amount,
  last_applied_on, closed_on, state, seller, branch, zone, purchase_order, recorded_at)
SELECT {documents} + i, {creditor}, who, 'invoice', 'FV||' || {documents} + i || '|', 'FV', '',
  ({documents} + i)::text, '', (ARRAY['suministro','servicio','flete','repuestos'])[1 + i % 4],
  'company', due - 30, due, 'COP', amount, amount, 0, paid, paid, 'issued', 'V' || i % 60,
  'suc' || i % 12, '', '', (due - 29)::timestamptz
FROM (SELECT i, who, {today} - age AS due,
        LEAST({today} - age + late, {today} - 1) AS paid, amount
      FROM (SELECT i, 1 + floor({customers} * pow(random(), 1.3))::bigint AS who,
              20 + floor(random() * 710)::int AS age,
              floor(6 + 14 * sqrt(-2 * ln(1 - random())) * cos(6.2831853 * random()))::int AS late,
              round((5000 + exp(9.6 + 1.1 * random()))::numeric, 2) AS amount
            FROM generate_series(1, {documents} * 3) i) drawn) made
"""

PAYMENTS = """
INSERT INTO payments_credit (id, creditor_id, customer_id, kind, value_on, currency,
  original_amount, amount, unapplied, source, external_id, reference, method)
SELECT id, creditor_id, customer_id, 'payment', closed_on, currency, amount, amount,
  CASE WHEN id % 200 = 0 THEN round(amount / 10, 2) ELSE 0 END, 'bank', id::text, '', ''
FROM portfolio_document WHERE creditor_id = {creditor} AND closed_on IS NOT NULL
"""

CONTACT_POINTS = """
INSERT INTO portfolio_contactpoint (id, creditor_id, customer_id, channel, value, normalised,
  purpose, state, state_reason, is_verified_by_hand, is_active, source)
SELECT i, {creditor}, 1 + i % {customers}, channel, 'v' || i, 'v' || i, '',
  CASE WHEN i % 15 = 0 THEN 'invalid' ELSE 'unknown' END, '', false, true, 'file'
FROM (SELECT i, (ARRAY['email','phone','whatsapp','email','phone','sms','address'])
               [1 + (i * 2654435761 % 7)::int] AS channel
      FROM generate_series(1, {documents} / 2) i) made
"""

CONTACTS = """
INSERT INTO contact_interaction (id, creditor_id, customer_id, at, on_day, channel, direction,
  purpose, is_effective, is_answered, outcome, note, step_key, source)
SELECT i, {creditor}, who, ({today} - ago)::timestamptz + interval '15 hours', {today} - ago,
  'email', CASE WHEN i % 20 = 0 THEN 'in' ELSE 'out' END, 'collection', i % 4 = 0, i % 4 = 0, '',
  '', '', 'bench'
FROM (SELECT i, 1 + floor({customers} * pow(random(), 1.3))::bigint AS who,
        1 + floor(LEAST(88, -25 * ln(1 - random())))::int AS ago
      FROM generate_series(1, {documents} / 2) i) made
"""

STATEMENTS = (CUSTOMERS, OPEN_DOCUMENTS, PAID_DOCUMENTS, PAYMENTS, CONTACT_POINTS, CONTACTS)
TABLES = (
    "portfolio_customer",
    "portfolio_document",
    "payments_credit",
    "portfolio_contactpoint",
    "contact_interaction",
)


def fill(connection: Any, creditor_id: int, documents: int, today: date) -> dict[str, int]:
    """Write the portfolio by a psycopg connection in autocommit; gives its sizes.

    The same every time for one size and day.
    """
    customers = max(documents // 4, 1)
    values = {
        "creditor": creditor_id,
        "documents": documents,
        "customers": customers,
        "today": f"DATE '{today.isoformat()}'",
    }
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SELECT setseed(0.42)")
        for statement in STATEMENTS:
            cursor.execute(statement.format(**values))
    for table in TABLES:
        connection.execute(f"VACUUM ANALYZE {table}")
    return {
        "documents": documents,
        "paid": documents * 3,
        "customers": customers,
        "contact_points": documents // 2,
        "contacts": documents // 2,
    }
