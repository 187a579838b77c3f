"""Collection fees: the worked tables of docs/rules/interest.md, and what holds of every fee."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.fees import Bracket, Fee, FeeRule, collection_fee, reminder_fee
from recaudo.core.money import Money, Rounding
from recaudo.core.problems import Problem
from recaudo.countries import REGIMES, national_pack, pack_codes
from recaudo.countries.charging import fees_of

from .rules import Table, tables

CODES = [code for code in pack_codes() if "-" not in code]


def money(amount: str, currency: str) -> Money:
    return Money(Decimal(amount), currency)


@pytest.mark.parametrize("table", tables("interest.md", "fees"), ids=lambda t: t.facts["case"])
def test_the_worked_tables_are_true(table: Table) -> None:
    country, _, regime = table.facts["law"].partition(" ")
    rule = fees_of(national_pack(country), regime)
    if "agreed" in table.facts:
        rule = replace(rule, agreed_pct=Decimal(table.facts["agreed"]))
    currency = table.facts["currency"]

    for row in table.rows:
        fee = collection_fee(
            rule,
            overdue=money(row["overdue"], currency),
            days_late=int(row["days"]),
            unit_value=Decimal(table.facts["unit"]) if "unit" in table.facts else None,
            had_first_notice=row.get("notice", "yes") == "yes",
        )

        assert fee.amount.amount == Decimal(row["fee"]), row
        assert [f"{part.amount.normalize():f}" for part in fee.parts] == row["parts"].split(), row
        assert fee.refused == row.get("refused", "")


AMOUNTS = st.integers(0, 10**13).map(lambda n: Money.of_ten_thousandths(n, "CLP"))
PER_CENT = st.integers(0, 10_000).map(lambda n: Decimal(n).scaleb(-2))


@st.composite
def rules(draw: st.DrawFn) -> FeeRule:
    code, regime = draw(st.sampled_from(CODES)), draw(st.sampled_from(REGIMES))
    rule = fees_of(national_pack(code), regime)
    return replace(rule, agreed_pct=draw(PER_CENT)) if rule.kind == "agreed" else rule


def told(rule: FeeRule, overdue: Money, days_late: int, notice: bool) -> Fee:
    return collection_fee(
        rule,
        overdue=overdue,
        days_late=days_late,
        unit_value=Decimal("39640.12"),
        had_first_notice=notice,
    )


@given(rules(), AMOUNTS, st.integers(0, 400), st.booleans())
def test_parts_add_up_to_the_fee_and_a_refusal_is_no_money(
    rule: FeeRule, overdue: Money, days_late: int, notice: bool
) -> None:
    fee = told(rule, overdue, days_late, notice)

    with localcontext(prec=60):
        whole = sum((part.amount for part in fee.parts), Decimal(0))
        assert abs(whole - fee.amount.amount) <= Decimal("0.5")
    assert fee.amount.amount >= 0
    if fee.refused or not overdue:
        assert not fee.amount and not fee.parts


@given(AMOUNTS, AMOUNTS, st.integers(21, 400))
def test_who_owes_more_never_pays_a_smaller_fee(one: Money, more: Money, days_late: int) -> None:
    rule = fees_of(national_pack("CL"), "consumer")
    smaller = told(rule, one, days_late, True).amount
    assert smaller <= told(rule, min(one + more, Money(Decimal(10**14), "CLP")), 30, True).amount


@given(AMOUNTS, PER_CENT)
def test_no_contract_asks_for_more_than_the_law_lets_it(overdue: Money, agreed: Decimal) -> None:
    rule = replace(fees_of(national_pack("BR"), "consumer"), agreed_pct=agreed)
    fee = told(rule, overdue, 5, True)
    limit = overdue.times(Decimal("0.02"), Rounding.HALF_UP).to_minor_unit(Rounding.HALF_UP)
    assert fee.amount <= limit


@pytest.mark.parametrize(("late", "refused"), [(19, True), (20, True), (21, False)])
def test_chile_starts_after_the_twentieth_day(late: int, refused: bool) -> None:
    fee = told(fees_of(national_pack("CL"), "consumer"), money("100000", "CLP"), late, True)
    assert (fee.refused == "fee_too_early") is refused


def test_a_fee_by_law_needs_the_value_of_its_unit() -> None:
    fee = collection_fee(
        fees_of(national_pack("CL"), "consumer"),
        overdue=money("100000", "CLP"),
        days_late=30,
        unit_value=None,
        had_first_notice=True,
    )
    assert fee.refused == "fee_unit_value_missing" and not fee.amount


def test_a_contract_cannot_put_its_own_number_where_the_law_has_a_scale() -> None:
    rule = replace(fees_of(national_pack("CL"), "consumer"), agreed_pct=Decimal(20))
    assert told(rule, money("100000", "CLP"), 30, True).refused == "fees_by_law_only"


def test_peru_forbids_them_to_supervised_lenders_and_names_the_law() -> None:
    rule = fees_of(national_pack("PE"), "supervised_lender")
    fee = told(rule, money("1000", "PEN"), 90, True)
    assert fee.refused == "fees_forbidden" and "31143" in fee.article
    reminders = reminder_fee(rule, agreed=money("5", "PEN"), reminders=2)
    assert reminders.refused == "fees_forbidden" and not reminders.amount


def test_a_fee_per_reminder_as_agreed_where_the_law_lets_it() -> None:
    agreed = money("8000", "COP")
    fee = reminder_fee(fees_of(national_pack("CO"), "consumer"), agreed=agreed, reminders=3)
    assert fee.amount == money("24000.00", "COP") and fee.parts[0].base == 3

    in_chile = fees_of(national_pack("CL"), "consumer")
    assert reminder_fee(in_chile, agreed=agreed, reminders=1).refused == "fees_by_law_only"
    unknown = fees_of(national_pack("DO"), "consumer")
    assert reminder_fee(unknown, agreed=agreed, reminders=1).refused == "fees_not_researched"


@pytest.mark.parametrize(
    ("overdue", "fee"), [("999.99", "40"), ("1000", "70"), ("9999.99", "70"), ("10000", "100")]
)
def test_a_british_debt_pays_by_its_size(overdue: str, fee: str) -> None:
    rule = fees_of(national_pack("GB"), "company")
    assert told(rule, money(overdue, "GBP"), 1, True).amount == money(fee, "GBP")


def test_an_incomplete_rule_is_our_mistake_and_is_said() -> None:
    for rule in (
        FeeRule("fixed"),
        FeeRule("progressive", brackets=(Bracket(),)),
        FeeRule("by_size", brackets=(Bracket(),)),
    ):
        with pytest.raises(Problem, match="fee_rule_incomplete"):
            told(rule, money("10", "CLP"), 5, True)


def test_what_cannot_be_is_refused() -> None:
    rule = FeeRule("agreed", agreed_amount=Decimal(-1))
    with pytest.raises(Problem, match="fee_agreed_negative"):
        told(rule, money("10", "CLP"), 5, True)
    with pytest.raises(Problem, match="fee_overdue_negative"):
        told(rule, money("-10", "CLP"), 5, True)
    with pytest.raises(Problem, match="fee_agreed_negative"):
        reminder_fee(rule, agreed=money("-1", "CLP"), reminders=1)
    with pytest.raises(Problem, match="rate_not_positive"):
        collection_fee(
            FeeRule("fixed", unit="EUR", amount=Decimal(40)),
            overdue=money("10", "CLP"),
            days_late=1,
            unit_value=Decimal(0),
            had_first_notice=True,
        )
