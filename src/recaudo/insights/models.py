"""Photos of a portfolio: figures that take seconds to add up at a million documents, kept."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from recaudo.access.models import CreditorRow


class Photo(CreditorRow):
    """The figures of the home page for one local day, as they were worked out at ``taken_at``.

    ``stamp`` names the newest import, run and rate behind them: while it is the same, so are they,
    but for single payments and corrections made since.
    """

    as_of = models.DateField()
    stamp = models.TextField()
    seconds = models.FloatField()
    figures = models.JSONField()
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "as_of"], name="one_photo_a_day"),
        ]
