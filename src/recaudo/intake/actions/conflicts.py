"""A person decides between what somebody verified by hand and what a file brought (S1-14)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.intake.models import ContactConflict
from recaudo.portfolio.actions.contact_points import correct_contact_point


def resolve_conflict(
    conflict: ContactConflict,
    *,
    take_offered: bool,
    normalised: str,
    today: date,
    by: User,
) -> None:
    """Keep the verified value, or take the offered one (``normalised``), then verified by hand.

    Raises Problem ``conflict_resolved`` for the second who decides.
    """
    with transaction.atomic():
        waiting = ContactConflict.objects.filter(pk=conflict.pk, resolved_at=None)
        if not waiting.update(resolved_at=Now(), resolution="taken" if take_offered else "kept"):
            raise Problem("conflict_resolved")
        if take_offered:
            correct_contact_point(
                conflict.contact_point,
                value=conflict.offered_value,
                normalised=normalised,
                today=today,
                by=by,
                version=conflict.customer.version,
            )
        record_change(
            "contact_conflict_resolved",
            creditor=conflict.creditor,
            by=by,
            origin="web",
            subject="contact_point",
            subject_id=conflict.contact_point_id,
            taken=take_offered,
        )
