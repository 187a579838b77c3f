"""What would this file do? Everything a person must see before bringing it in; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from recaudo.intake.reading.contract import Column, Notice, Question, Source

if TYPE_CHECKING:
    from recaudo.access.models import Creditor


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
class Preview:
    """While ``questions`` is not empty nothing below ``columns`` is known and all counts are 0.

    ``mapping_toml`` is what would be remembered; ``is_remembered`` says that a saved mapping
    was used. ``new + updated + unchanged + rejected = rows``. ``problems`` are the first
    ``PROBLEMS_SHOWN`` rejected rows, ``by_code`` counts all. ``closings`` is per currency and
    empty for an incremental file; ``looks_partial`` says that the import will be refused as
    ``corte_parece_parcial`` unless that is accepted with a reason.
    """

    file_name: str
    sha256: str
    source: Source
    columns: tuple[Column, ...]
    questions: tuple[Question, ...]
    fingerprint: str
    mapping_toml: str
    is_remembered: bool
    mode: str
    scope: Dict[str, str]
    as_of: date
    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    new_customers: int = 0
    new_documents: int = 0
    new_credits: int = 0
    skipped: Dict[str, int] = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()
    by_code: Dict[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    cuadre: Cuadre | None = None
    closings: tuple[Closing, ...] = ()
    close_limit_pct: int = 0
    looks_partial: bool = False


PROBLEMS_SHOWN = 50


def preview(
    creditor: Creditor,
    path: str | Path,
    mapping: str | None = None,
    answers: Dict[str, str] | None = None,
    *,
    mode: str | None = None,
    as_of: date | None = None,
    control_total: Decimal | None = None,
    file_name: str | None = None,
) -> Preview:
    """Read the whole file and say what importing it would do.

    ``mapping`` is TOML text; without it a remembered mapping is used, else headings are recognised.
    ``answers`` are by ``Question.key``. ``mode`` overrides the mapping's; ``as_of`` (the day of the
    balances) defaults to the day the file prints, else the creditor's today.
    Raises Problem for a file that cannot be read at all (``reading``'s codes).
    """
    raise NotImplementedError
