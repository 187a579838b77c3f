"""Charges as people look at them: the list, one with its reckoning, and what a day would post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.payments.models import Charge, ChargeTerms, ChargeWaiver
from recaudo.payments.queries.accruals import accrued_many
from recaudo.payments.queries.fees_due import fees_due
from recaudo.portfolio.models import Customer, Document

#: What the list can be narrowed to.
STATES = ("open", "waived", "corrected", "closed")


def charges(customers: QuerySet[Customer], given: Mapping[str, str]) -> QuerySet[Charge]:
    """The charges of ``customers``, the newest first; ``given``: kind, state, because, q.

    Each with ``waived`` (what is forgiven of it now). In the caller's scope.
    """
    forgiven = (
        ChargeWaiver.objects.filter(charge=OuterRef("pk"))
        .values("charge")
        .annotate(total=Sum("credit__amount"))
        .values("total")
    )
    nothing = Value(Decimal(0), output_field=DecimalField(max_digits=18, decimal_places=4))
    rows = (
        Charge.objects.filter(document__customer__in=customers)
        .select_related("document", "base", "document__customer")
        .annotate(waived=Coalesce(Subquery(forgiven), nothing))
    )
    for name in ("kind", "because"):
        if given.get(name):
            rows = rows.filter(**{name: given[name]})
    if typed := given.get("q", "").strip():
        rows = rows.filter(
            Q(document__number__icontains=typed)
            | Q(base__number__icontains=typed)
            | Q(document__customer__code__iexact=typed)
            | Q(document__customer__name__icontains=typed)
        )
    match given.get("state", ""):
        case "open":
            rows = rows.filter(document__open_amount__gt=0)
        case "closed":
            rows = rows.filter(document__open_amount=0)
        case "waived":
            rows = rows.filter(waived__gt=0)
        case "corrected":
            rows = rows.exclude(document__amount=F("document__original_amount"))
    return rows.order_by("-id")


def days_of(charge: Charge) -> int:
    """The days of its span in which something was owed; of a fee, all of them.

    ``how`` tells the stretches from the due date on, what was fixed before with them.
    """
    stretches = charge.how.get("stretches") if isinstance(charge.how, dict) else None
    if not stretches:
        return (charge.until_on - charge.from_on).days
    return sum(
        max(
            0,
            (
                min(date.fromisoformat(part["until"]), charge.until_on)
                - max(date.fromisoformat(part["from"]), charge.from_on)
            ).days,
        )
        for part in stretches
    )


def rate_of(charge: Charge) -> tuple[str, str] | None:
    """The newest stretch's rate and how it is quoted; None for a fee."""
    stretches = charge.how.get("stretches") if isinstance(charge.how, dict) else None
    if not stretches:
        return None
    return stretches[-1]["per_cent"], stretches[-1]["quote"]


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What a posting would add to one document: interest (below zero: taken off) or a fee."""

    customer: int
    document: int
    label: str
    due_on: date
    currency: str
    kind: str
    amount: Decimal
    posted: Decimal


@dataclass(frozen=True, slots=True)
class StoppedLine:
    """Nothing is charged from ``on`` on: the rate of ``series`` (or the unit's value) is missing;
    or the law does not let it be (``code``)."""

    customer: int
    document: int
    label: str
    on: date
    series: str
    code: str


@dataclass(frozen=True, slots=True)
class Preview:
    as_of: date
    lines: tuple[PreviewLine, ...]
    stopped: tuple[StoppedLine, ...]

    def totals(self) -> dict[str, Decimal]:
        """Currency → what would be posted, less what would be taken off."""
        found: dict[str, Decimal] = {}
        for line in self.lines:
            found[line.currency] = found.get(line.currency, Decimal(0)) + line.amount
        return found

    def missing(self) -> dict[str, date]:
        """Series → the first day for which it is missing."""
        found: dict[str, date] = {}
        for line in self.stopped:
            if line.series:
                found[line.series] = min(line.on, found.get(line.series, line.on))
        return found


def preview(creditor: Creditor, as_of: date, customers: Sequence[int] | None = None) -> Preview:
    """What posting on ``as_of`` would do, and what would stay out and why. Writes nothing."""
    lines: list[PreviewLine] = []
    stopped: list[StoppedLine] = []
    for each in accrued_many(creditor, as_of, customers, at_least_posted=True, in_full=False):
        bearer, late = each.document.bearer, each.document
        about = (bearer.customer, bearer.document, late.label)
        if each.is_computed and each.unposted.amount:
            lines.append(
                PreviewLine(
                    *about,
                    late.due_on,
                    bearer.currency,
                    "default_interest",
                    each.unposted.amount,
                    each.posted.amount,
                )
            )
        if each.accrued.stopped_on is not None:
            told = each.accrued
            on = told.stopped_on or as_of
            stopped.append(StoppedLine(*about, on, told.missing, "rate_missing"))
    for due in fees_due(creditor, customers, as_of, with_refused=True):
        about = (due.bearer.customer, due.bearer.document, due.label)
        if due.fee.amount:
            amount, nothing = due.fee.amount.amount, Decimal(0)
            lines.append(
                PreviewLine(*about, due.due_on, due.bearer.currency, due.kind, amount, nothing)
            )
        elif due.fee.refused != "fee_too_early":
            stopped.append(StoppedLine(*about, due.due_on, "", due.fee.refused))
    return Preview(as_of, tuple(lines), tuple(stopped))


def terms_rows(given: Mapping[str, Any]) -> QuerySet[ChargeTerms]:
    """All terms, newest first, those of one scope where ``given`` says which. In the scope."""
    rows = ChargeTerms.objects.select_related("obligation", "customer", "by")
    for name in ("obligation", "customer", "product"):
        if given.get(name):
            rows = rows.filter(**{name: given[name]})
    return rows.order_by("-from_on", "-id")


def waivers_of(charge: Charge) -> list[ChargeWaiver]:
    return list(charge.waivers.select_related("credit", "by").order_by("id"))


def adjustments_of(document: Document) -> list[dict[str, Any]]:
    """What was taken off or added, oldest first."""
    return list(document.adjustments.order_by("id").values("delta", "value_on", "reason"))


def customers_of(creditor: Creditor, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Id → code and name."""
    with scope(creditor=creditor):
        rows = Customer.objects.filter(pk__in=list(ids)).values_list("id", "code", "name")
        return {pk: (code, name) for pk, code, name in rows}
