"""The row that stands for one import: begun, finished or failed; one import of a creditor at once.

It lives outside the import's own transaction, so that whoever looks sees how far it is and a failed
import leaves its reason. One that was killed is called ``import_interrupted`` by the next.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import Error, connection
from django.db.models.functions import Now
from psycopg import errors as pg

from recaudo.core.problems import Problem
from recaudo.intake.models import ImportBatch
from recaudo.intake.queries.opening import Opened
from recaudo.intake.queries.staging import as_json

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User

log = logging.getLogger(__name__)

#: First half of the advisory lock's key; the second is the creditor.
_LOCK = 0x1A7A
RUNNING = ("reading", "writing")


@contextmanager
def one_at_a_time(creditor: Creditor) -> Iterator[None]:
    """Hold the creditor's import lock for this connection.

    Raises Problem ``import_running`` where another import of the creditor holds it.
    """
    key = (_LOCK, creditor.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT PG_TRY_ADVISORY_LOCK(%s, %s)", key)
        (got,) = cursor.fetchone()
    if not got:
        other = ImportBatch.objects.filter(creditor=creditor, state__in=RUNNING).last()
        raise Problem(
            "import_running",
            file=other.file_name if other else "",
            started_at=other.started_at if other else None,
        )
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT PG_ADVISORY_UNLOCK(%s, %s)", key)


def begin(
    creditor: Creditor, opened: Opened, batch: ImportBatch | None, *, by: User | None, origin: str
) -> ImportBatch:
    """The batch in state ``reading``: the uploaded one, or a new one. Whatever of this creditor
    still says that it runs was killed: we hold the lock."""
    ImportBatch.objects.filter(creditor=creditor, state__in=RUNNING).update(
        state="failed", error_code="import_interrupted", finished_at=Now()
    )
    batch = batch or ImportBatch(creditor=creditor, by=by)
    batch.file_name = opened.file_name
    batch.sha256 = opened.sha256
    batch.mode = opened.mode
    batch.scope = opened.scope
    batch.as_of = opened.as_of
    batch.mapping_toml = opened.reading.mapping_toml
    batch.state = "reading"
    batch.error_code, batch.error_facts, batch.finished_at = "", {}, None
    headings: dict[str, list[str]] = {}
    for each in opened.reading.columns:
        headings.setdefault(each.sheet, []).append(each.heading)
    batch.options = {**batch.options, "headings": headings, "origin": origin}
    batch.save()
    return batch


def move_on(batch: ImportBatch, state: str, rows: int) -> None:
    """Show how far it is."""
    ImportBatch.objects.filter(pk=batch.pk).update(state=state, rows=rows)


def fail(batch: ImportBatch, error: BaseException) -> None:
    """Leave the reason on the batch, if the database can be reached (again). Where it cannot, the
    next import says ``import_interrupted``."""
    if connection.in_atomic_block and connection.needs_rollback:
        return
    unexpected = Problem("import_failed", detail=type(error).__name__)
    found = error if isinstance(error, Problem) else unexpected
    facts: Any = _plain(found.facts)
    try:
        ImportBatch.objects.filter(pk=batch.pk).update(
            state="failed", error_code=found.code, error_facts=facts, finished_at=Now()
        )
    except Error as gone:
        log.warning("import %s failed with %s and could not be marked: %s", batch.pk, found, gone)


def database_problem(error: Exception) -> Problem | None:
    """A database that went away or a disk that is full, as a Problem; None for anything else."""
    cause = error.__cause__ if isinstance(error, Error) else error
    if isinstance(cause, pg.DiskFull) or (isinstance(cause, OSError) and cause.errno == 28):
        return Problem("disk_full")
    if isinstance(cause, pg.OperationalError | pg.InterfaceError):
        told = str(cause).strip().splitlines()
        return Problem("database_gone", detail=told[0] if told else type(cause).__name__)
    return None


def _plain(facts: dict[str, object]) -> Any:
    return json.loads(as_json(facts))
