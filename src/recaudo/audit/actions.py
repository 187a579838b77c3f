"""Writing the change log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from recaudo.audit.models import ChangeEvent

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User


def record_change(
    kind: str,
    *,
    creditor: Creditor | None = None,
    by: User | None = None,
    origin: str,
    subject: str = "",
    subject_id: int | None = None,
    **facts: Any,
) -> None:
    """Add one row, in the caller's transaction. ``facts``: JSON, free of contact values."""
    ChangeEvent.objects.create(
        kind=kind,
        creditor=creditor,
        by=by,
        origin=origin,
        subject=subject,
        subject_id=subject_id,
        facts=facts,
    )


def record_changes(
    kind: str,
    rows: Iterable[tuple[int, Mapping[str, Any]]],
    *,
    creditor: Creditor,
    by: User | None = None,
    origin: str,
    subject: str,
) -> None:
    """The same of many subjects at once: ``(subject_id, facts)`` each."""
    ChangeEvent.objects.bulk_create(
        ChangeEvent(
            kind=kind,
            creditor=creditor,
            by=by,
            origin=origin,
            subject=subject,
            subject_id=subject_id,
            facts=dict(facts),
        )
        for subject_id, facts in rows
    )
