"""Reading a strategy book: what holds together, and everything that does not, told at once."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from recaudo.core.problems import Problem
from recaudo.engine.facts import facts_about
from recaudo.strategy.book import SIMULATED_UNTIL, STAGES, days_spoken, notices_of, read_book
from recaudo.strategy.preset import PRESETS, preset_toml
from recaudo.words import sentence

COUNTRIES = (
    ("CO", "COP"),
    ("MX", "MXN"),
    ("CL", "CLP"),
    ("PE", "PEN"),
    ("AR", "ARS"),
    ("EC", "USD"),
)
FORMAT = Path(__file__).resolve().parents[2] / "docs" / "rules" / "strategies.md"

SMALL = """
es = "Pequeña"
default_strategy = "una"

[steps.aviso]
es = "Aviso"
do = "message"
anchor = "due"
offset_days = 3
channels = ["email"]
template = "vencida"

[steps.insistir]
es = "Insistir"
do = "task"
task = "call"
anchor = "repeat"
offset_days = 10
every_days = 15
channels = ["phone"]

[strategies.una]
es = "Una"
steps = ["aviso", "insistir"]

[[segments]]
code = "en_mora"
es = "En mora"
when = "max_dpd > 0"
strategy = "una"

[[segments]]
code = "al_dia"
es = "Al día"
when = "claimable_balance > 0"
strategy = "una"
"""


def problems_of(toml: str) -> dict[str, Problem]:
    with pytest.raises(Problem, match="book_refused") as refused:
        read_book(toml)
    return {problem.code: problem for problem in refused.value.facts["problems"]}


def test_a_small_book_holds_together():
    book = read_book(SMALL)
    assert [segment.code for segment in book.text.segments] == ["en_mora", "al_dia"]
    plan = book.plan(currency="COP")
    assert plan.strategies[0].min_gap_days == 3


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("country", "currency"), COUNTRIES)
def test_the_presets_hold_together_in_every_country(preset, country, currency):
    book = read_book(preset_toml(preset, country=country, currency=currency))
    assert book.warnings == ()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_use_every_axis_that_practice_asks_for(preset):
    """S0-04, S1-09, S1-10: age, silence, debt, the customer's age, product, cost and chance."""
    conditions = " ".join(s.when for s in _preset(preset).text.segments)
    for fact in (
        "max_dpd", "effective_90d", "attempts_no_answer_row", "customer_age_days", "product",
        "expected_value", "p_pay",
    ):  # fmt: skip
        assert re.search(rf"\b{fact}\b", conditions), fact
    assert "overdue_balance" in conditions or "claimable_balance" in conditions


@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_have_the_five_messages(preset):
    text = _preset(preset).text
    assert {step.stage for step in text.steps.values() if step.stage} | set(
        notices_of(text)
    ) == set(STAGES)


@pytest.mark.parametrize("preset", PRESETS)
def test_no_strategy_of_the_presets_falls_silent(preset):
    text = _preset(preset).text
    for strategy in text.strategies.values():
        days = days_spoken([text.steps[key] for key in strategy.steps])
        gaps = [after - before for before, after in pairwise(days)]
        assert max(gaps) <= text.longest_silence_days
        assert SIMULATED_UNTIL - days[-1] <= text.longest_silence_days


def test_a_preset_that_is_not_there_is_refused():
    with pytest.raises(Problem, match="preset_unknown"):
        preset_toml("mixto", country="CO", currency="COP")


def test_what_is_not_toml_is_told_with_its_line():
    assert "line 1" in str(problems_of("es =\nen = 1").get("book_not_toml"))


def test_a_segment_without_strategy_and_a_step_that_is_not_there_are_both_told():
    found = problems_of(
        SMALL.replace('0"\nstrategy = "una"', '0"\nstrategy = "x"', 1).replace(
            '["aviso", "insistir"]', '["aviso", "visitar", "insistir"]'
        )
    )
    assert found["book_strategy_unknown"].facts["where"] == "segments.1.strategy (en_mora)"
    assert found["book_step_unknown"].facts["step"] == "visitar"


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("max_ddp > 0", "condition_unknown_fact"),
        ("balance / 0 > 1", "condition_divides"),
        ("balance", "condition_not_a_condition"),
        ("max_dpd > 0; DROP TABLE x", "condition_several"),
    ],
)
def test_a_condition_that_says_nothing_is_told_with_its_segment(condition, code):
    found = problems_of(SMALL.replace("max_dpd > 0", condition))
    assert found[code].facts["where"] == "segments.1.when (en_mora)"


def test_a_strategy_that_ends_is_a_dead_end():
    found = problems_of(SMALL.replace('["aviso", "insistir"]', '["aviso"]'))
    assert set(found) & {"plan_dead_end", "book_silence"}


def test_a_repeat_with_a_cap_is_a_dead_end_too():
    found = problems_of(SMALL.replace("every_days = 15", "every_days = 15\nat_most = 3"))
    assert set(found) & {"plan_dead_end", "book_silence"}


def test_a_long_silence_between_two_steps_is_told_with_its_days():
    found = problems_of(SMALL.replace("offset_days = 10", "offset_days = 90"))
    silence = found["book_silence"].facts
    assert (silence["from_day"], silence["to_day"]) == (3, 90)


def test_the_tone_does_not_jump_from_one_step_to_the_next():
    found = problems_of(SMALL.replace("every_days = 15", "every_days = 15\ntone = 4"))
    assert found["book_tone_jump"].facts["after_tone"] == 4


def test_steps_stand_in_the_order_of_their_days():
    step = SMALL[SMALL.index("[steps.aviso]") : SMALL.index("[steps.insistir]")]
    earlier = SMALL + step.replace("aviso", "antes").replace("= 3", "= -3")
    found = problems_of(earlier.replace('["aviso", ', '["aviso", "antes", '))
    assert found["book_steps_order"].facts["after"] == "antes"


def test_fields_that_are_missing_unknown_or_wrong_are_named():
    found = problems_of(
        SMALL.replace('do = "task"', 'do = "tarea"')
        .replace("offset_days = 3", 'offset_days = "tres"')
        .replace('template = "vencida"', 'plantilla = "vencida"')
        .replace('es = "Una"\n', "")
    )
    assert found["book_field_choice"].facts["where"] == "steps.insistir.do"
    assert found["book_field_wrong"].facts["where"] == "steps.aviso.offset_days"
    assert found["book_field_unknown"].facts["where"] == "steps.aviso.plantilla"
    assert found["book_field_missing"].facts["where"] == "strategies.una.es"


def test_every_problem_of_a_book_reads_as_a_sentence():
    found = problems_of(SMALL.replace('do = "task"', 'do = "tarea"'))
    told = sentence(found["book_field_choice"], language="es")
    assert told == "steps.insistir.do: «tarea» no vale. Elija entre message, task."


def test_unused_parts_and_missing_messages_are_warnings():
    codes = {warning.code for warning in read_book(SMALL).warnings}
    assert codes == {"book_stage_missing"}
    single = SMALL[: SMALL.rindex("[[segments]]")]
    assert "book_single_segment" in {warning.code for warning in read_book(single).warnings}


def test_the_document_of_the_format_shows_a_book_that_loads():
    (example,) = re.findall(r"```toml\n(.*?)```", FORMAT.read_text("utf-8"), re.DOTALL)
    assert read_book(example).text.segments


def test_the_document_of_the_format_names_only_facts_that_exist():
    named = set(re.findall(r"`fact:(\w+)`", FORMAT.read_text("utf-8")))
    assert named <= set(facts_about("customer"))


def _preset(name):
    return read_book(preset_toml(name, country="CO", currency="COP"))
