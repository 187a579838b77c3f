"""How do many rows get into PostgreSQL quickly, inside a transaction that is already open?

As CSV through COPY, written by Arrow a piece ahead of the server: on the machine of
docs/performance.md 250,000 rows of 77 columns take 1.3 s; binary COPY by ADBC takes 2.6 s and
needs a transaction of its own.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv

PIECE_ROWS = 32_768
_OPTIONS = pa_csv.WriteOptions(include_header=False, quoting_style="needed")


def copy_in(
    cursor: "psycopg.Cursor[Any]", table: str, rows: pa.Table, *, freeze: bool = False
) -> int:
    """Add ``rows`` to ``table`` by the names of their columns; gives their number.

    An empty text stays empty, a missing value is NULL. ``freeze`` only for a table made in the
    same transaction: its rows need no second look by vacuum.
    """
    names = ", ".join(rows.column_names)
    options = "FORMAT csv, FREEZE" if freeze else "FORMAT csv"
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN ({options})") as copy:
        for piece in _pieces(rows):
            copy.write(piece)
    return int(rows.num_rows)


def _pieces(rows: pa.Table) -> Iterator[bytes]:
    """CSV, one piece being written while the one before travels."""
    batches = rows.to_batches(max_chunksize=PIECE_ROWS)
    with ThreadPoolExecutor(1) as writer:
        ahead = None
        for batch in batches:
            following = writer.submit(_as_csv, batch)
            if ahead is not None:
                yield ahead.result()
            ahead = following
        if ahead is not None:
            yield ahead.result()


def _as_csv(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(batch, sink, _OPTIONS)
    return bytes(sink.getvalue())


def replace_partition(
    cursor: "psycopg.Cursor[Any]", table: str, creditor_id: int, rows: pa.Table
) -> int:
    """Make ``rows`` all that ``table`` (partitioned by creditor) holds of one creditor.

    They go into a new partition that takes the old one's place at the end: readers see the old
    rows until the caller commits and wait only for the exchange, and there is nothing to clean up
    afterwards. ``rows`` has no creditor column.
    """
    creditor = int(creditor_id)
    cursor.execute("SELECT txid_current()")
    row = cursor.fetchone()
    assert row is not None
    fresh = f"{table}_{creditor}_{row[0]}"
    _run(cursor, f"CREATE TABLE {fresh} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    _run(cursor, f"ALTER TABLE {fresh} ALTER creditor_id SET DEFAULT {creditor}")
    count = copy_in(cursor, fresh, rows, freeze=True)
    _run(
        cursor, f"ALTER TABLE {fresh} ADD CONSTRAINT one_creditor CHECK (creditor_id = {creditor})"
    )
    for number, columns in enumerate(_keys(cursor, table)):
        _run(cursor, f"CREATE UNIQUE INDEX {fresh}_{number} ON {fresh} ({columns})")
    _run(cursor, f"ANALYZE {fresh}")
    for old in _partitions(cursor, table, creditor):
        _run(cursor, f"ALTER TABLE {table} DETACH PARTITION {old}")
        _run(cursor, f"DROP TABLE {old}")
    _run(cursor, f"ALTER TABLE {table} ATTACH PARTITION {fresh} FOR VALUES IN ({creditor})")
    _run(cursor, f"ALTER TABLE {fresh} DROP CONSTRAINT one_creditor")
    return count


def _keys(cursor: "psycopg.Cursor[Any]", table: str) -> list[str]:
    """Column lists of the unique indexes of ``table``, made before the exchange."""
    cursor.execute(
        "SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM pg_index i, "
        "unnest(i.indkey::int[]) WITH ORDINALITY k(number, place), pg_attribute a "
        "WHERE i.indrelid = %s::regclass AND i.indisunique AND a.attrelid = i.indrelid "
        "AND a.attnum = k.number GROUP BY i.indexrelid ORDER BY i.indexrelid",
        [table],
    )
    return [str(row[0]) for row in cursor.fetchall()]


def _partitions(cursor: "psycopg.Cursor[Any]", table: str, creditor: int) -> list[str]:
    cursor.execute(
        "SELECT c.oid::regclass::text FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid "
        "WHERE h.inhparent = %s::regclass "
        "AND pg_get_expr(c.relpartbound, c.oid) = %s",
        [table, f"FOR VALUES IN ({creditor})"],
    )
    return [str(row[0]) for row in cursor.fetchall()]


def _run(cursor: "psycopg.Cursor[Any]", query: str) -> None:
    """Only names of the product's own tables and numbers go into these texts."""
    cursor.execute(query)
