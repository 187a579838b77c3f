"""A bank file in: read as its account says, then taken in, all of it or nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.core.payer_names import account_key
from recaudo.core.problems import Problem
from recaudo.intake.banks import read_statements
from recaudo.intake.banks.layouts import Layout, layout_named, own_layouts, parse_layout
from recaudo.payments.actions.statements import Taken, take_in
from recaudo.payments.models import BankAccount


def import_statement(
    creditor: Creditor,
    content: bytes,
    *,
    file_name: str,
    account: str = "",
    layout: str = "",
    today: date,
    by: User | None = None,
    origin: str,
) -> list[Taken]:
    """What each statement of the file brought. The same file twice changes nothing.

    ``layout`` is the name of a saved one or the path of a TOML; else the account's, else what the
    file looks like. Raises Problem as ``read_statements`` and ``take_in``.
    """
    chosen = _layout(layout) if layout else _of_account(creditor, account)
    form, found = read_statements(content, file_name=file_name, layout=chosen)
    return take_in(
        creditor,
        found,
        file_name=file_name,
        format=form,
        today=today,
        account=account,
        by=by,
        origin=origin,
    )


def _layout(named: str) -> Layout:
    if named in own_layouts() or not named.endswith(".toml"):
        return layout_named(named)
    try:
        text = Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("file_missing", file=named, detail=str(error)) from error
    return parse_layout(text, name=Path(named).stem)


def _of_account(creditor: Creditor, account: str) -> Layout | None:
    if not account:
        return None
    with scope(creditor=creditor):
        found = BankAccount.objects.filter(number=account_key(account)).first()
    return layout_named(found.layout) if found is not None and found.layout else None
