"""Spanish is the source; English is whole; each country's words are few, and fit their sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext, ngettext
from tools import translations as catalogues

from factories import make_creditor, make_member
from recaudo import words
from recaudo.access.models import User
from recaudo.core.problems import Problem
from recaudo.engine.facts import facts_about

OVERLAYS = ["es_CL", "es_CO", "es_MX", "es_PE"]


@pytest.fixture(autouse=True)
def speaks_as_before() -> Iterator[None]:
    """A page leaves its language active; the next test must not hear it."""
    with translation.override("es"):
        yield


def in_code() -> set[str | tuple[str, str]]:
    return {sentence for sentence, _ in catalogues.sentences()}


def test_the_facts_are_called_something_in_both_languages() -> None:
    known = in_code()
    for about in ("customer", "document"):
        for fact in facts_about(about).values():
            assert fact.label in known
            assert fact.explained.endswith(".")
            assert fact.explained != fact.meaning


def test_every_country_has_its_overlay() -> None:
    assert sorted(path.name for path in catalogues.LOCALE.glob("es_*")) == OVERLAYS


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_speaks_only_of_sentences_of_the_code(name: str) -> None:
    known = in_code()
    gone = [each.id for each in catalogues.read(name) if each.id and each.id not in known]
    assert not gone


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_keeps_the_placeholders_and_differs_in_words(name: str) -> None:
    for each in catalogues.read(name):
        if each.id:
            assert catalogues.placeholders(each.string) == catalogues.placeholders(each.id)
            assert each.string != each.id


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("es", "Edad de mora"),
        ("es-co", "Edad de mora"),
        ("es-cl", "Tramo de mora"),
        ("es-pe", "Tramo de mora"),
        ("es-mx", "Antigüedad"),
        ("en", "Ageing bucket"),
    ],
)
def test_a_bucket_has_the_name_of_the_country(language: str, word: str) -> None:
    with translation.override(language):
        assert gettext("Edad de mora") == word


@pytest.mark.parametrize("language", ["es-co", "es-cl", "es-mx", "es-pe", "es-ar", "es-419"])
def test_what_a_country_does_not_change_is_the_codes_spanish(language: str) -> None:
    with translation.override(language):
        assert gettext("Sin próximo paso") == "Sin próximo paso"
        assert ngettext("%(days)s día de mora", "%(days)s días de mora", 1) == (
            "%(days)s día de mora"
        )
        assert ngettext("%(days)s día de mora", "%(days)s días de mora", 2_000_000) == (
            "%(days)s días de mora"
        )


def test_a_written_off_debt_is_told_in_mexican_words_for_one_day_and_for_more() -> None:
    one = "{name} debe {balance}, ya castigado; lo más antiguo venció hace {days} día."
    many = "{name} debe {balance}, ya castigado; lo más antiguo venció hace {days} días."
    with translation.override("es-mx"):
        assert ngettext(one, many, 1).endswith(
            "ya en quebranto; lo más antiguo venció hace {days} día."
        )
        assert ngettext(one, many, 90).endswith("{days} días.")


def test_a_page_of_a_mexican_creditor_says_quebranto(db: None) -> None:
    creditor = make_creditor("norte", country="MX", currency="MXN", timezone="America/Mexico_City")
    page = enter(make_member(creditor)).get("/norte/ayuda/")
    assert page["Content-Language"] == "es-mx"
    assert "Quebranto" in page.content.decode()
    assert "Castigo" not in page.content.decode()


def test_the_same_page_in_colombia_says_castigo_and_in_english_write_off(db: None) -> None:
    user = make_member(make_creditor("andina"))
    assert "Castigo" in enter(user).get("/andina/ayuda/").content.decode()
    user.language = "en"
    user.save()
    told = enter(user).get("/andina/ayuda/").content.decode()
    assert "Write-off" in told


def test_the_list_of_facts_explains_them_in_the_readers_language(db: None) -> None:
    user = make_member(make_creditor("andina"))
    told = enter(user).get("/andina/trabajo/datos/").content.decode()
    assert "Saldo vencido" in told and "La parte del saldo cuyo vencimiento" in told
    user.language = "en"
    user.save()
    told = enter(user).get("/andina/trabajo/datos/").content.decode()
    assert "Overdue balance" in told and "The part of balance whose due date" in told


def test_a_refusal_is_told_in_english_with_its_facts() -> None:
    refusal = Problem("unknown_customer", customer="C1", creditor="andina")
    assert words.sentence(refusal, language="en") == (
        "There is no customer with the code «C1» in «andina»."
    )


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
