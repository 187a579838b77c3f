"""Rows of a file as they stand in it, for those that only the ledger could refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Mapping as Dict

import pyarrow as pa
import pyarrow.compute as pc

from recaudo.intake.reading.leftovers import Leftovers
from recaudo.intake.reading.tables import Table
from recaudo.intake.reading.ways import Ways


def originals(
    tables: Iterable[tuple[Table, Ways]], rows: Collection[tuple[str, int]]
) -> Dict[tuple[str, int], Dict[str, str]]:
    """The rows (sheet, row_no) whole, heading → text; the tables are read again."""
    found: dict[tuple[str, int], Dict[str, str]] = {}
    for table, known in tables:
        wanted = {row_no for sheet, row_no in rows if sheet == table.sheet}
        if not wanted:
            continue
        whole = Leftovers(table, known).original
        sought = pa.array(sorted(wanted), pa.int64())
        for raw in table.batches({}):
            for at in pc.indices_nonzero(pc.is_in(raw.row_no, sought)).to_pylist():
                found[table.sheet, raw.row_no[at].as_py()] = whole(raw.cells(at))
            for row_no, cells in raw.ragged:
                if row_no in wanted:
                    found[table.sheet, row_no] = whole(cells)
    return found
