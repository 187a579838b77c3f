"""The tables of docs/rules/outbox.md are what the code does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from recaudo.contact.models import MessageState
from recaudo.contact.outbox.parts import TIMES
from recaudo.contact.outbox.states import NEXT, is_old_news

RULES = Path(__file__).resolve().parents[3] / "docs" / "rules" / "outbox.md"
UNITS = {"s": 1, "min": 60, "h": 3600}


def table(heading: str) -> list[list[str]]:
    lines = RULES.read_text("utf-8").split(heading, 1)[1].splitlines()
    rows = []
    for line in lines[1:]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def test_the_table_of_states_is_the_one_that_guards_them() -> None:
    told = {
        row[0]: frozenset(each.strip() for each in row[2].split(",") if each.strip())
        for row in table("## States")
    }
    assert told == {str(state): frozenset(map(str, after)) for state, after in NEXT.items()}
    assert set(told) == set(MessageState.values)


def test_the_pauses_are_those_of_the_table() -> None:
    told = []
    for _, pause in table("Pauses after which"):
        number, unit = pause.split()
        told.append(timedelta(seconds=int(number) * UNITS[unit]))
    assert tuple(told) == TIMES.pauses


@pytest.mark.parametrize(
    ("now_in", "state", "old"),
    [
        ("read", "delivered", True),
        ("delivered", "delivered", True),
        ("delivered", "read", False),
        ("answered", "sent", True),
        ("sent", "bounced", False),
        ("bounced", "delivered", False),
    ],
)
def test_late_reports_are_old_news(now_in: str, state: str, old: bool) -> None:
    assert is_old_news(now_in, state) is old
