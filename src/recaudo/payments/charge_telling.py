"""How a charge came about, as rows that last: plain values, no rule needed to read them again."""

from __future__ import annotations

from typing import Any

from recaudo.core.fees import Fee
from recaudo.core.interest import Stretch
from recaudo.payments.queries.accruals import DocumentAccrual


def how_interest(each: DocumentAccrual) -> dict[str, Any]:
    """All stretches from the due date on, what they add up to, and what was posted before: the
    charge is the difference, to the cent."""
    return {
        "accrued": str(each.accrued.amount.amount),
        "posted_before": str(each.posted.amount),
        "stretches": [stretch_row(stretch) for stretch in each.accrued.stretches],
        "stopped_on": each.accrued.stopped_on.isoformat() if each.accrued.stopped_on else None,
        "missing": each.accrued.missing,
    }


def stretch_row(stretch: Stretch) -> dict[str, Any]:
    """``until`` is the first day that is not in it; ``amount`` to ten decimals, not rounded."""
    row = {
        "from": stretch.from_on.isoformat(),
        "until": stretch.until_on.isoformat(),
        "days": stretch.days,
        "capital": str(stretch.capital.amount),
        "per_cent": str(stretch.per_cent),
        "quote": stretch.quote.value,
        "basis": stretch.basis,
        "series": stretch.series,
        "source": stretch.source,
        "amount": format(stretch.amount, ".10f"),
    }
    if stretch.ceiling is not None:
        row["ceiling"] = {
            "per_cent": str(stretch.ceiling.per_cent),
            "quote": stretch.ceiling.quote.value,
            "series": stretch.ceiling.series,
            "source": stretch.ceiling.source,
        }
    return row


def how_fee(fee: Fee, *, overdue: str, days_late: int, unit_value: str | None) -> dict[str, Any]:
    """The parts that add up to the fee, and what they were reckoned from."""
    return {
        "overdue": overdue,
        "days_late": days_late,
        "unit_value": unit_value,
        "parts": [
            {
                "kind": part.kind,
                "amount": format(part.amount, ".10f"),
                "base": None if part.base is None else str(part.base),
                "per_cent": None if part.pct is None else str(part.pct),
                "above": None if part.above is None else str(part.above),
                "up_to": None if part.up_to is None else str(part.up_to),
                "unit": part.unit,
                "is_verified": part.is_verified,
            }
            for part in fee.parts
        ],
    }
