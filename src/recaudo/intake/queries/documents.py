"""Which documents does the file speak of, and what does it say otherwise than the ledger?

A document is (type, prefix, number, instalment) (F4). Several rows of one number without an
instalment column but with different due dates are instalments: they get the number of the ledger's
instalment with that due date, else the next free one, by due date.

What a row says about money depends on the columns that the file has and on the mode:

- the *amount* is told by a file that has an amount column; in a snapshot only beside a balance;
- the *balance* is told by a balance column, by what was paid, and by every row of a snapshot. It is
  as of the file's day: what the ledger applied with a later value date stands.

A snapshot is exact: the ledger moves to its balance, up or down. An incremental file may lag behind
payments that the ledger knows, so it lowers balances and otherwise only takes back what an earlier
file made us infer.
"""

from __future__ import annotations

from recaudo.intake.queries.staging import Staging
from recaudo.intake.reading.contract import COMPONENTS

#: ``source`` of credits that a file of balances made us infer (kind ``snapshot``).
INFERRED = "corte"

# What a person reads of a key: the type, then prefix and number, then the instalment.
SHOWN = """LTRIM(SPLIT_PART({key}, '|', 1) || ' ' || SPLIT_PART({key}, '|', 2)
  || SPLIT_PART({key}, '|', 3) || COALESCE('/' || NULLIF(SPLIT_PART({key}, '|', 4), ''), ''))"""

# in_doc: one row per document row of the file.
_DOC = """
SELECT r.seq, r.sheet, r.row_no, r.customer_code, COALESCE(r.doc_type, '') AS doc_type,
  COALESCE(r.prefix, '') AS prefix, r.number, COALESCE(r.instalment, '') AS instalment,
  COALESCE(r.doc_type, '') || '|' || COALESCE(r.prefix, '') || '|' || r.number || '|'
    || COALESCE(r.instalment, '') AS key,
  r.issued_on, r.due_on, GREATEST(r.amount, r.open_amount) AS amount,
  {balance} AS balance,
  COALESCE(r.currency, %(currency)s) AS currency, r.state, r.filed_on, r.purchase_order, r.seller,
  COALESCE(r.branch, %(branch)s) AS branch, r.zone, COALESCE(r.product, %(product)s) AS product,
  r.regime, r.obligation_number, r.paid_on, r.paid_amount, r.payment_reference, r.method,
  r.payer,
  {components}
FROM in_row r WHERE r.record = 'document'
"""

# in_repeat: keys that several rows of the file have.
_REPEAT = "SELECT key FROM in_doc GROUP BY key HAVING COUNT(*) > 1"

# Rows to be numbered: no instalment said, and the file or the ledger has several for the number.
_NUMBERED = """
WITH several AS (
  SELECT customer_code, doc_type, prefix, number
  FROM in_doc JOIN in_repeat USING (key) WHERE instalment = ''
  GROUP BY 1, 2, 3, 4 HAVING MIN(due_on) < MAX(due_on)
  UNION
  SELECT i.customer_code, i.doc_type, i.prefix, i.number
  FROM in_doc i JOIN in_customer c ON c.code = i.customer_code
  JOIN portfolio_document d ON d.creditor_id = %(creditor)s AND d.number = i.number
    AND d.prefix = i.prefix AND d.doc_type = i.doc_type AND d.customer_id = c.id
  WHERE i.instalment = '' AND d.instalment <> ''
),
bare AS (
  SELECT i.seq, i.customer_code, i.doc_type, i.prefix, i.number, i.due_on, c.id AS customer_id
  FROM in_doc i JOIN several USING (customer_code, doc_type, prefix, number)
  LEFT JOIN in_customer c ON c.code = i.customer_code
  WHERE i.instalment = ''
),
wanted AS (
  SELECT b.*, k.instalment AS known
  FROM bare b
  LEFT JOIN LATERAL (
    SELECT d.instalment FROM portfolio_document d
    WHERE d.creditor_id = %(creditor)s AND d.customer_id = b.customer_id AND d.number = b.number
      AND d.prefix = b.prefix AND d.doc_type = b.doc_type AND d.due_on = b.due_on
    ORDER BY d.instalment LIMIT 1
  ) k ON TRUE
),
highest AS (
  SELECT w.customer_code, w.doc_type, w.prefix, w.number,
         MAX(CASE WHEN d.instalment ~ '^[0-9]{1,6}$' THEN d.instalment::integer
                  WHEN d.instalment = '' THEN 1 END) AS highest
  FROM (SELECT DISTINCT customer_code, customer_id, doc_type, prefix, number FROM wanted) w
  JOIN portfolio_document d ON d.creditor_id = %(creditor)s AND d.customer_id = w.customer_id
    AND d.number = w.number AND d.prefix = w.prefix AND d.doc_type = w.doc_type
  GROUP BY 1, 2, 3, 4
)
SELECT w.seq, COALESCE(w.known, (COALESCE(h.highest, 0) + DENSE_RANK() OVER (
         PARTITION BY w.customer_code, w.doc_type, w.prefix, w.number, w.known IS NULL
         ORDER BY w.due_on))::text) AS instalment
FROM wanted w LEFT JOIN highest h USING (customer_code, doc_type, prefix, number)
"""

