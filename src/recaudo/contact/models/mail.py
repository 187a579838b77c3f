"""The mailboxes that a creditor sends from and reads."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from recaudo.access.models import CreditorRow

SECURITY = ["none", "starttls", "tls"]


class MailAccount(CreditorRow):
    """One sender: its SMTP server, its IMAP mailbox for what comes back, its DKIM key.

    Secrets (``*_secret``, ``dkim_key``) are encrypted with the installation's key. ``*_security``
    is ``none`` (loopback only), ``starttls`` or ``tls``. ``per_minute`` paces all workers together.
    ``bounce_address`` is where reports come to, with ``{token}`` in it where the server takes
    plus addresses. ``last_uid`` counts within ``uid_validity``.
    """

    name = models.TextField()
    from_name = models.TextField()
    from_address = models.TextField()
    reply_to = models.TextField(blank=True, default="")
    bounce_address = models.TextField(blank=True, default="")
    smtp_host = models.TextField()
    smtp_port = models.PositiveIntegerField(default=587)
    smtp_security = models.TextField(default="starttls")
    smtp_user = models.TextField(blank=True, default="")
    smtp_secret = models.TextField(blank=True, default="")
    per_minute = models.PositiveIntegerField(null=True, blank=True)
    imap_host = models.TextField(blank=True, default="")
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.TextField(default="tls")
    imap_user = models.TextField(blank=True, default="")
    imap_secret = models.TextField(blank=True, default="")
    imap_folder = models.TextField(default="INBOX")
    dkim_domain = models.TextField(blank=True, default="")
    dkim_selector = models.TextField(blank=True, default="")
    dkim_key = models.TextField(blank=True, default="")
    uid_validity = models.BigIntegerField(null=True, blank=True)
    last_uid = models.BigIntegerField(default=0)
    last_read_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
    last_error_at = models.DateTimeField(null=True, blank=True)
    # Checked: {"at", "spf": {…}, "dkim": {…}, "dmarc": {…}}
    health = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "name"], name="mail_account_name"),
            models.UniqueConstraint(fields=["creditor", "id"], name="mail_account_of_creditor"),
            models.UniqueConstraint(
                fields=["creditor"],
                name="mail_account_default",
                condition=Q(is_default=True, is_active=True),
            ),
            models.CheckConstraint(
                condition=Q(smtp_security__in=SECURITY, imap_security__in=SECURITY),
                name="mail_account_security",
            ),
        ]
