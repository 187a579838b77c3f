"""The worked tables of docs/rules/contact.md."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from recaudo.core.contact_rules import Ask, Contact, judge
from recaudo.countries import holiday_check, pack_for, zones_of

from ..rules import tables

TABLES = tables("contact.md", "word")
ROWS = [(table.facts, row) for table in TABLES for row in table.rows]


def contact(told: str, here: ZoneInfo) -> Contact:
    """``call!#A 2026-11-16T10:00``"""
    what, at = told.split()
    what, _, debt = what.partition("#")
    kind = "conversation" if what.endswith("!") else "attempt"
    return Contact(
        datetime.fromisoformat(at).replace(tzinfo=here),
        what.rstrip("!"),  # type: ignore[arg-type]
        kind,
        frozenset({debt} if debt else ()),
    )


@pytest.mark.parametrize(
    ("facts", "row"),
    ROWS,
    ids=[f"{f['place']}-{r['channel']}-{r['at']}-{r['rule']}" for f, r in ROWS],
)
def test_the_word_is_as_the_table_says(facts: dict[str, str], row: dict[str, str]) -> None:
    country, _, state = facts["place"].partition("-")
    pack = pack_for(country, state)
    here = ZoneInfo(zones_of(country, state)[0])
    debt = row.get("debt", "")

    said = judge(
        pack.rules(facts.get("regime", "consumer")),
        Ask(
            datetime.fromisoformat(row["at"]).replace(tzinfo=here),
            row["channel"],  # type: ignore[arg-type]
            here.key,
            holiday_check(pack, state),
            frozenset({debt} if debt else ()),
        ),
        [contact(told, here) for told in row["had"].split(", ") if told],
    )

    earliest = f"{said.earliest.astimezone(here):%Y-%m-%dT%H:%M}" if said.earliest else "never"
    assert said.allowed == (row["word"] == "yes")
    assert said.rule == (row["rule"] or "allowed")
    assert earliest == (row["earliest"] or "never")
    if "grade" in facts and said.source is not None:
        assert said.source.grade == facts["grade"]
        assert not said.source.is_law
