"""Taking statements in: every movement once, whatever file it comes in and however often."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.bank_statement import BankStatement as Told
from recaudo.core.bank_statement import Known, Notice, StatementLine, continuity, line_ids
from recaudo.core.money import currency_code
from recaudo.core.payer_names import account_key
from recaudo.core.problems import Problem
from recaudo.payments.copying import copy_rows, take_ids
from recaudo.payments.models import BankAccount, BankLine, BankStatement

#: Banks give value dates some days ahead; a booking ahead of tomorrow is a mistake in the file.
VALUE_AHEAD_MAX = timedelta(days=10)
#: What banks deduct from a transfer, at most, by currency; and at most 3 % of the debt.
USUAL_FEES = {
    "COP": Decimal(25_000),
    "CLP": Decimal(5_000),
    "PEN": Decimal(20),
    "MXN": Decimal(120),
    "ARS": Decimal(8_000),
    "BRL": Decimal(30),
    "USD": Decimal(45),
    "EUR": Decimal(30),
}
USUAL_PERCENT = Decimal(3)
_SIZE = 5_000


@dataclass(frozen=True)
class Taken:
    """What one statement brought. ``statement`` is None where it was here already."""

    account: BankAccount
    statement: BankStatement | None
    told: int
    new: int
    notices: tuple[Notice, ...]


def open_account(
    creditor: Creditor,
    number: str,
    *,
    currency: str,
    bank: str = "",
    layout: str = "",
    tolerance_amount: Decimal | None = None,
    tolerance_percent: Decimal | None = None,
    by: User | None = None,
    origin: str,
) -> BankAccount:
    """An account whose statements may come in; the same again changes nothing.

    Raises Problem ``bank_account_differs`` (it is known with another currency),
    ``bank_account_unreadable``, ``currency_unknown``.
    """
    key, code = account_key(number), currency_code(currency)
    if not key:
        raise Problem("bank_account_unreadable", account=number)
    amount = USUAL_FEES.get(code, Decimal(0)) if tolerance_amount is None else tolerance_amount
    percent = USUAL_PERCENT if tolerance_percent is None else tolerance_percent
    with scope(creditor=creditor), transaction.atomic():
        account, is_new = BankAccount.objects.get_or_create(
            creditor=creditor,
            number=key,
            defaults={
                "currency": code,
                "bank": bank,
                "layout": layout,
                "tolerance_amount": amount,
                "tolerance_percent": percent,
            },
        )
        if account.currency != code:
            raise Problem(
                "bank_account_differs", account=number, currency=account.currency, asked=code
            )
        if is_new:
            record_change(
                "bank_account_opened",
                creditor=creditor,
                by=by,
                origin=origin,
                subject="bank_account",
                subject_id=account.pk,
                currency=code,
            )
    return account


def take_in(
    creditor: Creditor,
    statements: Sequence[Told],
    *,
    file_name: str,
    format: str,
    today: date,
    account: str = "",
    by: User | None = None,
    origin: str,
) -> list[Taken]:
    """Every statement of a file, all of them or none.

    ``account`` where the file does not say. Raises Problem ``bank_account_unknown``,
    ``statement_other_account`` (the file is of another account than asked),
    ``statement_other_currency``, ``statement_in_future``, ``statement_no_account``.
    """
    with scope(creditor=creditor), transaction.atomic():
        taken = [
            _take(creditor, told, file_name, format, today, account, by) for told in statements
        ]
        record_change(
            "bank_file_taken",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="bank_file",
            format=format,
            statements=len(taken),
            told=sum(each.told for each in taken),
            new=sum(each.new for each in taken),
        )
    return taken


def _take(
    creditor: Creditor,
    told: Told,
    file_name: str,
    format: str,
    today: date,
    asked: str,
    by: User | None,
) -> Taken:
    account = _account(told, asked)
    if told.currency != account.currency:
        raise Problem(
            "statement_other_currency",
            account=str(account),
            currency=account.currency,
            told=told.currency,
        )
    for line in told.lines:
        if line.booked_on > today + timedelta(days=1) or line.value_on > today + VALUE_AHEAD_MAX:
            raise Problem(
                "statement_in_future", day=max(line.booked_on, line.value_on), today=today
            )
    print_ = told.fingerprint()
    if BankStatement.objects.filter(account=account, fingerprint=print_).exists():
        repeated = Notice("statement_repeated", {"lines": len(told.lines)})
        return Taken(account, None, len(told.lines), 0, (repeated,))
    ids, fresh, notices = _new_lines(account, told.lines)
    notices = [*told.notices, *continuity(told, *_neighbours(account, told)), *notices]
    statement = BankStatement.objects.create(
        creditor=creditor,
        account=account,
        file_name=file_name[-120:],
        format=format,
        fingerprint=print_,
        number=told.number[:60],
        opening=told.opening,
        opening_on=told.opening_on,
        closing=told.closing,
        closing_on=told.closing_on,
        lines_told=len(told.lines),
        lines_new=len(fresh),
        notices=[{"code": n.code, "facts": _plain(n.facts)} for n in notices],
        by=by,
    )
    _write(creditor, account, statement, [(ids[at], told.lines[at]) for at in fresh])
    return Taken(account, statement, len(told.lines), len(fresh), tuple(notices))


def _account(told: Told, asked: str) -> BankAccount:
    """The account of the statement, locked: two imports into one wait for each other."""
    own, wanted = account_key(told.account), account_key(asked)
    if own and wanted and own != wanted:
        raise Problem("statement_other_account", told=_ending(own), asked=_ending(wanted))
    number = own or wanted
    if not number:
        raise Problem("statement_no_account", where=told.number or "…")
    found = BankAccount.objects.select_for_update(no_key=True).filter(number=number).first()
    if found is None:
        raise Problem("bank_account_unknown", account=told.account or asked, currency=told.currency)
    return found


def _ending(number: str) -> str:
    return f"…{number[-4:]}"


def _new_lines(
    account: BankAccount, lines: Sequence[StatementLine]
) -> tuple[list[str], list[int], list[Notice]]:
    """Ids of all lines, which of them are new (by place), and what is to be said.

    An id that the bank used before for another movement gets its content added: nothing is lost.
    """
    ids = line_ids(lines)
    known: dict[str, tuple[Decimal, date]] = {}
    for start in range(0, len(ids), _SIZE):
        rows = BankLine.objects.filter(account=account, external_id__in=ids[start : start + _SIZE])
        known |= {
            external: (amount, day)
            for external, amount, day in rows.values_list("external_id", "amount", "value_on")
        }
    reused = [
        at
        for at, line in enumerate(lines)
        if ids[at] in known and known[ids[at]] != (line.amount, line.value_on)
    ]
    for at in reused:
        ids[at] = f"{ids[at]}~{lines[at].content()}"
    again = set(
        BankLine.objects.filter(
            account=account, external_id__in=[ids[at] for at in reused]
        ).values_list("external_id", flat=True)
    )
    fresh = [at for at, each in enumerate(ids) if each not in known and each not in again]
    notices = []
    if len(fresh) < len(ids):
        notices.append(Notice("statement_lines_known", {"count": len(ids) - len(fresh)}))
    if reused:
        notices.append(Notice("statement_id_reused", {"count": len(reused)}))
    return ids, fresh, notices


def _write(
    creditor: Creditor,
    account: BankAccount,
    statement: BankStatement,
    lines: Sequence[tuple[str, StatementLine]],
) -> None:
    ids = take_ids("payments_bankline", len(lines))
    copy_rows(
        "payments_bankline",
        _LINE,
        (
            (
                *(pk, creditor.pk, account.pk, statement.pk, external, line.value_on),
                *(line.booked_on, line.amount, line.currency, json.dumps(line.references)),
                *map(_storable, (line.text, line.payer_name, line.payer_account, line.raw)),
            )
            for pk, (external, line) in zip(ids, lines, strict=True)
        ),
    )
    copy_rows(
        "payments_linework",
        _WORK,
        (
            (creditor.pk, pk, "new" if line.amount > 0 else "no_payment", "", 0, "[]", "", 1)
            for pk, (_, line) in zip(ids, lines, strict=True)
        ),
    )


_LINE = (
    *("id", "creditor_id", "account_id", "statement_id", "external_id", "value_on", "booked_on"),
    *("amount", "currency", "references", "text", "payer_name", "payer_account", "raw"),
)
_WORK = ("creditor_id", "line_id", "state", "reason", "score", "candidates", "note", "version")


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL."""
    return text.replace("\x00", "")


def _neighbours(account: BankAccount, told: Told) -> tuple[Known | None, Known | None]:
    rows = BankStatement.objects.filter(account=account)
    before = after = None
    if told.opening_on:
        before = (
            rows.filter(closing_on__lte=told.opening_on, closing__isnull=False)
            .order_by("-closing_on", "-id")
            .first()
        )
    if told.closing_on:
        after = (
            rows.filter(opening_on__gte=told.closing_on, opening__isnull=False)
            .order_by("opening_on", "id")
            .first()
        )
    return _known(before), _known(after)


def _known(row: BankStatement | None) -> Known | None:
    if row is None:
        return None
    return Known(row.opening, row.opening_on, row.closing, row.closing_on)


def _plain(facts: dict[str, object]) -> dict[str, object]:
    """JSON: amounts and days as texts."""
    return {
        name: value if isinstance(value, int | str | None) else str(value)
        for name, value in facts.items()
    }
