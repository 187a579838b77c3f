"""Placing and releasing holds; the customer's decision is made anew at once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User
    from recaudo.portfolio.models import Customer, Document, Hold


def place_hold(
    creditor: Creditor,
    customer: Customer,
    *,
    kind: str,
    reason: str,
    today: date,
    until_on: date | None = None,
    document: Document | None = None,
    channel: str = "",
    by: User | None = None,
    origin: str = "web",
) -> Hold:
    """Nothing happens to ``customer`` (or one document, or by one channel) from ``today`` on.

    ``until_on`` is excluded. Raises Problem ``hold_span`` (until is not after today),
    ``hold_reason_missing``, ``hold_foreign_document``.
    """
    raise NotImplementedError


def release_hold(hold: Hold, *, today: date, by: User | None = None, origin: str = "web") -> None:
    """The hold ends now. Raises Problem ``hold_already_released``."""
    raise NotImplementedError
