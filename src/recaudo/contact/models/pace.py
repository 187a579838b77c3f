"""How fast each sender may go, all workers together."""

from __future__ import annotations

from django.db import models

from recaudo.access.models import CreditorRow, owned_key
from recaudo.contact.models.mail import MailAccount


class SendingPace(CreditorRow):
    """The next free moment of one sender on one channel: whoever sends takes it and moves it on."""

    account = owned_key(MailAccount)
    channel = models.TextField()
    next_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "channel"], name="sending_pace_once"),
        ]
