"""Jobs of this room: bringing in a file that came through the browser."""

from __future__ import annotations

import logging

from django_scopes import scope
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from recaudo.access.models import Creditor
from recaudo.core.problems import Problem
from recaudo.intake.actions.batches import fail
from recaudo.intake.actions.imports import import_file
from recaudo.intake.actions.uploads import choices, stored_path
from recaudo.intake.models import ImportBatch

log = logging.getLogger(__name__)

#: Another import of the same creditor goes first; then it is this one's turn.
WAIT_SECONDS = 10
TRIES = 60


@app.task(
    name="intake.import_upload",
    retry=RetryStrategy(max_attempts=TRIES, wait=WAIT_SECONDS, retry_exceptions={Problem}),
    pass_context=True,
)
def import_upload(context: JobContext, creditor_id: int, batch_id: int) -> None:
    """Bring the batch's file in. A refusal stands on the batch; only a busy creditor is retried."""
    creditor = Creditor.objects.get(pk=creditor_id)
    with scope(creditor=creditor):
        batch = ImportBatch.objects.select_related("by", "creditor").get(pk=batch_id)
        if batch.state in ("done", "discarded"):
            return
        try:
            import_file(
                creditor,
                stored_path(batch),
                **choices(batch),
                by=batch.by,
                origin="worker",
                batch=batch,
                file_name=batch.file_name,
            )
        except Problem as problem:
            if problem.code == "import_running" and context.job.attempts < TRIES - 1:
                raise
            fail(batch, problem)
            log.warning("import %s refused: %s", batch_id, problem.code)
