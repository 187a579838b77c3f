"""What speaks for whom about a bank line, and what the matcher makes of it.

Amounts are whole ten-thousandths of one currency. Rules: docs/rules/reconciliation.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recaudo.core.adding_up import Debt
from recaudo.core.payer_names import Likeness

#: A document's number must have this many characters to mean something on its own.
TELLING_NUMBER = 6
#: …and so many to be believed although the amount does not agree.
SURE_NUMBER = 8


#: Signs of one family are one sign.
FAMILY = {
    "own_reference": "reference",
    "document_number": "number",
    "sure_number": "number",
    "short_number": "number",
    "cut_number": "number",
    "reported": "reported",
    "tax_id": "payer",
    "account": "payer",
    "alias": "payer",
    "name": "payer",
    "like_name": "payer",
    "one_of_name": "payer",
    "amount": "",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A number that somebody cut, and the documents that it may be of: of known customers, or of
    the line's amount.

    ``gone``: those that were paid meanwhile, or lately, with what they owed.
    """

    open: tuple[Debt, ...]
    gone: tuple[Debt, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each customer about one line.

    ``own``: customers whose payment reference the line carries; ``numbers``: documents named,
    by the key that named them; ``pieces``: numbers that were cut; ``ids``: customers
    named by tax id or code; ``accounts``, ``aliases``: whose the payer's account, or name, is known
    to be; ``names``: how like their names are; ``reported``: customers who reported this payment,
    by its reference; ``amounts``: documents of exactly this amount, whosoever; ``paid``: customers
    of documents that the line names and that owe nothing any more.
    """

    own: frozenset[int] = frozenset()
    numbers: Mapping[str, tuple[Debt, ...]] | None = None
    pieces: tuple[Piece, ...] = ()
    ids: frozenset[int] = frozenset()
    accounts: frozenset[int] = frozenset()
    aliases: frozenset[int] = frozenset()
    names: tuple[Likeness, ...] = ()
    reported: frozenset[int] = frozenset()
    amounts: tuple[Debt, ...] = ()
    paid: frozenset[int] = frozenset()

    def cut(self, amount: int) -> set[Debt]:
        """What a cut number names: the only document that it may be of, or the only one of
        ``amount``."""
        found: set[Debt] = set()
        for piece in self.pieces:
            of_amount = [debt for debt in piece.open if debt.open == amount]
            for some in (of_amount, piece.open):
                if len(some) == 1:
                    found.add(some[0])
                    break
        return found

    def liked(self) -> frozenset[int]:
        """Documents, by id, that some cut number may name, among others."""
        return frozenset(debt.id for piece in self.pieces for debt in piece.open)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much less than the debt still pays it: the smaller of an amount and a part of the debt.

    ``per_ten_thousand`` of the debt: 300 is 3 %.
    """

    amount: int = 0
    per_ten_thousand: int = 0

    def of(self, debt: int) -> int:
        return min(self.amount, debt * self.per_ten_thousand // 10_000)


@dataclass(frozen=True, slots=True)
class Match:
    """The line pays ``lines`` (document, amount > 0) of ``customer``; ``rest`` stays unapplied.

    ``reason`` is how the customer was found, ``fit`` how the amount agrees; ``score`` 0 … 100.
    """

    customer: int
    lines: tuple[tuple[int, int], ...]
    rest: int
    reason: str
    fit: str
    score: int


@dataclass(frozen=True, slots=True)
class Decision:
    """``certain`` with its match, ``offered`` with at most three, or ``unidentified``."""

    kind: str
    reason: str
    candidates: tuple[Match, ...] = ()

    @property
    def match(self) -> Match | None:
        return self.candidates[0] if self.kind == "certain" else None
