"""Files that arrive through the browser: kept, looked at, then brought in by the worker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django_scopes import scope

from recaudo.audit.actions import record_change
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.intake.models import ImportBatch
from recaudo.intake.queries import Preview, preview

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User

#: States in which an uploaded file waits for a person.
WAITING = ("uploaded", "failed")


def receive_upload(
    creditor: Creditor, file_name: str, chunks: Iterable[bytes], *, by: User
) -> ImportBatch:
    """Keep an uploaded file (``UploadedFile.chunks()``) as a batch in state ``uploaded``.

    Raises Problem ``disk_full``; then nothing is kept.
    """
    name = Path(file_name.replace("\\", "/")).name[-120:] or "archivo"
    digest = hashlib.sha256()
    with scope(creditor=creditor), transaction.atomic():
        batch = ImportBatch.objects.create(
            creditor=creditor,
            file_name=name,
            sha256="",
            mode="incremental",
            state="uploaded",
            as_of=local_day(datetime.now(UTC), creditor.timezone),
            by=by,
        )
        # A name of its own: numbers come again where a database was restored.
        batch.stored_as = f"uploads/{creditor.code}/{batch.pk}-{token_hex(4)}/{name}"
        path = Path(default_storage.path(batch.stored_as))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with path.open("xb") as file:
                path.chmod(0o600)
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise Problem("disk_full") from error
        batch.sha256 = digest.hexdigest()
        batch.save(update_fields=["stored_as", "sha256"])
    return batch


def preview_upload(
    batch: ImportBatch,
    *,
    mapping: str | None = None,
    answers: Dict[str, str] | None = None,
    mode: str | None = None,
    control_total: Decimal | None = None,
) -> Preview:
    """``preview`` of the kept file; what is given is kept on the batch, what is not stays as chosen
    before. Answers are added to those given before."""
    choose(batch, mapping=mapping, answers=answers, mode=mode, control_total=control_total)
    chosen = choices(batch)
    return preview(
        batch.creditor,
        stored_path(batch),
        chosen["mapping"],
        chosen["answers"],
        mode=chosen["mode"],
        control_total=control_total,
        file_name=batch.file_name,
    )


def start_import(
    batch: ImportBatch,
    *,
    mapping: str | None = None,
    answers: Dict[str, str] | None = None,
    mode: str | None = None,
    control_total: Decimal | None = None,
    accept_difference: str = "",
    accept_partial: str = "",
    by: User,
) -> None:
    """Hand the kept file to the worker. The batch then goes ``queued`` → ``reading`` → ``writing``
    → ``done`` or ``failed`` (``error_code``, ``error_facts``: a Problem); ``result`` is the dict of
    ``import_file``. A failed batch can be started again, e.g. with a reason.

    Raises Problem ``import_started`` where somebody was quicker.
    """
    from recaudo.intake.tasks import import_upload

    with scope(creditor=batch.creditor), transaction.atomic():
        waiting = ImportBatch.objects.filter(pk=batch.pk, state__in=WAITING)
        if not waiting.update(state="queued", by=by, error_code="", error_facts={}):
            raise Problem("import_started", file=batch.file_name)
        choose(
            batch,
            mapping=mapping,
            answers=answers,
            mode=mode,
            control_total=control_total,
            accept_difference=accept_difference,
            accept_partial=accept_partial,
        )
        import_upload.defer(creditor_id=batch.creditor_id, batch_id=batch.pk)
    batch.refresh_from_db()


def discard_upload(batch: ImportBatch, *, by: User) -> None:
    """Forget a file that was not brought in; the batch goes ``discarded``.

    Raises Problem ``import_started`` where it is on its way or done.
    """
    with scope(creditor=batch.creditor), transaction.atomic():
        waiting = ImportBatch.objects.filter(pk=batch.pk, state__in=WAITING)
        if not waiting.update(state="discarded"):
            raise Problem("import_started", file=batch.file_name)
        record_change(
            "upload_discarded",
            creditor=batch.creditor,
            by=by,
            origin="web",
            subject="import_batch",
            subject_id=batch.pk,
            file=batch.file_name,
        )
        transaction.on_commit(lambda: default_storage.delete(batch.stored_as))


def stored_path(batch: ImportBatch) -> Path:
    """Where the uploaded file stands. Raises Problem ``upload_gone``."""
    path = Path(default_storage.path(batch.stored_as)) if batch.stored_as else None
    if path is None or not path.is_file():
        raise Problem("upload_gone", file=batch.file_name)
    return path


def choices(batch: ImportBatch) -> dict[str, Any]:
    """What was chosen for an uploaded file; None or empty where nothing was."""
    kept = batch.options.get("choices", {})
    total = kept.get("control_total")
    return {
        "mapping": kept.get("mapping"),
        "answers": kept.get("answers") or {},
        "mode": kept.get("mode"),
        "control_total": None if total is None else Decimal(total),
        "accept_difference": kept.get("accept_difference", ""),
        "accept_partial": kept.get("accept_partial", ""),
    }


def choose(batch: ImportBatch, **given: Any) -> None:
    """Keep what a person chose for an uploaded file: the arguments of ``preview_upload``."""
    kept = dict(batch.options.get("choices", {}))
    # A total or a reason holds for the moment it is given; the rest stays until changed.
    for name in ("control_total", "accept_difference", "accept_partial"):
        kept.pop(name, None)
    answers = {**kept.get("answers", {}), **(given.pop("answers", None) or {})}
    kept.update({name: value for name, value in given.items() if value})
    if given.get("control_total") is not None:
        kept["control_total"] = format(given["control_total"], "f")
    if answers:
        kept["answers"] = answers
    batch.options = {**batch.options, "choices": kept}
    with scope(creditor=batch.creditor):
        ImportBatch.objects.filter(pk=batch.pk).update(options=batch.options)
