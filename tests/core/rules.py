"""Reads the worked tables of docs/rules: the documentation is the test's data."""

import re
from dataclasses import dataclass
from pathlib import Path

RULES = Path(__file__).resolve().parents[2] / "docs" / "rules"
_MARK = re.compile(r"<!-- table: (?P<name>\w+)(?P<facts>[^>]*?) *-->")


@dataclass(frozen=True)
class Table:
    """``facts`` from the mark above the table; ``rows`` by column heading, cells as text."""

    facts: dict[str, str]
    rows: list[dict[str, str]]


def tables(document: str, name: str) -> list[Table]:
    """All tables of docs/rules/``document`` marked ``<!-- table: name | key=value … -->``."""
    lines = (RULES / document).read_text("utf-8").splitlines()
    found = []
    for number, line in enumerate(lines):
        mark = _MARK.fullmatch(line)
        if mark and mark["name"] == name:
            facts = [part.strip().split("=", 1) for part in mark["facts"].split("|")[1:]]
            found.append(Table(dict(facts), _rows(lines[number + 1 :])))
    assert found, f"docs/rules/{document} has no table named {name}"
    return found


def rows(document: str, name: str) -> list[dict[str, str]]:
    """The rows of the only table of that name."""
    (table,) = tables(document, name)
    return table.rows


def _rows(lines: list[str]) -> list[dict[str, str]]:
    cells = []
    for line in lines:
        if not line.startswith("|"):
            break
        cells.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    heading, _, *body = cells
    assert body and all(len(row) == len(heading) for row in body), heading
    return [dict(zip(heading, row, strict=True)) for row in body]