# Every row of a key but the first: the same once more, or another that contradicts it.
_REPEATED = f"""
WITH repeated AS (
  SELECT i.seq, i.key, i.sheet, i.row_no,
         MD5((TO_JSONB(i) - 'seq' - 'row_no' - 'sheet')::text) AS content
  FROM in_doc i
  WHERE i.key IN (SELECT key FROM in_repeat)
),
ranked AS (
  SELECT r.seq, r.key, r.content,
         FIRST_VALUE(content) OVER w AS first_content, FIRST_VALUE(row_no) OVER w AS first_row,
         FIRST_VALUE(sheet) OVER w AS first_sheet, ROW_NUMBER() OVER w AS place
  FROM repeated r WINDOW w AS (PARTITION BY key ORDER BY seq)
)
INSERT INTO in_verdict (seq, status, code, facts)
SELECT seq, CASE WHEN content = first_content THEN 'unchanged' ELSE 'rejected' END,
       CASE WHEN content = first_content THEN 'row_repeated' ELSE 'duplicate_differs' END,
       JSONB_BUILD_OBJECT('key', key, 'document', {SHOWN.format(key="key")}, 'row', first_row,
         'sheet', first_sheet)
FROM ranked WHERE place > 1
"""

# in_known: the documents of the file that the ledger has, and what is told otherwise.
# ``amount_delta`` corrects the amount; ``gap`` is the told balance less the ledger's, the
# correction counted: negative is paid, positive is owed again.
_KNOWN = """
WITH later AS (
  SELECT document_id, SUM(amount) AS amount FROM (
    SELECT document_id, amount FROM payments_application
    WHERE creditor_id = %(creditor)s AND value_on > %(as_of)s
    UNION ALL
    SELECT document_id, -delta FROM portfolio_documentadjustment
    WHERE creditor_id = %(creditor)s AND value_on > %(as_of)s
  ) postings GROUP BY document_id
),
corrected AS (
  SELECT document_id, SUM(delta) AS delta FROM portfolio_documentadjustment
  WHERE creditor_id = %(creditor)s AND reason = 'source_correction' GROUP BY document_id
),
matched AS (
  SELECT i.seq, i.key, d.id, d.customer_id, c.id AS said_customer_id, i.customer_code, d.currency,
    i.currency AS said_currency, i.due_on <> d.due_on AS is_due_moved, d.due_on AS due_before,
    d.open_amount, COALESCE(l.amount, 0) AS later,
    {amount_delta} AS amount_delta, i.balance,
    (i.state IS NOT NULL AND CASE i.state WHEN 'ceded' THEN d.ceded_on IS NULL
       ELSE i.state <> d.state END)
      OR (i.filed_on IS NOT NULL AND i.filed_on IS DISTINCT FROM d.filed_on) AS is_state_moved,
    i.seller <> d.seller OR i.branch <> d.branch OR i.zone <> d.zone OR i.product <> d.product
      OR i.regime <> d.regime OR i.purchase_order <> d.purchase_order
      OR (i.obligation_number IS NOT NULL AND i.obligation_number IS DISTINCT FROM o.number)
      AS is_described_otherwise,
    i.issued_on <> d.issued_on AS is_issue_otherwise
  FROM in_doc i
  JOIN portfolio_document d ON d.creditor_id = %(creditor)s AND d.key = i.key
  LEFT JOIN in_customer c ON c.code = i.customer_code
  LEFT JOIN portfolio_obligation o ON o.id = d.obligation_id
  LEFT JOIN later l ON l.document_id = d.id
  LEFT JOIN corrected k ON k.document_id = d.id
),
told AS (
  SELECT m.*, m.balance - (m.open_amount + m.later + m.amount_delta) AS raw_gap FROM matched m
)
SELECT t.*, CASE
    WHEN raw_gap IS NULL THEN GREATEST(-(open_amount + amount_delta), 0)
    WHEN raw_gap < 0 THEN GREATEST(raw_gap, -(open_amount + amount_delta))
    WHEN raw_gap > 0 AND NOT %(is_exact)s
      THEN GREATEST(0, -(open_amount + amount_delta), LEAST(raw_gap, (
        SELECT COALESCE(SUM(a.amount), 0) FROM payments_application a
        JOIN payments_credit c ON c.id = a.credit_id
        WHERE a.document_id = t.id AND c.source = %(inferred)s)))
    ELSE raw_gap END AS gap
FROM told t
"""

