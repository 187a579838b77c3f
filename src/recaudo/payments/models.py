"""Credits and their application to documents. Rows are only ever added; triggers keep balances."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.portfolio.models import Customer, Document


class CreditKind(models.TextChoices):
    PAYMENT = "payment", _("Pago")
    CREDIT_NOTE = "credit_note", _("Nota de crédito")
    ADVANCE = "advance", _("Anticipo")
    WITHHOLDING = "withholding", _("Retención")
    # Inferred from a corte: a document that vanished, or whose balance fell (F1).
    SNAPSHOT = "snapshot", _("Saldado según corte")
    ADJUSTMENT = "adjustment", _("Ajuste")
    FORGIVENESS = "forgiveness", _("Condonación")
    RESTRUCTURE = "restructure", _("Reestructuración")


class Credit(CreditorRow):
    """Something that lowers a debt once applied. ``unapplied`` waits for a document.

    ``external_id`` is unique per creditor and ``source``: the same payment never enters twice.
    """

    customer = owned_key(Customer, related_name="credits")
    kind = models.TextField(choices=CreditKind.choices)
    value_on = models.DateField()
    currency = models.CharField(max_length=3)
    original_amount = models.DecimalField(max_digits=18, decimal_places=4)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    unapplied = models.DecimalField(max_digits=18, decimal_places=4)
    source = models.TextField()
    external_id = models.TextField()
    reference = models.TextField(blank=True, default="")
    method = models.TextField(blank=True, default="")
    batch_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "source", "external_id"], name="credit_external_id"
            ),
            models.UniqueConstraint(fields=["creditor", "id"], name="credit_of_creditor"),
            models.CheckConstraint(
                condition=Q(unapplied__gte=0, unapplied__lte=F("amount")),
                name="credit_unapplied_within_amount",
            ),
            models.CheckConstraint(condition=Q(original_amount__gt=0), name="credit_positive"),
            models.CheckConstraint(condition=Q(kind__in=CreditKind.values), name="credit_kind"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                name="credit_unapplied",
                condition=Q(unapplied__gt=0),
            ),
        ]


class CreditAdjustment(CreditorRow):
    """A signed correction of a credit's amount; a bounced payment is one of minus all of it."""

    credit = owned_key(Credit, related_name="adjustments")
    delta = models.DecimalField(max_digits=18, decimal_places=4)
    value_on = models.DateField()
    reason = models.TextField()
    batch_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(delta=0), name="credit_adjustment_not_zero")
        ]


class Application(CreditorRow):
    """``amount`` of ``credit`` pays ``document`` as of ``value_on``; a negative row takes it back.

    ``component`` names the part paid where the document has parts. Both sides in one currency.
    """

    credit = owned_key(Credit, related_name="applications")
    document = owned_key(Document, related_name="applications")
    component = models.TextField(blank=True, default="", db_default="")
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    value_on = models.DateField()
    reverses = owned_key("self", null=True, blank=True, db_index=False)
    batch_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="application_not_zero"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses__isnull=True)
                | Q(amount__lt=0, reverses__isnull=False),
                name="application_sign",
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                name="application_reversed_once",
                condition=Q(reverses__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["creditor", "value_on"], name="application_value_on")]
