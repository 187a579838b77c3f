"""What banks say came in: accounts, statements, their lines, and what became of each line.

Statements and lines are only ever added. What people and the matcher decide about a line stands in
its ``LineWork``; the money itself is a ``Credit`` like any other.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.payments.models.ledger import Credit
from recaudo.portfolio.models import Customer


class BankAccount(CreditorRow):
    """An account of the creditor. ``number`` is as the bank writes it, without spaces and signs.

    ``tolerance_amount`` and ``tolerance_percent`` are how much less than the debt still pays it in
    the matcher's eyes (what banks deduct); the rest of the debt stays open.
    """

    bank = models.TextField(blank=True, default="")
    number = models.TextField()
    currency = models.CharField(max_length=3)
    layout = models.TextField(blank=True, default="")
    tolerance_amount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    tolerance_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "number"], name="bank_account_number"),
            models.UniqueConstraint(fields=["creditor", "id"], name="bank_account_of_creditor"),
            models.CheckConstraint(
                condition=Q(tolerance_amount__gte=0, tolerance_percent__gte=0)
                & Q(tolerance_percent__lte=10),
                name="bank_account_tolerance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} …{self.number[-4:]}".strip()


class BankStatement(CreditorRow):
    """One statement of one account. ``fingerprint`` is of what it says, whatever file it came in.

    ``notices``: ``[{"code", "facts"}]``: what did not add up or did not follow.
    """

    account = owned_key(BankAccount, related_name="statements")
    file_name = models.TextField()
    format = models.TextField()
    fingerprint = models.CharField(max_length=64)
    number = models.TextField(blank=True, default="")
    opening = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    opening_on = models.DateField(null=True, blank=True)
    closing = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    closing_on = models.DateField(null=True, blank=True)
    lines_told = models.PositiveIntegerField()
    lines_new = models.PositiveIntegerField()
    notices = models.JSONField(default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "fingerprint"], name="statement_once"),
            models.UniqueConstraint(fields=["creditor", "id"], name="statement_of_creditor"),
        ]


class BankLine(CreditorRow):
    """One movement, as the bank told it. ``external_id`` is unique per account: two banks that use
    the same ids stay apart."""

    account = owned_key(BankAccount, related_name="lines")
    statement = owned_key(BankStatement, related_name="lines")
    external_id = models.TextField()
    value_on = models.DateField()
    booked_on = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    references = models.JSONField(default=list)
    text = models.TextField(blank=True, default="")
    payer_name = models.TextField(blank=True, default="")
    payer_account = models.TextField(blank=True, default="")
    raw = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], name="bank_line_once"),
            models.UniqueConstraint(fields=["creditor", "id"], name="bank_line_of_creditor"),
        ]


class LineState(models.TextChoices):
    NEW = "new", _("Por conciliar")
    OFFERED = "offered", _("Con propuestas")
    UNIDENTIFIED = "unidentified", _("Sin identificar")
    CONFLICT = "conflict", _("Reclamada por dos")
    PARKED = "parked", _("Apartada")
    APPLIED = "applied", _("Aplicada")
    NO_PAYMENT = "no_payment", _("No es un pago")


#: What waits for a person.
OPEN_STATES = ("offered", "unidentified", "conflict", "parked")


class LineWork(CreditorRow):
    """What became of a line. ``version`` rises with every change: a stale form is refused.

    ``candidates``: at most three ``{"customer", "documents": [[id, amount]], "score", "reason",
    "rest"}``, the best first. ``reason`` and ``score`` are of what was decided.
    """

    line = owned_key(BankLine, related_name="work")
    state = models.TextField(choices=LineState.choices, default=LineState.NEW)
    reason = models.TextField(blank=True, default="")
    score = models.PositiveSmallIntegerField(default=0)
    candidates = models.JSONField(default=list)
    customer = owned_key(Customer, null=True, blank=True, db_index=False)
    note = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], name="line_work_once"),
            models.UniqueConstraint(fields=["creditor", "id"], name="line_work_of_creditor"),
            models.CheckConstraint(condition=Q(state__in=LineState.values), name="line_state"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "state", "line"],
                name="line_work_waiting",
                condition=~Q(state__in=["applied", "no_payment"]),
            )
        ]


class PayerAlias(CreditorRow):
    """Whose money comes from this account, or under this name: taught by a person's choice.

    ``kind``: ``account`` or ``name``; ``value`` is normalised (``core.matching``). One that stands
    for two customers decides nothing by itself.
    """

    kind = models.TextField()
    value = models.TextField()
    customer = owned_key(Customer, related_name="payer_aliases")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    learned_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "kind", "value", "customer"], name="payer_alias_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["account", "name"]) & ~Q(value=""), name="payer_alias_kind"
            ),
        ]


class LineClaim(CreditorRow):
    """A collector says whose an unidentified line is, with the receipt (F14).

    ``state``: ``open``, ``accepted``, ``rejected``. Two open claims of one line for different
    customers are a conflict. ``repeats`` says where the same receipt was seen before.
    """

    line = owned_key(BankLine, related_name="claims")
    customer = owned_key(Customer, related_name="line_claims")
    receipt_name = models.TextField()
    receipt_path = models.TextField()
    receipt_sha256 = models.CharField(max_length=64)
    repeats = models.JSONField(default=list)
    note = models.TextField(blank=True, default="")
    state = models.TextField(default="open")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "customer"], name="line_claim_once"),
            models.UniqueConstraint(fields=["creditor", "id"], name="line_claim_of_creditor"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "accepted", "rejected"]), name="line_claim_state"
            ),
        ]
        indexes = [
            models.Index(fields=["creditor", "receipt_sha256"], name="line_claim_receipt"),
        ]


class LineCredit(CreditorRow):
    """Which credits a line became: one, or several where a person split it."""

    line = owned_key(BankLine, related_name="credits")
    credit = owned_key(Credit, related_name="bank_lines")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credit"], name="line_credit_once"),
        ]
