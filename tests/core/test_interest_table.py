"""Many debts at once come to what each comes to alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.interest import (
    Balance,
    DayCount,
    InterestTerms,
    Quote,
    Rate,
    Reference,
    accrue,
)
from recaudo.core.interest_table import InterestTable
from recaudo.core.money import Money

START = date(2025, 1, 1)
OFFSETS = st.integers(0, 500)
CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))


def day(offset: int) -> date:
    return START + timedelta(days=offset)


@st.composite
def series(draw: st.DrawFn) -> list[Rate]:
    """Rates with or without gaps between them."""
    cuts = sorted(draw(st.sets(OFFSETS, min_size=2, max_size=8)))
    spans = list(pairwise(cuts))
    kept = draw(st.lists(st.booleans(), min_size=len(spans), max_size=len(spans)))
    return [
        Rate(day(first), day(last), Decimal(draw(st.integers(0, 60))), Quote.EFFECTIVE_ANNUAL, "r")
        for (first, last), is_there in zip(spans, kept, strict=True)
        if is_there
    ]


@st.composite
def terms(draw: st.DrawFn) -> InterestTerms:
    fixed = draw(st.sampled_from(["day", "half_year"]))
    legal = Reference("L", Decimal("1.5"), Decimal(1), fixed)  # type: ignore[arg-type]
    agreed = Rate(START, None, Decimal(24), draw(st.sampled_from(list(Quote))), "c. 7")
    return InterestTerms(
        draw(st.sampled_from([agreed, None])),
        draw(st.sampled_from([legal, None])),
        draw(st.sampled_from([(), (Reference("C"),)])),
        draw(st.sampled_from(list(DayCount))),
        draw(st.integers(0, 40)),
        draw(st.booleans()),
    )


@given(
    terms=terms(),
    legal=series(),
    ceiling=series(),
    steps=st.lists(st.tuples(OFFSETS, CENTS), min_size=1, max_size=5, unique_by=lambda s: s[0]),
    due=OFFSETS,
    until=OFFSETS,
)
def test_a_table_says_what_each_debt_says_alone(
    terms: InterestTerms,
    legal: list[Rate],
    ceiling: list[Rate],
    steps: list[tuple[int, Decimal]],
    due: int,
    until: int,
) -> None:
    rates = {"L": legal, "C": ceiling}
    balances = [Balance(day(offset), Money(amount, "COP")) for offset, amount in steps]
    table = InterestTable(terms, "COP", rates, first=START, until_on=day(500))
    told = table.accrued(balances, due_on=day(due), until_on=day(until))
    alone = accrue(balances, due_on=day(due), until_on=day(until), terms=terms, rates=rates)
    if told is not None:
        assert (told.amount, told.stopped_on, told.missing) == (
            alone.amount,
            alone.stopped_on,
            alone.missing,
        )


@pytest.mark.parametrize(("until", "is_stopped"), [(31, False), (32, True)])
def test_where_the_rates_end_the_table_stops_too(until: int, is_stopped: bool) -> None:
    rates = {"L": [Rate(START, day(31), Decimal(20), Quote.EFFECTIVE_ANNUAL, "r")]}
    terms = InterestTerms(None, Reference("L"), (), DayCount.ACTUAL_365, 0)
    table = InterestTable(terms, "COP", rates, first=START, until_on=day(60))
    told = table.accrued(
        [Balance(START, Money(Decimal(1_000_000), "COP"))], due_on=START, until_on=day(until)
    )
    assert told is not None
    assert (told.stopped_on is not None) is is_stopped
    assert told.amount.amount > 0
