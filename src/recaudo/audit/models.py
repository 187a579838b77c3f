"""The change log (who changed, exported or looked at what) and the events that rooms above hear."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from recaudo.access.models import Creditor


class ChangeEvent(models.Model):
    """One act. One row for a whole import; ``facts`` holds differences, never contact values."""

    at = models.DateTimeField(db_default=Now())
    creditor = models.ForeignKey(Creditor, null=True, on_delete=models.PROTECT, db_index=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, db_index=False
    )
    # Where the act came from: ``web``, ``cli``, ``worker``.
    origin = models.TextField()
    kind = models.TextField()
    subject = models.TextField(blank=True)
    subject_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["creditor", "-at"], name="change_by_creditor"),
            models.Index(fields=["subject", "subject_id"], name="change_by_subject"),
        ]


class DomainEvent(models.Model):
    """Something happened that a room above may act on (a reply came, a payment was reported).

    Written in the same transaction as what happened; delivered once to each subscriber that
    ``config/subscribers.py`` names. ``facts`` hold numbers and codes, never contact values.
    """

    creditor = models.ForeignKey(Creditor, on_delete=models.PROTECT, db_index=False)
    kind = models.TextField()
    customer_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True, blank=True)
    # Failures so far, and the code of the last: looked at by `recaudo check`.
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    error_code = models.TextField(blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="event_waiting",
                condition=models.Q(delivered_at__isnull=True),
            ),
        ]
