"""Templates that users edit, in versions that a message remembers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from recaudo.access.models import CreditorRow, owned_key
from recaudo.portfolio.models import Channel


class Template(CreditorRow):
    """What steps call ``template``: one text for one channel, in several languages.

    ``tone`` runs from 1 (a reminder) to 5 (S3-07). ``purpose`` is ``collection`` or ``service``.
    """

    key = models.TextField()
    channel = models.TextField(choices=Channel.choices)
    title = models.TextField()
    purpose = models.TextField(default="collection", db_default="collection")
    tone = models.PositiveSmallIntegerField(default=1, db_default=1)
    attaches_documents = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "key", "channel"], name="template_key"),
            models.UniqueConstraint(fields=["creditor", "id"], name="template_of_creditor"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="template_channel"
            ),
            models.CheckConstraint(condition=Q(tone__gte=1, tone__lte=5), name="template_tone"),
        ]


class TemplateVersion(CreditorRow):
    """One version of a template's text in one language (``es``, ``es-CL``, ``en``). Never changed,
    but for which one ``is_current``.

    ``subject`` and ``text`` are Liquid; ``mjml`` is the MJML layout with Liquid in it, ``html``
    what it was compiled to when saved (Liquid still in it). ``preview`` is what a mail list shows.
    ``findings`` are those of the lint when saved: [{"code", "level", facts…}].
    """

    template = owned_key(Template, related_name="versions")
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    subject = models.TextField(blank=True, default="")
    preview = models.TextField(blank=True, default="")
    text = models.TextField()
    mjml = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    findings = models.JSONField(default=list)
    is_current = models.BooleanField(default=True, db_default=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["template", "language", "version"], name="template_version_once"
            ),
            models.UniqueConstraint(
                fields=["template", "language"],
                name="template_one_current",
                condition=Q(is_current=True),
            ),
            models.UniqueConstraint(fields=["creditor", "id"], name="template_version_of_creditor"),
        ]
