"""What people type that several commands read: a creditor, a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from recaudo.cli import output
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor


def day(typed: str) -> date:
    """``2026-03-31``. Raises Problem ``date_unreadable``, also for a day that does not exist."""
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise Problem("date_unreadable", typed=typed) from error


def creditor_and_day(code: str, as_of: str | None) -> tuple[Creditor, date]:
    """The creditor, and the day named or its local today. The one place that reads the clock."""
    from django.utils import timezone

    creditor = output.find_creditor(code)
    return creditor, day(as_of) if as_of else local_day(timezone.now(), creditor.timezone)
