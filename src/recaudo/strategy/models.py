"""What should happen next: strategy books, runs, decisions and tasks.

The wide relations of a run (``strategy_customer_facts``) are made in migrations from the engine's
``facts.toml`` and are read by name, not through a model.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from recaudo.access.models import CreditorRow, owned_key
from recaudo.contact.models import StepItem
from recaudo.portfolio.models import Customer, Document


class StrategyBook(CreditorRow):
    """One version of a creditor's segments, buckets and strategies, as TOML; never changed."""

    version = models.PositiveIntegerField()
    toml = models.TextField()
    is_active = models.BooleanField(default=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "version"], name="book_version"),
            models.UniqueConstraint(
                fields=["creditor"], name="one_active_book", condition=Q(is_active=True)
            ),
        ]


class Run(CreditorRow):
    """One evaluation of a creditor's portfolio for one local day.

    ``state``: ``running``, ``proposal`` (the first, waits for a person, F9), ``done``, ``failed``.
    """

    as_of = models.DateField()
    state = models.TextField()
    book = owned_key(StrategyBook, db_index=False)
    engine = models.TextField()
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    # The figures of `recaudo run --json`, and per-phase seconds.
    result = models.JSONField(default=dict)
    error_code = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "proposal", "done", "failed"]),
                name="run_state",
            ),
        ]
        indexes = [models.Index(fields=["creditor", "-id"], name="run_latest")]


class SegmentStay(CreditorRow):
    """A customer's time in a segment, from ``entered_on`` to ``left_on`` (excluded; or open)."""

    customer = owned_key(Customer, db_index=False)
    segment = models.TextField()
    entered_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], name="one_open_stay", condition=Q(left_on__isnull=True)
            )
        ]


class Decision(CreditorRow):
    """The newest run's word on one customer. Replaced by every live run; kept in Parquet.

    ``priority`` orders the worklist, larger first; it and ``value`` are whole ten-thousandths of
    the creditor's currency, as in the facts. One partition a creditor, swapped whole.
    """

    customer = models.OneToOneField(
        Customer, on_delete=models.PROTECT, primary_key=True, db_constraint=False
    )
    run_id = models.BigIntegerField()
    segment = models.TextField()
    reason = models.TextField()
    step_key = models.TextField(null=True)
    next_step = models.TextField(null=True)
    next_on = models.DateField(null=True)
    priority = models.BigIntegerField()
    value = models.BigIntegerField()
    # What lists are ordered by and figures added up from, as in the facts beside them: claimable
    # and overdue balance, days past due, whether a collector is assigned.
    balance = models.BigIntegerField(db_default=0, default=0)
    overdue = models.BigIntegerField(db_default=0, default=0)
    max_dpd = models.IntegerField(db_default=0, default=0)
    has_collector = models.BooleanField(db_default=False, default=False)
    slot = models.PositiveSmallIntegerField()
    arm = models.TextField(default="", db_default="")
    model_version = models.TextField(default="", db_default="")


class DocumentDecision(CreditorRow):
    """The newest run's word on one open document: its next step and day, or the reason for none.

    ``missed_step`` came too late and is skipped (S2-01). One partition a creditor, as above.
    """

    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, primary_key=True, db_constraint=False
    )
    customer = owned_key(Customer)
    reason = models.TextField()
    next_step = models.TextField(null=True)
    next_on = models.DateField(null=True)
    missed_step = models.TextField(null=True)


class Task(CreditorRow):
    """Something for a person: a call, a visit, applying a credit. Ordered by ``priority``.

    ``state``: ``proposed`` (F9), ``open``, ``done``, ``withdrawn``. ``due_on`` is its deadline.
    ``outcome`` says what came of it, or why it was withdrawn. ``priority`` as in ``Decision``.
    ``due_at`` is the hour that was agreed, where one was (a callback). ``run_id`` is empty where no
    run asked for it. ``escalated_at``: it was left past its deadline and is the supervisor's now
    (S1-17).
    """

    customer = owned_key(Customer, related_name="tasks")
    run_id = models.BigIntegerField(null=True, blank=True)
    step_key = models.TextField()
    kind = models.TextField()
    channel = models.TextField(blank=True, default="")
    state = models.TextField()
    priority = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    balance = models.DecimalField(max_digits=18, decimal_places=4)
    due_on = models.DateField()
    due_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="", db_default="")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )
    outcome = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "open", "done", "withdrawn"]), name="task_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "-priority", "id"],
                name="task_open",
                condition=Q(state="open"),
            ),
            models.Index(fields=["creditor", "run_id"], name="task_run"),
            models.Index(
                fields=["creditor", "due_on"], name="task_unattended", condition=Q(state="open")
            ),
        ]


class TaskItem(StepItem):
    task = owned_key(Task, related_name="items")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "document", "step_key", "anchor_on", "occurrence"],
                name="task_step_once",
                condition=Q(is_live=True),
                nulls_distinct=False,
            )
        ]
