"""What is asked of the gate, and its word. Plain values; nothing here knows the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

WordKind = Literal["law", "house", "fact"]

#: Refusals that neither hour nor day lifts by itself, but something that may come any minute: a
#: message may wait for it instead of being withdrawn.
WAITING = frozenset({"ledger_stale"})


@dataclass(frozen=True, slots=True)
class Request:
    """One contact that somebody wants to have. ``channel`` in the words of the portfolio.

    ``origin`` as in ``contact.models.Origin``; ``purpose`` is ``collection`` or ``service``
    (receipts, issued documents, answers to what the customer asked). ``document_ids`` empty: about
    every open document. ``not_before`` is included, ``not_after`` not. ``visit``: in person, at the
    address.
    """

    customer_id: int
    channel: str
    purpose: str = "collection"
    origin: str = "hand"
    contact_point_id: int | None = None
    party_id: int | None = None
    document_ids: tuple[int, ...] = ()
    message_id: int | None = None
    task_id: int | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    visit: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """Allowed or refused, and why. ``rule``: docs/rules/gate.md lists them.

    ``kind``: ``law`` (a country's pack), ``house`` (the creditor's own), ``fact`` (balance, wish,
    hold, person). ``earliest_at``: the first minute at which the same contact would be allowed if
    nothing else changed; None where it is allowed, or no time will help. ``facts``: JSON, numbers
    and codes only; ``documents`` are the ids that may still be spoken of, where some may not.
    """

    is_allowed: bool
    kind: WordKind
    rule: str
    article: str = ""
    grade: str = ""
    pack: str = ""
    regime: str = ""
    earliest_at: datetime | None = None
    facts: dict[str, object] = field(default_factory=dict)
    overrode: str = ""

    @property
    def may_change(self) -> bool:
        """Worth asking again although no earliest moment can be told."""
        return not self.is_allowed and (self.earliest_at is not None or self.rule in WAITING)


@dataclass(frozen=True, slots=True)
class Admitted:
    """The word and the row of ``contact.Verdict`` that keeps it."""

    word: Word
    verdict_id: int
