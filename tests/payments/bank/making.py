"""Statements, lines and the matcher, for tests that say only what they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.bank_statement import BankStatement as Told
from recaudo.core.bank_statement import StatementLine
from recaudo.payments.actions.matching import Outcome, match_lines
from recaudo.payments.actions.statements import Taken, open_account, take_in
from recaudo.payments.models import LineWork

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def line(amount: str, text: str = "TRANSFERENCIA", **fields: Any) -> StatementLine:
    day = fields.pop("on", TODAY)
    return StatementLine(
        value_on=day, booked_on=day, amount=Decimal(amount), currency="COP", text=text, **fields
    )


def take(creditor: Creditor, *lines: StatementLine, account: str = "111", **fields: Any) -> Taken:
    """These lines, as one statement of ``account`` (opened with what banks usually deduct)."""
    open_account(creditor, account, currency="COP", bank="Banco", origin="test")
    told = Told(account, "COP", lines, **fields)
    (taken,) = take_in(
        creditor, [told], file_name="x.csv", format="test", today=TODAY, origin="test"
    )
    return taken


def match(creditor: Creditor) -> Outcome:
    return match_lines(creditor, today=TODAY, now=NOW, origin="test")


def works(creditor: Creditor) -> list[LineWork]:
    """In the order of the lines."""
    with scope(creditor=creditor):
        return list(
            LineWork.objects.select_related("line", "creditor", "customer").order_by("line_id")
        )
