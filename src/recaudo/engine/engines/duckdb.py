"""The default engine: DuckDB inside this process. PostgreSQL only gives rows, to two readers."""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import pyarrow as pa

from recaudo.core.problems import Problem

FUNCTIONS = (
    "CREATE TEMP MACRO wide(x) AS CAST(x AS HUGEINT)",
    "CREATE TEMP MACRO idiv(a, b) AS CAST(CAST(a AS HUGEINT) // CAST(b AS HUGEINT) AS BIGINT)",
)
READERS = 2


class DuckDB:
    """``dsn``: a PostgreSQL URI. ``snapshot``: one that an open transaction has exported; without
    it the engine takes its own. ``memory_mb`` bounds DuckDB, which then spills to disk, into
    ``spill_folder``.
    """

    name = "duckdb"

    def __init__(
        self,
        dsn: str,
        *,
        snapshot: str | None = None,
        memory_mb: int = 1024,
        threads: int = 2,
        spill_folder: str | None = None,
    ) -> None:
        self.dsn = dsn
        self.snapshot = snapshot
        self.memory_mb = memory_mb
        settings: dict[str, Any] = {"memory_limit": f"{memory_mb}MiB", "threads": str(threads)}
        if spill_folder is not None:
            settings["temp_directory"] = spill_folder
        self._connection = duckdb.connect(config=settings)
        self._connection.execute("SET preserve_insertion_order = false")
        for function in FUNCTIONS:
            self._connection.execute(function)

    def load(self, sources: Mapping[str, tuple[str, pa.Schema]]) -> None:
        """The relations in the order given (largest first is quickest), two at a time.

        Raises Problem ``source_unreadable`` with the relation and the database's words,
        ``database_gone`` where it is away, ``disk_full``.
        """
        if not sources:
            return
        waiting = deque(sources.items())
        with ExitStack() as closing:
            try:
                readers = [closing.enter_context(adbc.connect(self.dsn)) for _ in range(READERS)]
                snapshot = self.snapshot
                for reader in readers:
                    snapshot = _share_snapshot(reader, snapshot)
            except adbc.Error as error:
                raise _problem_of(error, "") from error
            with ThreadPoolExecutor(READERS) as pool:
                jobs = [pool.submit(_read, reader, waiting) for reader in readers]
                for job in jobs:
                    for name, table in job.result().items():
                        self.give(name, table)

    def give(self, name: str, rows: pa.Table) -> None:
        self._connection.register(name, rows)

    def make(self, name: str, select: str) -> None:
        """Raises Problem ``step_failed``, ``engine_memory``, ``disk_full`` (no room to spill)."""
        try:
            self._connection.execute(f"CREATE TEMP TABLE {name} AS {select}")
        except duckdb.Error as error:
            raise self._step_problem(error, name) from error

    def fetch(self, select: str, schema: pa.Schema) -> pa.Table:
        """Raises as ``make`` does."""
        try:
            return self._connection.sql(select).to_arrow_table().cast(schema)
        except duckdb.Error as error:
            raise self._step_problem(error, "") from error

    def _step_problem(self, error: duckdb.Error, step: str) -> Problem:
        if "No space left" in str(error):
            return Problem("disk_full")
        if isinstance(error, duckdb.OutOfMemoryException):
            return Problem("engine_memory", limit=self.memory_mb)
        return Problem("step_failed", step=step, detail=_first_line(error))

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "DuckDB":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _share_snapshot(reader: Any, snapshot: str | None) -> str:
    """Make the reader see ``snapshot``, or a new one; gives its name."""
    with reader.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if snapshot is not None:
            cursor.execute("SET TRANSACTION SNAPSHOT '" + snapshot.replace("'", "''") + "'")
            return snapshot
        cursor.execute("SELECT pg_export_snapshot()")
        return str(cursor.fetchone()[0])


def _read(reader: Any, waiting: "deque[tuple[str, tuple[str, pa.Schema]]]") -> dict[str, pa.Table]:
    """Take relations off the queue until it is empty."""
    tables: dict[str, pa.Table] = {}
    with suppress(IndexError):
        while True:
            name, (select, schema) = waiting.popleft()
            try:
                with reader.cursor() as cursor:
                    cursor.execute(select)
                    tables[name] = cursor.fetch_arrow_table().cast(schema)
            except (adbc.Error, OSError) as error:
                waiting.clear()
                raise _problem_of(error, name) from error
    return tables


def _problem_of(error: Exception, relation: str) -> Problem:
    """Who is away (no state of SQL, or one of classes 08 and 57), full, or in disagreement."""
    state = getattr(error, "sqlstate", None) or ""
    if state == "53100":
        return Problem("disk_full")
    if not state or state.startswith(("08", "57")):
        return Problem("database_gone", detail=_first_line(error))
    return Problem("source_unreadable", relation=relation, detail=_first_line(error))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
