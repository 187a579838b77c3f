"""Rejected rows as a file that a person mends and brings in again."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from recaudo import words
from recaudo.intake.models import ImportBatch
from recaudo.intake.reading.contract import CellProblem, Reject
from recaudo.intake.reading.rejects import write_rejects


def rejects_file(batch: ImportBatch) -> bytes:
    """CSV with the rows as they stood in the file and the reasons beside them."""
    rows = (
        Reject(
            sheet="",
            row_no=row.row_no,
            problems=(CellProblem(row.column, row.value, row.code, row.facts),),
            original=row.original,
        )
        for row in batch.rejected_rows.order_by("row_no", "id")
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rechazos.csv"
        write_rejects(path, rows, sentence=words.sentence)
        return path.read_bytes()
