"""Messages: planned, written, sent at most once, and what became of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.portfolio.models import Channel, ContactPoint, Customer, Document


class MessageState(models.TextChoices):
    """Where a message is. Only the gateway's word makes it ``sent``; docs/rules/contact.md."""

    PROPOSED = "proposed", _("Propuesto")
    PLANNED = "planned", _("Planeado")
    # Allowed by the gate and written, under a lease; nothing has touched the wire.
    RENDERED = "rendered", _("Listo")
    # Recorded before the wire is touched: from here on it may have left.
    ATTEMPTED = "attempted", _("En envío")
    SENT = "sent", _("Enviado")
    # It may have left, and nobody can say: never repeated by itself.
    UNCERTAIN = "uncertain", _("Incierto")
    FAILED = "failed", _("Falló")
    BOUNCED = "bounced", _("Rebotó")
    DELIVERED = "delivered", _("Entregado")
    READ = "read", _("Leído")
    ANSWERED = "answered", _("Respondido")
    WITHDRAWN = "withdrawn", _("Retirado")


class Origin(models.TextChoices):
    """Who asked for a contact."""

    RUN = "run", _("Proceso del día")
    HAND = "hand", _("A mano")
    REPLY = "reply", _("Respuesta")
    CAMPAIGN = "campaign", _("Campaña")


class Message(CreditorRow):
    """One message: all due items of one customer (U1), planned by a run or written by a person.

    The text is made at dispatch, from the balance read then (``MessageText``); here stand the
    channel, the template, the window and the state. ``not_before`` is included, ``not_after`` not.
    ``token`` is random and stands in the Message-ID, the unsubscribe link and the return path.
    Every change of ``state`` is also a ``MessageEvent``.
    """

    customer = owned_key(Customer, related_name="messages")
    origin = models.TextField(
        choices=Origin.choices, default=Origin.RUN, db_default=Origin.RUN.value
    )
    # Empty where no run planned it.
    run_id = models.BigIntegerField(null=True, blank=True)
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
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    # Set when written: to whom, from which account, by which version of the template.
    contact_point = owned_key(ContactPoint, null=True, blank=True, db_index=False)
    account = owned_key("contact.MailAccount", null=True, blank=True, db_index=False)
    template_version = owned_key("contact.TemplateVersion", null=True, blank=True, db_index=False)
    token = models.CharField(max_length=32, null=True, blank=True)
    # The message of theirs that this one answers (contact_inboundmessage).
    answers_id = models.BigIntegerField(null=True, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)
    error_code = models.TextField(blank=True, default="", db_default="")
    # Whose it is while being sent, and until when; anybody's afterwards.
    leased_by = models.TextField(blank=True, default="", db_default="")
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Not looked at again before: the gate's next allowed moment, or the pause after a failure.
    next_try_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="message_state"
            ),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="message_origin"),
            models.UniqueConstraint(
                fields=["token"], name="message_token", condition=Q(token__isnull=False)
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="message_channel"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "not_after"],
                name="message_pending",
                condition=Q(state__in=["proposed", "planned"]),
            ),
            # What a worker takes next, and what a dead one left behind.
            models.Index(
                fields=["creditor", "channel", "not_before"],
                name="message_due",
                condition=Q(state="planned"),
            ),
            models.Index(
                fields=["creditor", "channel", "customer", "id"],
                name="message_queue",
                condition=Q(state="planned"),
            ),
            models.Index(
                fields=["leased_until"],
                name="message_leased",
                condition=Q(state__in=["rendered", "attempted"]),
            ),
            models.Index(fields=["creditor", "state", "-state_at"], name="message_by_state"),
        ]


class MessageText(CreditorRow):
    """What the message said, word for word: the payload, apart from the row that is counted.

    Written anew while nothing can have left (the message is planned or rendered); from the first
    attempt on it is evidence, and a trigger refuses to change it. ``headers`` are those that we set
    (list of [name, value]); ``sha256`` is of the bytes handed to the gateway, attachments included.
    """

    message_id = models.BigIntegerField(unique=True)
    to_value = models.TextField()
    subject = models.TextField(blank=True, default="")
    preview = models.TextField(blank=True, default="")
    text = models.TextField()
    html = models.TextField(blank=True, default="")
    headers = models.JSONField(default=list)
    # [{"name", "sha256", "document_file_id"}]
    attachments = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    written_at = models.DateTimeField(db_default=Now())


class MessageEvent(CreditorRow):
    """A message came into ``state`` at ``at``, because of ``code``. Insert-only.

    ``detail`` holds the gateway's answer or the report's status, free of contact values.
    """

    message_id = models.BigIntegerField()
    state = models.TextField(choices=MessageState.choices)
    at = models.DateTimeField()
    code = models.TextField(blank=True, default="")
    detail = models.TextField(blank=True, default="")
    worker = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["message_id", "id"], name="message_event")]


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
