"""Default interest: the worked tables of docs/rules/interest.md, and what holds of every debt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recaudo.core.interest import (
    Accrued,
    Balance,
    DayCount,
    InterestTerms,
    Quote,
    Rate,
    Reference,
    accrue,
    daily_rate,
    days_between,
)
from recaudo.core.money import Money, Rounding
from recaudo.core.problems import Problem

from .rules import Table, tables

DAY = timedelta(days=1)
DUE = date(2026, 1, 10)


def cop(amount: str | int) -> Money:
    return Money(Decimal(amount), "COP")


def days(text: str) -> date:
    return date.fromisoformat(text)


def rate_of(text: str) -> Rate:
    """``2026-01-01..2026-02-01 24 effective_annual``; nothing after the dots: still."""
    span, per_cent, quote = text.split()
    start, _, end = span.partition("..")
    until_on = days(end) if end else None
    return Rate(days(start), until_on, Decimal(per_cent), Quote(quote), "prueba")


def reference_of(text: str) -> Reference:
    """``CO.ibc``, ``CO.ibc*1.5``, ``EU.ecb.mro+8@half_year``."""
    text, _, fixed_for = text.partition("@")
    text, _, spread = text.partition("+")
    series, _, multiple = text.partition("*")
    return Reference(
        series,
        Decimal(multiple or 1),
        Decimal(spread or 0),
        "half_year" if fixed_for == "half_year" else "day",
    )


def told(facts: dict[str, str]) -> Accrued:
    """What the mark above a table asks."""
    currency = facts.get("currency", "COP")
    balances = []
    for part in facts["capital"].split(";"):
        day, amount = part.split()
        balances.append(Balance(days(day), Money(Decimal(amount), currency)))
    rates: dict[str, list[Rate]] = {}
    for part in facts.get("rates", "").split(";"):
        if part.strip():
            series, _, rate = part.strip().partition(" ")
            rates.setdefault(series, []).append(rate_of(rate))
    terms = InterestTerms(
        rate_of(facts["agreed"]) if "agreed" in facts else None,
        reference_of(facts["legal"]) if "legal" in facts else None,
        tuple(reference_of(part) for part in facts.get("ceiling", "").split(";") if part),
        DayCount(facts.get("count", "actual_365")),
        int(facts.get("grace", "0")),
        "grace_free" in facts,
    )
    due_on, until_on = days(facts["due"]), days(facts["until"])
    return accrue(balances, due_on=due_on, until_on=until_on, terms=terms, rates=rates)


@pytest.mark.parametrize("table", tables("interest.md", "interest"), ids=lambda t: t.facts["case"])
def test_the_worked_tables_are_true(table: Table) -> None:
    accrued = told(table.facts)

    found = [
        {
            "from": str(stretch.from_on),
            "until": str(stretch.until_on),
            "days": str(stretch.days),
            "capital": f"{stretch.capital.amount:f}",
            "rate": f"{stretch.per_cent.normalize():f}",
            "basis": stretch.basis,
            "interest": f"{stretch.amount:.6f}",
        }
        for stretch in accrued.stretches
    ]
    expected = [row for row in table.rows if row["from"] != "-"]
    assert found == expected
    assert accrued.amount.amount == Decimal(table.facts["interest"])
    assert (str(accrued.stopped_on) if accrued.stopped_on else "") == table.facts.get("stopped", "")
    assert accrued.missing == table.facts.get("missing", "")


# -- properties

START = date(2024, 1, 1)
DATES = st.integers(0, 900).map(lambda n: START + timedelta(days=n))
CAPITALS = st.integers(0, 10**13).map(lambda n: Money.of_ten_thousandths(n, "COP"))
PER_CENT = st.integers(0, 200_000).map(lambda n: Decimal(n).scaleb(-3))
QUOTES = st.sampled_from(Quote)
REFERENCES = st.builds(
    Reference,
    st.sampled_from(["A", "B"]),
    st.sampled_from([Decimal(1), Decimal("1.5")]),
    st.sampled_from([Decimal(0), Decimal(8), Decimal(-5)]),
    st.sampled_from(["day", "half_year"]),
)


@st.composite
def series(draw: st.DrawFn) -> list[Rate]:
    """Back to back, now and then with a gap; one quote, as a published series has."""
    cuts = sorted(draw(st.lists(DATES, min_size=1, max_size=5, unique=True)))
    quote = draw(QUOTES)
    found = []
    for start, end in zip([date(2020, 1, 1), *cuts], [*cuts, None], strict=True):
        if draw(st.integers(0, 9)):
            found.append(Rate(start, end, draw(PER_CENT), quote, "publicada"))
    return found


@st.composite
def agreed(draw: st.DrawFn) -> Rate | None:
    if draw(st.booleans()):
        return None
    start, end = draw(DATES), draw(st.one_of(st.none(), st.just(START + timedelta(days=1000))))
    return Rate(start, end, draw(PER_CENT), draw(QUOTES), "contrato")


TERMS = st.builds(
    InterestTerms,
    agreed(),
    st.one_of(st.none(), REFERENCES),
    st.lists(REFERENCES, max_size=2).map(tuple),
    st.sampled_from(DayCount),
    st.sampled_from([0, 0, 1, 30]),
    st.booleans(),
)
RATES = st.fixed_dictionaries({"A": series(), "B": series()})


@st.composite
def histories(draw: st.DrawFn) -> list[Balance]:
    days = sorted(draw(st.lists(DATES, max_size=4, unique=True)))
    return [Balance(day, draw(CAPITALS)) for day in [date(2020, 1, 1), *days]]


def exact(accrued: Accrued) -> Decimal:
    with localcontext(prec=90):
        return sum((stretch.amount for stretch in accrued.stretches), Decimal(0))


def capital_on(balances: Sequence[Balance], day: date) -> Money:
    return [one.capital for one in balances if one.from_on <= day][-1]


def per_day(reference: Reference, day: date, rates: dict[str, list[Rate]]) -> Rate | None:
    if reference.fixed_for == "half_year":
        day = date(day.year, 1 if day.month < 7 else 7, 1) - DAY
    found = [rate for rate in rates[reference.series] if rate.covers(day)]
    if not found:
        return None
    value = found[-1].per_cent * reference.multiple + reference.spread
    return replace(found[-1], per_cent=max(value, Decimal(0)))


def day_by_day(
    balances: list[Balance],
    due_on: date,
    until_on: date,
    terms: InterestTerms,
    rates: dict[str, list[Rate]],
) -> Decimal:
    """The same, the slow way: every day by itself, nothing joined."""
    grace_ends = due_on + timedelta(days=terms.grace_days)
    if until_on <= grace_ends:
        return Decimal(0)
    whole = Decimal(0)
    day = grace_ends if terms.is_grace_free else due_on
    while day < until_on:
        capital = capital_on(balances, day)
        if day < grace_ends:
            capital = min(capital, capital_on(balances, grace_ends))
        own = terms.agreed if terms.agreed and terms.agreed.covers(day) else None
        if capital and (own or terms.legal):
            rate = own if own else per_day(terms.legal, day, rates) if terms.legal else None
            tops = [per_day(ceiling, day, rates) for ceiling in terms.ceilings]
            if rate is None or None in tops:
                return whole
            count = days_between(day, day + DAY, terms.day_count)
            year = 365 if terms.day_count is DayCount.ACTUAL_360 else None
            bearing = [daily_rate(rate.per_cent, rate.quote, terms.day_count)]
            bearing += [
                daily_rate(
                    top.per_cent, top.quote, DayCount.ACTUAL_365 if year else terms.day_count
                )
                for top in tops
                if top
            ]
            whole += capital.amount * min(bearing) * count
        day += DAY
    return whole


@given(histories(), DATES, DATES, TERMS, RATES)
def test_it_is_what_each_single_day_bears(
    balances: list[Balance],
    due_on: date,
    until_on: date,
    terms: InterestTerms,
    rates: dict[str, list[Rate]],
) -> None:
    accrued = accrue(balances, due_on=due_on, until_on=until_on, terms=terms, rates=rates)

    with localcontext(prec=90):
        assert exact(accrued) == day_by_day(balances, due_on, until_on, terms, rates)
    if accrued.stopped_on:
        assert all(stretch.until_on <= accrued.stopped_on for stretch in accrued.stretches)
        assert accrued.missing in rates


@given(histories(), DATES, DATES, DATES, TERMS, RATES)
def test_a_span_cut_at_any_day_adds_up(
    balances: list[Balance],
    due_on: date,
    cut: date,
    until_on: date,
    terms: InterestTerms,
    rates: dict[str, list[Rate]],
) -> None:
    terms = replace(terms, grace_days=0)
    whole = accrue(balances, due_on=due_on, until_on=until_on, terms=terms, rates=rates)
    assume(whole.stopped_on is None)
    nothing = Balance(date(2020, 1, 1), cop(0))
    rest = [nothing, Balance(cut, capital_on(balances, cut))]
    rest += [balance for balance in balances if balance.from_on > cut]

    before = accrue(balances, due_on=due_on, until_on=min(cut, until_on), terms=terms, rates=rates)
    after = accrue(rest, due_on=due_on, until_on=until_on, terms=terms, rates=rates)

    with localcontext(prec=90):
        assert exact(before) + exact(after) == exact(whole)


@given(histories(), DATES, DATES, st.integers(0, 60), TERMS, RATES)
def test_it_never_falls_as_days_go_by(
    balances: list[Balance],
    due_on: date,
    until_on: date,
    more: int,
    terms: InterestTerms,
    rates: dict[str, list[Rate]],
) -> None:
    later = until_on + timedelta(days=more)
    now = accrue(balances, due_on=due_on, until_on=until_on, terms=terms, rates=rates)
    then = accrue(balances, due_on=due_on, until_on=later, terms=terms, rates=rates)

    assert exact(now) <= exact(then)
    assert now.amount <= then.amount


@given(histories(), DATES, DATES, TERMS, RATES)
def test_no_stretch_bears_more_than_the_ceiling(
    balances: list[Balance],
    due_on: date,
    until_on: date,
    terms: InterestTerms,
    rates: dict[str, list[Rate]],
) -> None:
    accrued = accrue(balances, due_on=due_on, until_on=until_on, terms=terms, rates=rates)

    for stretch in accrued.stretches:
        for ceiling in terms.ceilings:
            top = per_day(ceiling, stretch.from_on, rates)
            assert top is not None
            highest = daily_rate(top.per_cent, top.quote, terms.day_count)
            with localcontext(prec=90):
                assert stretch.amount <= stretch.capital.amount * highest * stretch.days


@given(DATES, DATES, TERMS, RATES)
def test_no_capital_bears_nothing_and_needs_no_rate(
    due_on: date, until_on: date, terms: InterestTerms, rates: dict[str, list[Rate]]
) -> None:
    nothing = [Balance(date(2020, 1, 1), cop(0))]

    accrued = accrue(nothing, due_on=due_on, until_on=until_on, terms=terms, rates=rates)

    assert accrued == Accrued(cop(0).to_minor_unit(Rounding.HALF_UP), ())


@given(histories(), st.integers(0, 40), TERMS, RATES)
def test_paid_within_the_grace_bears_nothing_however_late_one_asks(
    balances: list[Balance], paid_after: int, terms: InterestTerms, rates: dict[str, list[Rate]]
) -> None:
    due_on = date(2025, 3, 1)
    in_time = replace(terms, grace_days=paid_after)
    history = [Balance(date(2020, 1, 1), cop(5000)), Balance(due_on, cop(5000))]
    history.append(Balance(due_on + timedelta(days=paid_after), cop(0)))

    for until_on in (due_on, due_on + timedelta(days=paid_after), due_on + timedelta(days=400)):
        accrued = accrue(history, due_on=due_on, until_on=until_on, terms=in_time, rates=rates)
        assert not accrued.stretches and not accrued.amount


# -- thresholds

MONTHLY = Rate(date(2020, 1, 1), None, Decimal(3), Quote.NOMINAL_MONTHLY, "contrato")
PLAIN = InterestTerms(MONTHLY, None, (), DayCount.THIRTY_360, 0)
THOUSAND = [Balance(date(2025, 1, 1), cop(1000))]


@pytest.mark.parametrize(("late", "interest"), [(-1, 0), (0, 0), (1, 1), (2, 2)])
def test_due_today_bears_nothing_yet(late: int, interest: int) -> None:
    until_on = DUE + timedelta(days=late)
    assert accrue(THOUSAND, due_on=DUE, until_on=until_on, terms=PLAIN, rates={}).amount == cop(
        interest
    ).to_minor_unit(Rounding.HALF_UP)


@pytest.mark.parametrize(
    ("late", "grace_free", "interest"),
    [(4, False, 0), (5, False, 0), (6, False, 6), (5, True, 0), (6, True, 1)],
)
def test_grace_the_day_before_the_day_and_the_day_after(
    late: int, grace_free: bool, interest: int
) -> None:
    terms = replace(PLAIN, grace_days=5, is_grace_free=grace_free)
    until_on = DUE + timedelta(days=late)
    assert accrue(THOUSAND, due_on=DUE, until_on=until_on, terms=terms, rates={}).amount == cop(
        interest
    ).to_minor_unit(Rounding.HALF_UP)


def test_a_half_cent_is_rounded_up_once_and_at_the_end() -> None:
    """Two stretches of 0.005 each are one centavo, not two."""
    history = [Balance(date(2025, 1, 1), cop("5")), Balance(DUE + DAY, cop("5.0001"))]
    accrued = accrue(history, due_on=DUE, until_on=DUE + DAY, terms=PLAIN, rates={})
    assert accrued.amount == cop("0.01")
    accrued = accrue(history, due_on=DUE, until_on=DUE + 2 * DAY, terms=PLAIN, rates={})
    assert len(accrued.stretches) == 2 and accrued.amount == cop("0.01")


def test_a_year_of_365_days_bears_a_nominal_rate_to_the_cent() -> None:
    """100.02 at 24.0125 % is 24.0173025: thirds of a cent on the way leave nothing behind."""
    rate = Rate(date(2020, 1, 1), None, Decimal("12.5"), Quote.NOMINAL_ANNUAL, "contrato")
    terms = InterestTerms(rate, None, (), DayCount.ACTUAL_365, 0)
    history = [Balance(date(2025, 1, 1), cop("100.04"))]
    accrued = accrue(
        history, due_on=date(2026, 1, 1), until_on=date(2027, 1, 1), terms=terms, rates={}
    )
    assert accrued.amount == cop("12.51")  # 12.505 exactly


def test_a_year_over_360_days_stops_at_the_ceiling_of_a_whole_year() -> None:
    agreed = Rate(date(2020, 1, 1), None, Decimal(24), Quote.NOMINAL_ANNUAL, "contrato")
    terms = InterestTerms(agreed, None, (Reference("T"),), DayCount.ACTUAL_360, 0)
    rates = {"T": [replace(agreed, source="tope")]}
    accrued = accrue(
        [Balance(date(2025, 1, 1), cop(1000))],
        due_on=date(2026, 1, 1),
        until_on=date(2027, 1, 1),
        terms=terms,
        rates=rates,
    )
    assert accrued.amount == cop("240.00")
    assert accrued.stretches[0].basis == "ceiling"


def test_rates_in_different_quotes_are_compared_by_the_day() -> None:
    agreed = Rate(date(2020, 1, 1), None, Decimal(24), Quote.NOMINAL_ANNUAL, "contrato")
    top = Rate(date(2020, 1, 1), None, Decimal("24.36"), Quote.EFFECTIVE_ANNUAL, "tope")
    terms = InterestTerms(agreed, None, (Reference("T"),), DayCount.ACTUAL_365, 0)
    accrued = accrue(THOUSAND, due_on=DUE, until_on=DUE + 30 * DAY, terms=terms, rates={"T": [top]})
    (stretch,) = accrued.stretches
    assert (stretch.basis, stretch.per_cent) == ("ceiling", Decimal("24.36"))


def test_a_missing_ceiling_stops_an_agreed_rate_too() -> None:
    terms = replace(PLAIN, ceilings=(Reference("T"),))
    accrued = accrue(THOUSAND, due_on=DUE, until_on=DUE + 9 * DAY, terms=terms, rates={})
    assert (accrued.stopped_on, accrued.missing) == (DUE, "T")
    assert not accrued.amount


def test_once_stopped_a_later_rate_does_not_start_it_again() -> None:
    ended = Rate(DUE, DUE + 2 * DAY, Decimal(30), Quote.NOMINAL_ANNUAL, "x")
    later = replace(ended, from_on=DUE + 5 * DAY, until_on=None)
    terms = InterestTerms(None, Reference("T"), (), DayCount.THIRTY_360, 0)
    accrued = accrue(
        THOUSAND, due_on=DUE, until_on=DUE + 9 * DAY, terms=terms, rates={"T": [ended, later]}
    )
    assert accrued.stopped_on == DUE + 2 * DAY
    assert sum(stretch.days for stretch in accrued.stretches) == 2


@pytest.mark.parametrize(
    ("balances", "grace", "code"),
    [
        ([], 0, "balance_missing"),
        ([Balance(DUE, cop(-1))], 0, "balance_negative"),
        ([Balance(DUE, cop(1)), Balance(DUE, Money(Decimal(1), "USD"))], 0, "currency_mismatch"),
        ([Balance(DUE, cop(1))], -1, "grace_negative"),
    ],
)
def test_what_cannot_be_is_refused(balances: list[Balance], grace: int, code: str) -> None:
    with pytest.raises(Problem) as refused:
        accrue(
            balances,
            due_on=DUE,
            until_on=DUE + DAY,
            terms=replace(PLAIN, grace_days=grace),
            rates={},
        )
    assert refused.value.code == code
