"""One statement, in the form that is asked for."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from recaudo.core.problems import Problem
from recaudo.payments.queries.debt_parts import Debt
from recaudo.payments.statement.language import language_of
from recaudo.payments.statement.plain import as_plain
from recaudo.payments.statement.press import pdf_of
from recaudo.payments.statement.sheet import Sheet, sheet_of
from recaudo.payments.statement.xlsx import as_xlsx

TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}


def statement_as(form: str, debt: Debt, *, today: date) -> bytes:
    """``pdf``, ``xlsx``, ``html`` or ``json``. Raises Problem ``statement_form_unknown``."""
    if form == "json":
        return json.dumps(as_plain(debt), ensure_ascii=False, indent=2).encode()
    if form not in TYPES:
        raise Problem("statement_form_unknown", form=form, known=sorted(TYPES))
    sheet = sheet_of(debt, today=today)
    if form == "pdf":
        return pdf_of("statement.typ", sheet, at=_midnight(debt))
    return as_xlsx(debt, sheet) if form == "xlsx" else _page(debt, sheet)


def _page(debt: Debt, sheet: Sheet) -> bytes:
    """A file of its own: styles inside, no script, nothing fetched."""
    with translation.override(language_of(debt.customer)):
        facts: dict[str, Any] = {"sheet": sheet}
        return render_to_string("payments/statement.html", facts).encode()


def _midnight(debt: Debt) -> datetime:
    """The day itself as the paper's own date: the same statement is the same file."""
    return datetime.combine(debt.as_of, time(), UTC)
