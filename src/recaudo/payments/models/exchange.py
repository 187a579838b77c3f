"""Payments in one currency of debts in another, and what the rate made of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from recaudo.access.models import CreditorRow, owned_key
from recaudo.payments.models.ledger import Application, Credit


class Conversion(CreditorRow):
    """``paid_amount`` of ``paid`` became ``bought``, a credit in the debt's currency.

    ``rate``: units of the payment's currency for one of the debt's, valid on ``rate_on``. The money
    leaves ``paid`` by a ``CreditAdjustment`` with reason ``converted``. ``undone_at``: taken back.
    """

    paid = owned_key(Credit, related_name="conversions")
    bought = owned_key(Credit, related_name="bought_by", db_index=False)
    paid_amount = models.DecimalField(max_digits=18, decimal_places=4)
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    rate_on = models.DateField()
    rate_source = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bought"], name="conversion_bought_once"),
            models.CheckConstraint(
                condition=Q(paid_amount__gt=0, rate__gt=0), name="conversion_positive"
            ),
        ]


class ExchangeDifference(CreditorRow):
    """What a debt in another currency brought more (or less) than it was worth when issued.

    In the creditor's currency, for one application; a reversal has a row of its own that undoes it.
    """

    application = owned_key(Application, related_name="exchange", db_index=False)
    currency = models.CharField(max_length=3)
    rate_at_issue = models.DecimalField(max_digits=20, decimal_places=10)
    rate_at_payment = models.DecimalField(max_digits=20, decimal_places=10)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    value_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application"], name="exchange_difference_once"),
        ]
        indexes = [models.Index(fields=["creditor", "value_on"], name="exchange_difference_on")]
