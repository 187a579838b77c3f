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
    if len(batches) < 2:
        yield from map(_as_csv, batches)
        return
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
