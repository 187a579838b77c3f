"""What people do with lines that wait: accept, split, park, claim, undo; and what that teaches.

Every act names the version of the line that the person saw: whoever comes second is told
(``line_changed``), and nothing is applied twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.core.application import Line, Stated
from recaudo.core.money import Money
from recaudo.core.payer_names import account_key, name_key
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import apply_credit
from recaudo.payments.actions.credits import record_credit
from recaudo.payments.actions.line_credits import SOURCE, end_reports_of, external_id
from recaudo.payments.actions.reversing import take_back
from recaudo.payments.actions.settling import fix_before, settle_after
from recaudo.payments.actions.told import Wanted, make_room
from recaudo.payments.models import (
    BankLine,
    Credit,
    LineClaim,
    LineCredit,
    LineWork,
    PayerAlias,
    PaymentLot,
    ReportedPayment,
)
from recaudo.portfolio.models import Customer

RECEIPT_BYTES_MAX = 10_000_000


@dataclass(frozen=True)
class Share:
    """A part of a line for one customer. ``documents``: (id, amount) that it pays, in this order;
    what is left goes on in the legal order, or stays unapplied with ``keep_rest``."""

    customer: Customer
    amount: Decimal
    documents: tuple[tuple[int, Decimal], ...] = ()
    keep_rest: bool = True


def accept(
    work: LineWork,
    shares: Sequence[Share],
    *,
    seen_version: int,
    by: User,
    now: datetime,
    teach: bool = True,
) -> list[Credit]:
    """The line pays this. With one customer, the payer's account and name are learned as theirs.

    Raises Problem ``line_changed``, ``line_done``, ``shares_do_not_add``, ``share_not_positive``,
    ``share_over_documents``, and what the ledger refuses; then nothing has changed.
    """
    creditor = work.creditor
    with scope(creditor=creditor), transaction.atomic():
        locked = _lock(work, seen_version)
        line = locked.line
        _check(line, shares)
        fix_before(
            creditor,
            {share.customer.pk: line.value_on for share in shares},
            by=by,
            now=now,
        )
        done_before = LineCredit.objects.filter(line=line).count()
        credits = [
            _pay(line, share, nth=done_before, at=at if len(shares) > 1 else 0)
            for at, share in enumerate(shares, start=1)
        ]
        settle_after(creditor, [credit.pk for credit in credits], by=by, now=now)
        locked.state, locked.reason, locked.candidates = "applied", "person", []
        locked.customer = shares[0].customer if len(shares) == 1 else None
        locked.score = 100
        _save(locked, by, now)
        taught = _teach(line, shares[0].customer, by) if teach and len(shares) == 1 else 0
        LineClaim.objects.filter(line=line, state="open").update(state="rejected")
        for credit in credits:
            LineClaim.objects.filter(line=line, customer_id=credit.customer_id).update(
                state="accepted"
            )
            end_reports_of(creditor, credit, now=now)
            publish("payment.received", creditor, customer_id=credit.customer_id)
        record_change(
            "bank_line_accepted",
            creditor=creditor,
            by=by,
            origin="web",
            subject="bank_line",
            subject_id=line.pk,
            customers=[share.customer.pk for share in shares],
            taught=taught,
        )
    return credits


def park(work: LineWork, *, seen_version: int, note: str, by: User, now: datetime) -> None:
    """Put aside for somebody to look into; the matcher leaves it alone until it comes back."""
    with scope(creditor=work.creditor), transaction.atomic():
        locked = _lock(work, seen_version)
        locked.state, locked.note = "parked", note.strip()[:500]
        _save(locked, by, now)
        _changed("bank_line_parked", locked, by)


def bring_back(work: LineWork, *, seen_version: int, by: User, now: datetime) -> None:
    """A parked line waits for the matcher again."""
    with scope(creditor=work.creditor), transaction.atomic():
        locked = _lock(work, seen_version)
        locked.state = "new"
        _save(locked, by, now)
        _changed("bank_line_brought_back", locked, by)


def undo(work: LineWork, *, seen_version: int, by: User, now: datetime, today: date) -> None:
    """The line paid the wrong debts: its credits are taken back, and it waits again.

    Raises Problem ``line_not_applied``, ``line_changed``.
    """
    with scope(creditor=work.creditor), transaction.atomic():
        locked = LineWork.objects.select_for_update(no_key=True).get(pk=work.pk)
        if locked.version != seen_version:
            raise Problem("line_changed", line=locked.line_id)
        if locked.state != "applied":
            raise Problem("line_not_applied", line=locked.line_id)
        # A lot's line is its money no more; what it paid stands: the line was the wrong one.
        PaymentLot.objects.filter(line=locked.line_id).update(line=None)
        credits = [
            each.credit
            for each in LineCredit.objects.filter(line=locked.line_id).select_related(
                "credit__creditor"
            )
        ]
        if credits:
            take_back(
                credits,
                value_on=max(today, *(credit.value_on for credit in credits)),
                reason="bank_line_undone",
                by=by,
                now=now,
                frees_lines=False,
            )
        locked.state, locked.reason, locked.customer = "parked", "undone", None
        _save(locked, by, now)
        _changed("bank_line_undone", locked, by)


def claim(
    line: BankLine,
    customer: Customer,
    *,
    receipt: bytes,
    receipt_name: str,
    note: str = "",
    by: User,
    now: datetime,
) -> LineClaim:
    """A collector says whose the line is, with the receipt (F14). Two customers are a conflict.

    The same receipt seen elsewhere is told in ``repeats``. Raises Problem ``line_done``,
    ``receipt_missing``, ``receipt_too_large``, ``claim_exists``.
    """
    if not receipt:
        raise Problem("receipt_missing")
    if len(receipt) > RECEIPT_BYTES_MAX:
        raise Problem("receipt_too_large", limit=RECEIPT_BYTES_MAX // 1_000_000)
    digest = hashlib.sha256(receipt).hexdigest()
    with scope(creditor=line.creditor), transaction.atomic():
        work = LineWork.objects.select_for_update(no_key=True).get(line=line)
        if work.state in ("applied", "no_payment"):
            raise Problem("line_done", line=line.pk)
        try:
            with transaction.atomic():
                made = LineClaim.objects.create(
                    creditor=line.creditor,
                    line=line,
                    customer=customer,
                    receipt_name=Path(receipt_name.replace("\\", "/")).name[-120:],
                    receipt_path=_keep(line.creditor, digest, receipt),
                    receipt_sha256=digest,
                    repeats=receipt_seen(digest, but_line=line.pk),
                    note=note.strip()[:500],
                    by=by,
                )
        except IntegrityError as error:
            raise Problem("claim_exists", line=line.pk) from error
        open_ones = LineClaim.objects.filter(line=line, state="open")
        if open_ones.values("customer").distinct().count() > 1:
            work.state, work.reason = "conflict", "two_claims"
        _save(work, by, now)
        _changed("bank_line_claimed", work, by)
    return made


def receipt_seen(digest: str, *, but_line: int = 0) -> list[dict[str, object]]:
    """Where the same receipt was brought before: other lines' claims and reported payments."""
    claims = LineClaim.objects.filter(receipt_sha256=digest).exclude(line=but_line)
    reports = ReportedPayment.objects.filter(image_sha256=digest)
    return [
        *({"claim": pk, "line": line} for pk, line in claims.values_list("id", "line_id")),
        *({"report": pk} for pk in reports.values_list("id", flat=True)),
    ]


