"""Contacts with customers, either way, by anybody; and the words for what came of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.portfolio.models import ContactPoint, Customer, Party


class Direction(models.TextChoices):
    OUT = "out", _("Saliente")
    IN = "in", _("Entrante")


class ContactKind(models.TextChoices):
    """How caps count a contact: every try is an attempt; a conversation is one that was had."""

    ATTEMPT = "attempt", _("Intento")
    CONVERSATION = "conversation", _("Conversación")


class Interaction(CreditorRow):
    """One contact, either way, by anybody (a person, Recaudo, an agency). Insert-only.

    ``is_effective``: the customer (or who may pay for them) was reached. ``is_answered`` is false
    for an attempt that nobody answered. ``purpose`` is ``collection`` unless said otherwise.
    ``debts`` are the ids of the documents spoken of; empty counts for every debt of the customer.
    ``outcome`` is the code of an ``Outcome`` of the creditor.
    """

    customer = owned_key(Customer, related_name="interactions")
    # Who was contacted where it was not the customer: a codeudor, an aval (F17).
    party = owned_key(Party, null=True, blank=True, db_index=False)
    contact_point = owned_key(ContactPoint, null=True, blank=True, db_index=False)
    # Of contact_message and strategy_task; no keys: written with them, by one statement.
    message_id = models.BigIntegerField(null=True, blank=True)
    task_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    # The creditor's local day of ``at``: what facts and caps count by.
    on_day = models.DateField()
    channel = models.TextField()
    direction = models.TextField(choices=Direction.choices)
    purpose = models.TextField(default="collection", db_default="collection")
    is_effective = models.BooleanField(default=False)
    is_answered = models.BooleanField(default=False)
    outcome = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    debts = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    step_key = models.TextField(blank=True, default="")
    source = models.TextField()
    external_id = models.TextField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "source", "external_id"], name="interaction_external_id"
            ),
        ]
        indexes = [
            models.Index(fields=["creditor", "on_day"], name="interaction_day"),
            # The gate's histories: by customer, newest first, whatever the creditor.
            models.Index(
                fields=["customer", "-at"],
                name="interaction_history",
                condition=Q(direction="out"),
            ),
            models.Index(
                fields=["party", "-at"],
                name="interaction_party",
                condition=Q(party__isnull=False),
            ),
        ]


class Outcome(CreditorRow):
    """A node of the creditor's tree of results (tipificación, F18): reach → result → effect.

    ``reach`` is ``direct``, ``indirect`` or ``none``. ``effect`` names what recording it does:
    ``""``, ``reported_paid``, ``promise``, ``objection``, ``situation``, ``callback``,
    ``wrong_number``, ``do_not_contact``, ``retry``. ``key`` is the key that records it. A code is
    never reused: it is switched off. ``channels`` empty: of any channel.
    """

    code = models.TextField()
    parent_code = models.TextField(blank=True, default="")
    es = models.TextField()
    en = models.TextField(blank=True, default="")
    reach = models.TextField()
    is_answered = models.BooleanField()
    is_effective = models.BooleanField()
    effect = models.TextField(blank=True, default="")
    key = models.CharField(max_length=1, blank=True, default="")
    channels = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "code"], name="outcome_code"),
            models.CheckConstraint(
                condition=Q(reach__in=["direct", "indirect", "none"]), name="outcome_reach"
            ),
            models.CheckConstraint(
                condition=Q(
                    effect__in=[
                        "",
                        "reported_paid",
                        "promise",
                        "objection",
                        "situation",
                        "callback",
                        "wrong_number",
                        "do_not_contact",
                        "retry",
                    ]
                ),
                name="outcome_effect",
            ),
        ]
