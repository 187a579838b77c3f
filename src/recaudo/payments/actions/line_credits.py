"""Turning bank lines into credits that pay documents: in bulk, once, whoever decided.

The rows are those of ``record_credit`` and ``apply_lines``, some thousands in a few statements; the
ledger's triggers see no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from recaudo.access.models import Creditor
from recaudo.audit.events import publish
from recaudo.core import application as rules
from recaudo.core.application import Owed, Stated
from recaudo.core.matching import Match
from recaudo.core.money import Money, from_ten_thousandths
from recaudo.payments.actions.applications import WHOLE, apply_credit
from recaudo.payments.models import (
    Application,
    Credit,
    LineCredit,
    LineWork,
    ReportedPayment,
)
from recaudo.payments.queries.matching import REPORT_DAYS, Waiting
from recaudo.portfolio.models import Document, DocumentComponent, Hold

SOURCE = "bank"
_SIZE = 5_000


@dataclass(frozen=True, slots=True)
class Paid:
    """A line and what it pays; ``in_order``: the rest goes on to what the customer owes besides."""

    line: Waiting
    match: Match
    in_order: bool = False


def pay_lines(creditor: Creditor, paid: Sequence[Paid], *, now: datetime) -> set[int]:
    """Write the credits, their applications and the lines' new state; the ids of lines done.

    Left out, for another round: lines that somebody decided meanwhile, and those whose documents no
    longer owe what they would be paid. Inside the caller's transaction.
    """
    works = _lock_works(paid)
    debts = _Open.lock({document for each in paid for document, _ in each.match.lines})
    todo = [
        each
        for each in paid
        if (work := works.get(each.line.work_id)) is not None
        and work.version == each.line.version
        and debts.take(each)
    ]
    credits = Credit.objects.bulk_create(
        [_credit(creditor, each) for each in todo], batch_size=_SIZE
    )
    Application.objects.bulk_create(
        [
            row
            for each, credit in zip(todo, credits, strict=True)
            for row in debts.rows(each, credit)
        ],
        batch_size=_SIZE,
    )
    LineCredit.objects.bulk_create(
        [
            LineCredit(creditor=creditor, line_id=each.line.id, credit=credit)
            for each, credit in zip(todo, credits, strict=True)
        ],
        batch_size=_SIZE,
    )
    _mark([(works[each.line.work_id], each.match) for each in todo], now)
    for each, credit in zip(todo, credits, strict=True):
        if each.in_order:
            apply_credit(credit)
    end_reports(
        creditor,
        [(each.line, credit) for each, credit in zip(todo, credits, strict=True)],
        now=now,
    )
    return {each.line.id for each in todo}


def external_id(account_id: int, line_id: str, *, nth: int = 0, share: int = 0) -> str:
    """The credit's id at source ``bank``: the account keeps two banks' equal ids apart."""
    again = f"~{nth}" if nth else ""
    return f"{account_id}:{line_id}{again}" + (f"/{share}" if share else "")


def _lock_works(paid: Sequence[Paid]) -> dict[int, LineWork]:
    ids = [each.line.work_id for each in paid]
    found = LineWork.objects.filter(pk__in=ids).exclude(state__in=["applied", "no_payment"])
    return {work.pk: work for work in found.order_by("id").select_for_update(no_key=True)}


def _credit(creditor: Creditor, paid: Paid) -> Credit:
    amount = from_ten_thousandths(paid.line.amount)
    return Credit(
        creditor=creditor,
        customer_id=paid.match.customer,
        kind="payment",
        value_on=paid.line.value_on,
        currency=paid.line.currency,
        original_amount=amount,
        amount=amount,
        unapplied=amount,
        source=SOURCE,
        external_id=external_id(paid.line.account_id, paid.line.external_id),
        reference=next(iter(paid.line.references), "")[:200],
        method="bank",
    )


@dataclass
class _Open:
    """Documents, locked, with what they still owe as lines are taken from it."""

    documents: dict[int, tuple[int, str, date, date, str]]
    open_of: dict[int, Decimal]
    parts: dict[int, list[Owed]]

    @classmethod
    def lock(cls, ids: Iterable[int]) -> _Open:
        wanted = sorted(set(ids))
        rows = list(
            Document.objects.filter(pk__in=wanted)
            .order_by("id")
            .select_for_update(no_key=True)
            .values_list(
                "id", "customer_id", "currency", "issued_on", "due_on", "number", "open_amount"
            )
        )
        documents = {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in rows}
        parts: dict[int, list[Owed]] = {}
        for part in DocumentComponent.objects.filter(document_id__in=wanted).order_by("id"):
            _, currency, _, due_on, number = documents[part.document_id]
            owed = Owed(
                part.document_id, number, due_on, part.component, Money(part.open_amount, currency)
            )
            parts.setdefault(part.document_id, []).append(owed)
        return cls(documents, {row[0]: row[6] for row in rows}, parts)

    def take(self, paid: Paid) -> bool:
        """Can the documents take it? Then they owe that much less."""
        wanted = [(pk, from_ten_thousandths(amount)) for pk, amount in paid.match.lines]
        for pk, amount in wanted:
            document = self.documents.get(pk)
            if document is None or self.open_of[pk] < amount:
                return False
            if document[0] != paid.match.customer or document[1] != paid.line.currency:
                return False
        for pk, amount in wanted:
            self.open_of[pk] -= amount
        return True

    def rows(self, paid: Paid, credit: Credit) -> list[Application]:
        return [
            Application(
                creditor_id=credit.creditor_id,
                credit=credit,
                document_id=pk,
                component=component,
                amount=part,
                value_on=max(credit.value_on, self.documents[pk][2]),
            )
            for pk, amount in paid.match.lines
            for component, part in self._split(pk, from_ten_thousandths(amount))
        ]

    def _split(self, pk: int, amount: Decimal) -> list[tuple[str, Decimal]]:
        """Over the document's parts, by ``core.application``."""
        owed = self.parts.get(pk)
        if not owed:
            return [("", amount)]
        money = Money(amount, owed[0].open.currency)
        lines = rules.apply_credit(money, owed, stated=[Stated(pk)], keep_rest=True).lines
        self.parts[pk] = list(rules.owed_after(owed, lines))
        return [(line.component or WHOLE, line.amount.amount) for line in lines]


