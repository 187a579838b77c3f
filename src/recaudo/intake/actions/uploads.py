"""Files that arrive through the browser: kept, looked at, then brought in by the worker."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User
    from recaudo.intake.models import ImportBatch
    from recaudo.intake.queries import Preview


def receive_upload(
    creditor: Creditor, file_name: str, chunks: Iterable[bytes], *, by: User
) -> ImportBatch:
    """Keep an uploaded file (``UploadedFile.chunks()``) as a batch in state ``uploaded``."""
    raise NotImplementedError


def preview_upload(
    batch: ImportBatch,
    *,
    mapping: str | None = None,
    answers: Dict[str, str] | None = None,
    mode: str | None = None,
    control_total: Decimal | None = None,
) -> Preview:
    """``preview`` of the kept file; answers and choices are kept on the batch."""
    raise NotImplementedError


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
    ``import_file``. A failed batch can be started again, e.g. with a reason."""
    raise NotImplementedError


def discard_upload(batch: ImportBatch, *, by: User) -> None:
    """Forget a file that was not brought in; the batch goes ``discarded``."""
    raise NotImplementedError
