"""The steps of a paper: the table of docs/rules/instruments.md."""

from __future__ import annotations

import pytest

from recaudo.core.instruments import STANDS, STEPS, check_step
from recaudo.core.problems import Problem

from .rules import tables

(TABLE,) = tables("instruments.md", "steps")


def test_the_table_has_every_step_and_no_other() -> None:
    told = {
        row["from"]: tuple(each for each in row["to"].split(", ") if each) for row in TABLE.rows
    }
    assert told == dict(STEPS)


@pytest.mark.parametrize("state", sorted(STEPS))
def test_a_step_that_is_not_in_it_is_refused(state: str) -> None:
    for wanted in STEPS:
        if wanted in STEPS[state]:
            check_step(state, wanted)
        else:
            with pytest.raises(Problem) as refused:
                check_step(state, wanted)
            assert refused.value.code == "instrument_step"


def test_what_has_ended_covers_nothing() -> None:
    assert not STEPS["withdrawn"]
    assert set(STANDS) < set(STEPS)
