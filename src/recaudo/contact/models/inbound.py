"""What comes back: replies, reports of failure, automatic answers. Nothing is ever dropped."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.contact.models.mail import MailAccount
from recaudo.portfolio.models import Customer


class ReplyClass(models.TextChoices):
    """What the customer says (U3, F13)."""

    PAID = "paid", _("Dice que ya pagó")
    PROMISE = "promise", _("Promete pagar")
    OBJECTION = "objection", _("Objeta o reclama")
    SITUATION = "situation", _("Cuenta una situación especial")
    WRONG_PERSON = "wrong_person", _("No es la persona")
    STOP = "stop", _("Pide que no le escriban")
    QUESTION = "question", _("Pregunta")
    OTHER = "other", _("Otra cosa")


class InboundMessage(CreditorRow):
    """One message that came in, by any channel, with its raw bytes kept (``raw_path``).

    ``kind``: ``reply`` (a person wrote), ``bounce``, ``auto_reply``, ``loop`` (our own mail back),
    ``unreadable``. ``state``: ``new`` (nobody has looked), ``done``. ``code`` says what was wrong
    with it, if anything. A reply of a known customer holds their sequence until it is classified.
    ``fingerprint`` is the sha256 of the raw bytes: the same mail never comes in twice.
    """

    account = owned_key(MailAccount, null=True, blank=True, db_index=False)
    channel = models.TextField()
    kind = models.TextField()
    state = models.TextField(default="new", db_default="new")
    customer = owned_key(Customer, null=True, blank=True, related_name="inbound")
    # The message of ours that it answers or reports on (contact_message).
    message_id = models.BigIntegerField(null=True, blank=True)
    # ``headers``, ``token``, ``address``, ``reference``, ``hand``; empty where nobody was found.
    matched_by = models.TextField(blank=True, default="")
    from_value = models.TextField(blank=True, default="")
    to_value = models.TextField(blank=True, default="")
    subject = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    # Only what they wrote, without what they quoted.
    own_text = models.TextField(blank=True, default="")
    header_id = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    raw_path = models.TextField(blank=True, default="")
    fingerprint = models.CharField(max_length=64)
    size = models.BigIntegerField(default=0)
    code = models.TextField(blank=True, default="")
    # {"status": "5.1.1", "final": true …} of a bounce.
    facts = models.JSONField(default=dict)
    proposed = models.TextField(blank=True, default="")
    # [{"class", "words": […], "score"}], best first.
    proposed_why = models.JSONField(default=list)
    classified = models.TextField(blank=True, default="")
    classified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    # The rule of the user's that classified it, where no person did.
    classified_rule = models.TextField(blank=True, default="")
    classified_at = models.DateTimeField(null=True, blank=True)
    hold_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "fingerprint"], name="inbound_fingerprint"),
            models.UniqueConstraint(fields=["creditor", "id"], name="inbound_of_creditor"),
            models.CheckConstraint(
                condition=Q(kind__in=["reply", "bounce", "auto_reply", "loop", "unreadable"]),
                name="inbound_kind",
            ),
            models.CheckConstraint(condition=Q(state__in=["new", "done"]), name="inbound_state"),
            models.CheckConstraint(
                condition=Q(classified__in=["", *ReplyClass.values]), name="inbound_class"
            ),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "received_at"], name="inbound_new", condition=Q(state="new")
            ),
        ]


class InboundFile(CreditorRow):
    """An attachment, kept on disk beside the raw mail; the name is theirs, the path is ours."""

    inbound = owned_key(InboundMessage, related_name="files")
    name = models.TextField()
    content_type = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.TextField()


class ReplyRule(CreditorRow):
    """The user's word that replies proposed as ``reply_class`` may act by themselves.

    Only where the classifier's score reaches ``min_score`` (0 … 100). Without one a person acts.
    """

    reply_class = models.TextField(choices=ReplyClass.choices)
    min_score = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "reply_class"], name="reply_rule_once"),
        ]
