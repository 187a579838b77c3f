"""One payment over many customers, and receipts of sellers before their deposit (U9, F33)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.payments.models.bank import BankLine
from recaudo.payments.models.ledger import Credit
from recaudo.portfolio.models import Customer


class LotKind(models.TextChoices):
    GROUP = "group", _("Pago de grupo")
    PAYROLL = "payroll", _("Libranza")
    RECEIPTS = "receipts", _("Planilla de recibos")


class PaymentLot(CreditorRow):
    """One sum that arrived, or will (a seller's sheet before its deposit), for several customers.

    Each share is a ``Credit`` with this ``lot``. ``state``: ``open`` (not yet deposited),
    ``applied``, ``taken_back``. ``line`` is the bank's movement, where it is known. The shares
    never exceed ``amount``; what is left over waits in ``unassigned``.
    """

    kind = models.TextField(choices=LotKind.choices)
    source = models.TextField()
    external_id = models.TextField()
    payer = models.TextField(blank=True, default="")
    # Of a sheet of receipts: whose.
    seller = models.TextField(blank=True, default="")
    value_on = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    unassigned = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    method = models.TextField(blank=True, default="")
    reference = models.TextField(blank=True, default="")
    state = models.TextField(default="applied", db_default="applied")
    line = owned_key(BankLine, null=True, blank=True, db_index=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "source", "external_id"], name="payment_lot_once"
            ),
            models.UniqueConstraint(fields=["creditor", "id"], name="payment_lot_of_creditor"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, unassigned__gte=0, unassigned__lte=models.F("amount")),
                name="payment_lot_amounts",
            ),
            models.CheckConstraint(condition=Q(kind__in=LotKind.values), name="payment_lot_kind"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "applied", "taken_back"]), name="payment_lot_state"
            ),
        ]


class LotShare(CreditorRow):
    """One row of what the payer listed: whom, how much, and what is new about them (*novedad*).

    ``novelty``: empty, ``retired`` (no longer employed), ``leave``, ``no_capacity`` (the pay does
    not reach), ``partial``, ``other``; a row with one may have no money. ``credit`` is what it
    became; empty with ``problem`` where it could not be used (unknown customer …).
    """

    lot = owned_key(PaymentLot, related_name="shares")
    row = models.PositiveIntegerField()
    code = models.TextField()
    customer = owned_key(Customer, null=True, blank=True, db_index=False)
    expected = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    novelty = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    problem = models.TextField(blank=True, default="")
    credit = owned_key(Credit, null=True, blank=True, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "row"], name="lot_share_row"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="lot_share_amount"),
        ]


class CashReceipt(CreditorRow):
    """A receipt that a seller wrote for money in their hands (*recibo de caja*).

    It pays the customer's debt at once: ``credit``. ``lot`` is the sheet with which it was
    deposited; without one the money is still with the seller, and aged by seller.
    """

    seller = models.TextField()
    number = models.TextField()
    customer = owned_key(Customer, related_name="receipts")
    received_on = models.DateField()
    method = models.TextField(blank=True, default="")
    credit = owned_key(Credit, related_name="receipts", db_index=False)
    lot = owned_key(PaymentLot, null=True, blank=True, related_name="receipts", db_index=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "seller", "number"], name="cash_receipt_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "seller"],
                name="cash_receipt_held",
                condition=Q(lot__isnull=True),
            )
        ]
