"""The packs' numbers as rules: what the law of a place lets a creditor charge."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from recaudo.core.application import COMPONENTS, HOUSE_ORDER
from recaudo.core.interest import DayCount, Quote, Reference
from recaudo.core.money import currency_code
from recaudo.core.problems import Problem
from recaudo.countries import REGIMES, Pack, national_pack, pack_codes, words
from recaudo.countries.charging import (
    constant_rate,
    fees_of,
    interest_of,
    known_series,
    may_agree_order,
    order_of_pack,
)
from recaudo.countries.telling import told

CODES = [code for code in pack_codes() if "-" not in code]
IBC = Reference("CO.ibc.consumo_ordinario", Decimal("1.5"))


def pack(code: str) -> Pack:
    return national_pack(code)


@pytest.mark.parametrize("code", CODES)
def test_interest_comes_before_capital_and_every_component_has_its_place(code: str) -> None:
    order = order_of_pack(pack(code))
    flat = [component for tier in order.tiers for component in tier]

    assert sorted(flat) == sorted(COMPONENTS)
    assert flat.index("interest") < flat.index("fees") < flat.index("capital") == len(flat) - 1
    assert order.first == "component"


def test_peru_puts_costs_after_interest_by_law_and_others_by_the_house() -> None:
    assert order_of_pack(pack("PE")) == HOUSE_ORDER
    assert pack("PE").imputation.costs == "after_interest"
    for code in ("CO", "CL", "AR", "ES", "BR"):
        assert pack(code).imputation.costs == "unspecified"
        (line,) = lines(code, "consumer", "imputation")
        assert "regla propia" in line
    assert "regla propia" not in lines("PE", "consumer", "imputation")[0]


def test_mexico_pays_all_interest_by_maturity() -> None:
    assert order_of_pack(pack("MX")).tiers[0] == ("default_interest", "interest")


def test_a_contract_may_say_another_order() -> None:
    assert all(may_agree_order(pack(code)) for code in CODES)


def test_in_colombia_the_legal_rate_is_the_ceiling() -> None:
    lawful = interest_of(pack("CO"), "company")
    assert (lawful.legal, lawful.ceilings) == (IBC, (IBC,))
    assert lawful.day_count is DayCount.ACTUAL_365
    assert "884" in lawful.source.article


def test_another_class_of_credit_keeps_the_multiple_of_its_family() -> None:
    micro = interest_of(pack("CO"), "consumer", ceiling_series="CO.ibc.microcredito")
    assert micro.ceilings == (Reference("CO.ibc.microcredito", Decimal("1.5")),)
    rural = interest_of(pack("CO"), "consumer", legal_series="CO.ibc.productivo_rural")
    assert rural.legal == Reference("CO.ibc.productivo_rural", Decimal("1.5"))
    own = interest_of(pack("AR"), "consumer", ceiling_series="AR.propia")
    assert own.ceilings == (Reference("AR.propia"),)


def test_eight_points_over_the_bank_rate_of_the_eve_of_the_half_year_between_companies() -> None:
    for code, series in (("ES", "EU.ecb.mro"), ("GB", "GB.boe")):
        wanted = Reference(series, spread=Decimal(8), fixed_for="half_year")
        assert interest_of(pack(code), "company").legal == wanted
        assert interest_of(pack(code), "small_company").legal == wanted
        assert interest_of(pack(code), "consumer").legal is None


def test_mexico_charges_the_lower_rate_unless_the_contract_is_civil() -> None:
    commercial = interest_of(pack("MX"), "consumer").legal
    civil = interest_of(pack("MX"), "consumer", legal_series="MX.legal.civil").legal
    assert commercial is not None and civil is not None

    found = [constant_rate(reference.series) for reference in (commercial, civil)]

    assert [rate.per_cent for rate in found if rate] == [Decimal(6), Decimal(9)]
    assert all(
        rate.covers(date(1990, 1, 1)) and rate.covers(date(2050, 1, 1)) for rate in found if rate
    )
    assert constant_rate("CO.ibc.consumo_ordinario") is None


@pytest.mark.parametrize("code", ["AR", "DO", "EC", "PE", "CR", "US", "default"])
def test_where_no_legal_rate_was_seen_only_an_agreed_one_is_charged(code: str) -> None:
    assert all(interest_of(pack(code), regime).legal is None for regime in REGIMES)


def test_a_ceiling_in_soles_is_none_for_dollars() -> None:
    def ceilings(currency: str) -> list[str]:
        lawful = interest_of(pack("PE"), "consumer", currency=currency)
        return [one.series for one in lawful.ceilings]

    assert ceilings("PEN") == ["PE.bcrp.max"]
    assert ceilings("USD") == ["PE.bcrp.max_usd"]
    assert ceilings("") == ["PE.bcrp.max", "PE.bcrp.max_usd"]


def test_what_is_not_verified_says_so() -> None:
    assert interest_of(pack("CO"), "consumer").is_verified
    assert not interest_of(pack("CO"), "consumer", legal_series="CO.legal.civil").is_verified
    assert not interest_of(pack("CL"), "consumer").is_verified
    assert not fees_of(pack("CL"), "consumer").is_missed_notice_verified
    assert not fees_of(pack("CR"), "consumer").is_verified


@pytest.mark.parametrize(
    ("code", "regime", "kind"),
    [
        ("CL", "consumer", "progressive"),
        ("CL", "company", "agreed"),
        ("CL", "small_company", "unknown"),
        ("PE", "supervised_lender", "forbidden"),
        ("PE", "company", "agreed"),
        ("PE", "guarantor", "unknown"),
        ("CO", "consumer", "agreed"),
        ("ES", "company", "fixed"),
        ("ES", "consumer", "unknown"),
        ("GB", "small_company", "by_size"),
        ("BR", "consumer", "agreed"),
        ("EC", "supervised_lender", "tariff"),
        ("EC", "consumer", "unknown"),
        ("DO", "company", "unknown"),
        ("default", "company", "unknown"),
    ],
)
def test_whose_fees_a_scale_is_for(code: str, regime: str, kind: str) -> None:
    assert fees_of(pack(code), regime).kind == kind


def test_what_the_charge_is_called() -> None:
    named = {code: fees_of(pack(code), "company").name for code in ("ES", "GB", "CO")}
    assert named == {"ES": "compensation", "GB": "compensation", "CO": "collection_fee"}
    assert fees_of(pack("BR"), "consumer").name == "late_fine"
    assert fees_of(pack("BR"), "company").name == "collection_fee"


def test_a_limit_is_the_consumers_and_not_the_companys() -> None:
    assert fees_of(pack("BR"), "consumer").max_pct == 2
    assert fees_of(pack("BR"), "company").max_pct is None
    assert fees_of(pack("CR"), "company").max_amount == 12
    assert fees_of(pack("CL"), "consumer").unit == currency_code("UF") == "CLF"


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("regime", REGIMES)
def test_every_rule_can_be_made_and_is_told(code: str, regime: str) -> None:
    lawful, rule = interest_of(pack(code), regime), fees_of(pack(code), regime)

    said = " ".join(lines(code, regime, "default_interest"))
    for reference in (lawful.legal, *lawful.ceilings):
        assert reference is None or reference.series in said
    assert words.FEE_KINDS[rule.kind] in lines(code, regime, "fees")[0]


def test_a_regime_that_does_not_exist_is_refused() -> None:
    for ask in (interest_of, fees_of):
        with pytest.raises(Problem, match="regime_unknown"):
            ask(pack("CO"), "vip")


def test_a_series_is_published_in_one_quote() -> None:
    for code in CODES:
        for row in pack(code).default_interest.rates:
            assert known_series()[row.series].quoted_as is Quote(row.quoted_as)


def lines(code: str, regime: str, subject: str) -> list[str]:
    (section,) = [one for one in told(pack(code), regime, str, "es") if one.subject == subject]
    return [line.text for line in section.lines]
