"""What is known beforehand to be withheld, and the papers that are owed about payments (F16)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.payments.models.ledger import Credit
from recaudo.portfolio.models import Customer, Document


class WithholdingProfile(CreditorRow):
    """One withholding that ``customer`` makes on documents issued in the span.

    ``kind`` is what it is called there: ``retefuente``, ``reteiva``, ``reteica``, ``isr``, ``iva``,
    ``retencion``, ``detraccion``. ``base``: ``subtotal``, ``tax`` or ``total``; where a document
    has no tax component, its tax is taken as ``assumed_tax_per_cent`` of the subtotal. Nothing is
    withheld of a base below ``minimum``. From ``from_on`` (included) to ``until_on`` (excluded).
    """

    customer = owned_key(Customer, related_name="withholdings")
    kind = models.TextField()
    base = models.TextField(default="subtotal")
    per_cent = models.DecimalField(max_digits=9, decimal_places=6)
    minimum = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    assumed_tax_per_cent = models.DecimalField(max_digits=9, decimal_places=6, default=0)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    source = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(base__in=["subtotal", "tax", "total"]), name="withholding_base"
            ),
            models.CheckConstraint(
                condition=Q(per_cent__gt=0, per_cent__lte=100), name="withholding_per_cent"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=models.F("from_on")),
                name="withholding_span",
            ),
        ]


class PaperKind(models.TextChoices):
    WITHHOLDING_CERTIFICATE = "withholding_certificate", _("Certificado de retención")
    DETRACTION_DEPOSIT = "detraction_deposit", _("Constancia de detracción")
    PAYMENT_COMPLEMENT = "payment_complement", _("Complemento de pago")


class PendingPaper(CreditorRow):
    """A paper that a credit calls for: ours to get, or (the complement of a payment) ours to give.

    ``state``: ``pending``, ``received`` (or issued), ``dropped`` (the credit fell, or a person says
    that it is not needed).
    """

    customer = owned_key(Customer, related_name="papers")
    credit = owned_key(Credit, related_name="papers")
    document = owned_key(Document, null=True, blank=True, db_index=False)
    kind = models.TextField(choices=PaperKind.choices)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    since_on = models.DateField()
    due_on = models.DateField()
    state = models.TextField(default="pending", db_default="pending")
    number = models.TextField(blank=True, default="")
    settled_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    asked_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credit", "kind", "document"], name="paper_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="paper_kind"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "received", "dropped"]), name="paper_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "due_on"],
                name="paper_pending",
                condition=Q(state="pending"),
            )
        ]
