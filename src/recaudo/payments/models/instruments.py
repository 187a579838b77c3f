"""Post-dated cheques, letras and pagarés: paper that stands for money until it clears (F15)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.payments.models.ledger import Credit
from recaudo.portfolio.models import Customer, Document


class InstrumentKind(models.TextChoices):
    CHEQUE = "cheque", _("Cheque posfechado")
    LETRA = "letra", _("Letra")
    PAGARE = "pagare", _("Pagaré")


class InstrumentState(models.TextChoices):
    HELD = "held", _("En custodia")
    DEPOSITED = "deposited", _("Depositado")
    CLEARED = "cleared", _("Cobrado")
    RETURNED = "returned", _("Devuelto")
    PROTESTED = "protested", _("Protestado")
    # Given back to the customer, or replaced by another one.
    WITHDRAWN = "withdrawn", _("Retirado")


class Instrument(CreditorRow):
    """Held → deposited → cleared, or returned / protested. Balances fall only on clearing.

    ``credit`` is the payment that clearing made. What it covers is not chased meanwhile (a hold of
    kind ``instrument`` per document, source ``instrument:ID``). ``replaces``: the one it renews.
    """

    customer = owned_key(Customer, related_name="instruments")
    kind = models.TextField(choices=InstrumentKind.choices)
    number = models.TextField()
    bank = models.TextField(blank=True, default="")
    drawer = models.TextField(blank=True, default="")
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    received_on = models.DateField()
    due_on = models.DateField()
    state = models.TextField(choices=InstrumentState.choices, default=InstrumentState.HELD)
    state_on = models.DateField()
    credit = owned_key(Credit, null=True, blank=True, db_index=False)
    replaces = owned_key("self", null=True, blank=True, db_index=False)
    version = models.PositiveIntegerField(default=1, db_default=1)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "id"], name="instrument_of_creditor"),
            models.UniqueConstraint(
                fields=["creditor", "kind", "bank", "number", "customer"], name="instrument_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instrument_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=InstrumentKind.values), name="instrument_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=InstrumentState.values), name="instrument_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "due_on"],
                name="instrument_open",
                condition=Q(state__in=["held", "deposited"]),
            )
        ]


class InstrumentCover(CreditorRow):
    """``amount`` of ``instrument`` is for ``document``: what the paper will pay once it clears."""

    instrument = owned_key(Instrument, related_name="covers")
    document = owned_key(Document, related_name="covered_by")
    amount = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "document"], name="cover_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="cover_positive"),
        ]


class InstrumentEvent(CreditorRow):
    """Each step of an instrument, with its day and why; only added."""

    instrument = owned_key(Instrument, related_name="events")
    state = models.TextField(choices=InstrumentState.choices)
    happened_on = models.DateField()
    reason = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())