def _lock(work: LineWork, seen_version: int) -> LineWork:
    locked: LineWork = (
        LineWork.objects.select_for_update(no_key=True, of=("self",))
        .select_related("line")
        .get(pk=work.pk)
    )
    if locked.state == "applied":
        raise Problem("line_done", line=locked.line_id)
    if locked.version != seen_version:
        raise Problem("line_changed", line=locked.line_id)
    if locked.state == "no_payment":
        raise Problem("line_no_payment", line=locked.line_id)
    return locked


def _save(work: LineWork, by: User, now: datetime) -> None:
    work.by, work.decided_at = by, now
    work.version += 1
    work.save()


def _changed(kind: str, work: LineWork, by: User) -> None:
    record_change(
        kind,
        creditor=work.creditor,
        by=by,
        origin="web",
        subject="bank_line",
        subject_id=work.line_id,
    )


def _check(line: BankLine, shares: Sequence[Share]) -> None:
    total = sum((share.amount for share in shares), Decimal(0))
    if total != line.amount:
        money = Money(line.amount, line.currency), Money(total, line.currency)
        raise Problem("shares_do_not_add", line=money[0], shares=money[1])
    for share in shares:
        if share.amount <= 0 or any(amount <= 0 for _, amount in share.documents):
            raise Problem("share_not_positive", amount=share.amount)
        if sum((amount for _, amount in share.documents), Decimal(0)) > share.amount:
            raise Problem("share_over_documents", amount=Money(share.amount, line.currency))


def _pay(line: BankLine, share: Share, *, nth: int, at: int) -> Credit:
    credit, _ = record_credit(
        share.customer,
        Money(share.amount, line.currency),
        kind="payment",
        value_on=line.value_on,
        source=SOURCE,
        external_id=external_id(line.account_id, line.external_id, nth=nth, share=at),
        reference=next(iter(line.references), "")[:200],
        method="bank",
    )
    LineCredit.objects.create(creditor=line.creditor, line=line, credit=credit)
    make_room([Wanted(pk, amount, line.value_on) for pk, amount in share.documents])
    stated = [Stated(pk, Money(amount, line.currency)) for pk, amount in share.documents]
    if stated or not share.keep_rest:
        applied = apply_credit(credit, stated=stated, keep_rest=share.keep_rest)
        _all_paid(applied.lines, share)
    return credit


def _all_paid(lines: Sequence[Line], share: Share) -> None:
    """A document that no longer owes so much was paid by somebody meanwhile."""
    paid: dict[int, Decimal] = {}
    for each in lines:
        paid[each.document] = paid.get(each.document, Decimal(0)) + each.amount.amount
    for pk, amount in share.documents:
        if paid.get(pk, Decimal(0)) < amount:
            raise Problem("document_over_applied", document=pk)


def _teach(line: BankLine, customer: Customer, by: User) -> int:
    """The payer's account and name are this customer's; how many of them were new."""
    told = {"account": account_key(line.payer_account), "name": name_key(line.payer_name)}
    own = {"account": "", "name": name_key(customer.name)}
    new = 0
    for kind, value in told.items():
        if value and value != own[kind]:
            _, is_new = PayerAlias.objects.get_or_create(
                creditor=line.creditor,
                kind=kind,
                value=value,
                customer=customer,
                defaults={"by": by},
            )
            new += is_new
    return new


def _keep(creditor: Creditor, digest: str, receipt: bytes) -> str:
    name = f"receipts/{creditor.code}/{digest}"
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.write_bytes(receipt)
        path.chmod(0o600)
    return name
