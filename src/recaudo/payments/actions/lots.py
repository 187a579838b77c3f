"""One payment over many customers (U9) and payrolls of people unrelated to each other (F33).

A lot is one sum; each customer's share of it is a ``Credit`` like any other. Whatever the number of
customers and invoices, the rows are written in a few statements: the documents are locked first, in
id order, and the ledger's triggers run once.

Guarantee: the shares plus ``unassigned`` are the lot's amount. Rules: docs/rules/application.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.lot_credits import Part, pay_in_order, pay_parts
from recaudo.payments.actions.lot_rows import Outcome, PayrollRow, pay_listed, pay_payroll
from recaudo.payments.actions.receiving import check_credit
from recaudo.payments.actions.refusals import constraint_of, ledger_rules
from recaudo.payments.actions.reversing import Reversed, free_lines, take_back
from recaudo.payments.models import BankLine, Credit, LotKind, LotShare, PaymentLot
from recaudo.payments.queries.lots import Listed
from recaudo.portfolio.models import Customer, CustomerGroup

NOVELTIES = ("", "retired", "leave", "no_capacity", "partial", "other")
ROWS_MAX = 50_000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class LotPaid:
    """``customers`` received a share; ``applied`` of the amount paid documents, ``unapplied`` waits
    on the customers' shares and ``unassigned`` on the lot. ``problems``: (row, code of the row,
    what was wrong) of what could not be used; its money is in ``unassigned``."""

    lot: PaymentLot
    is_new: bool
    customers: int = 0
    documents: int = 0
    applied: Decimal = Decimal(0)
    unapplied: Decimal = Decimal(0)
    problems: tuple[tuple[int, str, str], ...] = field(default=())

    @property
    def unassigned(self) -> Decimal:
        return self.lot.unassigned


def receive_group(
    creditor: Creditor,
    amount: Money,
    *,
    group: CustomerGroup | None = None,
    customers: Sequence[Customer] = (),
    listed: Iterable[Listed] = (),
    value_on: date,
    source: str,
    external_id: str,
    method: str = "",
    reference: str = "",
    payer: str = "",
    line: BankLine | None = None,
    by: User | None = None,
    now: datetime,
) -> LotPaid:
    """One sum for all customers of ``group`` or for ``customers``.

    Without a list it pays in the creditor's order over what all of them owe together, the oldest
    due first. With ``listed`` (invoices, or customers, with amounts) it pays exactly that: what of
    a row an invoice does not owe any more waits on its customer's share. What nobody owes or was
    not listed stays ``unassigned`` on the lot. Exactly once per (``source``, ``external_id``).

    Raises Problem ``lot_differs``, ``lot_over_listed`` (the list asks for more than was paid),
    ``lot_without_customers``, ``lot_rows_too_many``, and those of ``receive``.
    """
    rows = _bounded(listed)
    with scope(creditor=creditor), ledger_rules(lot=external_id):
        check_credit(creditor, amount, "payment", value_on, now)
        lot, is_new = _open_lot(
            creditor,
            amount,
            LotKind.GROUP,
            source=source,
            external_id=external_id,
            value_on=value_on,
            method=method,
            reference=reference,
            payer=payer,
            line=line,
            by=by,
        )
        if not is_new:
            return LotPaid(lot, False)
        if rows:
            return _paid(lot, pay_listed(lot, rows, _members(group, customers), now))
        members = _members(group, customers)
        if not members:
            raise Problem("lot_without_customers")
        return _paid(lot, Outcome(pay_in_order(lot, members, now=now)))


def receive_payroll(
    creditor: Creditor,
    rows: Iterable[PayrollRow],
    *,
    stated_total: Money,
    value_on: date,
    source: str,
    external_id: str,
    payer: str = "",
    method: str = "payroll",
    reference: str = "",
    line: BankLine | None = None,
    by: User | None = None,
    now: datetime,
) -> LotPaid:
    """A payroll's deductions: each row pays its customer's debt in the customer's own order.

    The rows must add up to ``stated_total``. Rows of nobody known are kept with their problem and
    their money is ``unassigned``; a row without money needs a novelty. Exactly once.

    Raises Problem ``payroll_does_not_add`` (with the difference), ``payroll_row_negative``,
    ``payroll_novelty_unknown``, ``lot_rows_too_many``, ``lot_differs``, and those of ``receive``.
    """
    told = _bounded(rows)
    for n, row in enumerate(told, start=1):
        if row.amount < 0:
            raise Problem("payroll_row_negative", row=n, amount=row.amount)
        if row.novelty not in NOVELTIES:
            raise Problem("payroll_novelty_unknown", row=n, novelty=row.novelty)
    added = sum((row.amount for row in told), Decimal(0))
    if added != stated_total.amount:
        raise Problem(
            "payroll_does_not_add",
            stated=stated_total,
            rows=Money(added, stated_total.currency),
            difference=Money(added - stated_total.amount, stated_total.currency),
        )
    with scope(creditor=creditor), ledger_rules(lot=external_id):
        check_credit(creditor, stated_total, "payment", value_on, now)
        lot, is_new = _open_lot(
            creditor,
            stated_total,
            LotKind.PAYROLL,
            source=source,
            external_id=external_id,
            value_on=value_on,
            method=method,
            reference=reference,
            payer=payer,
            line=line,
            by=by,
        )
        if not is_new:
            return LotPaid(lot, False)
        return _paid(lot, pay_payroll(lot, told, now))


def assign_rest(
    lot: PaymentLot,
    customer: Customer,
    amount: Money,
    *,
    seen: Decimal | None = None,
    by: User | None = None,
    now: datetime,
) -> Credit:
    """A person says whose ``amount`` of what is unassigned is: it becomes their share.

    ``seen``: what was unassigned when they said it; a form sent twice assigns once. Raises Problem
    ``lot_not_so_much``, ``lot_changed``, ``lot_taken_back``, ``credit_not_positive``,
    ``currency_mismatch``.
    """
    if amount.amount <= 0:
        raise Problem("credit_not_positive", credit=amount)
    with scope(creditor=lot.creditor), ledger_rules(lot=lot.external_id):
        locked = PaymentLot.objects.select_for_update(no_key=True).get(pk=lot.pk)
        if locked.state == "taken_back":
            raise Problem("lot_taken_back", lot=lot.external_id)
        if seen is not None and seen != locked.unassigned:
            raise Problem("lot_changed", left=Money(locked.unassigned, locked.currency))
        if Money(locked.unassigned, locked.currency) < amount:
            raise Problem("lot_not_so_much", left=Money(locked.unassigned, locked.currency))
        made = pay_parts(locked, [Part(customer.pk, amount.amount)], now=now)
        locked.unassigned -= amount.amount
        locked.save(update_fields=["unassigned"])
        _changed("lot_share_assigned", locked, by, customer=customer.pk, amount=str(amount.amount))
        found: Credit = Credit.objects.select_related("customer", "creditor").get(
            pk=made.credits[customer.pk]
        )
    return found


def reverse_lot(
    lot: PaymentLot, *, value_on: date, reason: str, by: User | None = None, now: datetime
) -> Reversed:
    """All its shares, as ``reverse_payment`` does one; its receipts are with the seller no more.
    Twice is the same as once."""
    with scope(creditor=lot.creditor), ledger_rules(lot=lot.external_id):
        locked = PaymentLot.objects.select_for_update(no_key=True).get(pk=lot.pk)
        if locked.state == "taken_back":
            return Reversed((), ())
        credits = list(lot_credits(locked))
        back = Reversed((), ())
        if credits:
            back = take_back(credits, value_on=value_on, reason=reason, by=by, now=now)
        if locked.line_id is not None:
            free_lines([locked.line_id], reason, by, now)
        locked.state, locked.line = "taken_back", None
        locked.save(update_fields=["state", "line"])
        _changed("lot_taken_back", locked, by, reason=reason, credits=len(back.credits))
    lot.state = "taken_back"
    return back


def lot_credits(lot: PaymentLot) -> Any:
    """The shares of a lot, whichever kind: a receipt's credit is its sheet's share."""
    return Credit.objects.filter(lot=lot).select_related("creditor", "customer").order_by("id")


def _bounded(rows: Iterable[Row]) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        found.append(row)
        if len(found) > ROWS_MAX:
            raise Problem("lot_rows_too_many", limit=ROWS_MAX)
    return found


def _open_lot(
    creditor: Creditor, amount: Money, kind: str, **facts: Any
) -> tuple[PaymentLot, bool]:
    """Raises Problem ``lot_differs``: that id came with another amount, day, currency or kind."""
    try:
        with transaction.atomic():
            made = PaymentLot.objects.create(
                creditor=creditor,
                kind=kind,
                amount=amount.amount,
                unassigned=amount.amount,
                currency=amount.currency,
                **facts,
            )
            return made, True
    except IntegrityError as error:
        if constraint_of(error) != "payment_lot_once":
            raise
    known: PaymentLot = PaymentLot.objects.get(
        source=facts["source"], external_id=facts["external_id"]
    )
    told = (kind, amount.amount, amount.currency, facts["value_on"])
    if told != (known.kind, known.amount, known.currency, known.value_on):
        raise Problem("lot_differs", source=known.source, external_id=known.external_id)
    return known, False


def _members(group: CustomerGroup | None, customers: Sequence[Customer]) -> list[int]:
    if group is not None:
        return list(
            Customer.objects.filter(group=group).order_by("id").values_list("pk", flat=True)
        )
    return [customer.pk for customer in customers]


def _paid(lot: PaymentLot, outcome: Outcome) -> LotPaid:
    """Keep the rows, and what is left over on the lot."""
    made = outcome.made
    for share in outcome.shares:
        if share.customer_id is not None and share.amount:
            share.credit_id = made.credits.get(share.customer_id)
    LotShare.objects.bulk_create(outcome.shares, batch_size=5000)
    lot.unassigned = lot.amount - made.total
    lot.save(update_fields=["unassigned"])
    _changed(
        "lot_received",
        lot,
        lot.by,
        amount=str(lot.amount),
        currency=lot.currency,
        customers=len(made.credits),
        unassigned=str(lot.unassigned),
    )
    return LotPaid(
        lot,
        True,
        len(made.credits),
        made.documents,
        made.applied,
        made.total - made.applied,
        tuple(outcome.problems),
    )


def _changed(kind: str, lot: PaymentLot, by: User | None, **facts: Any) -> None:
    record_change(
        kind,
        creditor=lot.creditor,
        by=by,
        origin="web" if by else lot.source,
        subject="payment_lot",
        subject_id=lot.pk,
        **facts,
    )
