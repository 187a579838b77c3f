"""How old is the ledger that we hold (F7)? One rule, for the run, the gate and the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.core.calendar import Place, business_days_between


@dataclass(frozen=True, slots=True)
class LedgerAge:
    """``as_of`` None: nothing was ever imported, so nothing can be old. ``business_days`` from the
    day of the newest balances to the day judged."""

    as_of: date | None
    business_days: int
    limit: int

    @property
    def is_stale(self) -> bool:
        return self.business_days > self.limit


def ledger_on(creditor: Creditor, as_of: date) -> date | None:
    """The day of the newest import that was done by ``as_of``; None where nothing was imported.

    Read by name: intake stands above this room.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT MAX(as_of) FROM intake_importbatch "
            "WHERE creditor_id = %s AND state = 'done' AND as_of <= %s",
            [creditor.pk, as_of],
        )
        (found,) = cursor.fetchone()
    return found


def ledger_age(creditor: Creditor, as_of: date) -> LedgerAge:
    return age_of(creditor, ledger_on(creditor, as_of), as_of)


def age_of(creditor: Creditor, balances_on: date | None, as_of: date) -> LedgerAge:
    """How old balances of ``balances_on`` are, by the creditor's own calendar."""
    if balances_on is None:
        return LedgerAge(None, 0, creditor.stale_after_days)
    age = business_days_between(balances_on, as_of, Place(creditor.country))
    return LedgerAge(balances_on, age, creditor.stale_after_days)
