"""A payment comes back (a bounced cheque, a chargeback): what it did is undone, and only that.

Its applications are reversed, so that the documents are open again; what it caused (withholdings,
the credits bought by a conversion, waivers made on its account) falls with it; the customer's
report of it waits again, its bank line goes back to work, and certificates that rested on it are
void. Interest runs as if it had not been. Who listens to ``payment.taken_back`` decides anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_changes
from recaudo.audit.events import publish_many
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.payments.actions.clearances import void_clearance
from recaudo.payments.actions.converting import SOURCE as CONVERTED
from recaudo.payments.actions.converting import undo_conversions
from recaudo.payments.actions.differences import realise_differences
from recaudo.payments.actions.receiving import DAYS_AHEAD_MAX
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.actions.settling import correct_since
from recaudo.payments.clearance_words import COME_BACK
from recaudo.payments.models import (
    Application,
    Clearance,
    Conversion,
    Credit,
    CreditAdjustment,
    Instrument,
    InstrumentState,
    LineCredit,
    LineWork,
    PendingPaper,
    Refund,
    ReportedPayment,
)
from recaudo.portfolio.actions.holds import open_hold
from recaudo.portfolio.models import Document, HoldKind

#: The reason of the adjustments that bring a credit to nothing (as the imports write it).
TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Reversed:
    """``credits``: everything that was taken back, the payment first; empty when it already had
    been. ``documents``: what is open again. ``refunded``: of the payment had been given back to the
    customer before: money that is gone, for a person."""

    credits: tuple[int, ...]
    documents: tuple[int, ...]
    refunded: bool = False


def reverse_payment(
    credit: Credit,
    *,
    value_on: date,
    reason: str,
    by: User | None = None,
    origin: str = "",
    now: datetime,
) -> Reversed:
    """Take ``credit`` and everything it caused back, from ``value_on`` on. Twice is as once.

    ``origin``: who asked, where that is no person (``api:erp``). A share of a lot comes back alone;
    ``lots.reverse_lot`` takes all of them. Raises Problem ``value_before``, ``reason_missing``,
    ``credit_of_conversion`` (reverse what was paid instead), ``credit_of_instrument`` (a paper that
    cleared: move that).
    """
    with scope(creditor=credit.creditor):
        return take_back([credit], value_on=value_on, reason=reason, by=by, origin=origin, now=now)


def take_back(
    credits: Sequence[Credit],
    *,
    value_on: date,
    reason: str,
    by: User | None,
    origin: str = "",
    now: datetime,
    frees_lines: bool = True,
    fell: Mapping[int, Decimal] | None = None,
) -> Reversed:
    """The same for several credits of one creditor, in as many statements as for one.

    ``frees_lines``: their bank lines wait for a person again; False when the caller does that.
    ``fell``: credit → what it held before a file took it back: its own rows are written already,
    and what comes with it is not.
    """
    creditor = credits[0].creditor
    today, origin = local_day(now, creditor.timezone), origin or ("web" if by else "worker")
    if not reason.strip():
        raise Problem("reason_missing")
    if value_on > today + timedelta(days=DAYS_AHEAD_MAX):
        raise Problem("value_too_far_ahead", day=value_on, today=today, days=DAYS_AHEAD_MAX)
    with ledger_rules(credit=credits[0].external_id):
        tree = _locked_tree(credits)
        named = {credit.pk for credit in credits}
        for each in tree:
            if each.pk in named and value_on < each.value_on:
                raise Problem("value_before", day=value_on, first=each.value_on)
            if each.pk in named and each.source == CONVERTED:
                raise Problem("credit_of_conversion")
        _paid_by_no_paper(named)
        refunded = Refund.objects.filter(credit__in=[each.pk for each in tree]).exists()
        documents = _fallen(fell or {}) | _reverse_standing(tree, value_on)
        gone = dict(fell or {}) | _to_nothing(tree, value_on, now)
        back = [each for each in tree if each.pk in gone or each.pk in documents]
        if not back:
            return Reversed((), (), refunded)
        realise_differences(creditor, [each.pk for each in tree])
        opened = sorted({pk for pks in documents.values() for pk in pks})
        _restore_reports(creditor, back, now)
        _drop_papers(back, value_on)
        _void_clearances(back, value_on, by, origin)
        if frees_lines:
            lines = LineCredit.objects.filter(credit__in=[each.pk for each in back])
            free_lines(lines.values_list("line_id", flat=True), reason, by, now)
        first: dict[int, date] = {}
        for each in back:
            day = first.setdefault(each.customer_id, each.value_on)
            first[each.customer_id] = min(day, each.value_on)
        # Charges fixed while the payment stood were of less capital: they are fixed again.
        correct_since(creditor, first, dated=value_on, by=by, now=now)
        act = _Act(value_on, reason)
        events = [
            (each.customer_id, _told(each, back, documents, gone.get(each.pk, each.amount), act))
            for each in back
            if each.pk in named
        ]
        publish_many("payment.taken_back", creditor, events)
        logged = [
            (each["credit"], {"amount": each["amount"], "reason": reason}) for _, each in events
        ]
        record_changes(
            "credit_taken_back",
            logged,
            creditor=creditor,
            by=by,
            origin=origin,
            subject="credit",
        )
    return Reversed(tuple(each.pk for each in back), tuple(opened), refunded)


def _locked_tree(credits: Sequence[Credit]) -> list[Credit]:
    """The credits and all that they caused, locked after their documents; the causes first.

    As they stood before: ``amount`` of each is what there is to take back.
    """
    ids = [credit.pk for credit in credits]
    level = ids
    while level:
        level = list(
            Credit.objects.filter(caused_by__in=level).order_by("id").values_list("pk", flat=True)
        )
        ids += [pk for pk in level if pk not in ids]
    paid = Application.objects.filter(credit__in=ids).values("document_id")
    list(Document.objects.filter(pk__in=paid).order_by("id").select_for_update(no_key=True))
    locked = Credit.objects.filter(pk__in=ids).order_by("id").select_for_update(no_key=True)
    place = {pk: n for n, pk in enumerate(ids)}
    return sorted(locked, key=lambda credit: place[credit.pk])


def _paid_by_no_paper(named: Iterable[int]) -> None:
    """A cheque that cleared comes back as a cheque, so that it is not told as cleared any more."""
    paper = Instrument.objects.filter(credit__in=named, state=InstrumentState.CLEARED).first()
    if paper is not None:
        raise Problem("credit_of_instrument", number=paper.number)


def _reverse_standing(tree: Iterable[Credit], value_on: date) -> dict[int, list[int]]:
    """One statement for all; credit → the documents that are open again."""
    standing = list(
        Application.objects.filter(
            credit__in=[each.pk for each in tree], amount__gt=0, application__isnull=True
        ).order_by("document_id", "id")
    )
    Application.objects.bulk_create(
        Application(
            creditor_id=each.creditor_id,
            credit_id=each.credit_id,
            document_id=each.document_id,
            component=each.component,
            amount=-each.amount,
            # An application to a document dated ahead counts from that day, and so does its end.
            value_on=max(value_on, each.value_on),
            reverses=each,
        )
        for each in standing
    )
    documents: dict[int, list[int]] = {}
    for each in standing:
        found = documents.setdefault(each.credit_id, [])
        if each.document_id not in found:
            found.append(each.document_id)
    return documents


def _fallen(credits: Iterable[int]) -> dict[int, list[int]]:
    """Credit → the documents that a file has opened again."""
    rows = Application.objects.filter(credit__in=list(credits), amount__lt=0)
    documents: dict[int, list[int]] = {}
    for credit, document in rows.order_by("id").values_list("credit_id", "document_id"):
        if document not in documents.setdefault(credit, []):
            documents[credit].append(document)
    return documents


def _to_nothing(tree: Iterable[Credit], value_on: date, now: datetime) -> dict[int, Decimal]:
    """Conversions are undone (the money is back where it came from), then every amount is zero.
    What each credit held."""
    with_money = [each.pk for each in tree]
    for conversion in Conversion.objects.filter(paid__in=with_money, undone_at=None):
        undo_conversions(conversion.paid, value_on=value_on, at=now)
    held = dict(Credit.objects.filter(pk__in=with_money).values_list("pk", "amount"))
    CreditAdjustment.objects.bulk_create(
        CreditAdjustment(
            creditor_id=each.creditor_id,
            credit_id=each.pk,
            delta=-held[each.pk],
            value_on=max(value_on, each.value_on),
            reason=TAKEN_BACK,
        )
        for each in tree
        if held[each.pk]
    )
    return {pk: amount for pk, amount in held.items() if amount}


def _restore_reports(creditor: Creditor, back: Sequence[Credit], now: datetime) -> None:
    """The customer's word stands again: contact holds for the days that were left of it, or the
    report is expired and the customer is back on the list (F13)."""
    today = local_day(now, creditor.timezone)
    reports = ReportedPayment.objects.select_for_update(no_key=True).filter(
        credit__in=[each.pk for each in back], state="matched"
    )
    for report in reports.order_by("id"):
        report.credit = None
        if report.until_on > today:
            hold = open_hold(
                report.customer,
                kind=HoldKind.REPORTED_PAID,
                from_on=today,
                until_on=report.until_on,
                document=report.document,
                reason="",
                source="worker",
            )
            report.state, report.settled_at, report.hold_id = "waiting", None, hold.pk
        else:
            report.state, report.settled_at = "expired", now
        report.save(update_fields=["credit", "state", "settled_at", "hold_id"])


def _drop_papers(back: Sequence[Credit], value_on: date) -> None:
    """Nobody needs a certificate of what is no more."""
    PendingPaper.objects.filter(credit__in=[each.pk for each in back], state="pending").update(
        state="dropped", settled_on=value_on, note=TAKEN_BACK
    )


def _void_clearances(back: Sequence[Credit], value_on: date, by: User | None, origin: str) -> None:
    """What said that nothing was owed, on a day on which this payment counted, is not true."""
    first: dict[int, date] = {}
    for each in back:
        day = first.setdefault(each.customer_id, each.value_on)
        first[each.customer_id] = min(day, each.value_on)
    standing = Clearance.objects.select_related("creditor").filter(
        customer__in=first, voided_on=None
    )
    for certificate in standing.order_by("id"):
        if certificate.as_of >= first[certificate.customer_id]:
            void_clearance(certificate, on=value_on, reason=COME_BACK, by=by, origin=origin)


def free_lines(lines: Iterable[int], reason: str, by: User | None, now: datetime) -> None:
    """Applied lines of which nothing stands any more wait for a person; the matcher leaves them
    alone. What pays a lot is the lot's business (``lots.reverse_lot``)."""
    ids = list(lines)
    standing = LineCredit.objects.filter(line__in=ids, credit__amount__gt=0).values("line_id")
    works = LineWork.objects.select_for_update(no_key=True).filter(line__in=ids, state="applied")
    for work in works.exclude(line__in=standing).order_by("id"):
        work.state, work.reason, work.customer = "parked", "undone", None
        work.note, work.by, work.decided_at = reason[:500], by, now
        work.version += 1
        work.save()


@dataclass(frozen=True, slots=True)
class _Act:
    """When and why it came back."""

    value_on: date
    reason: str


def _told(
    credit: Credit,
    back: Sequence[Credit],
    documents: dict[int, list[int]],
    held: Decimal,
    act: _Act,
) -> dict[str, Any]:
    """The event's facts: all that a room of promises and plans needs: how much, paid when, back
    when, and which documents are open again."""
    caused = [other.pk for other in back if other.caused_by_id == credit.pk]
    return {
        "credit": credit.pk,
        "amount": str(held),
        "currency": credit.currency,
        "paid_on": credit.value_on.isoformat(),
        "value_on": act.value_on.isoformat(),
        "reason": act.reason,
        "documents": sorted(
            {pk for each in (credit.pk, *caused) for pk in documents.get(each, ())}
        ),
        "caused": caused,
    }
