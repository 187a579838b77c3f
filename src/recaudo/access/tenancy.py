"""What keeps one creditor's rows from pointing into another's: composite keys."""

from __future__ import annotations

from django.db import migrations


def creditor_key(table: str) -> migrations.RunSQL:
    """``table.creditor_id`` is a creditor. For the roots; the rest follow by ``owned_keys``."""
    name = f"{table}_creditor"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (creditor_id) "
        "REFERENCES access_creditor (id) DEFERRABLE INITIALLY IMMEDIATE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def owned_keys(table: str, **targets: str) -> migrations.RunSQL:
    """``column="target_table"``: (creditor_id, column) must be a row of the same creditor there.

    Deferrable, so that Django's tests can load and flush; immediate otherwise.
    """
    make, drop = [], []
    for column, target in targets.items():
        name = f"{table}_{column}_owned"
        make.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (creditor_id, {column}) "
            f"REFERENCES {target} (creditor_id, id) DEFERRABLE INITIALLY IMMEDIATE"
        )
        drop.append(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return migrations.RunSQL("; ".join(make), "; ".join(drop))


def only_added(table: str) -> migrations.RunSQL:
    """Rows of ``table`` are never changed or taken out (see portfolio/migrations: the guard)."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION recaudo_refuse('only_added')",
        f"DROP TRIGGER {table}_only_added ON {table}",
    )
