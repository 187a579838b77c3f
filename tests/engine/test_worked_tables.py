"""The worked tables of docs/rules/run.md."""

from __future__ import annotations

from datetime import date

import pytest

from core.rules import rows
from engine.portfolios import CALL, TODAY, a_day, customer, decide, document, email, phone, step
from recaudo.engine.lookups import day_number
from recaudo.engine.plan import Plan, Segment, Strategy

CHAIN = Strategy(
    "only",
    (
        step("first", "due", 1),
        step("second", "due", 15),
        step("third", "due", 30, **CALL),
        step("again", "repeat", 45, every_days=15, **CALL),
    ),
)
PLAN = Plan("COP", (Segment("all", "open_documents >= 0", "only"),), (CHAIN,), "only")


@pytest.mark.parametrize("row", rows("run.md", "chain"), ids=lambda row: f"{row['as of']}")
def test_the_chain_of_one_document(row: dict[str, str]) -> None:
    due, as_of = date.fromisoformat(row["due"]), date.fromisoformat(row["as of"])
    known = date.fromisoformat(row["known since"] or row["due"])
    spent = []
    if row["spent"]:
        key, on = row["spent"].split()
        spent = [_spent(key, due, date.fromisoformat(on))]
    ledger = {
        "customers": [customer()],
        "contact_points": [email(), phone()],
        "stays": [{"customer_id": 1, "segment": "all", "entered_day": 0}],
        "open_documents": [document(age=(TODAY - due).days, recorded_day=day_number(known))],
        "done_steps": spent,
    }
    result = decide(ledger, PLAN, a_day(as_of))
    (decision,) = result["decisions"].to_pylist()
    (word,) = result["document_decisions"].to_pylist()
    found = {
        "today": decision["step_key"] or "",
        "next": decision["next_step"],
        "next on": decision["next_on"].isoformat(),
        "missed": word["missed_step"] or "",
    }
    assert found == {name: row[name] for name in found}


def _spent(key: str, due: date, on: date) -> dict[str, object]:
    return {
        "customer_id": 1, "document_id": 1, "step_key": key, "anchor_day": day_number(due),
        "occurrence": 1, "done_day": day_number(on), "is_contact": 1, "is_open": 0,
    }  # fmt: skip
