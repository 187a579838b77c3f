"""The commands of this room as a person types them: what they print, and how they refuse."""

from __future__ import annotations

import json
import sys
from decimal import Decimal

import pytest
from django.utils import timezone

from recaudo.access.models import Creditor
from recaudo.cli.main import main
from recaudo.core.calendar import local_day
from recaudo.strategy.books import active_book
from strategy.portfolio import owing, ready_creditor

pytestmark = pytest.mark.django_db

ADD = ("creditor", "add", "--name", "Andina", "--country", "co", "--currency", "cop")
KEYS = {
    "run", "as_of", "state", "customers", "documents_open", "decisions", "tasks", "messages",
    "by_segment", "by_reason", "without_next_action", "seconds",
}  # fmt: skip


@pytest.fixture
def recaudo(monkeypatch, capsys):
    """Type a command; gives its exit code, what it printed and what it complained about."""

    def type_it(*words):
        monkeypatch.setattr(sys, "argv", ["recaudo", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return type_it


@pytest.fixture
def creditor():
    creditor = ready_creditor()
    today = local_day(timezone.now(), creditor.timezone)
    owing(creditor, "A", dpd=8, day=today)
    return creditor


def test_a_creditor_is_added_with_its_strategy_in_force(recaudo):
    code, out, _ = recaudo(*ADD, "andina", "--timezone", "America/Bogota")
    assert code == 0
    assert "recaudo import" in out
    assert active_book(Creditor.objects.get(code="andina"))[0].version == 1
    _, listed, _ = recaudo("creditor", "list", "--json")
    assert json.loads(listed)["creditors"][0]["code"] == "andina"


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("Con Espacios", "--timezone", "America/Bogota"), "creditor_code_invalid"),
        (("andina", "--timezone", "America/Macondo"), "zone_unknown"),
        (("andina", "--timezone", "America/Bogota", "--currency", "pesos"), "currency_unknown"),
        (("andina", "--timezone", "America/Bogota", "--country", "ZZ"), "country_unknown"),
        (("andina", "--timezone", "America/Bogota", "--preset", "x"), "preset_unknown"),
    ],
)
def test_a_creditor_that_cannot_be_is_refused_and_leaves_nothing(recaudo, words, refusal):
    code, _, err = recaudo(*ADD, *words)
    assert (code, err.split()[0]) == (1, refusal)
    assert not Creditor.objects.exists()


def test_the_same_code_twice_is_refused(recaudo, creditor):
    code, _, err = recaudo(*ADD, creditor.code, "--timezone", "America/Bogota")
    assert (code, err.split()[0]) == (1, "creditor_exists")


def test_run_release_and_explain_one_after_the_other(recaudo, creditor):
    where = ("--creditor", creditor.code)
    _, out, _ = recaudo("run", *where, "--engine", "postgres", "--json")
    result = json.loads(out)
    assert set(result) >= KEYS
    assert (result["state"], result["documents_open"]) == ("proposal", 1)
    _, out, _ = recaudo("release", *where, "--json")
    assert (
        json.loads(out)["messages"] + json.loads(out)["tasks"]
        == result["messages"] + result["tasks"]
    )
    _, out, _ = recaudo("explain", "A", *where)
    assert out.startswith("Cliente A debe")
    _, out, _ = recaudo("explain", "A", *where, "--now", "--json")
    assert json.loads(out)["segment"]["code"] == "mora_temprana"
    assert Decimal(json.loads(out)["balance"]) == 1_000_000


def test_run_for_people_names_the_segments(recaudo, creditor):
    _, out, _ = recaudo("run", "--creditor", creditor.code, "--engine", "postgres")
    assert "Mora temprana: 1 a 30 días" in out
    assert "propuesta" in out


def test_an_unknown_creditor_is_told_the_known_ones(recaudo, creditor):
    code, out, err = recaudo("run", "--creditor", "nadie", "--json")
    assert code == 1
    assert json.loads(out)["known"] == [creditor.code]
    assert f"Los que hay: {creditor.code}." in err


def test_a_day_that_does_not_exist_is_refused(recaudo, creditor):
    code, _, err = recaudo("run", "--creditor", creditor.code, "--as-of", "2026-02-30")
    assert (code, err.split()[0]) == (1, "date_unreadable")


def test_an_unknown_customer_or_engine_is_refused(recaudo, creditor):
    where = ("--creditor", creditor.code)
    assert recaudo("explain", "nadie", *where)[2].startswith("unknown_customer")
    assert recaudo("run", *where, "--engine", "excel")[2].startswith("engine_unknown")


def test_a_strategy_is_written_checked_loaded_and_shown(recaudo, creditor, tmp_path):
    file, where = tmp_path / "mia.toml", ("--creditor", creditor.code)
    file.write_text(recaudo("strategy", "preset", "consumer")[1])
    code, out, _ = recaudo("strategy", "check", str(file), *where)
    assert (code, "Sin problemas." in out) == (0, True)
    assert json.loads(recaudo("strategy", "load", str(file), *where, "--json")[1])["version"] == 2
    assert json.loads(recaudo("strategy", "load", str(file), *where, "--json")[1])["version"] == 2
    shown = json.loads(recaudo("strategy", "show", *where, "--json")[1])
    assert shown["version"] == 2
    assert "microcredito_en_mora" in {row["segment"] for row in shown["segments"]}


def test_a_broken_strategy_is_refused_with_a_line_for_each_problem(recaudo, creditor, tmp_path):
    file = tmp_path / "mala.toml"
    text = recaudo("strategy", "preset", "b2b")[1]
    file.write_text(
        text.replace("max_dpd > 180", "max_dpdd > 180").replace("max_dpd > 60", "max_dpd / 0 > 1")
    )
    code, out, err = recaudo("strategy", "load", str(file), "--creditor", creditor.code, "--json")
    assert code == 1
    codes = [problem["code"] for problem in json.loads(out)["problems"]]
    assert codes == ["condition_unknown_fact", "condition_divides"]
    assert err.count("✗") == 2
    assert active_book(creditor)[0].version == 1


def test_shares_are_seen_before_saving_and_a_single_list_is_warned_of(recaudo, creditor, tmp_path):
    recaudo("run", "--creditor", creditor.code, "--engine", "postgres")
    file = tmp_path / "una.toml"
    file.write_text(recaudo("strategy", "preset", "b2b")[1])
    _, out, _ = recaudo("strategy", "check", str(file), "--creditor", creditor.code, "--json")
    checked = json.loads(out)
    shares = {row["segment"]: row["customers"] for row in checked["segments"]}
    assert shares["mora_temprana"] == 1
    assert sum(shares.values()) == 1
    assert [warning["code"] for warning in checked["warnings"]] == ["one_segment_for_all"]
