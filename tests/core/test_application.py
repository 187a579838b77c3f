from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.application import (
    COMPONENTS,
    HOUSE_ORDER,
    Order,
    Owed,
    Stated,
    apply_credit,
    owed_after,
    reversal,
)
from recaudo.core.money import Money, total
from recaudo.core.problems import Problem

from .rules import Table, tables

ORDERS = [
    HOUSE_ORDER,
    Order(HOUSE_ORDER.tiers, "document"),
    Order((("default_interest", "interest"), ("fees", "insurance", "tax", "capital"))),
]


def cop(amount: str | int) -> Money:
    return Money(Decimal(amount), "COP")


def owed_of(table: Table) -> list[Owed]:
    return [
        Owed(
            int(row["document"]),
            row["number"],
            date.fromisoformat(row["due"]),
            row["component"],
            cop(row["open"]),
        )
        for row in table.rows
    ]


def stated_of(table: Table) -> list[Stated]:
    wishes = [part.split(":") for part in table.facts.get("stated", "").split(",") if part]
    return [Stated(int(wish[0]), cop(wish[1]) if wish[1:] else None) for wish in wishes]


@pytest.mark.parametrize(
    "table", tables("application.md", "application"), ids=lambda t: str(t.facts)
)
def test_the_worked_tables_are_true(table: Table) -> None:
    order = Order(
        HOUSE_ORDER.tiers, "document" if table.facts["first"] == "document" else "component"
    )

    applied = apply_credit(
        cop(table.facts["credit"]),
        owed_of(table),
        order,
        stated=stated_of(table),
        keep_rest="keep_rest" in table.facts,
    )

    received = {(line.document, line.component): line.amount for line in applied.lines}
    expected = {
        (int(row["document"]), row["component"]): cop(row["receives"])
        for row in table.rows
        if row["receives"] != "0"
    }
    assert received == expected
    assert applied.remainder == cop(table.facts["remainder"])


COUNTS = st.integers(0, 10**9)
KEYS = st.tuples(st.integers(1, 6), st.sampled_from(COMPONENTS))
START = date(2026, 1, 1)


@st.composite
def portfolios(draw: st.DrawFn) -> list[Owed]:
    keys = draw(st.lists(KEYS, max_size=12, unique=True))
    dues = draw(st.lists(st.integers(0, 3), min_size=7, max_size=7))
    return [
        Owed(
            document,
            f"F{document % 2}",
            START + timedelta(days=dues[document]),
            component,
            Money.of_ten_thousandths(draw(COUNTS), "COP"),
        )
        for document, component in keys
    ]


CREDITS = st.integers(1, 10**10).map(lambda count: Money.of_ten_thousandths(count, "COP"))
WISHES = st.lists(st.builds(Stated, st.integers(1, 7), st.one_of(st.none(), CREDITS)), max_size=4)


@given(CREDITS, portfolios(), st.sampled_from(ORDERS), WISHES, st.booleans())
def test_lines_and_remainder_are_the_credit_and_nothing_is_over_applied(
    credit: Money, owed: list[Owed], order: Order, stated: list[Stated], keep_rest: bool
) -> None:
    applied = apply_credit(credit, owed, order, stated=stated, keep_rest=keep_rest)

    assert total((line.amount for line in applied.lines), "COP") + applied.remainder == credit
    assert all(line.amount.amount > 0 for line in applied.lines)
    left = owed_after(owed, applied.lines)  # refuses what is over-applied
    if applied.remainder and not keep_rest:
        assert not any(part.open for part in left)


@given(CREDITS, portfolios(), st.sampled_from(ORDERS), WISHES)
def test_apply_then_reverse_is_the_identity(
    credit: Money, owed: list[Owed], order: Order, stated: list[Stated]
) -> None:
    lines = apply_credit(credit, owed, order, stated=stated).lines
    assert owed_after(owed_after(owed, lines), reversal(lines)) == tuple(owed)


@given(CREDITS, portfolios(), st.sampled_from(ORDERS), WISHES, st.randoms())
def test_the_order_in_which_the_debts_come_in_does_not_matter(
    credit: Money, owed: list[Owed], order: Order, stated: list[Stated], random: object
) -> None:
    shuffled = list(owed)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert apply_credit(credit, shuffled, order, stated=stated) == apply_credit(
        credit, owed, order, stated=stated
    )


@given(CREDITS, CREDITS, portfolios(), st.sampled_from(ORDERS))
def test_two_payments_leave_what_one_of_their_sum_leaves(
    one: Money, other: Money, owed: list[Owed], order: Order
) -> None:
    after_one = owed_after(owed, apply_credit(one, owed, order).lines)
    in_two = owed_after(after_one, apply_credit(other, after_one, order).lines)
    assert in_two == owed_after(owed, apply_credit(one + other, owed, order).lines)


@given(CREDITS, portfolios())
def test_no_capital_is_paid_while_any_interest_is_open(credit: Money, owed: list[Owed]) -> None:
    lines = apply_credit(credit, owed).lines
    left = owed_after(owed, lines)
    if any(line.component == "capital" for line in lines):
        assert not any(part.open for part in left if part.component != "capital")


def test_a_stated_document_that_owes_nothing_is_named() -> None:
    owed = [Owed(1, "F1", START, "capital", cop(10)), Owed(2, "F2", START, "capital", cop(0))]

    applied = apply_credit(cop(10), owed, stated=[Stated(9), Stated(2), Stated(1)])

    assert applied.not_owed == (9, 2)
    assert applied.remainder == cop(0)


def test_what_makes_no_sense_is_refused() -> None:
    part = Owed(1, "F1", START, "capital", cop(10))
    dollars = Owed(2, "F2", START, "capital", Money(Decimal(5), "USD"))
    refusals = {
        "credit_not_positive": lambda: apply_credit(cop(0), [part]),
        "currency_mismatch": lambda: apply_credit(cop(1), [part, dollars]),
        "component_unranked": lambda: apply_credit(cop(1), [part], Order((("interest",),))),
        "owed_negative": lambda: apply_credit(cop(1), [Owed(1, "F1", START, "capital", cop(-1))]),
        "owed_twice": lambda: apply_credit(cop(1), [part, part]),
        "stated_not_positive": lambda: apply_credit(cop(1), [part], stated=[Stated(1, cop(0))]),
        "over_applied": lambda: owed_after([part], apply_credit(cop(9), [part]).lines * 2),
        "not_owed": lambda: owed_after([], apply_credit(cop(9), [part]).lines),
    }
    for code, act in refusals.items():
        with pytest.raises(Problem) as refused:
            act()
        assert refused.value.code == code
