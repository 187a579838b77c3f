"""How each charge came about: one row a stretch of interest or a bracket of a fee."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from recaudo.core.problems import N_
from recaudo.payments.queries.debt_parts import ChargeDebt, Debt
from recaudo.payments.statement.figures import Figures

QUOTES: dict[str, str] = {
    "effective_annual": N_("efectiva anual"),
    "nominal_annual": N_("nominal anual"),
    "nominal_monthly": N_("mensual"),
}
BASES: dict[str, str] = {
    "agreed": N_("pactada"),
    "legal": N_("legal"),
    "ceiling": N_("tope legal"),
}
PARTS: dict[str, str] = {
    "bracket": N_("tramo de gastos de cobranza"),
    "fixed": N_("suma fija"),
    "cell": N_("tarifa"),
    "agreed": N_("gastos pactados"),
    "reminders": N_("por recordatorio"),
    "missed_notice": N_("rebaja por el aviso que faltó"),
    "capped": N_("rebaja hasta el tope legal"),
}

Row = dict[str, str]


def reckoning(debt: Debt, figures: Figures) -> list[Row]:
    """Rows of ``document``, ``from_on``, ``until_on``, ``days``, ``capital``, ``rate``, ``source``,
    ``amount``; what is not known of one stays empty. Each step once: what is posted of a document
    that still accrues is told with the whole of it."""
    newest: dict[str, ChargeDebt] = {}
    for charge in debt.charges:
        # A charge of interest keeps all that was borne until it: the newest tells the others too.
        key = charge.base if charge.kind == "default_interest" else charge.number
        if key not in newest or charge.until_on >= newest[key].until_on:
            newest[key] = charge
    accruing = {each.number for each in debt.accruals if each.how}
    found = [
        _row(step, each.base or each.number, each.currency, each.article, figures)
        for each in newest.values()
        if each.kind != "default_interest" or each.base not in accruing
        for step in each.how
    ]
    for accrual in debt.accruals:
        found += [
            _row(step, accrual.number, accrual.currency, "", figures)
            for step in (*accrual.how, *accrual.fees_how)
        ]
    return found


def _row(
    step: Mapping[str, Any], number: str, currency: str, article: str, figures: Figures
) -> Row:
    capital = _decimal(step.get("capital", step.get("base")))
    amount = _decimal(step.get("amount"))
    return {
        "document": number,
        "from_on": _day(step.get("from"), figures),
        "until_on": _day(step.get("until"), figures),
        "days": str(step.get("days") or ""),
        "capital": "" if capital is None else figures.amount(capital, currency),
        "rate": _rate(step, figures),
        "source": " · ".join(dict.fromkeys(filter(None, _sources(step, article)))),
        "amount": "" if amount is None else figures.cents(amount),
    }


def _rate(step: Mapping[str, Any], figures: Figures) -> str:
    per_cent = _decimal(step.get("per_cent"))
    if per_cent is None:
        return ""
    quote = QUOTES.get(str(step.get("quote", "")))
    shown = f"{figures.rate(per_cent)}\N{NO-BREAK SPACE}%"
    return f"{shown} {_(quote)}" if quote else shown


def _sources(step: Mapping[str, Any], article: str) -> tuple[str, ...]:
    basis, kind = BASES.get(str(step.get("basis", ""))), PARTS.get(str(step.get("kind", "")))
    return (
        _(basis) if basis else "",
        _(kind) if kind else "",
        str(step.get("source") or step.get("series") or ""),
        article,
    )


def _decimal(value: Any) -> Decimal | None:
    """Amounts are kept as text inside JSON."""
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _day(value: Any, figures: Figures) -> str:
    if isinstance(value, date):
        return figures.day(value)
    try:
        return figures.day(date.fromisoformat(str(value)))
    except ValueError:
        return ""
