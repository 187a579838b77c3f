"""The rows of one file in temporary tables of this connection, where SQL judges them all at once.

``in_row`` holds every typed row in file order (``seq`` from 1, no gaps); ``in_reject`` every row
that reading did not take. The other ``in_*`` tables are made from them by the modules beside this
one. Nothing here touches the ledger, and everything is gone with ``drop``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
from django.db import connection, transaction

from recaudo.intake.reading.contract import FIELDS, Batch, Reading

TABLES = (
    *("in_row", "in_reject", "in_verdict", "in_notice", "in_said", "in_tax", "in_customer"),
    *("in_differs", "in_member", "in_judged"),
    *("in_owner", "in_move", "in_obligation"),
    *("in_cut", "in_corte", "in_named", "in_take", "in_given", "in_target"),
    *("in_assigned", "in_calendar", "in_point", "in_contact", "in_doc", "in_known", "in_later"),
    *(
        "in_credit",
        "in_payment",
        "in_line",
        "in_close",
        "in_close_credit",
        "in_spared",
        "in_gap",
        "in_fall",
        "in_raised",
        "in_undo",
    ),
    *(
        "in_posted",
        "in_new_doc",
        "in_new_credit",
        "in_rate",
        "in_repeat",
        "in_number",
        "in_number_of",
        "in_freed",
        "in_unit",
    ),
)
PG_TYPES = {
    "text": "text",
    "code": "text",
    "label": "text",
    "date": "date",
    "money": "numeric(18,4)",
    "rate": "numeric(20,10)",
    "int": "integer",
    "flag": "boolean",
}
#: Rows of a batch are cut to this many bytes of COPY at a time, roughly.
_CHUNK = 8 << 20
#: Rows that are in Python's hands at a time.
_FETCHED = 20_000

_MAKE_ROW = """
CREATE TEMPORARY TABLE in_row (
  seq bigint NOT NULL, sheet text NOT NULL, row_no bigint NOT NULL, record text NOT NULL,
  credit_kind text, {fields})
"""
_MAKE_REST = """
CREATE TEMPORARY TABLE in_reject (
  sheet text NOT NULL, row_no bigint NOT NULL, "column" text NOT NULL, value text NOT NULL,
  code text NOT NULL, facts jsonb NOT NULL, original jsonb NOT NULL, problems jsonb NOT NULL);
CREATE TEMPORARY TABLE in_verdict (
  seq bigint NOT NULL, status text NOT NULL, "column" text, value text, code text, facts jsonb);
