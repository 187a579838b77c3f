"""What is owed: obligations, documents and their components, dates, states and corrections.

Amounts are in the document's currency. ``amount`` and ``open_amount`` are maintained by triggers
(payments/migrations): they move only when an application or an adjustment is inserted.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recaudo.access.models import CreditorRow, owned_key
from recaudo.portfolio.models.customers import Customer


def _money(**options: object) -> models.DecimalField:
    return models.DecimalField(max_digits=18, decimal_places=4, **options)  # type: ignore[arg-type]


class Regime(models.TextChoices):
    """Kind of debt in the law's eyes (F8). The strictest, consumer, is the default."""

    CONSUMER = "consumer", _("Consumidor")
    COMPANY = "company", _("Empresa")
    SMALL_COMPANY = "small_company", _("Micro o pequeña empresa")
    SUPERVISED_LENDER = "supervised_lender", _("Entidad vigilada")
    GUARANTOR = "guarantor", _("Garante")


class Obligation(CreditorRow):
    """A credit, card or contract: what several documents belong to (F5)."""

    customer = owned_key(Customer, related_name="obligations")
    number = models.TextField()
    product = models.TextField(blank=True, default="")
    regime = models.TextField(choices=Regime.choices, default=Regime.CONSUMER)
    opened_on = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    principal = _money(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "number"], name="obligation_number"),
            models.UniqueConstraint(fields=["creditor", "id"], name="obligation_of_creditor"),
            models.CheckConstraint(
                condition=Q(regime__in=Regime.values), name="obligation_known_regime"
            ),
        ]


class Document(CreditorRow):
    """A debit with its own due date: invoice, instalment, debit note or charge.

    ``key`` is ``doc_type|prefix|number|instalment`` and is unique per creditor (F4): three
    instalments of one invoice are three rows. ``product`` and ``regime`` are copied from the
    obligation, or stand alone where there is none. ``state`` is ``issued``, ``filed`` (radicada),
    ``accepted`` or ``rejected``; with ``due_on``, ``filed_on``, ``ceded_on`` and
    ``written_off_on`` it is the newest of the dated rows, maintained by triggers.
    ``closed_on`` is the value date of the application that brought it to zero.
    """

    customer = owned_key(Customer, related_name="documents")
    obligation = owned_key(Obligation, null=True, blank=True, db_index=False)
    # ``invoice``, ``instalment``, ``debit_note``, ``charge``.
    kind = models.TextField(default="invoice", db_default="invoice")
    key = models.TextField()
    doc_type = models.TextField(blank=True, default="")
    prefix = models.TextField(blank=True, default="")
    number = models.TextField()
    instalment = models.TextField(blank=True, default="")
    product = models.TextField(blank=True, default="")
    regime = models.TextField(choices=Regime.choices, default=Regime.CONSUMER)
    issued_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3)
    original_amount = _money()
    amount = _money()
    open_amount = _money()
    last_applied_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    state = models.TextField(default="issued", db_default="issued")
    filed_on = models.DateField(null=True, blank=True)
    ceded_on = models.DateField(null=True, blank=True)
    written_off_on = models.DateField(null=True, blank=True)
    seller = models.TextField(blank=True, default="")
    branch = models.TextField(blank=True, default="")
    zone = models.TextField(blank=True, default="")
    purchase_order = models.TextField(blank=True, default="")
    # The import batch that brought it; intake is above this room, so only its number stands here.
    batch_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "key"], name="document_key"),
            models.UniqueConstraint(fields=["creditor", "id"], name="document_of_creditor"),
            models.CheckConstraint(
                condition=Q(open_amount__gte=0, open_amount__lte=F("amount")),
                name="document_open_within_amount",
            ),
            models.CheckConstraint(condition=Q(original_amount__gt=0), name="document_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=["invoice", "instalment", "debit_note", "charge"]),
                name="document_kind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["issued", "filed", "accepted", "rejected"]),
                name="document_state",
            ),
            models.CheckConstraint(condition=Q(regime__in=Regime.values), name="document_regime"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                name="document_open",
                condition=Q(open_amount__gt=0),
            ),
            models.Index(
                fields=["creditor", "closed_on"],
                name="document_closed",
                condition=Q(closed_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        shown = f"{self.prefix}{self.number}"
        return f"{shown}/{self.instalment}" if self.instalment else shown


class Component(models.TextChoices):
    CAPITAL = "capital", _("Capital")
    INTEREST = "interest", _("Interés corriente")
    DEFAULT_INTEREST = "default_interest", _("Interés de mora")
    INSURANCE = "insurance", _("Seguro")
    FEES = "fees", _("Gastos")
    TAX = "tax", _("Impuesto")


class DocumentComponent(CreditorRow):
    """One part of a document's amount. Where a document has parts, they add up to it."""

    document = owned_key(Document, related_name="components")
    component = models.TextField(choices=Component.choices)
    original_amount = _money()
    amount = _money()
    open_amount = _money()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "component"], name="component_once"),
            models.CheckConstraint(
                condition=Q(open_amount__gte=0, open_amount__lte=F("amount")),
                name="component_open_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(component__in=Component.values), name="component_known"
            ),
        ]


