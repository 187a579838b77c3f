"""What a rule of the ledger's check is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """``sql`` gives one row per disagreement: its name, what is kept, what it should be."""

    code: str
    sql: str
