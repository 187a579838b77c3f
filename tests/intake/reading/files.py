"""Reading a file to its end, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recaudo.intake.reading import Hints, Mapping, Notice, Reject, Summary, open_file, parse_mapping

COLOMBIA = Hints(country="CO", currency="COP")


@dataclass(frozen=True)
class Read:
    """What one file gave: typed rows without their nulls, rejects, the summary."""

    rows: list[dict[str, Any]]
    rejects: list[Reject]
    summary: Summary

    def notice(self, code: str) -> Notice | None:
        return next((each for each in self.summary.notices if each.code == code), None)


def read(path: Path, *, toml: str = "", hints: Hints = COLOMBIA, **answers: str) -> Read:
    """``path`` to its end. ``toml`` is a mapping; ``answers`` by key, '__' for ':'."""
    mapping = parse_mapping(toml) if toml else Mapping()
    given = {key.replace("__", ":"): value for key, value in answers.items()}
    file = open_file(path, mapping=mapping, answers=given, hints=hints)
    rows: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for batch in file.batches():
        rows += [
            {name: value for name, value in row.items() if value is not None}
            for row in batch.rows.to_pylist()
        ]
        rejects += batch.rejects
    return Read(rows, rejects, file.summary)
