"""What committed work leaves in the database that Django's flush knows nothing of."""

from __future__ import annotations

from django.db import connection


def drop_run_partitions() -> None:
    """What runs wrote and committed: no model stands for it, so nothing else empties it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "JOIN pg_class p ON p.oid = i.inhparent WHERE p.relkind = 'p'"
            " AND p.relname LIKE 'strategy%'"
        )
        for (partition,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {partition}")
