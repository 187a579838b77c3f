"""What the desk itself remembers: views of the worklist that somebody saved."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from recaudo.access.models import CreditorRow


class SavedView(CreditorRow):
    """A worklist's filter and order as a query string. ``is_shared``: everybody's."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=60)
    query = models.TextField()
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "user", "name"], name="saved_view_name_once"
            ),
        ]