def _mark(done: Sequence[tuple[LineWork, Match]], now: datetime) -> None:
    for work, match in done:
        work.state, work.reason, work.score = "applied", match.reason, match.score
        work.customer_id, work.decided_at = match.customer, now
        work.candidates = []
        work.version += 1
    LineWork.objects.bulk_update(
        [work for work, _ in done],
        ["state", "reason", "score", "customer", "candidates", "decided_at", "version"],
        batch_size=2_000,
    )


def end_reports(
    creditor: Creditor, paid: Sequence[tuple[Waiting, Credit]], *, now: datetime
) -> int:
    """Reported payments whose money this is: matched, their hold released (F13). How many."""
    waiting = list(
        ReportedPayment.objects.select_for_update(no_key=True)
        .filter(state="waiting", customer_id__in={credit.customer_id for _, credit in paid})
        .order_by("id")
    )
    ended = 0
    for line, credit in paid if waiting else ():
        report = next((each for each in waiting if _is_of(each, line, credit)), None)
        if report is None:
            continue
        waiting.remove(report)
        report.state, report.credit, report.settled_at = "matched", credit, now
        report.save(update_fields=["state", "credit", "settled_at"])
        Hold.objects.filter(pk=report.hold_id, released_at=None).update(released_at=now)
        publish("payment.report_ended", creditor, customer_id=report.customer_id, why="matched")
        ended += 1
    return ended


def _is_of(report: ReportedPayment, line: Waiting, credit: Credit) -> bool:
    """The same customer and currency, the amount where it was told, and days that can be."""
    if report.customer_id != credit.customer_id or report.currency != credit.currency:
        return False
    if report.amount is not None and report.amount != credit.original_amount:
        return False
    return report.paid_on is None or abs((report.paid_on - line.value_on).days) <= REPORT_DAYS
