"""Bringing one file in: read, stage, decide, write, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User
    from recaudo.intake.models import ImportBatch


def import_file(
    creditor: Creditor,
    path: str | Path,
    *,
    mapping: str | None = None,
    mode: str | None = None,
    control_total: Decimal | None = None,
    accept_difference: str = "",
    accept_partial: str = "",
    answers: Dict[str, str] | None = None,
    as_of: date | None = None,
    by: User | None = None,
    origin: str,
    on_progress: Callable[[int, int | None], None] | None = None,
    batch: ImportBatch | None = None,
    file_name: str | None = None,
) -> dict[str, Any]:
    """Bring the file in and give the result, amounts as strings.

    ``{"batch", "rows", "accepted", "unchanged", "updated", "rejected", "rejects_file",
    "control_total", "difference", "customers", "documents", "credits", "seconds"}``;
    accepted + unchanged + updated + rejected = rows. ``customers``, ``documents`` and ``credits``
    count what is new in the ledger. ``accept_difference`` and ``accept_partial`` are reasons.
    All or nothing: whatever stops it, the ledger is as it was and the same call may be repeated.
    Raises Problem: ``needs_answer``, ``cuadre_no_cuadra``, ``corte_parece_parcial``,
    ``import_running``, and whatever reading raises.
    """
    raise NotImplementedError
