"""What the creditor decides on top of the law, and the gate's word on each contact."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from recaudo.access.models import CreditorRow, owned_key
from recaudo.contact.models.messages import Origin
from recaudo.portfolio.models import ContactPoint, Customer, Party, Regime


class HousePolicy(CreditorRow):
    """One version of the creditor's own limits on contact: only ever stricter than the law.

    ``toml`` has the shape of a pack's contact rules (docs/rules/contact.md). The newest version
    whose ``from_on`` has come counts. Never changed.
    """

    version = models.PositiveIntegerField()
    toml = models.TextField()
    from_on = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "version"], name="house_policy_version"),
        ]


class RegimeChoice(CreditorRow):
    """The creditor signs that debts imported as ``regime`` are truly that (F8).

    Without one in force every debt is judged as consumer debt, the strictest. Insert-only: taking
    it back is a row with ``is_granted`` false; the newest row of a regime counts.
    """

    regime = models.TextField(choices=Regime.choices)
    is_granted = models.BooleanField()
    signed_name = models.TextField()
    reason = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(regime__in=Regime.values), name="choice_regime"),
        ]


class Verdict(CreditorRow):
    """The gate's word on one contact, kept with it. Insert-only.

    ``rule`` is the rule's id, ``law`` (a pack's), ``house`` or ``fact`` (balance, wish, hold) says
    in ``kind`` what it is; ``article`` and ``grade`` as in the pack, ``pack`` names pack and
    fingerprint (``CO@1f2e3d4c``). ``earliest_at`` is the next allowed moment of a refusal, empty
    where no time will help. ``facts`` hold numbers and codes, never contact values.
    ``overrode``: the house rule that a person entitled to set aside, with ``override_reason``.
    """

    customer = owned_key(Customer, related_name="verdicts")
    party = owned_key(Party, null=True, blank=True, db_index=False)
    contact_point = owned_key(ContactPoint, null=True, blank=True, db_index=False)
    message_id = models.BigIntegerField(null=True, blank=True)
    task_id = models.BigIntegerField(null=True, blank=True)
    origin = models.TextField(choices=Origin.choices)
    channel = models.TextField()
    purpose = models.TextField()
    at = models.DateTimeField()
    is_allowed = models.BooleanField()
    kind = models.TextField()
    rule = models.TextField()
    article = models.TextField(blank=True, default="")
    grade = models.TextField(blank=True, default="")
    pack = models.TextField(blank=True, default="")
    regime = models.TextField(blank=True, default="")
    earliest_at = models.DateTimeField(null=True, blank=True)
    facts = models.JSONField(default=dict)
    overrode = models.TextField(blank=True, default="")
    override_reason = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "id"], name="verdict_of_creditor"),
            models.CheckConstraint(
                condition=Q(kind__in=["law", "house", "fact"]), name="verdict_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-at"], name="verdict_of_customer"),
            models.Index(
                fields=["message_id"],
                name="verdict_of_message",
                condition=Q(message_id__isnull=False),
            ),
        ]
