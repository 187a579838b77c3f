"""The engine that stays at home: temporary tables in the caller's own session and transaction.

Slower for a whole portfolio than DuckDB, quicker for one customer, and it sees what the caller's
transaction has just written.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv

from recaudo.core.problems import Problem
from recaudo.engine.transfer import copy_in

POSTGRES_TYPES: Mapping[pa.DataType, str] = {
    pa.int64(): "bigint",
    pa.int32(): "integer",
    pa.string(): 'text COLLATE "C"',
}
ANALYZE_FROM = 2000
"""Rows from which a relation is worth a look by the planner's statistics."""


class Postgres:
    """``connection``: open, inside a transaction that the caller ends.

    Everything happens behind a savepoint to which ``close`` returns: the relations and their locks
    go, the search path is the caller's again, and a failed step leaves the transaction usable. So
    close the engine before writing anything.
    """

    name = "postgres"

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._cursor = connection.cursor()
        self._run("SAVEPOINT recaudo_engine")
        self._is_open = True
        self._run(
            "SELECT set_config('search_path', "
            "'recaudo_engine, ' || current_setting('search_path'), true)"
        )

    def load(self, sources: Mapping[str, tuple[str, pa.Schema]]) -> None:
        """Raises Problem ``source_unreadable`` with the relation and the database's words."""
        for name, (select, _) in sources.items():
            try:
                self.make(name, select)
            except psycopg.DataError as error:
                raise Problem("source_unreadable", relation=name, detail=str(error)) from error

    def give(self, name: str, rows: pa.Table) -> None:
        columns = ", ".join(f"{field.name} {POSTGRES_TYPES[field.type]}" for field in rows.schema)
        self._run(f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DROP")
        if rows.num_rows:
            copy_in(self._cursor, f"pg_temp.{name}", rows)
        self._look_at(name, rows.num_rows)

    def make(self, name: str, select: str) -> None:
        self._run(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {select}")
        self._look_at(name, self._cursor.rowcount)

    def fetch(self, select: str, schema: pa.Schema) -> pa.Table:
        parts: list[bytes] = []
        command = f"COPY ({select}) TO STDOUT (FORMAT csv, HEADER)"
        with self._cursor.copy(command) as copy:
            parts.extend(bytes(part) for part in copy)
        types = {field.name: _csv_type(field.type) for field in schema}
        options = pa_csv.ConvertOptions(
            column_types=types,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
        )
        table = pa_csv.read_csv(pa.BufferReader(b"".join(parts)), convert_options=options)
        return table.select(schema.names).cast(schema)

    def close(self) -> None:
        """Harmless twice, and where the connection is gone."""
        if self._is_open and not self._cursor.connection.closed:
            self._run("ROLLBACK TO SAVEPOINT recaudo_engine")
            self._run("RELEASE SAVEPOINT recaudo_engine")
        self._is_open = False

    def _look_at(self, name: str, rows: int) -> None:
        if rows >= ANALYZE_FROM:
            self._run(f"ANALYZE {name}")

    def _run(self, query: str) -> None:
        """Only text that the engine wrote itself: steps, sources and names of relations."""
        self._cursor.execute(query)


def _csv_type(kind: pa.DataType) -> pa.DataType:
    """A day comes as an integer and becomes a date afterwards."""
    return pa.int32() if kind == pa.date32() else kind
