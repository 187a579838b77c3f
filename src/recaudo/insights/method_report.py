"""Ways of paying as JSON and as a table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from recaudo.access.models import Creditor
from recaudo.insights.export import Row, Table
from recaudo.insights.queries.methods import Method
from recaudo.insights.reports import rows_json, shown
from recaudo.payments.methods import NAMES


def methods_json(found: list[Method]) -> list[dict[str, Any]]:
    """Amounts are text, in the creditor's currency."""
    return rows_json(found)


def methods_table(creditor: Creditor, since: date, until: date, found: list[Method]) -> Table:
    """One line a way of paying, with its share of what came in and how soon it came."""
    whole = sum((each.amount for each in found), Decimal(0))
    rows = [
        Row(
            [
                _named(each.method),
                each.payments,
                each.amount,
                round(each.amount * 100 / whole, 1),
                each.days_since_issue,
                each.days_after_due,
                each.recovered,
            ]
        )
        for each in found
    ]
    recovered = sum((each.recovered for each in found), Decimal(0))
    payments = sum(each.payments for each in found)
    rows.append(Row([_("TOTAL"), payments, whole, None, None, None, recovered], 2))
    about = [
        creditor.name,
        _("Pagos aplicados del {since} al {until}, en {currency}").format(
            since=shown(since), until=shown(until), currency=creditor.currency
        ),
    ]
    headings = [
        _("Medio de pago"),
        _("Pagos"),
        _("Aplicado"),
        "%",
        _("Días desde la emisión"),
        _("Días después del vencimiento"),
        _("Recuperación de castigada"),
    ]
    return Table(_("Recaudo por medio de pago"), about, headings, rows)


def _named(method: str) -> str:
    """What the file said stays as it is where it is no way of paying that is known."""
    if not method:
        return _("(no se dijo)")
    return _(NAMES[method]) if method in NAMES else method