_KNOWN_VERDICTS = f"""
INSERT INTO in_verdict (seq, status, "column", value, code, facts)
SELECT k.seq,
  CASE WHEN is_refused THEN 'rejected' WHEN is_changed THEN 'updated' ELSE 'unchanged' END,
  CASE WHEN NOT is_refused THEN NULL WHEN is_of_other THEN 'customer_code' ELSE 'currency' END,
  CASE WHEN NOT is_refused THEN NULL WHEN is_of_other THEN customer_code ELSE said_currency END,
  CASE WHEN NOT is_refused THEN NULL WHEN is_of_other THEN 'document_of_other_customer'
       ELSE 'document_currency_differs' END,
  CASE WHEN NOT is_refused THEN NULL WHEN is_of_other
       THEN JSONB_BUILD_OBJECT('key', key, 'document', {SHOWN.format(key="key")},
         'customer', c.code, 'said', customer_code)
       ELSE JSONB_BUILD_OBJECT('key', key, 'document', {SHOWN.format(key="key")},
         'currency', k.currency, 'said', said_currency) END
FROM (
  SELECT k.*, said_customer_id IS DISTINCT FROM customer_id AS is_of_other,
    said_customer_id IS DISTINCT FROM customer_id OR said_currency <> currency AS is_refused,
    is_due_moved OR is_state_moved OR COALESCE(is_described_otherwise, FALSE)
      OR amount_delta <> 0 OR COALESCE(gap, 0) <> 0 AS is_changed
  FROM in_known k
) k JOIN portfolio_customer c ON c.id = k.customer_id
"""


# A document of zero that the ledger does not know: there is nothing to write.
_NOTHING_OWED = """
INSERT INTO in_verdict (seq, status, code)
SELECT i.seq, 'unchanged', 'nothing_owed' FROM in_doc i
WHERE i.amount = 0 AND NOT EXISTS (SELECT FROM in_known k WHERE k.seq = i.seq)
"""


