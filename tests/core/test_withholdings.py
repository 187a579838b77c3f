"""Withholdings: the worked tables of docs/rules/interest.md, and what holds of every net."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.money import Money, total
from recaudo.core.problems import Problem
from recaudo.core.withholdings import Net, Withheld, expected

from .rules import Table, tables


def cop(amount: str | int) -> Money:
    return Money(Decimal(amount), "COP")


@pytest.mark.parametrize(
    "table", tables("interest.md", "withholdings"), ids=lambda t: t.facts["case"]
)
def test_the_worked_tables_are_true(table: Table) -> None:
    facts = table.facts
    whole = Money(Decimal(facts["total"]), facts["currency"])
    tax = Money(Decimal(facts["tax"]), facts["currency"]) if "tax" in facts else None
    rules = [
        Withheld(
            row["kind"],
            row["base"],  # type: ignore[arg-type]
            Decimal(row["pct"]),
            Decimal(row["minimum"]),
            Decimal(facts["assumed"]) if "assumed" in facts else None,
            int(facts["decimals"]) if "decimals" in facts else None,
        )
        for row in table.rows
    ]

    net = expected(whole, tax, rules)

    kept = {row["kind"]: Decimal(row["kept"]) for row in table.rows if row["kept"] != "0"}
    assert {kind: part.amount for kind, part in net.parts} == kept
    assert net.net.amount == Decimal(facts["net"])


RULES = st.lists(
    st.builds(
        Withheld,
        st.sampled_from(["retefuente", "reteiva", "reteica"]),
        st.sampled_from(["subtotal", "tax", "total"]),
        st.integers(0, 3000).map(lambda n: Decimal(n).scaleb(-2)),
        st.sampled_from([Decimal(0), Decimal(100000)]),
        st.sampled_from([Decimal(0), Decimal(19)]),
    ),
    max_size=3,
)


@given(st.integers(0, 10**12), st.one_of(st.none(), st.integers(0, 100)), RULES)
def test_net_and_parts_are_the_total(count: int, tax: int | None, rules: list[Withheld]) -> None:
    whole = Money.of_ten_thousandths(count, "COP")
    own = None if tax is None else Money.of_ten_thousandths(count * tax // 100, "COP")

    try:
        net = expected(whole, own, rules)
    except Problem as problem:
        assert problem.code == "withholding_too_much"  # half a peso up, of a document of centavos
        assert whole < cop(5)
        return

    assert net.net + total((part for _, part in net.parts), "COP") == whole
    assert net.net >= cop(0) and all(part > cop(0) for _, part in net.parts)
    assert all(part.amount == part.amount.to_integral() for _, part in net.parts)


@pytest.mark.parametrize(
    ("whole", "kept"), [("1189.99", None), ("1190", "25.00"), ("1190.01", "25.00")]
)
def test_the_minimum_is_measured_before_tax(whole: str, kept: str | None) -> None:
    rule = Withheld("retencion", "subtotal", Decimal("2.5"), Decimal(1000), Decimal(19))
    parts = expected(Money(Decimal(whole), "PEN"), None, [rule]).parts
    assert [part.amount for _, part in parts] == ([Decimal(kept)] if kept else [])


def test_no_rules_and_no_tax_is_all_of_it() -> None:
    assert expected(cop(1000), None, []) == Net(cop(1000))


@pytest.mark.parametrize(
    ("whole", "tax", "rule", "code"),
    [
        (-1, None, Withheld("x", "total", Decimal(1)), "withholding_total_negative"),
        (100, 101, Withheld("x", "total", Decimal(1)), "withholding_tax_wrong"),
        (100, -1, Withheld("x", "total", Decimal(1)), "withholding_tax_wrong"),
        (100, None, Withheld("x", "tax", Decimal(1)), "withholding_tax_unknown"),
        (100, None, Withheld("x", "subtotal", Decimal(1)), "withholding_tax_unknown"),
        (100, 19, Withheld("x", "total", Decimal(101)), "withholding_out_of_range"),
        (100, 19, Withheld("x", "total", Decimal(-1)), "withholding_out_of_range"),
        (100, 19, Withheld("x", "total", Decimal(1), Decimal(-1)), "withholding_out_of_range"),
        (
            100,
            None,
            Withheld("x", "tax", Decimal(1), assumed_tax_pct=Decimal(-1)),
            "withholding_out_of_range",
        ),
    ],
)
def test_what_cannot_be_is_refused(whole: int, tax: int | None, rule: Withheld, code: str) -> None:
    with pytest.raises(Problem) as refused:
        expected(cop(whole), None if tax is None else cop(tax), [rule])
    assert refused.value.code == code


def test_more_than_the_document_cannot_be_withheld() -> None:
    half = Withheld("a", "total", Decimal(60))
    with pytest.raises(Problem, match="withholding_too_much"):
        expected(cop(100), None, [half, half])
