"""What a person decides not to ask for any more, or to carry apart: by batch, with approval.

*Castigo* (``write_off``) leaves ageing and stays claimable; only *condonación* (``forgiveness``)
and the adjustment of small balances make a debt smaller (F12, F31).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.payments.models.ledger import Credit
from recaudo.portfolio.models import Customer, Document


class WriteDownKind(models.TextChoices):
    SMALL_BALANCE = "small_balance", _("Ajuste de saldos menores")
    WRITE_OFF = "write_off", _("Castigo")
    FORGIVENESS = "forgiveness", _("Condonación")


class WriteDown(CreditorRow):
    """A proposal and its decision: ``proposed``, ``approved`` or ``refused``, never by one person.

    ``day`` is the value date; ``threshold`` of a batch of small balances. Approved ones are done at
    once; documents that were paid meanwhile are left out and said.
    """

    kind = models.TextField(choices=WriteDownKind.choices)
    day = models.DateField()
    threshold = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3)
    reason = models.TextField()
    state = models.TextField(default="proposed", db_default="proposed")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "id"], name="write_down_of_creditor"),
            models.CheckConstraint(
                condition=Q(kind__in=WriteDownKind.values), name="write_down_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "approved", "refused"]), name="write_down_state"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by")),
                name="write_down_two_people",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="write_down_reason"),
        ]


class WriteDownItem(CreditorRow):
    """One document of it: what was open when it was proposed, and what became of it."""

    write_down = owned_key(WriteDown, related_name="items")
    document = owned_key(Document, related_name="write_downs")
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    credit = owned_key(Credit, null=True, blank=True, db_index=False)
    # Empty, or why it was left out: ``balance_changed``, ``paid_meanwhile``.
    problem = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["write_down", "document"], name="write_down_item_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="write_down_item_positive"),
        ]


class Refund(CreditorRow):
    """Money given back to the customer: it leaves the credit by an adjustment ``refunded``."""

    customer = owned_key(Customer, related_name="refunds")
    credit = owned_key(Credit, related_name="refunds")
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    paid_on = models.DateField()
    method = models.TextField(blank=True, default="")
    reference = models.TextField(blank=True, default="")
    reason = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive")]
