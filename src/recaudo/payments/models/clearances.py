"""Paz y salvo / carta de no adeudo: said only when nothing at all is owed (F30)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from recaudo.access.models import CreditorRow, owned_key
from recaudo.portfolio.models import Customer


class Clearance(CreditorRow):
    """A numbered certificate that ``customer`` owed nothing on ``as_of``.

    ``token`` is the address of the public page that says whether it stands; ``sha256`` is of the
    PDF as issued. ``voided_on``: a payment on which it rested came back, or it was a mistake.
    """

    customer = owned_key(Customer, related_name="clearances")
    number = models.PositiveIntegerField()
    token = models.TextField(unique=True)
    as_of = models.DateField()
    sha256 = models.CharField(max_length=64)
    path = models.TextField()
    issued_at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    voided_on = models.DateField(null=True, blank=True)
    void_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "number"], name="clearance_number"),
        ]
