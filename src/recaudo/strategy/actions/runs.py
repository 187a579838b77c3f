"""The run of the day: evaluate a creditor's whole portfolio and write what should happen next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User


def run_day(
    creditor: Creditor,
    as_of: date,
    *,
    today: date,
    engine: str = "duckdb",
    what_if: bool = False,
    by: User | None = None,
    origin: str = "cli",
) -> dict[str, Any]:
    """Evaluate ``as_of``; live where it is ``today`` (creditor's local day), else a what-if.

    Gives back ``{"run","as_of","state","customers","documents_open","decisions","tasks",
    "messages","by_segment","by_reason","without_next_action","quarantined","seconds"}``; ``run``
    is None and ``state`` ``what_if`` where nothing was written. Raises Problem ``run_in_progress``,
    ``run_goes_back``, ``book_missing``, and what the engine raises.
    """
    raise NotImplementedError


def release(creditor: Creditor, *, today: date, by: User | None, origin: str = "cli") -> dict[str, int]:
    """Let the first run's proposal out (F9): ``{"tasks","messages","later"}``.

    Messages beyond the creditor's daily cap get a later day. Raises Problem ``nothing_to_release``.
    """
    raise NotImplementedError


def refresh_customers(creditor: Creditor, customer_ids: Sequence[int], *, today: date) -> None:
    """Decide anew for these customers, in place, after a payment, a hold or a correction.

    Does nothing before the first run or where the day's run has not happened yet.
    """
    raise NotImplementedError
