"""Contacts with customers: what was planned and what happened. Nothing leaves from here yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.portfolio.models import Channel, Customer, Document


class Direction(models.TextChoices):
    OUT = "out", _("Saliente")
    IN = "in", _("Entrante")


class Interaction(CreditorRow):
    """One contact, either way, by anybody (a person, Recaudo, an agency). Insert-only.

    ``is_effective``: the customer (or who may pay for them) was reached. ``is_answered`` is false
    for an attempt that nobody answered. ``purpose`` is ``collection`` unless said otherwise.
    """

    customer = owned_key(Customer, related_name="interactions")
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
        indexes = [models.Index(fields=["creditor", "on_day"], name="interaction_day")]


class Message(CreditorRow):
    """One message that the run planned: all due items of one customer (U1).

    The text is made at dispatch, from the balance read then; here stand the channel, the template
    and the window. ``state`` is ``proposed`` (a first run, F9), ``planned`` or ``withdrawn``.
    """

    customer = owned_key(Customer, related_name="messages")
    run_id = models.BigIntegerField()
    step_key = models.TextField()
    channel = models.TextField()
    template_key = models.TextField()
    tone = models.PositiveSmallIntegerField(default=1, db_default=1)
    purpose = models.TextField(default="collection", db_default="collection")
    state = models.TextField()
    currency = models.CharField(max_length=3)
    # Sum of the items' balances when planned, creditor's currency.
    balance = models.DecimalField(max_digits=18, decimal_places=4)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "planned", "withdrawn"]), name="message_state"
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="message_channel"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "not_after"],
                name="message_pending",
                condition=Q(state__in=["proposed", "planned"]),
            )
        ]


class StepItem(CreditorRow):
    """One due step of one document inside a message or a task; the memory that never repeats it.

    A due step is (customer, ``step_key``, anchor, occurrence). ``document`` is empty where the
    anchor is not a document. ``anchor_on`` is the due date, the day of entry into the segment, or
    the last attempt. ``is_live`` is false once withdrawn.
    """

    customer = owned_key(Customer, db_index=False)
    document = owned_key(Document, null=True, blank=True, db_index=False)
    step_key = models.TextField()
    anchor_on = models.DateField()
    occurrence = models.PositiveSmallIntegerField(default=1)
    balance = models.DecimalField(max_digits=18, decimal_places=4)
    is_live = models.BooleanField(default=True, db_default=True)

    class Meta:
        abstract = True


class MessageItem(StepItem):
    message = owned_key(Message, related_name="items")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "document", "step_key", "anchor_on", "occurrence"],
                name="message_step_once",
                condition=Q(is_live=True),
                nulls_distinct=False,
            )
        ]
