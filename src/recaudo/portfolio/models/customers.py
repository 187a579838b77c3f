"""Who owes: customers, their groups, the people tied to them and how to reach them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key


class CustomerGroup(CreditorRow):
    """Customers that pay or are judged together (grupo económico)."""

    code = models.TextField()
    name = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "code"], name="group_code"),
            models.UniqueConstraint(fields=["creditor", "id"], name="group_of_creditor"),
        ]


class Customer(CreditorRow):
    """A person or company that owes, as one creditor knows it.

    ``person_key`` is ``COUNTRY:NORMALISED_TAX_ID`` and is the same for the same person under
    every creditor of the installation: contact caps count by it. Empty where there is no valid id.
    ``payment_calendar`` is the JSON of ``core.calendar`` (days on which this customer pays).
    ``slot`` is a fixed random number, 0 … 9999, for experiments.
    """

    code = models.TextField()
    name = models.TextField()
    tax_id = models.TextField(blank=True, default="")
    tax_id_kind = models.TextField(blank=True, default="")
    tax_id_valid = models.BooleanField(null=True)
    person_key = models.TextField(blank=True, default="")
    # ``person``, ``company`` or empty where unknown.
    kind = models.TextField(blank=True, default="")
    class_name = models.TextField(blank=True, default="")
    group = owned_key(CustomerGroup, null=True, blank=True, db_index=False)
    is_prospect = models.BooleanField(default=False)
    since_on = models.DateField(null=True, blank=True)
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=10, blank=True, default="")
    timezone = models.TextField(blank=True, default="")
    branch = models.TextField(blank=True, default="")
    zone = models.TextField(blank=True, default="")
    credit_limit = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    terms_days = models.PositiveSmallIntegerField(null=True, blank=True)
    payment_calendar = models.JSONField(null=True, blank=True)
    do_not_contact_since = models.DateField(null=True, blank=True)
    do_not_contact_reason = models.TextField(blank=True, default="")
    slot = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    # Raised by every change made by a person; a stale form is refused (S1-23).
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "code"], name="customer_code"),
            models.UniqueConstraint(fields=["creditor", "id"], name="customer_of_creditor"),
            models.CheckConstraint(
                condition=models.Q(slot__gte=0, slot__lt=10_000), name="customer_slot_range"
            ),
        ]
        indexes = [
            models.Index(
                fields=["person_key"], name="customer_person", condition=~models.Q(person_key="")
            ),
            models.Index(
                fields=["creditor", "tax_id"],
                name="customer_tax_id",
                condition=~models.Q(tax_id=""),
            ),
            GinIndex(fields=["name"], name="customer_name_trigram", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


class PartyRole(models.TextChoices):
    CO_DEBTOR = "co_debtor", _("Codeudor")
    GUARANTOR = "guarantor", _("Aval")
    LEGAL_REPRESENTATIVE = "legal_representative", _("Representante legal")
    CONTACT = "contact", _("Contacto")
    REFERENCE = "reference", _("Referencia")


class Party(CreditorRow):
    """A person tied to a customer or to one obligation, with a role (F17)."""

    customer = owned_key(Customer, related_name="parties")
    obligation = owned_key("portfolio.Obligation", null=True, blank=True, db_index=False)
    role = models.TextField(choices=PartyRole.choices)
    name = models.TextField()
    tax_id = models.TextField(blank=True, default="")
    person_key = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "id"], name="party_of_creditor"),
            models.CheckConstraint(
                condition=models.Q(role__in=PartyRole.values), name="party_known_role"
            ),
        ]


class Channel(models.TextChoices):
    EMAIL = "email", _("Correo electrónico")
    PHONE = "phone", _("Teléfono")
    WHATSAPP = "whatsapp", "WhatsApp"
    SMS = "sms", "SMS"
    ADDRESS = "address", _("Dirección")


class ContactPoint(CreditorRow):
    """One way to reach a customer, or a party of theirs.

    ``value`` is what the source said, ``normalised`` what is used (E.164, lower-case e-mail).
    ``state`` is ``unknown``, ``valid`` or ``invalid`` since ``state_since``; a value verified by
    hand is never overwritten by an import without showing the conflict.
    """

    customer = owned_key(Customer, related_name="contact_points")
    party = owned_key(Party, null=True, blank=True, db_index=False)
    channel = models.TextField(choices=Channel.choices)
    value = models.TextField()
    normalised = models.TextField()
    # What it is for: empty (anything), ``billing``, ``payments``, ``legal``.
    purpose = models.TextField(blank=True, default="")
    state = models.TextField(default="unknown", db_default="unknown")
    state_since = models.DateField(null=True, blank=True)
    state_reason = models.TextField(blank=True, default="")
    is_verified_by_hand = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True, db_default=True)
    source = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel", "normalised"], name="contact_point_once"
            ),
            models.UniqueConstraint(fields=["creditor", "id"], name="contact_point_of_creditor"),
            models.CheckConstraint(
                condition=models.Q(state__in=["unknown", "valid", "invalid"]),
                name="contact_point_state",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=Channel.values), name="contact_point_channel"
            ),
        ]


class Consent(CreditorRow):
    """What a person allowed or withdrew, on a day, with its source. The newest row counts.

    A ``channel`` of ``*`` and an empty ``contact_point`` mean all of them.
    """

    customer = owned_key(Customer, related_name="consents")
    contact_point = owned_key(ContactPoint, null=True, blank=True, db_index=False)
    channel = models.TextField()
    purpose = models.TextField(default="collection")
    is_granted = models.BooleanField()
    given_on = models.DateField()
    source = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())


class Assignment(CreditorRow):
    """Whose customer it is, from ``from_on`` (included) to ``until_on`` (excluded; open if empty).

    ``role`` is ``seller`` or ``collector``. ``person_code`` is the source system's code; ``user``
    is set where that person logs in. At most one per customer, role and day (exclusion constraint).
    """

    customer = owned_key(Customer, related_name="assignments")
    role = models.TextField()
    person_code = models.TextField()
    person_name = models.TextField(blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["seller", "collector"]), name="assignment_role"
            ),
        ]
        indexes = [
            models.Index(fields=["creditor", "role", "person_code"], name="assignment_person"),
        ]
