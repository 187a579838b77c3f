"""The change log: who changed, exported or looked at what. Rows are only ever added."""

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
