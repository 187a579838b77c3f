"""Holds: what must not be worked for now, and why. Whoever is above writes them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.portfolio.models.customers import Customer
from recaudo.portfolio.models.documents import Document


class HoldKind(models.TextChoices):
    MANUAL = "manual", _("Pausa manual")
    SMALL_BALANCE = "small_balance", _("Saldo menor")
    DISPUTED = "disputed", _("Objeción")
    REPORTED_PAID = "reported_paid", _("Pago reportado")
    INSTRUMENT = "instrument", _("Documentado")
    LEGAL = "legal", _("Jurídico")
    REPLY_PENDING = "reply_pending", _("Respuesta por clasificar")
    SITUATION = "situation", _("Situación especial")


class Hold(CreditorRow):
    """Nothing happens to ``customer`` (or only to ``document``, or only by ``channel``).

    In force from ``from_on`` (included) to ``until_on`` (excluded; open if empty) unless released.
    """

    customer = owned_key(Customer, related_name="holds")
    document = owned_key(Document, null=True, blank=True)
    channel = models.TextField(blank=True, default="")
    kind = models.TextField(choices=HoldKind.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    source = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                name="hold_in_force",
                condition=Q(released_at__isnull=True),
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=HoldKind.values), name="hold_kind"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=models.F("from_on")),
                name="hold_span",
            ),
        ]
