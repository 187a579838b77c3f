"""The packs as they are written: whole, honest, and never loosened."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from recaudo.core.contact_rules import CHANNELS, Ask, Contact, judge
from recaudo.core.problems import Problem
from recaudo.countries import (
    REGIMES,
    holiday_check,
    national_pack,
    pack_codes,
    pack_for,
    read_house,
    stricter,
    words,
    zones_of,
)
from recaudo.countries.schema import SEEN, PackRow
from recaudo.countries.telling import told

COUNTRIES = ("AR", "BR", "CL", "CO", "CR", "DO", "EC", "ES", "GB", "MX", "PE", "US")
FILES = (*COUNTRIES, "default")


def text_of(code: str) -> str:
    return (files("recaudo.countries") / f"{code.lower()}.toml").read_text("utf-8")


def row(code: str) -> PackRow:
    return PackRow.model_validate(tomllib.loads(text_of(code)))


def place(code: str):
    country, _, state = code.partition("-")
    return pack_for(country, state)


def test_there_is_a_pack_for_each_country_and_a_default() -> None:
    assert {code for code in pack_codes() if "-" not in code} == set(FILES)
    assert {code for code in pack_codes() if "-" in code} == {
        f"BR-{state}" for state in ("SP", "RJ", "ES", "AM", "AL", "PR")
    }


@pytest.mark.parametrize("code", FILES)
def test_a_pack_is_whole(code: str) -> None:
    pack = row(code)

    assert pack.code == code
    for source in pack.sources.values():
        assert source.article or source.grade in {"house", "none", "memory"}
        assert all(address.startswith("https://") for address in source.addresses)
        assert not source.is_verified or source.grade in SEEN
    for zone in (*pack.zone_rule.zones, *sum(pack.zone_rule.by_subdivision.values(), ())):
        ZoneInfo(zone)


@pytest.mark.parametrize("code", FILES)
def test_law_that_counts_says_where_it_was_read(code: str) -> None:
    """Of the contact rules: whoever refuses a contact by law can show the place."""
    pack = row(code)
    states = [rule for state in pack.states.values() for rule in state.every_rule()]
    for rule in (*pack.every_rule(), *states):
        source = pack.sources[rule.source]
        assert source.addresses or not source.is_law, source.article


@pytest.mark.parametrize("code", FILES)
def test_every_code_has_words(code: str) -> None:
    pack = row(code)

    assert set(pack.conduct.forbidden) <= set(words.CONDUCT)
    assert set(pack.conduct.must_say) <= set(words.MUST_SAY)
    assert set(pack.conduct.third_party_allowed) <= set(words.ROLES)
    assert set(pack.imputation.order) <= set(words.COMPONENTS)
    states = [rule for state in pack.states.values() for rule in state.hours]
    rules = {rule.rule for rule in (*pack.hours, *pack.caps, *pack.spacings, *states)}
    assert rules <= set(words.RULES)


def test_no_words_for_codes_that_no_pack_has() -> None:
    packs = [row(code) for code in FILES]
    assert set(words.CONDUCT) == {code for pack in packs for code in pack.conduct.forbidden}
    assert set(words.MUST_SAY) == {code for pack in packs for code in pack.conduct.must_say}
    assert set(words.ROLES) == {code for pack in packs for code in pack.conduct.third_party_allowed}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (("grade = \"quoted\"", "grade = \"hearsay\""), "grade"),
        (("grade = \"memory\"\nis_law = false", "grade = \"memory\"\nis_law = true"), "evidence"),
        (("grade = \"memory\"\nis_law = false\nis_verified = false",
          "grade = \"memory\"\nis_law = false\nis_verified = true"), "not verified"),
        (("[[\"07:00\", \"19:00\"]]", "[[\"19:00\", \"07:00\"]]"), "ends before"),
        (("[[\"07:00\", \"19:00\"]]", "[[\"07:00:30\", \"19:00\"]]"), "whole minutes"),
        (("source = \"ley2300_6\"", "source = \"ley2300_99\""), "missing"),
        (("channels = [\"visit\"]", "channels = [\"fax\"]"), "channels"),
        (("schema = 1", "schema = 1\ncolour = \"red\""), "colour"),
        (("regimes = [\"company\"]", "regimes = [\"guarantor\"]"), "no hours for company"),
    ],
)  # fmt: skip
def test_a_pack_with_a_mistake_is_refused(wrong: tuple[str, str], why: str) -> None:
    text = text_of("CO")
    assert wrong[0] in text

    with pytest.raises(ValidationError, match=why):
        PackRow.model_validate(tomllib.loads(text.replace(*wrong)))


def test_consumer_law_does_not_bind_companies() -> None:
    """F8. DO is not consumer law."""
    for code in (code for code in pack_codes() if not code.startswith("DO")):
        rules = place(code).rules("company")
        sources = [one.source for one in (*rules.hours, *rules.caps, *rules.spacings)]
        assert sources and not any(source.is_law for source in sources), code
        assert not rules.caps and not rules.forbidden and rules.one_channel_a_week is None, code
    assert place("DO").rules("company").caps[0].source.is_law


@pytest.mark.parametrize("code", pack_codes())
def test_guarantors_and_supervised_lenders_are_under_consumer_law(code: str) -> None:
    pack = place(code)
    assert pack.rules("guarantor") == pack.rules("consumer") == pack.rules("supervised_lender")


@pytest.mark.parametrize("code", pack_codes())
def test_small_companies_have_the_same_limits_and_none_of_them_as_law(code: str) -> None:
    consumer, small = place(code).rules("consumer"), place(code).rules("small_company")

    assert [one.weekday for one in small.hours] == [one.weekday for one in consumer.hours]
    assert [one.max for one in small.caps] == [one.max for one in consumer.caps]
    assert set(small.forbidden) == set(consumer.forbidden)
    if not code.startswith("DO"):
        bound = (*small.hours, *small.caps, *small.spacings)
        assert not any(one.source.is_law for one in bound)
        assert {one.source.grade for one in bound} == {"house"}


@pytest.mark.parametrize("code", [code for code in FILES if code != "DO"])
def test_consumer_conduct_is_told_to_companies_as_an_example_only(code: str) -> None:
    lines = {
        section.subject: section.lines
        for section in told(place(code), "company", lambda text: text, "es")
    }
    assert not lines["conduct"][0].is_law
    assert lines["conduct"][0].mark


@pytest.mark.parametrize("code", FILES)
def test_nothing_of_ours_is_shown_as_law(code: str) -> None:
    for regime in REGIMES:
        for section in told(place(code), regime, lambda text: text, "es"):
            for line in section.lines:
                assert line.text
                assert line.is_law or line.mark, line
                assert line.is_verified or line.mark, line
                assert line.is_law == (line.mark in {"", "sin verificar"})


@pytest.mark.parametrize("code", FILES)
def test_both_languages_are_there(code: str) -> None:
    def every_text(value: object):
        if isinstance(value, dict):
            if set(value) == {"es", "en"}:
                yield value
            for inner in value.values():
                yield from every_text(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from every_text(inner)

    for text in every_text(tomllib.loads(text_of(code))):
        assert text["es"].strip() and text["en"].strip()


WEEKS = st.lists(
    st.tuples(st.integers(0, 20 * 24 * 4), st.sampled_from(CHANNELS), st.booleans()), max_size=25
)


@pytest.mark.parametrize("code", [code for code in pack_codes() if code != "default"])
@settings(max_examples=15, deadline=None)
@given(WEEKS)
def test_what_the_default_allows_every_country_allows(code: str, asked) -> None:
    """The cautious default is the strictest of all, contact by contact."""
    country, _, state = code.partition("-")
    pack, cautious = pack_for(country, state), pack_for("UY").rules("consumer")
    here = zones_of(country, state)[0]
    had: list[Contact] = []
    for quarters, channel, is_talk in sorted(asked):
        at = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=15 * quarters)
        ask = Ask(at, channel, here, holiday_check(pack, state))
        if judge(cautious, ask, had).allowed:
            said = judge(pack.rules("consumer"), ask, had)
            # A conversation bars calls for 7 days in the US, a week of one channel does so here.
            assert said.allowed, (said.rule, at)
            had.append(Contact(at, channel, "conversation" if is_talk else "attempt"))


HOUSE = """
[[hours]]
channels = ["call"]
weekday = [["10:00", "23:00"]]
saturday = [["00:00", "00:00"]]
sunday = [["00:00", "00:00"]]
holiday = [["00:00", "00:00"]]

