"""Rows that were not taken: kept in the database, and in a file to mend and bring in again.

The file stands under the installation's files, readable by its owner only; it can be made anew from
the kept rows at any time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage
from django.db import connection

from recaudo.intake.queries.staging import Staging, as_json, storable
from recaudo.intake.reading.contract import CellProblem, Reading, Reject
from recaudo.intake.reading.rejects import write_rejects
from recaudo.words import sentence

if TYPE_CHECKING:
    from recaudo.intake.models import ImportBatch

_KEEP = """
INSERT INTO intake_rejectedrow (creditor_id, batch_id, sheet, row_no, "column", value, code, facts,
  original)
SELECT %(creditor)s, %(batch)s, sheet, row_no, "column", value, code,
       facts || CASE WHEN JSONB_ARRAY_LENGTH(problems) > 1
                THEN JSONB_BUILD_OBJECT('problems', problems) ELSE '{}' END, original
FROM in_reject ORDER BY sheet, row_no
"""
_REFUSED = """
SELECT DISTINCT ON (r.sheet, r.row_no) r.sheet, r.row_no, COALESCE(v."column", ''),
       COALESCE(v.value, ''), v.code, COALESCE(v.facts, '{}')::text
FROM in_verdict v JOIN in_row r ON r.seq = v.seq WHERE v.status = 'rejected'
ORDER BY r.sheet, r.row_no
"""
_CHUNK = 20_000


def add_refused(staging: Staging, reading: Reading) -> None:
    """Put the rows that the ledger refuses beside those that reading did, whole as in the file."""
    headings = {each.field: each.heading for each in reversed(reading.columns) if each.field}
    refused = staging.read(_REFUSED)
    for start in range(0, len(refused), _CHUNK):
        chunk = refused[start : start + _CHUNK]
        originals = reading.originals([(sheet, row_no) for sheet, row_no, *_ in chunk])
        with connection.cursor() as cursor, cursor.copy("COPY in_reject FROM STDIN") as copy:
            for sheet, row_no, field, value, code, facts in chunk:
                column = storable(headings.get(field, ""))
                problem = (column, value, code, json.loads(facts))
                original = as_json(originals.get((sheet, row_no), {}))
                copy.write_row(
                    (sheet, row_no, column, value, code, facts, original, as_json([problem]))
                )


def keep_rejects(staging: Staging) -> int:
    """Keep all rejected rows under this batch."""
    return staging.run(_KEEP)


def rejects_path(batch: ImportBatch) -> Path:
    """Where the batch's file of rejected rows stands, or would."""
    source = Path(batch.file_name)
    ending = ".xlsx" if source.suffix.casefold() in (".xlsx", ".xls", ".ods") else ".csv"
    folder = Path(default_storage.path("rejects")) / batch.creditor.code
    return folder / f"{batch.pk}-{source.stem[:60]}-rechazos{ending}"


def write_rejects_file(batch: ImportBatch) -> Path | None:
    """Make the file from the kept rows; None where none was rejected."""
    rows = list(_kept(batch))
    if not rows:
        return None
    path = rejects_path(batch)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        write_rejects(unfinished, rows, sentence=lambda code, facts: sentence(code, facts))
        unfinished.chmod(0o600)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _kept(batch: ImportBatch) -> Iterator[Reject]:
    headings: dict[str, list[str]] = batch.options.get("headings", {})
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT sheet, row_no, "column", value, code, facts::text, original::text '
            "FROM intake_rejectedrow WHERE creditor_id = %s AND batch_id = %s ORDER BY id",
            (batch.creditor_id, batch.pk),
        )
        for sheet, row_no, column, value, code, facts, original in cursor.fetchall():
            told: dict[str, Any] = json.loads(facts)
            several = told.pop("problems", [[column, value, code, told]])
            problems = tuple(CellProblem(*each) for each in several)
            cells: dict[str, str] = json.loads(original)
            order = [*(name for name in headings.get(sheet, []) if name in cells), *cells]
            yield Reject(sheet, row_no, problems, {name: cells[name] for name in order})
