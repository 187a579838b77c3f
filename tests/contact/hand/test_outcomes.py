"""The tree of results: installed once, out to a file and in again, checked before it counts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope
from typer.testing import CliRunner

from factories import make_creditor
from recaudo.access.models import Creditor
from recaudo.contact.hand.files import read_tree, write_tree
from recaudo.contact.hand.outcomes import (
    Node,
    check_tree,
    choices,
    default_tree,
    find,
    install_default,
    replace_tree,
    titles_of,
    tree_of,
)
from recaudo.contact.models import Outcome
from recaudo.core.problems import Problem
from recaudo.demo.contacts import NOTES
from recaudo.strategy.actions.creditors import add_creditor

OLD_CODES = {
    "no_answer", "wrong_number", "third_party", "talked", "will_pay", "says_paid", "objects",
    "situation",
}  # fmt: skip


@pytest.fixture
def creditor(db: None) -> Any:
    creditor = make_creditor()
    with scope(creditor=creditor):
        yield creditor


def node(**changes: Any) -> Node:
    return replace(Node("nuevo", "Nuevo", "direct"), **changes)


def test_no_answer_is_the_key_n_and_what_was_recorded_before_keeps_its_code() -> None:
    tree = {each.code: each for each in default_tree()}
    assert tree["no_answer"].key == "n"
    assert set(tree) >= OLD_CODES


def test_the_demonstration_records_only_results_of_the_tree() -> None:
    assert set(NOTES) <= {each.code for each in default_tree()}


def test_objection_and_situation_are_asked_only_after_talking_without_promise_or_payment() -> None:
    asked = [each for each in default_tree() if each.effect in ("objection", "situation")]
    assert asked
    assert {(each.reach, each.parent) for each in asked} == {("direct", "talked")}


def test_a_new_creditor_has_the_tree_and_an_older_one_gets_it_when_first_asked(
    creditor: Creditor,
) -> None:
    new = add_creditor(
        "nueva", name="Nueva", country="CO", currency="COP", timezone="America/Bogota"
    )
    with scope(creditor=new):
        assert Outcome.objects.count() == len(default_tree())
    assert Outcome.objects.count() == 0
    assert tree_of(creditor) == list(default_tree())


def test_installing_twice_is_installing_once_and_undoes_no_change(creditor: Creditor) -> None:
    assert install_default(creditor) == len(default_tree())
    replace_tree(creditor, [node()])
    assert install_default(creditor) == 0
    assert [each.code for each in tree_of(creditor) if each.is_active] == ["nuevo"]


def test_a_visit_is_offered_other_results_than_a_call(creditor: Creditor) -> None:
    assert "voicemail" not in [each.code for each in choices(creditor, "address")]
    assert "not_in" in [each.code for each in choices(creditor, "address")]
    with pytest.raises(Problem, match="outcome_unknown"):
        find(creditor, "voicemail", "address")


def test_a_code_left_out_is_switched_off_and_still_says_what_it_was(creditor: Creditor) -> None:
    counts = replace_tree(creditor, [each for each in tree_of(creditor) if each.code != "busy"])
    assert counts["switched_off"] == 1
    assert titles_of(["busy"]) == {"busy": "Ocupado o apagado"}
    with pytest.raises(Problem, match="outcome_unknown"):
        find(creditor, "busy", "phone")


def test_the_same_tree_twice_changes_nothing(creditor: Creditor) -> None:
    tree = [*default_tree(), node()]
    assert replace_tree(creditor, tree)["added"] == len(tree)
    assert set(replace_tree(creditor, tree).values()) == {0}


@pytest.mark.parametrize(
    ("added", "code"),
    [
        ([node(effect="premio")], "outcome_effect_unknown"),
        ([node(parent="nadie")], "outcome_parent_missing"),
        ([node(parent="objects")], "outcome_parent_missing"),  # two levels deep
        ([node(reach="none", parent="talked")], "outcome_parent_missing"),
        ([node(key="n")], "outcome_key_twice"),
        ([node(key="t")], "outcome_key_invalid"),
        ([node(key="nn")], "outcome_key_invalid"),
        ([node(reach="casi")], "outcome_reach_unknown"),
        ([node(channels=("fax",))], "outcome_channel_unknown"),
        ([node(es=" ")], "outcome_name_missing"),
        ([node(code="")], "outcome_code_missing"),
        ([node(), node()], "outcome_code_twice"),
        ([node(reach="indirect", effect="promise")], "outcome_effect_needs_contact"),
    ],
)
def test_a_tree_that_makes_no_sense_is_refused_whole(
    added: list[Node], code: str, creditor: Creditor
) -> None:
    with pytest.raises(Problem, match=code):
        replace_tree(creditor, [*default_tree(), *added])
    assert Outcome.objects.count() == 0


def test_one_key_may_mean_two_things_in_two_channels() -> None:
    check_tree([node(key="b", channels=("phone",)), node(code="x", key="b", channels=("address",))])


def test_a_tree_with_nothing_switched_on_is_refused() -> None:
    with pytest.raises(Problem, match="outcomes_empty"):
        check_tree([node(is_active=False)])


@pytest.mark.parametrize("name", ["arbol.csv", "arbol.xlsx"])
def test_out_to_a_file_and_in_again_is_the_same_tree(name: str, tmp_path: Path) -> None:
    tree = [*default_tree(), node(es="=1+1", is_active=False)]
    write_tree(tmp_path / name, tree)
    assert read_tree(tmp_path / name) == tree


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"code,es\na,A\n", "outcomes_column_missing"),
        (b"\xff\xfe\x00", "outcomes_file_unreadable"),
        (b"", "outcomes_column_missing"),
        (b"code,es,reach\n" + b"a,A,none\n" * 1001, "outcomes_file_long"),
    ],
)
def test_a_file_that_is_something_else_is_refused(
    content: bytes, code: str, tmp_path: Path
) -> None:
    file = tmp_path / "arbol.csv"
    file.write_bytes(content)
    with pytest.raises(Problem, match=code):
        read_tree(file)
    with pytest.raises(Problem, match="outcomes_file_unreadable"):
        read_tree(tmp_path / "no_hay.xlsx")


def test_semicolons_as_spreadsheets_write_them_here_are_read(tmp_path: Path) -> None:
    file = tmp_path / "arbol.csv"
    file.write_text("code;es;reach;key\nnadie;Nadie contesta;none;3\n", "utf-8")
    assert read_tree(file) == [Node("nadie", "Nadie contesta", "none", key="3")]


def test_the_command_exports_and_imports(creditor: Creditor, tmp_path: Path) -> None:
    import typer

    from recaudo.cli.outcomes import register

    app = typer.Typer()
    register(app)
    file = str(tmp_path / "arbol.xlsx")
    given = ["--creditor", creditor.code, "--json"]
    out = CliRunner().invoke(app, ["outcomes", "export", file, *given])
    assert json.loads(out.output)["outcomes"] == len(default_tree())
    write_tree(Path(file), [*read_tree(Path(file)), node()])
    back = CliRunner().invoke(app, ["outcomes", "import", file, *given])
    assert json.loads(back.output) == {
        "creditor": creditor.code, "added": 1, "changed": 0, "switched_off": 0,
    }  # fmt: skip
