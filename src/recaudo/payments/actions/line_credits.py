"""Turning bank lines into credits that pay documents: in bulk, once, whoever decided.

The rows are those of ``record_credit`` and ``apply_lines``, some thousands in a few statements; the
ledger's triggers see no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.audit.events import publish
from recaudo.core import application as rules
from recaudo.core.application import Order, Owed, Stated
from recaudo.core.evidence import Match
from recaudo.core.money import Money, from_ten_thousandths
from recaudo.payments.actions.applications import WHOLE, apply_credit
from recaudo.payments.actions.differences import realise_differences
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.actions.settling import fix_before, settle_after
from recaudo.payments.actions.told import Wanted, make_room
from recaudo.payments.copying import copy_rows, take_ids, temporary
from recaudo.payments.models import Credit, ReportedPayment
from recaudo.payments.queries.gathered import REPORT_DAYS, Waiting
from recaudo.payments.queries.ordering import orders_of
from recaudo.portfolio.models import Hold

SOURCE = "bank"


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
    first: dict[int, date] = {}
    for each in paid:
        day = first.setdefault(each.match.customer, each.line.value_on)
        first[each.match.customer] = min(day, each.line.value_on)
    fix_before(creditor, first, now=now)
    versions = dict(_rows(_LOCK_WORKS, [each.line.work_id for each in paid]))
    named = {document for each in paid for document, _ in each.match.lines}
    debts = _Open.lock(creditor, named)
    fresh = [each for each in paid if versions.get(each.line.work_id) == each.line.version]
    if make_room(
        [
            Wanted(document, from_ten_thousandths(amount), each.line.value_on, each.line.id)
            for each in fresh
            if debts.could_take(each)
            for document, amount in each.match.lines
            if debts.is_closed(document, each)
        ]
    ):
        debts = _Open.lock(creditor, named)
    todo = [
        each
        for each in paid
        if versions.get(each.line.work_id) == each.line.version and debts.take(each)
    ]
    if not todo:
        return set()
    credits = take_ids("payments_credit", len(todo))
    with ledger_rules():
        copy_rows("payments_credit", _CREDIT, map(partial(_credit, creditor.pk), credits, todo))
        copy_rows(
            "payments_application",
            _APPLICATION,
            (
                (creditor.pk, credit, *row)
                for each, credit in zip(todo, credits, strict=True)
                for row in debts.rows(each)
            ),
        )
    if any(each.line.currency != creditor.currency for each in todo):
        realise_differences(creditor, credits)
    copy_rows(
        "payments_linecredit",
        ("creditor_id", "line_id", "credit_id"),
        ((creditor.pk, each.line.id, pk) for each, pk in zip(todo, credits, strict=True)),
    )
    _mark(todo, now)
    for each, pk in zip(todo, credits, strict=True):
        if each.in_order:
            apply_credit(Credit.objects.select_related("creditor", "customer").get(pk=pk))
    settle_after(creditor, credits, now=now)
    end_reports(creditor, list(zip(todo, credits, strict=True)), now=now)
    return {each.line.id for each in todo}


def external_id(account_id: int, line_id: str, *, nth: int = 0, share: int = 0) -> str:
    """The credit's id at source ``bank``: the account keeps two banks' equal ids apart."""
    again = f"~{nth}" if nth else ""
    return f"{account_id}:{line_id}{again}" + (f"/{share}" if share else "")


_LOCK_WORKS = """
SELECT id, version FROM payments_linework
WHERE id = ANY(%s) AND state NOT IN ('applied', 'no_payment') ORDER BY id FOR NO KEY UPDATE
"""
_LOCK_DOCUMENTS = """
SELECT id, customer_id, currency, issued_on, due_on, number, open_amount FROM portfolio_document
WHERE creditor_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
_PARTS = """
SELECT document_id, component, open_amount FROM portfolio_documentcomponent
WHERE document_id = ANY(%s) ORDER BY id
"""


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


_CREDIT = (
    *("id", "creditor_id", "customer_id", "kind", "value_on", "currency", "original_amount"),
    *("amount", "unapplied", "source", "external_id", "reference", "method"),
)
_APPLICATION = (*("creditor_id", "credit_id", "document_id", "component", "amount", "value_on"),)


def _credit(creditor: int, pk: int, paid: Paid) -> tuple[Any, ...]:
    amount, line = from_ten_thousandths(paid.line.amount), paid.line
    told = external_id(line.account_id, line.external_id)
    reference = next(iter(line.references), "")[:200]
    return (
        *(pk, creditor, paid.match.customer, "payment", line.value_on, line.currency),
        *(amount, amount, amount, SOURCE, told, reference, "bank"),
    )


