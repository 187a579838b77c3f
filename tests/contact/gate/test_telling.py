"""What a person reads: why, by which article, and when."""

from __future__ import annotations

import pytest
from django.utils import translation
from django_scopes import scope

from recaudo.contact.actions.policy import save_policy
from recaudo.contact.gate import Word, sentence_of
from recaudo.contact.models import Verdict
from recaudo.contact.words.gate import REFUSED

from .conftest import TODAY, Debt, contacted

HOUSE = '[[caps]]\nchannels = ["*"]\nmax = 0\nper = "day"\nkind = "attempt"\nscope = "debtor"\n'


@pytest.fixture(autouse=True)
def in_spanish():
    with translation.override("es"):
        yield


def test_an_allowed_contact_names_the_article_and_how_sure_it_is(debt: Debt):
    told = sentence_of(debt.look())
    assert told.startswith("Permitido:") and "Ley 2300" in told and "citado por terceros" in told


def test_a_refusal_says_why_by_what_and_when_in_the_customers_time(debt: Debt):
    told = sentence_of(debt.look(at="2026-11-21 15:00"))
    assert "de 08:00 a 15:00" in told and "Ley 2300" in told
    assert "lunes 23 noviembre, 07:00 (hora del cliente)" in told


def test_a_day_without_hours_says_so(debt: Debt):
    assert "domingo" in sentence_of(debt.look(at="2026-11-22 10:00"))


def test_a_cap_tells_its_number(debt: Debt):
    contacted(debt.customer, "2026-11-19 08:00")
    told = sentence_of(debt.look())
    assert "tope (1)" in told and "viernes 20 noviembre, 07:00" in told


def test_the_houses_rule_is_never_shown_as_law(debt: Debt):
    save_policy(debt.creditor, HOUSE, from_on=TODAY, today=TODAY, reason="x")
    told = sentence_of(debt.look())
    assert "regla propia" in told and "Ley" not in told and "Norma" not in told


def test_what_we_do_out_of_caution_is_never_shown_as_law(creditor):
    word = Word(False, "law", "hours", "Por analogía: x", "house", facts={"is_law": False})
    told = sentence_of(word)
    assert "por prudencia" in told and "Norma" not in told


def test_facts_name_no_article(debt: Debt):
    with scope(creditor=debt.creditor):
        debt.customer.do_not_contact_since = TODAY
        debt.customer.save()
    told = sentence_of(debt.look())
    assert "no contactar" in told and "Norma" not in told and "desde" not in told


def test_a_kept_verdict_reads_like_the_word(debt: Debt):
    contacted(debt.customer, "2026-11-19 08:00")
    kept = debt.admit()
    with scope(creditor=debt.creditor):
        assert sentence_of(Verdict.objects.get(pk=kept.verdict_id)) == sentence_of(kept.word)


@pytest.mark.parametrize("rule", sorted(REFUSED))
def test_every_refusal_has_a_whole_sentence_even_without_its_facts(rule: str):
    told = sentence_of(Word(False, "fact", rule))
    assert told.endswith(".") and "{" not in told


def test_a_rule_that_a_pack_names_itself_is_told_by_what_it_counts():
    facts = {"max": 3, "count": 3, "since": "2026-11-17", "is_law": True}
    told = sentence_of(Word(False, "law", "cap_of_mine", "Art. 1", "official", facts=facts))
    assert "tope (3)" in told and "Norma: Art. 1 (texto oficial)" in told