class DocumentAdjustment(CreditorRow):
    """A signed correction of a document's amount; ``component`` where the document has parts."""

    document = owned_key(Document, related_name="adjustments")
    component = models.TextField(blank=True, default="")
    delta = _money()
    value_on = models.DateField()
    # ``source_correction`` …
    reason = models.TextField()
    batch_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(delta=0), name="adjustment_not_zero")]


class DueDate(CreditorRow):
    """A due date that replaced the one before it; the newest counts."""

    document = owned_key(Document, related_name="due_dates")
    due_on = models.DateField()
    previous_due_on = models.DateField()
    reason = models.TextField()
    batch_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())


class DocumentEvent(CreditorRow):
    """Something that happened to a document on a day.

    ``kind``: ``issued``, ``filed``, ``accepted``, ``rejected`` move ``state``; ``ceded`` and
    ``cession_undone``, ``written_off`` and ``write_off_undone`` move their date columns (F12: a
    write-off leaves ageing and stays claimable); ``accelerated`` is only kept.
    """

    KINDS = (
        "issued",
        "filed",
        "accepted",
        "rejected",
        "ceded",
        "cession_undone",
        "written_off",
        "write_off_undone",
        "accelerated",
    )

    document = owned_key(Document, related_name="events")
    kind = models.TextField()
    happened_on = models.DateField()
    reason = models.TextField(blank=True, default="")
    batch_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "issued",
                        "filed",
                        "accepted",
                        "rejected",
                        "ceded",
                        "cession_undone",
                        "written_off",
                        "write_off_undone",
                        "accelerated",
                    ]
                ),
                name="document_event_kind",
            )
        ]


class ExchangeRate(CreditorRow):
    """Units of ``to_currency`` for one unit of ``from_currency``, valid from ``valid_on`` on."""

    from_currency = models.CharField(max_length=3)
    to_currency = models.CharField(max_length=3)
    valid_on = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "from_currency", "to_currency", "valid_on"], name="rate_once"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive"),
        ]


class DocumentFile(CreditorRow):
    """A file of a document: its PDF, XML, purchase order, delivery note (F26).

    The bytes lie under the installation's files, at ``path``. Insert-only; a newer file of the same
    kind counts instead of an older one.
    """

    document = owned_key(Document, related_name="files")
    # ``pdf``, ``xml``, ``order``, ``delivery_note``, ``other``.
    kind = models.TextField()
    name = models.TextField()
    content_type = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "id"], name="document_file_of_creditor"),
            models.UniqueConstraint(fields=["document", "sha256"], name="document_file_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["pdf", "xml", "order", "delivery_note", "other"]),
                name="document_file_kind",
            ),
        ]
