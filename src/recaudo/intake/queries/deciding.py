"""From staged rows to what would be written: every row gets exactly one verdict."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from recaudo.intake.queries.closings import find_closings
from recaudo.intake.queries.contacts import find_contacts
from recaudo.intake.queries.credits import find_credits
from recaudo.intake.queries.customers import find_customers
from recaudo.intake.queries.documents import find_documents
from recaudo.intake.queries.findings import Closing, Counts
from recaudo.intake.queries.staging import Staging
from recaudo.intake.reading.contract import Notice, Reading

# Rows that bring something about a known customer, whatever else they carry.
_TOUCHED = """
SELECT seq FROM in_differs
UNION SELECT seq FROM in_assigned WHERE id IS NOT NULL
UNION SELECT seq FROM in_contact WHERE customer_id IS NOT NULL
  AND (verified_id IS NULL OR NOT is_shown)
UNION SELECT m.seq FROM in_member m JOIN in_customer i ON i.code = m.code
  WHERE m.id IS NULL AND i.id IS NOT NULL
"""
_CUSTOMER_VERDICTS = """
INSERT INTO in_verdict (seq, status)
SELECT r.seq, 'unchanged' FROM in_row r JOIN in_customer i ON i.code = r.customer_code
WHERE r.record = 'customer' AND i.id IS NOT NULL
"""
_STATUSES = """
SELECT COALESCE(v.status, 'accepted') AS status, COUNT(*) FROM in_row r
LEFT JOIN in_verdict v ON v.seq = r.seq GROUP BY 1
"""
# Several typed rows may be one row of the file: the strongest verdict is the row's.
_STATUSES_BY_ROW = """
SELECT (ARRAY['accepted', 'updated', 'rejected', 'unchanged'])[place], COUNT(*) FROM (
  SELECT MIN(CASE COALESCE(v.status, 'accepted') WHEN 'accepted' THEN 1 WHEN 'updated' THEN 2
             WHEN 'rejected' THEN 3 ELSE 4 END) AS place
  FROM in_row r LEFT JOIN in_verdict v ON v.seq = r.seq GROUP BY r.sheet, r.row_no
) rows GROUP BY place
"""
_REFUSED = "SELECT code, COUNT(*) FROM in_verdict WHERE status = 'rejected' GROUP BY code"


@dataclass(frozen=True)
class Decided:
    """What the import will do; ``in_verdict`` has the verdicts (no verdict is ``accepted``)."""

    counts: Counts
    closings: tuple[Closing, ...]
    notices: tuple[Notice, ...]


def decide(staging: Staging, reading: Reading, scope: dict[str, str], *, closes: bool) -> Decided:
    """Fill the worktables beside ``in_row``. Reads the ledger, writes nothing there."""
    staging.run("ANALYZE in_row (seq, record, customer_code, number, currency)")
    find_customers(staging)
    find_contacts(staging)
    find_documents(staging)
    find_credits(staging)
    staging.run(_CUSTOMER_VERDICTS)
    staging.run("ANALYZE in_verdict")
    staging.run(
        "UPDATE in_verdict SET status = 'updated' WHERE status = 'unchanged' AND code IS NULL "
        f"AND seq IN ({_TOUCHED})"
    )
    closings = find_closings(staging, scope, reading.columns, closes=closes)
    return Decided(_counts(staging, reading), closings, _notices(staging, reading))


def tune() -> None:
    """Settings of this transaction for statements over whole files: bounded memory, no JIT."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        # Worktables are analysed as they are made: a rough idea of them is enough.
        cursor.execute("SET LOCAL default_statistics_target = 20")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def _counts(staging: Staging, reading: Reading) -> Counts:
    summary = reading.summary
    is_split = staging.rows != summary.typed
    by_status = dict(staging.read(_STATUSES_BY_ROW if is_split else _STATUSES))
    refused = dict(
        staging.read(
            "SELECT code, COUNT(*) FROM in_verdict WHERE status = 'rejected' GROUP BY code"
        )
    )
    new = {
        name: staging.value(text)
        for name, text in {
            "new_customers": "SELECT COUNT(*) FROM in_customer WHERE id IS NULL AND is_told",
            "new_documents": "SELECT COUNT(*) FROM in_doc i "
            "WHERE NOT EXISTS (SELECT FROM in_known k WHERE k.seq = i.seq)",
            "new_credits": "SELECT COUNT(*) FROM (SELECT seq FROM in_credit WHERE balance > 0 "
            "UNION ALL SELECT seq FROM in_payment WHERE amount > 0) c "
            "WHERE NOT EXISTS (SELECT FROM in_verdict v WHERE v.seq = c.seq)",
        }.items()
    }
    return Counts(
        rows=summary.typed + summary.rejected,
        new=by_status.get("accepted", 0),
        updated=by_status.get("updated", 0),
        unchanged=by_status.get("unchanged", 0),
        rejected=by_status.get("rejected", 0) + summary.rejected,
        by_code=summary.by_code | refused,
        **new,
    )


def _notices(staging: Staging, reading: Reading) -> tuple[Notice, ...]:
    own = staging.read("SELECT code, count, examples FROM in_notice")
    return (
        *reading.summary.notices,
        *(
            Notice(code, count=count, examples=tuple(each or "" for each in examples))
            for code, count, examples in own
        ),
    )
