"""A template always comes to an end, soon, and reaches nothing but what it is given."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudo.contact.texts.liquid import FILTER_NAMES, MARKS_MAX, SOURCE_MAX, rendered
from recaudo.core.problems import Problem

#: More than any person waits, and far more than they take on a busy machine.
SOON = 1.5

FOR_EVER = {
    "a long loop": "{% for a in (1..100000000) %}x{% endfor %}",
    "loops in loops": "{% for a in (1..3000) %}{% for b in (1..3000) %}{% endfor %}{% endfor %}",
    "many empty loops": "{% for a in (1..4999) %}{% endfor %}" * 700,
    "a text that doubles": "{% assign x = 'aaaaaaaaaa' %}"
    "{% for a in (1..100) %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
    "a long output": "{% assign x = 'aaaaaaaaaa' | append: 'aaaaaaaaaa' %}"
    + "{% for a in (1..4000) %}{{ x }}{{ x }}{{ x }}{{ x }}{{ x }}{{ x }}{% endfor %}" * 2,
}
UNREADABLE = {
    "marks that never end": "{{" * 30_000,
    "tags that never end": "{%" * 30_000,
    "half-closed marks": "{{ n }" * 9_000,
    "comments that never end": "{% comment %}" * 1_400,
    "deep blocks": "{% if n %}" * 1_000,
    "a long condition": "{% if " + "n and " * 5_000 + "n %}x{% endif %}",
    "too long a text": "a" * (SOURCE_MAX + 1),
    "too many marks": "{{ n }}" * (MARKS_MAX + 1),
}


@pytest.mark.parametrize("source", FOR_EVER.values(), ids=FOR_EVER.keys())
def test_a_template_that_would_run_for_ever_is_refused_at_once(source: str) -> None:
    began = time.perf_counter()
    with pytest.raises(Problem, match="template_endless"):
        rendered(source, {"n": 1})
    assert time.perf_counter() - began < SOON


@pytest.mark.parametrize("source", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_refused_at_once(source: str) -> None:
    began = time.perf_counter()
    with pytest.raises(Problem, match=r"template_(syntax|too_long)"):
        rendered(source, {"n": 1})
    assert time.perf_counter() - began < SOON


@pytest.mark.parametrize(
    "source",
    [
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{% capture x %}{% endcapture %}",
        "{% increment x %}",
        "{% tablerow a in (1..3) %}{% endtablerow %}",
    ],
)
def test_other_tags_are_not_there(source: str) -> None:
    with pytest.raises(Problem, match="template_syntax"):
        rendered(source, {})


@pytest.mark.parametrize(
    "source", ["{{ customer.__class__ }}", "{{ customer.keys }}", "{{ settings }}", "{{ nobody }}"]
)
def test_nothing_but_the_variables_can_be_read(source: str) -> None:
    with pytest.raises(Problem, match="template_variable_unknown"):
        rendered(source, {"customer": {"name": "x"}})


def test_a_value_is_never_read_as_a_template() -> None:
    assert rendered("{{ a }}", {"a": "{{ b }}", "b": "x"}) == "{{ b }}"


def test_values_are_escaped_in_a_page_and_not_in_a_text() -> None:
    given_values = {"a": "<b>&\"'"}
    assert rendered("{{ a }}", given_values) == "<b>&\"'"
    assert rendered("{{ a }}", given_values, is_html=True) == "&lt;b&gt;&amp;&#34;&#39;"


def test_a_mistake_is_told_with_its_line() -> None:
    with pytest.raises(Problem) as refused:
        rendered("uno\ndos\n{{ nombre }}", {})
    assert refused.value.facts == {"line": 3, "name": "nombre"}


def test_no_filter_can_make_a_text_much_longer() -> None:
    assert not {"replace", "times", "split", "join", "url_decode", "safe"} & set(FILTER_NAMES)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="{}%|.: 'ab\n", max_size=60))
def test_whatever_is_written_is_a_text_or_a_problem(source: str) -> None:
    try:
        assert isinstance(rendered(source, {"a": 1, "b": "x"}), str)
    except Problem as problem:
        assert problem.code.startswith("template_")
