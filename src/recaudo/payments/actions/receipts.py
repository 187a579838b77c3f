"""Receipts that sellers write for money in their hands, and the sheets that deposit them (F33).

A receipt pays its customer's debt at once. Until a sheet ties it to a deposit the money is with the
seller (``queries.lots.receipts_held``). The deposit's bank line pays the lot, never a customer: the
receipts have their credits already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.receiving import check_credit, receive
from recaudo.payments.actions.refusals import constraint_of, ledger_rules
from recaudo.payments.actions.reversing import TAKEN_BACK
from recaudo.payments.models import (
    BankLine,
    CashReceipt,
    Credit,
    CreditAdjustment,
    LineWork,
    LotKind,
    PaymentLot,
)
from recaudo.portfolio.models import Customer

#: The ``source`` of the credits of receipts; their external id is the seller and the number.
SOURCE = "receipt"
#: Days between the sheet's day and the bank's value date within which a line may be its deposit.
DEPOSIT_DAYS = 5
#: Older sheets whose line never came are left to a person.
LOOK_BACK_DAYS = 90


@dataclass(frozen=True, slots=True)
class Deposited:
    """``receipts``: what those of the sheet add up to. ``difference``: deposited less receipts."""

    lot: PaymentLot
    is_new: bool
    receipts: Money
    difference: Money


def record_receipt(
    customer: Customer,
    amount: Money,
    *,
    seller: str,
    number: str,
    received_on: date,
    method: str = "cash",
    stated: Sequence[Stated] = (),
    by: User | None = None,
    now: datetime,
) -> tuple[CashReceipt, bool]:
    """The receipt, and whether it is new; its credit is applied as any payment's.

    Once per (seller, number): the same again gives back the first. Raises Problem
    ``receipt_number_used`` (that number is of another customer, day or amount),
    ``receipt_unnumbered``, and those of ``receive``.
    """
    seller, number = seller.strip(), number.strip()
    if not seller or not number:
        raise Problem("receipt_unnumbered")
    with scope(creditor=customer.creditor), ledger_rules(credit=number):
        known = _receipt(seller, number)
        if known is not None:
            return _same(known, customer, amount, received_on), False
        try:
            with transaction.atomic():
                received = receive(
                    customer,
                    amount,
                    value_on=received_on,
                    source=SOURCE,
                    external_id=f"{seller}|{number}",
                    method=method,
                    reference=number,
                    stated=stated,
                    by=by,
                    now=now,
                )
                made: CashReceipt = CashReceipt.objects.create(
                    creditor=customer.creditor,
                    seller=seller,
                    number=number,
                    customer=customer,
                    received_on=received_on,
                    method=method,
                    credit=received.credit,
                    by=by,
                )
        except (IntegrityError, Problem) as error:
            # Two at once: whoever came second finds the first one's receipt, or its credit.
            known = _receipt(seller, number)
            if known is None or not _is_repeat(error):
                raise
            return _same(known, customer, amount, received_on), False
    return made, True


def deposit(
    creditor: Creditor,
    *,
    seller: str,
    numbers: Sequence[str],
    amount: Money,
    deposited_on: date,
    external_id: str,
    reference: str = "",
    line: BankLine | None = None,
    accept_short: bool = False,
    by: User | None = None,
    now: datetime,
) -> Deposited:
    """A sheet: these receipts of ``seller`` were deposited as one ``amount``.

    More than the receipts: the rest is ``unassigned`` on the lot. Less: refused with the
    difference, unless ``accept_short``; then the lot stays ``open`` until somebody explains it.
    Once per (seller, ``external_id``). With ``line`` the bank's movement is this deposit.

    Raises Problem ``receipts_unknown``, ``receipts_taken_back``, ``receipts_deposited``,
    ``receipts_currency``, ``deposit_short``, ``deposit_empty``, ``lot_differs``, and those of
    ``line_pays_lot``.
    """
    seller, wanted = seller.strip(), sorted({each.strip() for each in numbers if each.strip()})
    if not wanted:
        raise Problem("deposit_empty", seller=seller)
    check_credit(creditor, amount, "payment", deposited_on, now)
    with scope(creditor=creditor), ledger_rules(lot=external_id):
        known = PaymentLot.objects.filter(source=_source(seller), external_id=external_id).first()
        if known is not None:
            return _known(known, amount, wanted)
        found = list(
            CashReceipt.objects.select_for_update(no_key=True, of=("self",))
            .select_related("credit")
            .filter(seller=seller, number__in=wanted)
            .order_by("id")
        )
        total = _depositable(found, wanted, amount, seller)
        difference = amount - total
        if difference.amount < 0 and not accept_short:
            raise Problem("deposit_short", receipts=total, amount=amount, difference=-difference)
        lot = _sheet(creditor, seller, amount, difference, deposited_on, external_id, reference, by)
        CashReceipt.objects.filter(pk__in=[each.pk for each in found]).update(lot=lot)
        Credit.objects.filter(pk__in=[each.credit_id for each in found]).update(lot=lot)
        if line is not None:
            line_pays_lot(line, lot, by=by, now=now)
        record_change(
            "receipts_deposited",
            creditor=creditor,
            by=by,
            origin="web" if by else "cli",
            subject="payment_lot",
            subject_id=lot.pk,
            receipts=len(found),
            amount=str(amount.amount),
            difference=str(difference.amount),
        )
    return Deposited(lot, True, total, difference)


def line_pays_lot(
    line: BankLine, lot: PaymentLot, *, by: User | None = None, now: datetime
) -> LineWork:
    """The bank's ``line`` is this lot's money: its shares are the credits, no other is made.

    Twice is the same as once. Raises Problem ``line_done``, ``line_no_payment``,
    ``line_lot_differs`` (amount or currency), ``lot_has_line``, ``lot_taken_back``.
    """
    with scope(creditor=lot.creditor), ledger_rules(lot=lot.external_id):
        work: LineWork = LineWork.objects.select_for_update(no_key=True).get(line=line)
        locked = PaymentLot.objects.select_for_update(no_key=True).get(pk=lot.pk)
        if locked.line_id == line.pk and work.state == "applied":
            return work
        if locked.line_id not in (None, line.pk):
            raise Problem("lot_has_line", lot=lot.external_id)
        if locked.state == "taken_back":
            raise Problem("lot_taken_back", lot=lot.external_id)
        if work.state == "applied":
            raise Problem("line_done", line=line.pk)
        if work.state == "no_payment":
            raise Problem("line_no_payment", line=line.pk)
        if (line.amount, line.currency) != (locked.amount, locked.currency):
            raise Problem(
                "line_lot_differs",
                line=Money(line.amount, line.currency),
                lot=Money(locked.amount, locked.currency),
            )
        locked.line = line
        if locked.kind == LotKind.RECEIPTS and _is_whole(locked):
            locked.state = "applied"
        locked.save(update_fields=["line", "state"])
        work.state, work.reason, work.score, work.candidates = "applied", "lot", 100, []
        work.by, work.decided_at = by, now
        work.version += 1
        work.save()
        record_change(
            "bank_line_pays_lot",
            creditor=lot.creditor,
            by=by,
            origin="web" if by else "worker",
            subject="bank_line",
            subject_id=line.pk,
            lot=lot.pk,
        )
    return work


def lots_to_lines(creditor: Creditor, *, today: date, now: datetime) -> dict[str, int]:
    """Before the matcher judges: lines that are the money of a lot whose credits are there already.

    A line of the lot's exact amount, a few days around its day, that tells its reference pays the
    lot. One without a word of it is put aside for a person (``maybe_lot``), for the matcher could
    make a second credit of it. ``{"paid", "parked"}``. Twice is the same as once.
    """
    counts = {"paid": 0, "parked": 0}
    with scope(creditor=creditor), transaction.atomic():
        lots = list(
            PaymentLot.objects.filter(
                line=None,
                state__in=["open", "applied"],
                value_on__gte=today - timedelta(days=LOOK_BACK_DAYS),
            ).order_by("id")
        )
        for lot in lots:
            near = timedelta(days=DEPOSIT_DAYS)
            works = LineWork.objects.select_related("line").filter(
                state__in=["new", "offered", "unidentified"],
                line__amount=lot.amount,
                line__currency=lot.currency,
                line__value_on__range=(lot.value_on - near, min(lot.value_on + near, today)),
            )
            found = list(works.order_by("line__value_on", "id"))
            telling = [work for work in found if _tells(work.line, lot)]
            if len(telling) == 1:
                line_pays_lot(telling[0].line, lot, now=now)
                counts["paid"] += 1
                continue
            for work in found:
                LineWork.objects.filter(pk=work.pk, version=work.version).update(
                    state="parked",
                    reason="maybe_lot",
                    note=lot.external_id[:500],
                    decided_at=now,
                    version=work.version + 1,
                )
                counts["parked"] += 1
    return counts


def _tells(line: BankLine, lot: PaymentLot) -> bool:
    told = {_plain(each) for each in (*line.references, *line.text.split())}
    wanted = {_plain(lot.reference), _plain(lot.external_id)} - {""}
    return bool(told & wanted)


def _plain(text: str) -> str:
    return "".join(sign for sign in str(text).upper() if sign.isalnum())


def _source(seller: str) -> str:
    return f"deposit:{seller}"


def _receipt(seller: str, number: str) -> CashReceipt | None:
    found: CashReceipt | None = (
        CashReceipt.objects.select_related("credit").filter(seller=seller, number=number).first()
    )
    return found


def _is_repeat(error: Exception) -> bool:
    if isinstance(error, Problem):
        return error.code == "credit_differs"
    return constraint_of(error) == "cash_receipt_once"


def _same(known: CashReceipt, customer: Customer, amount: Money, day: date) -> CashReceipt:
    credit = known.credit
    told = (customer.pk, amount, day)
    if told != (
        known.customer_id,
        Money(credit.original_amount, credit.currency),
        known.received_on,
    ):
        raise Problem("receipt_number_used", seller=known.seller, number=known.number)
    return known


def _depositable(
    found: Sequence[CashReceipt], wanted: Sequence[str], amount: Money, seller: str
) -> Money:
    missing = sorted(set(wanted) - {each.number for each in found})
    if missing:
        raise Problem("receipts_unknown", seller=seller, numbers=missing[:10])
    bounced = CreditAdjustment.objects.filter(
        credit__in=[each.credit_id for each in found], reason=TAKEN_BACK
    ).values_list("credit_id", flat=True)
    back = [each.number for each in found if each.credit_id in set(bounced)]
    if back:
        raise Problem("receipts_taken_back", seller=seller, numbers=back[:10])
    before = [each.number for each in found if each.lot_id is not None]
    if before:
        raise Problem("receipts_deposited", seller=seller, numbers=before[:10])
    if any(each.credit.currency != amount.currency for each in found):
        raise Problem("receipts_currency", currency=amount.currency)
    added = sum((each.credit.original_amount for each in found), Decimal(0))
    return Money(added, amount.currency)


def _sheet(
    creditor: Creditor,
    seller: str,
    amount: Money,
    difference: Money,
    day: date,
    external_id: str,
    reference: str,
    by: User | None,
) -> PaymentLot:
    made: PaymentLot = PaymentLot.objects.create(
        creditor=creditor,
        kind=LotKind.RECEIPTS,
        source=_source(seller),
        external_id=external_id,
        seller=seller,
        value_on=day,
        currency=amount.currency,
        amount=amount.amount,
        unassigned=max(difference.amount, Decimal(0)),
        method="deposit",
        reference=reference.strip()[:200],
        state="open" if difference.amount < 0 else "applied",
        by=by,
    )
    return made


def _known(lot: PaymentLot, amount: Money, wanted: Sequence[str]) -> Deposited:
    numbers = CashReceipt.objects.filter(lot=lot).order_by("number")
    same = sorted(numbers.values_list("number", flat=True)) == list(wanted)
    if not same or (lot.amount, lot.currency) != (amount.amount, amount.currency):
        raise Problem("lot_differs", source=lot.source, external_id=lot.external_id)
    total = _receipts_of(lot)
    return Deposited(lot, False, total, amount - total)


def _receipts_of(lot: PaymentLot) -> Money:
    amounts = Credit.objects.filter(lot=lot).values_list("original_amount", flat=True)
    return Money(sum(amounts, Decimal(0)), lot.currency)


def _is_whole(lot: PaymentLot) -> bool:
    return _receipts_of(lot).amount <= lot.amount