def find_documents(staging: Staging) -> None:
    """Make ``in_doc`` (all that are to be taken) and ``in_known``; verdicts on the known ones."""
    components = ", ".join(f"r.{name}" for name in COMPONENTS)
    staging.table("in_doc", _DOC.format(balance=_balance(staging), components=components))
    if not staging.value("SELECT EXISTS (SELECT FROM in_doc)"):
        staging.table("in_known", _KNOWN.format(amount_delta="0"))
        return
    _number_instalments(staging)
    if staging.run(_REPEATED):
        staging.run("DELETE FROM in_doc i USING in_verdict v WHERE v.seq = i.seq")
    staging.table("in_known", _KNOWN.format(amount_delta=_amount_delta(staging)))
    staging.run(_KNOWN_VERDICTS)
    staging.run(_NOTHING_OWED)
    for table in ("in_doc", "in_known"):
        staging.run(
            f"DELETE FROM {table} i USING in_verdict v "
            "WHERE v.seq = i.seq AND (v.status = 'rejected' OR v.code = 'nothing_owed')"
        )
    _give_notices(staging)


def _balance(staging: Staging) -> str:
    """What a row says is open, as SQL; NULL where it says nothing."""
    paid = "r.amount - COALESCE(r.paid_amount, 0) - COALESCE(r.settled_amount, 0)"
    told = f"GREATEST(0, COALESCE(r.open_amount, {paid}))"
    is_told = (
        staging.params["is_exact"]
        or staging.params["has_balance"]
        or staging.has("settled_amount")
        or staging.value(
            "SELECT EXISTS (SELECT FROM in_row WHERE record = 'document' "
            "AND paid_amount IS NOT NULL)"
        )
    )
    return told if is_told else "CASE WHEN r.amount = 0 THEN 0::numeric END"


def _amount_delta(staging: Staging) -> str:
    """Correction of a known document's amount, as SQL. A balance alone corrects nothing."""
    if not staging.params["has_amount"]:
        return "0"
    if staging.params["is_exact"] and not staging.params["has_balance"]:
        return "0"
    return (
        "CASE WHEN i.amount = 0 THEN 0 ELSE i.amount - d.original_amount - COALESCE(k.delta, 0) END"
    )


def _number_instalments(staging: Staging) -> None:
    staging.table("in_repeat", _REPEAT)
    staging.table("in_number", _NUMBERED)
    moved = staging.run(
        "UPDATE in_doc i SET instalment = n.instalment, "
        "key = i.doc_type || '|' || i.prefix || '|' || i.number || '|' || n.instalment "
        "FROM in_number n WHERE n.seq = i.seq AND n.instalment <> ''"
    )
    if moved:
        staging.run("DROP TABLE in_repeat")
        staging.table("in_repeat", _REPEAT)
    staging.notice(
        "instalments_numbered",
        "SELECT i.prefix || i.number || '/' || i.instalment FROM in_number n "
        "JOIN in_doc i ON i.seq = n.seq WHERE n.instalment <> '' ORDER BY n.seq",
    )


def _give_notices(staging: Staging) -> None:
    staging.notice(
        "row_repeated",
        "SELECT facts ->> 'document' FROM in_verdict WHERE code = 'row_repeated' ORDER BY seq",
    )
    staging.notice(
        "issue_date_kept",
        "SELECT i.prefix || i.number FROM in_known k JOIN in_doc i ON i.seq = k.seq "
        "WHERE k.is_issue_otherwise ORDER BY k.seq",
    )
    staging.notice(
        "currency_without_rate",
        """SELECT DISTINCT i.currency FROM in_doc i
        WHERE i.currency <> %(currency)s AND NOT EXISTS (
          SELECT FROM portfolio_exchangerate e
          WHERE e.creditor_id = %(creditor)s AND e.from_currency = i.currency
          AND e.to_currency = %(currency)s AND e.valid_on <= %(as_of)s)
        AND NOT EXISTS (SELECT FROM in_row r WHERE r.record = 'rate' AND r.currency = i.currency
          AND r.rate_on <= %(as_of)s)""",
    )
