"""Writing a run's relations: facts and decisions, whole for a creditor or for a few customers.

Whole: a new partition is filled beside the old one and swapped in at the end, so readers never wait
and nothing is left to clean up. A few: the same rows are replaced in place. Both within the
caller's transaction.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from django.db import OperationalError, transaction
from django.db.backends.utils import CursorWrapper

from recaudo.core.problems import Problem
from recaudo.engine.transfer import copy_in

LOCK_MS = 300
LOCK_TRIES = 100


@dataclass(frozen=True, slots=True)
class Relation:
    """One partitioned table: ``key`` with the creditor is its primary key; ``index`` another."""

    table: str
    key: str
    index: str = ""
    # Columns, besides the key, whose statistics the planner needs at once.
    looked_at: tuple[str, ...] = ()


FACTS = Relation("strategy_customer_facts", "customer_id")
DECISIONS = Relation(
    "strategy_decision",
    "customer_id",
    "creditor_id, priority DESC, customer_id",
    ("priority", "segment", "reason", "next_on", "overdue", "max_dpd"),
)
DOCUMENT_DECISIONS = Relation(
    "strategy_documentdecision", "document_id", "customer_id", ("customer_id", "reason")
)
RELATIONS = (FACTS, DECISIONS, DOCUMENT_DECISIONS)


def fill(
    cursor: CursorWrapper,
    relation: Relation,
    rows: pa.Table,
    *,
    creditor_id: int,
    run_id: int,
    whole: bool,
) -> str:
    """Put ``rows`` into a new table like the relation's, not yet seen by anybody; its name."""
    name = f"{relation.table}_c{creditor_id}_r{run_id}" if whole else f"new_{relation.table}"
    temporary, end = ("", "") if whole else ("TEMP ", " ON COMMIT DROP")
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(
        f"CREATE {temporary}TABLE {name} (LIKE {relation.table} INCLUDING DEFAULTS, "
        f"CHECK (creditor_id = {creditor_id})){end}"
    )
    cursor.execute(f"ALTER TABLE {name} ALTER creditor_id SET DEFAULT {creditor_id}")
    if relation is DECISIONS:
        cursor.execute(f"ALTER TABLE {name} ALTER run_id SET DEFAULT {run_id}")
    copy_in(cursor, name, rows, freeze=whole)
    cursor.execute(f"ALTER TABLE {name} ADD PRIMARY KEY (creditor_id, {relation.key})")
    if whole and relation.index:
        cursor.execute(f"CREATE INDEX ON {name} ({relation.index})")
    cursor.execute(f"ANALYZE {name} ({', '.join((relation.key, *relation.looked_at))})")
    return name


def swap(cursor: CursorWrapper, filled: Sequence[tuple[Relation, str]], creditor_id: int) -> None:
    """Make the filled tables the creditor's partitions and drop the old ones."""
    _lock_parents(cursor, [relation.table for relation, _ in filled])
    for relation, name in filled:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = %s::regclass AND pg_get_expr(c.relpartbound, c.oid) = %s",
            [relation.table, f"FOR VALUES IN ({creditor_id})"],
        )
        for (old,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {old}")
        cursor.execute(
            f"ALTER TABLE {relation.table} ATTACH PARTITION {name} FOR VALUES IN ({creditor_id})"
        )


def _lock_parents(cursor: CursorWrapper, tables: Sequence[str]) -> None:
    """All of them or none: somebody who reads two of them must not wait for us in a ring.

    Raises Problem ``database_busy`` where a reader does not let go.
    """
    for _ in range(LOCK_TRIES):
        try:
            with transaction.atomic():
                cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
                parents = ", ".join(f"ONLY {table}" for table in tables)
                cursor.execute(f"LOCK TABLE {parents} IN ACCESS EXCLUSIVE MODE")
                cursor.execute("SET LOCAL lock_timeout = DEFAULT")
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock not available
                raise
            time.sleep(LOCK_MS / 1000)
    raise Problem("database_busy", tables=list(tables))


def replace_some(
    cursor: CursorWrapper,
    filled: Sequence[tuple[Relation, str]],
    creditor_id: int,
    customers: Sequence[int],
) -> None:
    """Put the filled rows in place of these customers' rows."""
    for relation, name in filled:
        cursor.execute(
            f"DELETE FROM {relation.table} WHERE creditor_id = %s AND customer_id = ANY(%s)",
            [creditor_id, list(customers)],
        )
        cursor.execute(f"INSERT INTO {relation.table} SELECT * FROM {name}")
