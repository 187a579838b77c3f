"""The messy Excel is read without a mapping, and what does not add up is exactly what is broken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from recaudo.demo.messy import write_messy
from recaudo.intake.reading import Hints, Reject, open_file

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DAY = date(2026, 11, 24)
COLOMBIA = Hints(country="CO", currency="COP", as_of=DAY)


@pytest.mark.parametrize("day", [DAY, date(2027, 2, 28), date(2028, 2, 29)], ids=str)
def test_the_messy_excel_differs_by_its_two_broken_rows(tmp_path: Path, day: date) -> None:
    write_messy(tmp_path / "cartera.xlsx", day)

    reading = open_file(tmp_path / "cartera.xlsx", hints=COLOMBIA)
    assert reading.questions == ()
    rejects: list[Reject] = []
    for batch in reading.batches():
        rejects += batch.rejects

    summary = reading.summary
    assert reading.printed_as_of == day
    assert [each.code for each in rejects] == ["no_such_date", "excel_error"]
    assert set(summary.by_record) == {"document", "credit"}
    printed = summary.printed[0].amount
    assert printed - summary.totals[""] == summary.rejected_total > 0


def test_the_example_in_the_repository_is_what_the_tool_writes(tmp_path: Path) -> None:
    write_messy(tmp_path / "cartera.xlsx", DAY)
    written = (tmp_path / "cartera.xlsx").read_bytes()
    assert written == (EXAMPLES / "cartera_desordenada.xlsx").read_bytes()


def test_the_clean_example_is_taken_whole() -> None:
    reading = open_file(EXAMPLES / "cartera.csv", hints=COLOMBIA)
    assert reading.questions == ()
    assert [len(batch.rejects) for batch in reading.batches()] == [0]
    assert reading.summary.totals == {"": Decimal("45708000")}
