"""What was found in a file, as plain values: for a preview, and for whoever decides to go on."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class RowProblem:
    """A row that will be rejected: where it stands, what is wrong. ``recaudo.words`` tells it."""

    sheet: str
    row_no: int
    column: str
    value: str
    code: str
    facts: Dict[str, object]


@dataclass(frozen=True)
class CustomerDifference:
    """What of one customer is in the file and not taken: rejected rows and repeated ones."""

    customer: str
    rows: int
    amount: Decimal


@dataclass(frozen=True)
class Cuadre:
    """Does it add up (F3)? ``imported`` is the signed sum of what is taken, credits negative.

    ``control_total`` is the typed one, else the printed one (``printed_in``: row and heading);
    with ``difference`` = imported - control_total it is None where there is neither.
    ``totals`` is ``imported`` per currency.
    """

    imported: Decimal
    totals: Dict[str, Decimal]
    control_total: Decimal | None
    printed_in: str
    difference: Decimal | None
    by_customer: tuple[CustomerDifference, ...] = ()

    @property
    def adds_up(self) -> bool:
        return not self.difference


@dataclass(frozen=True)
class Closing:
    """What a snapshot closes in one currency because the file no longer names it (F1)."""

    currency: str
    documents: int
    amount: Decimal
    balance: Decimal  # of all that the snapshot speaks for, before it

    @property
    def pct(self) -> Decimal:
        """Share of the balance, in per cent with one decimal."""
        if not self.balance:
            return Decimal(0)
        return (self.amount * 100 / self.balance).quantize(Decimal("0.1"))


@dataclass(frozen=True)
class Counts:
    """``new + updated + unchanged + rejected = rows``; the last three are new in the ledger."""

    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    new_customers: int = 0
    new_documents: int = 0
    new_credits: int = 0
    by_code: Dict[str, int] = field(default_factory=dict)