@dataclass
class _Open:
    """Documents, locked, with what they still owe as lines are taken from it."""

    documents: dict[int, tuple[int, str, date, date, str]]
    open_of: dict[int, Decimal]
    parts: dict[int, list[Owed]]
    order_of: dict[int, Order]

    @classmethod
    def lock(cls, creditor: Creditor, ids: Iterable[int]) -> _Open:
        wanted = sorted(set(ids))
        rows = _rows(_LOCK_DOCUMENTS, creditor.pk, wanted)
        documents = {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in rows}
        parts: dict[int, list[Owed]] = {}
        for pk, component, amount in _rows(_PARTS, list(documents)):
            _, currency, _, due_on, number = documents[pk]
            owed = Owed(pk, number, due_on, component, Money(amount, currency))
            parts.setdefault(pk, []).append(owed)
        orders = orders_of(creditor, {documents[pk][0] for pk in parts})
        return cls(documents, {row[0]: row[6] for row in rows}, parts, orders)

    def is_closed(self, document: int, paid: Paid) -> bool:
        """One of the payer's in this currency that owes nothing."""
        found = self.documents.get(document)
        if found is None or self.open_of[document]:
            return False
        return found[0] == paid.match.customer and found[1] == paid.line.currency

    def could_take(self, paid: Paid) -> bool:
        """Would it, if those that a corte closed were open again?"""
        return all(
            self.is_closed(pk, paid)
            or self.open_of.get(pk, Decimal(0)) >= from_ten_thousandths(amount)
            for pk, amount in paid.match.lines
        )

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

    def rows(self, paid: Paid) -> list[tuple[Any, ...]]:
        """(document, component, amount, value date), in the order of documents."""
        return [
            (pk, component, part, max(paid.line.value_on, self.documents[pk][2]))
            for pk, amount in sorted(paid.match.lines)
            for component, part in self._split(pk, from_ten_thousandths(amount))
        ]

    def _split(self, pk: int, amount: Decimal) -> list[tuple[str, Decimal]]:
        """Over the document's parts, by ``core.application``."""
        owed = self.parts.get(pk)
        if not owed:
            return [("", amount)]
        money = Money(amount, owed[0].open.currency)
        order = self.order_of[self.documents[pk][0]]
        lines = rules.apply_credit(money, owed, order, stated=[Stated(pk)], keep_rest=True).lines
        self.parts[pk] = list(rules.owed_after(owed, lines))
        return [(line.component or WHOLE, line.amount.amount) for line in lines]


_APPLIED = """
UPDATE payments_linework w SET state = 'applied', reason = d.reason, score = d.score,
  customer_id = d.customer_id, decided_at = %s, candidates = '[]', version = w.version + 1
FROM line_done d WHERE w.id = d.id
"""


def _mark(done: Sequence[Paid], now: datetime) -> None:
    temporary(
        "line_done",
        "id bigint, reason text, score int, customer_id bigint",
        ((e.line.work_id, e.match.reason, e.match.score, e.match.customer) for e in done),
    )
    with connection.cursor() as cursor:
        cursor.execute(_APPLIED, [now])


@dataclass(frozen=True, slots=True)
class _Money:
    """What is asked about a credit when a report may be of it."""

    credit: int
    customer: int
    currency: str
    amount: Decimal
    value_on: date


def end_reports(creditor: Creditor, paid: Sequence[tuple[Paid, int]], *, now: datetime) -> int:
    """Reported payments whose money this is: matched, their hold released (F13). How many."""
    came = [
        _Money(
            credit,
            each.match.customer,
            each.line.currency,
            from_ten_thousandths(each.line.amount),
            each.line.value_on,
        )
        for each, credit in paid
    ]
    return _end(creditor, came, now)


def end_reports_of(creditor: Creditor, credit: Credit, *, now: datetime) -> int:
    """The same for one credit that a person made of a line."""
    amount = credit.original_amount
    money = _Money(credit.pk, credit.customer_id, credit.currency, amount, credit.value_on)
    return _end(creditor, [money], now)


def end_reports_of_many(
    creditor: Creditor, came: Iterable[tuple[int, int, str, Decimal, date]], *, now: datetime
) -> int:
    """The same for the shares of a lot: (credit, customer, currency, amount, value date)."""
    return _end(creditor, [_Money(*row) for row in came], now)


def _end(creditor: Creditor, came: Sequence[_Money], now: datetime) -> int:
    waiting = list(
        ReportedPayment.objects.select_for_update(no_key=True)
        .filter(state="waiting")
        .order_by("id")
    )
    ended = 0
    for money in came if waiting else ():
        report = next((one for one in waiting if _is_of(one, money)), None)
        if report is None:
            continue
        waiting.remove(report)
        report.state, report.credit_id, report.settled_at = "matched", money.credit, now
        report.save(update_fields=["state", "credit", "settled_at"])
        Hold.objects.filter(pk=report.hold_id, released_at=None).update(released_at=now)
        publish("payment.report_ended", creditor, customer_id=report.customer_id, why="matched")
        ended += 1
    return ended


def _is_of(report: ReportedPayment, money: _Money) -> bool:
    """The same customer and currency, the amount where it was told, and days that can be."""
    if report.customer_id != money.customer or report.currency != money.currency:
        return False
    if report.amount is not None and report.amount != money.amount:
        return False
    return report.paid_on is None or abs((report.paid_on - money.value_on).days) <= REPORT_DAYS