[[caps]]
channels = ["*"]
max = 2
per = "week"
kind = "attempt"
scope = "debtor"

[[forbidden]]
channels = ["sms"]
"""


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(pack_codes()),
    st.sampled_from(REGIMES),
    st.sampled_from(CHANNELS),
    st.integers(0, 14 * 24 * 4),
    WEEKS,
)
def test_a_house_policy_never_loosens(code, regime, channel, quarters, had) -> None:
    country, _, state = code.partition("-")
    pack = pack_for(country, state)
    law = pack.rules(regime)
    both = stricter(law, read_house(HOUSE).rules(regime))
    start = datetime(2026, 11, 2, tzinfo=UTC)
    history = [
        Contact(start + timedelta(minutes=15 * n), how, "conversation" if talk else "attempt")
        for n, how, talk in had[:6]
    ]
    zone = next(iter(zones_of(country, state)), "UTC")
    at = start + timedelta(minutes=15 * quarters)
    ask = Ask(at, channel, zone, holiday_check(pack, state))

    by_law, by_both = judge(law, ask, history), judge(both, ask, history)

    assert by_law.allowed or not by_both.allowed
    if by_law.allowed and not by_both.allowed:
        assert by_both.source is not None and by_both.source.grade == "house"
        assert not by_both.source.is_law


def test_where_both_refuse_the_law_is_named() -> None:
    both = stricter(pack_for("CO").rules("consumer"), read_house(HOUSE).rules("consumer"))
    at = datetime.fromisoformat("2026-11-22T03:00:00-05:00")

    said = judge(both, Ask(at, "call", "America/Bogota", lambda day: False), [])

    assert said.source is not None and said.source.is_law
    assert both.pack == f"{pack_for('CO').rules('consumer').pack}+house"


def test_a_house_policy_of_one_regime_leaves_the_others() -> None:
    text = HOUSE.replace('channels = ["sms"]', 'channels = ["sms"]\nregimes = ["company"]')

    assert "sms" in read_house(text).rules("company").forbidden
    assert "sms" not in read_house(text).rules("consumer").forbidden


@pytest.mark.parametrize(
    "text", ["[[hours", "[[hours]]\nchannels = ['fax']", "caps = 3", "[[caps]]\nmax = -1"]
)
def test_a_house_policy_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="house_policy_unreadable"):
        read_house(text)


def test_an_unknown_state_is_judged_by_the_strictest_of_all() -> None:
    unknown, no_law = pack_for("BR"), pack_for("BR", "MG")

    assert len(unknown.rules("consumer").hours) == 7
    assert [hours.rule for hours in no_law.rules("consumer").hours] == ["hours_custom"]
    assert pack_for("BR", "São Paulo") is unknown
    assert pack_for("BR", "BR-SP") is pack_for("br", "sp")
    assert len(national_pack("BR").rules("consumer").hours) == 1


def test_codes_and_fingerprints_name_a_pack() -> None:
    assert pack_for("BR", "SP").code == "BR-SP"
    assert pack_for("BR", "MG").code == pack_for("BR").code == "BR"
    assert pack_for("UY").code == "default" and pack_for("UY").is_default
    pack = pack_for("CO")
    assert len(pack.fingerprint) == 8
    assert pack.rules("consumer").pack == f"CO@{pack.fingerprint}"
    assert len({pack_for(code).fingerprint for code in FILES}) == len(FILES)


def test_a_regime_that_is_none_is_refused() -> None:
    with pytest.raises(Problem, match="regime_unknown"):
        pack_for("CO").rules("vip")


def test_holidays_of_a_region_are_its_own() -> None:
    arica = date(2026, 6, 7)  # asalto y toma del Morro, only there
    check = {state: holiday_check(pack_for("CL"), state) for state in ("AP", "RM", "")}

    assert check["AP"](arica) and not check["RM"](arica)
    assert check[""](arica)  # nobody knows where: all of them count
    assert not holiday_check(pack_for("CL"), None)(arica)
    assert holiday_check(pack_for("UY"))(date(2026, 12, 25))
    assert not holiday_check(pack_for("XX"))(date(2026, 12, 25))


def test_zones_of_a_state_and_of_a_country() -> None:
    assert zones_of("MX", "BCN") == ("America/Tijuana",)
    assert zones_of("MX", "JAL") == ("America/Mexico_City",)
    assert zones_of("MX")[0] == "America/Mexico_City" and "America/Tijuana" in zones_of("MX")
    assert zones_of("CL", "MA") == ("America/Punta_Arenas",)
    assert zones_of("UY") == ("America/Montevideo",)
    assert zones_of("XX") == ()


@pytest.mark.parametrize("code", COUNTRIES)
def test_where_a_state_is_unknown_all_of_its_zones_are_asked(code: str) -> None:
    rule = pack_for(code).zone_rule
    now = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)

    def clocks(zone: str) -> tuple[object, ...]:
        return tuple(at.astimezone(ZoneInfo(zone)).utcoffset() for at in now)

    known = {clocks(zone) for zone in rule.zones}
    assert {clocks(zone) for zone in sum(rule.by_subdivision.values(), ())} <= known
