"""A payment of the exact net closes its document: what was withheld is a credit of its own, and its
certificate is missing until somebody has it (F16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.application import Stated
from recaudo.core.calendar import local_day
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.core.withholdings import AtNet, Net, paid_at_net
from recaudo.payments.actions.applications import apply_credit
from recaudo.payments.actions.credits import record_credit
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.models import Application, Credit, PaperKind, PendingPaper
from recaudo.payments.queries.nets import DETRACTIONS, nets_of
from recaudo.portfolio.models import Customer, Document

SOURCE = "withholding"
#: Days in which a certificate is usual; then it is late. A house choice, not a law's.
CERTIFICATE_DAYS = 30
#: Mexico: the complement of a payment is due by the fifth day of the next month (house reading).
COMPLEMENT_DAY = 5


def withhold_exact(credit: Credit, *, by: User | None = None, now: datetime) -> list[Credit]:
    """For every document that ``credit`` has paid to exactly its net: the withheld part, applied.

    Twice is the same as once. A partial payment withholds nothing. Inside the caller's
    transaction.
    """
    creditor = credit.creditor
    with scope(creditor=creditor), ledger_rules(credit=credit.external_id):
        paid = Application.objects.filter(credit=credit, amount__gt=0, application__isnull=True)
        ids = sorted(set(paid.values_list("document_id", flat=True)))
        made: list[Credit] = []
        for pk, net in sorted(nets_of(creditor, ids).items()):
            document = Document.objects.select_for_update(no_key=True).get(pk=pk)
            if _is_paid_net(document, net):
                made += _withhold(document, net, credit, by, now)
        _complements(creditor, credit, ids, now)
    return made


def stated_at_net(customer: Customer, amount: Money, stated: Sequence[Stated]) -> Sequence[Stated]:
    """What the payer means when ``amount`` is exactly the net of documents: of those they stated
    without amounts, or, where they stated nothing, of one or of the oldest. Else ``stated``."""
    if any(wish.amount is not None for wish in stated):
        return stated
    rows = Document.objects.filter(
        customer=customer, currency=amount.currency, open_amount__gt=0, ceded_on__isnull=True
    ).exclude(kind="charge")
    if stated:
        rows = rows.filter(pk__in=[wish.document for wish in stated])
        if rows.count() != len(stated):
            return stated
    documents = list(rows.order_by("due_on", "id"))
    nets = nets_of(customer.creditor, [row.pk for row in documents])
    if not nets:
        return stated
    told = [
        AtNet(
            row.pk,
            Money(row.open_amount, row.currency),
            nets[row.pk].net if row.pk in nets and row.open_amount == row.original_amount else None,
        )
        for row in documents
    ]
    paid = paid_at_net(amount, told)
    if stated and len(paid) != len(stated):
        return stated
    return [Stated(document, part) for document, part in paid] or stated


def withhold(
    document: Document, paid_by: Credit, *, by: User | None = None, now: datetime
) -> list[Credit]:
    """The same for one document, whose net ``paid_by`` completed; empty where it did not."""
    with scope(creditor=document.creditor), ledger_rules(document=str(document)):
        net = nets_of(document.creditor, [document.pk]).get(document.pk)
        locked = Document.objects.select_for_update(no_key=True).get(pk=document.pk)
        if net is None or not _is_paid_net(locked, net):
            return []
        return _withhold(locked, net, paid_by, by, now)


def settle_paper(
    paper: PendingPaper,
    *,
    state: str,
    on: date,
    today: date,
    number: str = "",
    note: str = "",
    by: User,
) -> PendingPaper:
    """``received`` (with the paper's number) or ``dropped`` (with a note that says why).

    Twice is the same as once. Raises Problem ``paper_state_unknown``, ``paper_settled``,
    ``paper_number_missing``, ``reason_missing``, ``value_before``, ``paper_in_future``.
    """
    if on > today:
        raise Problem("paper_in_future", day=on, today=today)
    if state not in ("received", "dropped"):
        raise Problem("paper_state_unknown", state=state)
    if state == "received" and not number.strip():
        raise Problem("paper_number_missing")
    if state == "dropped" and not note.strip():
        raise Problem("reason_missing")
    with scope(creditor=paper.creditor), ledger_rules(paper=paper.pk):
        row = PendingPaper.objects.select_for_update(no_key=True).get(pk=paper.pk)
        if row.state == state and row.number == number.strip():
            return row
        if row.state != "pending":
            raise Problem("paper_settled", state=row.state)
        if on < row.since_on:
            raise Problem("value_before", day=on, first=row.since_on)
        row.state, row.number, row.note = state, number.strip()[:200], note.strip()[:500]
        row.settled_on, row.by = on, by
        row.save(update_fields=["state", "number", "note", "settled_on", "by"])
        record_change(
            "paper_settled",
            creditor=paper.creditor,
            by=by,
            origin="web",
            subject="paper",
            subject_id=row.pk,
            state=state,
        )
    return row


def mark_asked(papers: Iterable[PendingPaper], *, on: date) -> int:
    """These were asked for on the day; how many were pending."""
    ids = [paper.pk for paper in papers]
    count: int = PendingPaper.objects.filter(pk__in=ids, state="pending").update(asked_on=on)
    return count


def _is_paid_net(document: Document, net: Net) -> bool:
    """Exactly the net was paid of the whole document, and exactly what is withheld is open."""
    kept = document.original_amount - net.net.amount
    return bool(document.amount == document.original_amount and document.open_amount == kept)


def _withhold(
    document: Document, net: Net, paid_by: Credit, by: User | None, now: datetime
) -> list[Credit]:
    made = []
    for place, (kind, amount) in enumerate(net.parts, start=1):
        is_detraction = kind in DETRACTIONS
        credit, is_new = record_credit(
            Customer.objects.get(pk=document.customer_id),
            amount,
            kind="detraction" if is_detraction else "withholding",
            value_on=max(paid_by.value_on, document.issued_on),
            source=SOURCE,
            # By the payment too: one that came back and was made again withholds again.
            external_id=f"{document.pk}:{paid_by.pk}:{place}",
            reference=kind,
            caused_by=paid_by,
            by=by,
        )
        if not is_new:
            continue
        apply_credit(credit, stated=[Stated(document.pk)], keep_rest=True)
        paper = PaperKind.DETRACTION_DEPOSIT if is_detraction else PaperKind.WITHHOLDING_CERTIFICATE
        today = local_day(now, document.creditor.timezone)
        _open_paper(credit, document, paper, amount, today + timedelta(days=CERTIFICATE_DAYS))
        made.append(credit)
    return made


def _complements(creditor: Creditor, credit: Credit, documents: list[int], now: datetime) -> None:
    """Mexico: every payment of a document calls for a complement, which is ours to issue."""
    if creditor.country != "MX" or credit.kind not in ("payment", "advance", "exchange"):
        return
    due = _next_month(credit.value_on).replace(day=COMPLEMENT_DAY)
    sums = (
        Application.objects.filter(credit=credit, document__in=documents)
        .exclude(document__kind="charge")
        .values("document_id")
        .annotate(total=Sum("amount"))
        .order_by("document_id")
    )
    rows = {row.pk: row for row in Document.objects.filter(pk__in=documents)}
    for each in sums:
        if each["total"] > 0:
            amount = Money(each["total"], credit.currency)
            document = rows[each["document_id"]]
            _open_paper(credit, document, PaperKind.PAYMENT_COMPLEMENT, amount, due)


def _open_paper(
    credit: Credit, document: Document, kind: PaperKind, amount: Money, due_on: date
) -> None:
    PendingPaper.objects.get_or_create(
        credit=credit,
        kind=kind,
        document=document,
        defaults={
            "creditor_id": credit.creditor_id,
            "customer_id": credit.customer_id,
            "amount": amount.amount,
            "currency": amount.currency,
            "since_on": credit.value_on,
            "due_on": due_on,
        },
    )


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
