"""What came in: import batches, remembered mappings, rejected rows, conflicts of contact data."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from recaudo.access.models import CreditorRow, owned_key
from recaudo.portfolio.models import ContactPoint, Customer


class SavedMapping(CreditorRow):
    """A mapping (TOML) remembered for files with the same headings; ``fingerprint`` is of those."""

    fingerprint = models.TextField()
    name = models.TextField()
    toml = models.TextField()
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "fingerprint"], name="mapping_once")
        ]


class ImportBatch(CreditorRow):
    """One file brought in. ``state``: ``uploaded``, ``queued``, ``reading``, ``writing``, then
    ``done``, ``failed`` or ``discarded``.

    ``accepted + unchanged + updated + rejected = rows``. Amounts are in ``currency``.
    ``control_total`` is what the person typed or the file printed; ``difference`` is imported
    minus that, accepted only with ``difference_reason`` (F3).
    """

    file_name = models.TextField()
    sha256 = models.CharField(max_length=64)
    mode = models.TextField()
    scope = models.JSONField(default=dict)
    mapping_toml = models.TextField(blank=True, default="")
    state = models.TextField()
    # The day the balances are of; the creditor's local day of the import unless the file says.
    as_of = models.DateField()
    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    imported_total = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    control_total = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    difference = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    difference_reason = models.TextField(blank=True, default="")
    result = models.JSONField(default=dict)
    # An uploaded file's name in the installation's storage, and what was chosen for it: mapping,
    # answers, mode, reasons; also the headings of each sheet, in order.
    stored_as = models.TextField(blank=True, default="")
    options = models.JSONField(default=dict)
    error_code = models.TextField(blank=True, default="")
    error_facts = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "id"], name="batch_of_creditor"),
            models.CheckConstraint(
                condition=Q(mode__in=["incremental", "snapshot", "contacts"]), name="batch_mode"
            ),
        ]
        indexes = [models.Index(fields=["creditor", "-id"], name="batch_latest")]


class RejectedRow(CreditorRow):
    """A row that was not taken, as it stood in the file, with the column and code of the reason."""

    batch = owned_key(ImportBatch, related_name="rejected_rows")
    sheet = models.TextField(blank=True, default="")
    row_no = models.PositiveIntegerField()
    column = models.TextField(blank=True, default="")
    value = models.TextField(blank=True, default="")
    code = models.TextField()
    facts = models.JSONField(default=dict)
    # The original row: heading → text.
    original = models.JSONField(default=dict)


class ContactConflict(CreditorRow):
    """An import brought another value than the one a person had verified by hand (S1-14)."""

    batch = owned_key(ImportBatch)
    customer = owned_key(Customer)
    contact_point = owned_key(ContactPoint)
    offered_value = models.TextField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.TextField(blank=True, default="")
