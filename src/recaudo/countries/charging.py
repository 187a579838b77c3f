"""What does the law of a place let a creditor charge, and in which order is it paid?

The packs' numbers as the values that core/ reckons with. Where the law is silent, what stands here
is the house's choice, and the telling says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from recaudo.core.application import HOUSE_ORDER, Order
from recaudo.core.contact_rules import Source
from recaudo.core.fees import Bracket, FeeKind, FeeName, FeeRule
from recaudo.core.interest import DayCount, Quote, Rate, Reference
from recaudo.core.money import currency_code
from recaudo.core.problems import Problem
from recaudo.countries.packs import DEFAULT, Pack, national_pack, pack_codes
from recaudo.countries.schema import REGIMES, Fees, RateRow, Regime, Text

#: Old enough for every debt: a number of the law itself has no day on which it was loaded.
ALWAYS = date(1900, 1, 1)
_SCALES: dict[str, FeeKind] = {
    "progressive_brackets": "progressive",
    "tariff_table": "tariff",
    "fixed_plus_costs": "fixed",
    "fixed_brackets_plus_costs": "by_size",
    "late_fine_pct": "agreed",
    "pct_capped": "agreed",
}
_NAMES: dict[str, FeeName] = {
    "fixed_plus_costs": "compensation",
    "fixed_brackets_plus_costs": "compensation",
    "late_fine_pct": "late_fine",
}


@dataclass(frozen=True, slots=True)
class LawfulInterest:
    """``legal``: the rate where none is agreed; None: then nothing may be charged. ``ceilings``:
    no agreed rate above any of them. ``is_verified``: all of these numbers, as far as the pack
    goes."""

    legal: Reference | None
    ceilings: tuple[Reference, ...]
    day_count: DayCount
    source: Source
    notes: tuple[Text, ...] = ()
    is_verified: bool = True


@dataclass(frozen=True, slots=True)
class Series:
    """A published rate that some pack reckons with. ``is_constant``: the law is the number."""

    code: str
    name: Text
    country: str
    quoted_as: Quote
    is_constant: bool


def order_of_pack(pack: Pack) -> Order:
    """Interest before capital where the code says so; costs after interest as Peru's code has it
    and, where the law is silent, as the house does."""
    if pack.imputation.is_interest_by_maturity:
        alike = ("default_interest", "interest")
        rest = tuple(tier for tier in HOUSE_ORDER.tiers if not set(tier) & set(alike))
        return Order((alike, *rest))
    return HOUSE_ORDER


def may_agree_order(pack: Pack) -> bool:
    """May a contract say another order?"""
    return pack.imputation.is_agreeable


def interest_of(
    pack: Pack,
    regime: str,
    *,
    currency: str = "",
    legal_series: str = "",
    ceiling_series: str = "",
) -> LawfulInterest:
    """Default interest for debts of ``regime`` in ``currency``; '' holds to every currency's
    ceiling.

    ``legal_series``, ``ceiling_series``: the contract's kind of credit has its own; they take the
    multiple and spread of their own row, or of the pack's rows of the same family (``CO.ibc``).
    Raises Problem ``regime_unknown``.
    """
    known = _regime(regime)
    about = pack.default_interest
    rows = [
        row
        for row in about.rates
        if known in (*row.regimes, *row.by_prudence)
        and (not currency or row.currency in ("", currency))
    ]
    legal = [row for row in rows if row.use == "legal"][:1]
    ceilings = [row for row in rows if row.use == "ceiling"]
    if legal_series:
        legal = _named(about.rates, "legal", legal_series)
    if ceiling_series:
        ceilings = _named(about.rates, "ceiling", ceiling_series)
    used = [*legal, *ceilings]
    source = pack.source(used[0].source) if used else pack.source_of(about, regime)
    return LawfulInterest(
        _reference(legal[0], legal_series) if legal else _alone(legal_series),
        tuple(_reference(row, ceiling_series) for row in ceilings)
        or tuple(one for one in (_alone(ceiling_series),) if one),
        DayCount(about.day_count),
        source,
        about.notes,
        source.is_verified and all(row.is_verified for row in used),
    )


def fees_of(pack: Pack, regime: str) -> FeeRule:
    """Collection fees for debts of ``regime``; the contract's own numbers are not in it: put them
    in with ``dataclasses.replace`` (``agreed_pct``, ``agreed_amount``).

    Raises Problem ``regime_unknown``.
    """
    known, about = _regime(regime), pack.fees
    source = pack.source(about.source)
    kind = _fee_kind(about, known)
    if kind not in _SCALES.values() or known not in about.regimes:
        return FeeRule(
            kind,
            article=source.article,
            is_verified=source.is_verified,
            may_agree_per_reminder=kind == "agreed",
        )
    numbers = about.numbers
    return FeeRule(
        kind,
        _NAMES.get(about.kind, "collection_fee"),
        unit=currency_code(about.unit) if about.unit else "",
        brackets=tuple(
            Bracket(row.up_to, row.pct, row.amount, row.days_from, row.days_to, row.is_known)
            for row in about.brackets
        ),
        amount=numbers.get("b2b_fixed"),
        free_days=about.charge_after_days or 0,
        missed_notice=about.missed_notice,
        is_missed_notice_verified=about.is_missed_notice_verified,
        max_pct=numbers.get("max_pct", numbers.get("pct")),
        max_amount=numbers.get("max_amount"),
        may_agree_per_reminder=kind == "agreed" and not numbers,
        article=source.article,
        is_verified=source.is_verified,
    )


def constant_rate(series: str) -> Rate | None:
    """The number that a law itself fixes (Mexico's 6 %): nobody loads it."""
    for country, row in _rows():
        if row.series == series and row.value is not None:
            article = national_pack(country).source(row.source).article
            return Rate(ALWAYS, None, row.value, Quote(row.quoted_as), article)
    return None


@cache
def known_series() -> dict[str, Series]:
    """Every series that some pack names, by code."""
    return {
        row.series: Series(
            row.series, row.name, country, Quote(row.quoted_as), row.value is not None
        )
        for country, row in _rows()
    }


def _rows() -> Iterator[tuple[str, RateRow]]:
    for code in pack_codes():
        if "-" not in code and code != DEFAULT:
            yield from ((code, row) for row in national_pack(code).default_interest.rates)


def _regime(typed: str) -> Regime:
    for regime in REGIMES:
        if regime == typed:
            return regime
    raise Problem("regime_unknown", regime=typed, known=list(REGIMES))


def _named(rows: tuple[RateRow, ...], use: str, series: str) -> list[RateRow]:
    """The pack's row for a series, or one of its family; none: nobody knows what to do with it."""
    own = [row for row in rows if row.use == use and row.series == series]
    family = series.rpartition(".")[0]
    kin = [row for row in rows if row.use == use and row.series.rpartition(".")[0] == family]
    return (own or kin)[:1]


def _reference(row: RateRow, series: str = "") -> Reference:
    return Reference(series or row.series, row.multiple, row.spread, row.fixed_for)


def _alone(series: str) -> Reference | None:
    """A series of the contract's own, as it is published."""
    return Reference(series) if series else None


def _fee_kind(about: Fees, regime: Regime) -> FeeKind:
    if regime in about.forbidden_for:
        return "forbidden"
    if about.kind in _SCALES and regime in about.regimes:
        return _SCALES[about.kind]
    return "agreed" if regime in about.agreed_for else "unknown"
