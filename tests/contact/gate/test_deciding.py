"""The decision itself: plain values in, a word out; no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recaudo.contact.gate.case import Case, Held, Item, Law, Said
from recaudo.contact.gate.decide import RULES, consent_of, decide
from recaudo.contact.gate.shapes import Request, Word
from recaudo.core.contact_rules import Rules

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
FREE = Rules("XX@1")
LAW = Law("XX@1", "consumer", FREE, FREE, FREE, FREE, ("UTC",), lambda day: False)


def case(**more: object) -> Case:
    given = {
        "request": Request(1, "email", document_ids=(7,)),
        "at": NOW,
        "today": NOW.date(),
        "customer_kind": "person",
        "do_not_contact_since": None,
        "items": [Item(7, "consumer", None, False)],
        "holds": [],
        "point": None,
        "party": None,
        "said": [],
        "histories": [[]],
        "law_of": lambda regimes: LAW,
        "midnight": lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC),
    }
    return Case(**given | more)  # type: ignore[arg-type]


def said(case_: Case) -> Word:
    return decide(case_)


#: Everything that can stand in the way, in the order in which it is named.
TROUBLES: list[tuple[str, dict[str, object]]] = [
    ("ledger_stale", {"stale": {"limit": 1}}),
    ("credits_cover", {"is_covered": True}),
    ("disputed", {"holds": [Held("disputed", "", None)]}),
    ("do_not_contact", {"do_not_contact_since": NOW.date()}),
    ("consent_withdrawn", {"said": [Said("*", "collection", None, False)]}),
    ("party_other", {"request": Request(1, "email", document_ids=(7,), party_id=3)}),
]


@pytest.mark.parametrize("place", range(len(TROUBLES)))
def test_of_several_troubles_the_first_in_order_is_named(place: int) -> None:
    together: dict[str, object] = {}
    for _, more in TROUBLES[place:]:
        together |= more
    assert said(case(**together)).rule == TROUBLES[place][0]


def test_the_troubles_stand_in_the_order_of_the_rules() -> None:
    places = [RULES.index(rule) for rule, _ in TROUBLES]
    assert places == sorted(places)


def test_where_no_rule_exists_the_contact_is_allowed_without_an_article() -> None:
    word = said(case())
    assert (word.is_allowed, word.article, word.grade) == (True, "", "")


def test_seconds_are_rounded_up_to_the_minute_never_down() -> None:
    opens = NOW + timedelta(seconds=30)
    asked = replace(case().request, not_before=opens)
    word = said(case(request=asked))
    assert word.earliest_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ([], None),
        ([("*", None, True)], True),
        ([("email", None, True)], True),
        ([("sms", None, True)], None),
        ([("*", None, True), ("email", None, False)], False),
        ([("email", None, False), ("*", None, True)], False),
        ([("email", None, False), ("email", None, True)], True),
        ([("*", None, False), ("email", None, True)], True),
        ([("*", None, False), ("sms", None, True)], False),
        ([("email", 5, False)], False),
        ([("email", 6, False)], None),
        ([("email", 5, False), ("email", None, True)], False),
        ([("email", 5, False), ("email", 5, True)], True),
    ],
)
def test_consent(words: list[tuple[str, int | None, bool]], allowed: bool | None) -> None:
    spoken = [Said(channel, "collection", point, granted) for channel, point, granted in words]
    assert consent_of(spoken, Request(1, "email", contact_point_id=5)) is allowed


def test_a_word_about_marketing_says_nothing_about_collection() -> None:
    assert consent_of([Said("email", "marketing", None, False)], Request(1, "email")) is None
