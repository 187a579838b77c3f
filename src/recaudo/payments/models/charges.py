"""Charges: under which terms, by which rates, how each came about, and what was waived.

A charge is a ``Document`` of kind ``charge`` with one component; its ``Charge`` row says why.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.payments.models.ledger import Credit
from recaudo.portfolio.models import Customer, Document, Obligation


class InterestMode(models.TextChoices):
    """Mora is never both taken from the source system and computed (F5)."""

    NONE = "none", _("No se cobra")
    IMPORTED = "imported", _("La trae el sistema de origen")
    COMPUTED = "computed", _("La calcula Recaudo")


class ChargeTerms(CreditorRow):
    """What may be charged, from ``from_on`` on. Only added: the newest row of a scope counts.

    The scope is an obligation, a customer, a product, or (none of them) the creditor; the narrowest
    that has a row counts, whole. No row at all: nothing is charged. ``annual_rate`` is per cent a
    year as agreed, in ``rate_quote`` (``core.interest.Quote``); empty: the legal rate of the pack.
    ``legal_series`` and ``ceiling_series`` name other series than the pack's, where the kind of
    credit has its own. ``fee_*``: the agreed fee, where the pack lets one be agreed.
    ``order``: the contract's order of application, ``{"first": "document" | "component",
    "tiers": [[component …] …]}``; empty: the pack's.
    """

    obligation = owned_key(Obligation, null=True, blank=True, db_index=False)
    customer = owned_key(Customer, null=True, blank=True, db_index=False)
    product = models.TextField(blank=True, default="")
    from_on = models.DateField()
    interest = models.TextField(choices=InterestMode.choices, default=InterestMode.NONE)
    annual_rate = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    rate_quote = models.TextField(default="effective_annual")
    legal_series = models.TextField(blank=True, default="")
    ceiling_series = models.TextField(blank=True, default="")
    # Empty: the pack's.
    day_count = models.TextField(blank=True, default="")
    grace_days = models.PositiveSmallIntegerField(default=0)
    is_grace_free = models.BooleanField(default=False)
    # ``none``, ``legal`` (the pack's scale), ``per_reminder`` or ``once`` (both as agreed).
    fee = models.TextField(default="none")
    fee_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    fee_per_cent = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    fee_currency = models.CharField(max_length=3, blank=True, default="")
    order = models.JSONField(null=True, blank=True)
    # Where it stands: the contract's clause, the invoice's text.
    source = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["creditor", "from_on"], name="charge_terms_from"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(interest__in=InterestMode.values), name="charge_terms_interest"
            ),
            models.CheckConstraint(
                condition=Q(fee__in=["none", "legal", "per_reminder", "once"]),
                name="charge_terms_fee",
            ),
            models.CheckConstraint(
                condition=(Q(annual_rate__isnull=True) | Q(annual_rate__gte=0))
                & (Q(fee_amount__isnull=True) | Q(fee_amount__gte=0))
                & (Q(fee_per_cent__isnull=True) | Q(fee_per_cent__gte=0)),
                name="charge_terms_not_negative",
            ),
        ]


class ReferenceRate(CreditorRow):
    """A published rate or unit, as loaded: per cent in ``quoted_as``, from ``valid_from`` on.

    ``valid_until`` is the first day on which it no longer holds (empty: until the next row). Only
    added: of several rows for one series and day the newest counts; ``reason`` says why it
    replaced another.
    """

    series = models.TextField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=10)
    quoted_as = models.TextField()
    source = models.TextField()
    reason = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["creditor", "series", "valid_from"], name="reference_rate_series"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="reference_rate_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=models.F("valid_from")),
                name="reference_rate_span",
            ),
        ]


class ChargeKind(models.TextChoices):
    DEFAULT_INTEREST = "default_interest", _("Interés de mora")
    COLLECTION_FEE = "collection_fee", _("Gastos de cobranza")
    COMPENSATION = "compensation", _("Compensación fija por mora")
    LATE_FINE = "late_fine", _("Multa por mora")


class Charge(CreditorRow):
    """How a charge came about.

    ``document`` is the charge itself, ``base`` the document that is late. It covers the days from
    ``from_on`` (included) to ``until_on`` (excluded). ``because``: what fixed it: ``payment``,
    ``statement``, ``agreement``, ``month_end``, ``hand``. ``how``: the stretches or brackets that
    add up to it, with their rates and sources; ``rule`` and ``article`` are the pack's.
    """

    document = owned_key(Document, related_name="charges", db_index=False)
    base = owned_key(Document, related_name="charged")
    kind = models.TextField(choices=ChargeKind.choices)
    from_on = models.DateField()
    until_on = models.DateField()
    because = models.TextField()
    how = models.JSONField()
    rule = models.TextField(blank=True, default="")
    article = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document"], name="charge_of_document"),
            models.UniqueConstraint(fields=["creditor", "id"], name="charge_of_creditor"),
            models.CheckConstraint(condition=Q(kind__in=ChargeKind.values), name="charge_kind"),
            models.CheckConstraint(
                condition=Q(because__in=["payment", "statement", "agreement", "month_end", "hand"]),
                name="charge_because",
            ),
        ]


class ChargeWaiver(CreditorRow):
    """A charge, or part of it, that is not asked for: its ``credit`` (a forgiveness) pays it."""

    charge = owned_key(Charge, related_name="waivers")
    credit = owned_key(Credit, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="charge_waiver_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="charge_waiver_reason"),
        ]


class Reminder(CreditorRow):
    """A document was spoken of by us on a day: a message that left, a call, a visit.

    Written from the contacts by the room above. It tells that the free first notice was given
    (Chile) and how many reminders a contract may charge for. ``is_billable``: a message, and of the
    documents it named the oldest one overdue; so one message is charged once. ``interaction_id`` is
    the contact's.
    """

    document = owned_key(Document, related_name="reminders")
    interaction_id = models.BigIntegerField()
    on_day = models.DateField()
    channel = models.TextField()
    is_billable = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "interaction_id"], name="reminder_once"),
        ]
        indexes = [
            models.Index(fields=["creditor", "interaction_id"], name="reminder_interaction"),
        ]
