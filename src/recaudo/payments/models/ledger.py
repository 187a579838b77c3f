"""Credits and their application to documents. Rows are only ever added; triggers keep balances."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
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
    ROUNDING = "rounding", _("Diferencia de redondeo")
    # Peru: deposited by the buyer in the seller's account for taxes, apart from the invoice's net.
    DETRACTION = "detraction", _("Detracción")
    # The value of a payment in another currency, in the currency of the debt that it pays.
    EXCHANGE = "exchange", _("Pago en otra moneda")
    FORGIVENESS = "forgiveness", _("Condonación")
    RESTRUCTURE = "restructure", _("Reestructuración")


class Credit(CreditorRow):
    """Something that lowers a debt once applied. ``unapplied`` waits for a document.

    ``external_id`` is unique per creditor and ``source``: the same payment never enters twice.
    ``payer`` is who paid, where that is not the customer. ``caused_by``: the credit without which
    this one would not be (the payment whose withholding it is); it falls with it. ``lot``: the one
    payment over several customers of which this is a share.
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
    payer = models.TextField(blank=True, default="", db_default="")
    # The number of the document that a file says it pays, as the file writes it.
    stated = models.TextField(blank=True, default="", db_default="")
    caused_by = owned_key("self", null=True, blank=True, db_index=False, related_name="causes")
    lot = owned_key(
        "payments.PaymentLot", null=True, blank=True, db_index=False, related_name="credits"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
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
            models.Index(
                fields=["creditor", "caused_by"],
                name="credit_caused",
                condition=Q(caused_by__isnull=False),
            ),
            models.Index(
                fields=["creditor", "lot"], name="credit_lot", condition=Q(lot__isnull=False)
            ),
            # The list of payments: newest first.
            models.Index(fields=["creditor", "-value_on", "-id"], name="credit_newest"),
            # What bounced, or was changed into another currency: few among very many.
            models.Index(
                fields=["creditor", "-value_on", "-id"],
                name="credit_nothing_left",
                condition=Q(amount=0),
            ),
            # What a person has in the hand: the beginning of a reference.
            models.Index(
                F("creditor"),
                OpClass("reference", name="text_pattern_ops"),
                name="credit_reference",
                condition=~Q(reference=""),
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


class PaymentWay(CreditorRow):
    """How to pay the creditor, as a message tells it (F11): an account, an agreement, a link.

    ``kind``: ``account``, ``agreement`` (convenio), ``clabe``, ``link``, ``cash``. ``details`` is
    one line, or the address of a link, in which ``{reference}`` stands for the payment reference.
    """

    kind = models.TextField()
    title = models.TextField()
    details = models.TextField()
    currency = models.CharField(max_length=3)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["account", "agreement", "clabe", "link", "cash"]),
                name="payment_way_kind",
            ),
        ]


class PaymentReference(CreditorRow):
    """The customer's stable reference for paying, with its check digits (F11). Never reused.

    Unique in the whole installation: agencies collect several creditors into one account.
    """

    customer = owned_key(Customer, related_name="payment_references")
    reference = models.TextField(unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer"], name="payment_reference_of_customer"),
        ]


class ReportedPayment(CreditorRow):
    """The customer says that they paid (F13): amount, day, bank, a picture of the receipt.

    ``state``: ``waiting`` (contact holds until ``until_on``), ``matched`` (its money was seen),
    ``expired`` (nothing came: back on the list), ``rejected``. ``hold_id`` is its hold in
    portfolio. ``image_sha256`` is the same for the same picture; ``repeats`` the earlier report of
    it, if any.
    """

    customer = owned_key(Customer, related_name="reported_payments")
    document = owned_key(Document, null=True, blank=True, db_index=False)
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3)
    paid_on = models.DateField(null=True, blank=True)
    bank = models.TextField(blank=True, default="")
    reference = models.TextField(blank=True, default="")
    image_path = models.TextField(blank=True, default="")
    image_sha256 = models.CharField(max_length=64, blank=True, default="")
    repeats = owned_key("self", null=True, blank=True, db_index=False)
    state = models.TextField(default="waiting", db_default="waiting")
    until_on = models.DateField()
    hold_id = models.BigIntegerField(null=True, blank=True)
    credit = owned_key(Credit, null=True, blank=True, db_index=False)
    source = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "id"], name="reported_of_creditor"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "matched", "expired", "rejected"]),
                name="reported_state",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0), name="reported_positive"
            ),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "until_on"],
                name="reported_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(
                fields=["creditor", "image_sha256"],
                name="reported_image",
                condition=~Q(image_sha256=""),
            ),
        ]