CREATE TEMPORARY TABLE in_notice (code text NOT NULL, count bigint NOT NULL, examples text[])
"""


@dataclass
class Staging:
    """One import's worktable. ``params`` are the parameters that every statement may name.

    ``present`` are the canonical columns that say anything at all in this file.
    """

    params: dict[str, Any]
    present: set[str] = field(default_factory=set)
    rows: int = 0
    rejects: int = 0

    def run(self, text: str, **more: Any) -> int:
        """One statement; gives the number of rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(text, self.params | more)
            return int(cursor.rowcount)

    def read(self, text: str, **more: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(text, self.params | more)
            return list(cursor.fetchall())

    def value(self, text: str, **more: Any) -> Any:
        return self.read(text, **more)[0][0]

    def table(self, name: str, select: str, **more: Any) -> int:
        """A temporary table of what ``select`` gives, with statistics for the planner."""
        rows = self.run(f"CREATE TEMPORARY TABLE {name} AS {select}", **more)
        self.run(f"ANALYZE {name}")
        return rows

    def fill(self, name: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """A temporary table (``columns`` with their types) of rows made in Python."""
        self.run(f"CREATE TEMPORARY TABLE {name} ({columns})")
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        self.run(f"ANALYZE {name}")

    def convert(
        self,
        name: str,
        columns: str,
        select: str,
        each: Callable[[Sequence[tuple[Any, ...]]], Iterable[Sequence[Any]]],
    ) -> None:
        """A temporary table of what ``each`` makes in Python of the rows of ``select``, some
        thousands at a time. Needs a transaction."""
        self.run(f"CREATE TEMPORARY TABLE {name} ({columns})")
        with connection.chunked_cursor() as source:
            source.execute(select, self.params)
            while rows := source.fetchmany(_FETCHED):
                with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                    for row in each(rows):
                        copy.write_row(row)
        self.run(f"ANALYZE {name}")

    def notice(self, code: str, select: str) -> None:
        """Count the texts that ``select`` gives; with any, keep the code, their number and three
        of them as examples."""
        self.run(
            "INSERT INTO in_notice SELECT %(code)s, COUNT(*), (ARRAY_AGG(example))[1:3] "
            f"FROM ({select}) AS found (example) HAVING COUNT(*) > 0",
            code=code,
        )

    def has(self, *names: str) -> bool:
        """Whether the file says anything in any of these columns."""
        return not self.present.isdisjoint(names)


def stage(
    reading: Reading,
    params: dict[str, Any],
    on_progress: Callable[[int], None] | None = None,
) -> Staging:
    """Copy ``reading`` into ``in_row`` and ``in_reject``; ``on_progress`` gets the rows so far."""
    drop()
    staging = Staging(params)
    fields = ", ".join(f"{each.name} {PG_TYPES[each.kind]}" for each in FIELDS)
    staging.run(_MAKE_ROW.format(fields=fields))
    for statement in _MAKE_REST.split(";"):
        staging.run(statement)
    for batch in reading.batches():
        with transaction.atomic():
            _copy_rows(staging, batch.rows)
            _copy_rejects(staging, batch)
        if on_progress is not None:
            on_progress(staging.rows + staging.rejects)
    return staging


def drop() -> None:
    """Take the worktables away, if the connection still lives."""
    if connection.connection is None or connection.connection.closed:
        return
    if connection.in_atomic_block and connection.needs_rollback:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()")
        there = {name for (name,) in cursor.fetchall()} & set(TABLES)
        if there:
            cursor.execute(f"DROP TABLE {', '.join(sorted(there))}")


def _copy_rows(staging: Staging, rows: pa.RecordBatch) -> None:
    """COPY the columns of ``rows`` that say anything; the rest stay null by themselves."""
    if not rows.num_rows:
        return
    said = [
        name
        for name, column in zip(rows.schema.names, rows.columns, strict=True)
        if column.null_count < rows.num_rows
    ]
    staging.present.update(said)
    first = staging.rows + 1
    staging.rows += rows.num_rows
    seq = pa.array(range(first, first + rows.num_rows), pa.int64())
    table = rows.select(said).add_column(0, "seq", seq)
    names = ", ".join(table.schema.names)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY in_row ({names}) FROM STDIN (FORMAT csv)") as copy,
    ):
        step = max(1, rows.num_rows * _CHUNK // max(rows.nbytes, 1))
        for start in range(0, table.num_rows, step):
            out = pa.BufferOutputStream()
            options = arrow_csv.WriteOptions(include_header=False)
            arrow_csv.write_csv(table.slice(start, step), out, options)
            copy.write(memoryview(out.getvalue()))


def _copy_rejects(staging: Staging, batch: Batch) -> None:
    if not batch.rejects:
        return
    staging.rejects += len(batch.rejects)
    with connection.cursor() as cursor, cursor.copy("COPY in_reject FROM STDIN") as copy:
        for each in batch.rejects:
            copy.write_row(
                (
                    each.sheet,
                    each.row_no,
                    storable(each.column),
                    storable(each.value),
                    each.code,
                    as_json(each.facts),
                    as_json(each.original),
                    as_json([(p.column, p.value, p.code, p.facts) for p in each.problems]),
                )
            )


def storable(text: str) -> str:
    """Without what PostgreSQL cannot hold in a text: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def as_json(facts: Any) -> str:
    """JSON with days as ISO and amounts as text; no NUL inside."""
    text = json.dumps(facts, default=_plain, ensure_ascii=False).replace("\\u0000", "")
    return storable(text)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else str(value)
