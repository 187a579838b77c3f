"""At least 95 of 100 real payments are matched without a person, at most 1 of 1,000 wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.bank_measure import compare, load, match
from benchmarks.bank_set import build

from factories import make_creditor


@pytest.mark.django_db
def test_what_is_matched_without_a_person_and_what_of_it_is_wrong(shared_data: Path) -> None:
    made = build(shared_data / "payment_history", lines=1_500)
    creditor = make_creditor(currency="USD")
    load(creditor, made)
    match(creditor, made)
    found = compare(creditor, made)
    assert found.lines >= 1_500
    assert found.share_matched >= 0.95, found.left
    assert found.share_wrong <= 0.001, found.mistakes
