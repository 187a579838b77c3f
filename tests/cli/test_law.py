"""`recaudo law` as it is typed: from anywhere, with no installation behind it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from recaudo.cli import law
from recaudo.core.problems import Problem
from recaudo.words import sentence

app = typer.Typer()
law.register(app)
app.command("other")(lambda: None)  # with one command alone typer leaves its name out

FRIDAY = "2026-11-20"


def run(*typed: str) -> str:
    """What the command printed; a refusal is raised as it is."""
    result = CliRunner().invoke(app, ["law", *typed])
    if result.exception is not None:
        raise result.exception
    return result.output


def may(country: str, channel: str, at: str, *more: str) -> dict[str, object]:
    told = json.loads(run(country, "--may", channel, "--at", at, *more, "--json"))
    assert list(told) == ["allowed", "rule", "article", "grade", "earliest"]
    return told


def history(folder: Path, *lines: str, heading: str = "at,channel,kind,debt") -> str:
    file = folder / "contactos.csv"
    file.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return str(file)


def test_it_needs_no_installation(tmp_path: Path) -> None:
    home = tmp_path / "none"
    outside = {"DATABASE_URL", "RECAUDO_SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    env = {name: value for name, value in os.environ.items() if name not in outside}

    done = subprocess.run(
        [sys.executable, "-m", "recaudo", "law", "CO", "--may", "call", "--json"],
        env=env | {"RECAUDO_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert "allowed" in json.loads(done.stdout)
    assert not home.exists()


def test_a_refusal_is_json_and_a_code_also_outside_an_installation(tmp_path: Path) -> None:
    outside = {"DATABASE_URL", "RECAUDO_SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    env = {name: value for name, value in os.environ.items() if name not in outside}

    done = subprocess.run(
        [sys.executable, "-m", "recaudo", "law", "CO", "--may", "fax", "--json"],
        env=env | {"RECAUDO_HOME": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["error"] == "law_channel_unknown"
    assert "fax" in told["sentence"]


def test_before_and_after_the_hour() -> None:
    last = may("CO", "call", f"{FRIDAY}T18:59")
    late = may("CO", "call", f"{FRIDAY}T19:00")

    assert last == {
        "allowed": True,
        "rule": "allowed",
        "article": "Ley 2300 de 2023, art. 3",
        "grade": "quoted",
        "earliest": None,
    }
    assert late["rule"] == "hours" and late["grade"] == "quoted"
    assert late["earliest"] == "2026-11-21T08:00:00-05:00"


def test_an_hour_with_an_offset_is_that_instant() -> None:
    assert may("CO", "call", f"{FRIDAY}T23:59+00:00")["allowed"]
    assert not may("CO", "call", f"{FRIDAY}T19:00-05:00")["allowed"]


@pytest.mark.parametrize("channel", ["call", "phone", "chat", "whatsapp", "WhatsApp", "letter"])
def test_channels_go_by_both_names(channel: str) -> None:
    assert may("CO", channel, f"{FRIDAY}T10:00")["allowed"]


def test_a_zone_moves_the_hour() -> None:
    at = f"{FRIDAY}T04:30+00:00"  # 20:30 in Tijuana, 23:30 in Cancún
    assert may("MX", "call", at, "--zone", "America/Tijuana")["allowed"]
    assert not may("MX", "call", at, "--zone", "America/Cancun")["allowed"]


def test_an_instant_where_the_zone_is_unknown_must_suit_all_of_them() -> None:
    told = may("US", "call", f"{FRIDAY}T14:00+00:00")  # 09:00 in New York, 04:00 in Honolulu

    assert not told["allowed"]
    assert told["earliest"] == f"{FRIDAY}T13:00:00-05:00"


def test_a_state_has_its_own_hours() -> None:
    monday = "2026-11-23T08:30"
    assert may("BR-SP", "call", monday)["article"] == "Lei SP 15.426/2014"
    assert may("BR-RJ", "call", monday)["rule"] == "hours"
    assert may("BR", "call", monday)["grade"] == "house"


def test_a_company_is_not_under_consumer_law(tmp_path: Path) -> None:
    had = history(tmp_path, f"{FRIDAY}T08:00,call,attempt,")

    assert not may("CO", "call", f"{FRIDAY}T10:00", "--history", had)["allowed"]
    told = may("CO", "call", f"{FRIDAY}T10:00", "--history", had, "--regime", "company")
    assert told["allowed"] and told["grade"] == "house"


def test_a_history_counts_by_debt(tmp_path: Path) -> None:
    had = history(
        tmp_path, "2026-11-16T10:00,phone,conversation,A", "", "2026-11-16 11:00,sms,attempt,"
    )

    def call(*more: str) -> dict[str, object]:
        return may("US", "call", f"{FRIDAY}T12:00", "--history", had, *more)

    assert call()["rule"] == "after_conversation"
    assert call("--debt", "A")["earliest"] == "2026-11-23T08:00:00-05:00"
    assert call("--debt", "B")["allowed"]


def test_a_history_may_have_semicolons_and_no_debts(tmp_path: Path) -> None:
    had = history(tmp_path, f"{FRIDAY}T07:00;email;attempt", heading="﻿At;Channel;Kind")

    assert may("EC", "call", f"{FRIDAY}T12:00", "--history", had)["rule"] == "cap_day"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("ayer,call,attempt,", "at"),
        ("2026-02-30T10:00,call,attempt,", "at"),
        (f"{FRIDAY}T10:00,paloma,attempt,", "channel"),
        (f"{FRIDAY}T10:00,call,quizás,", "kind"),
        (f"{FRIDAY}T10:00", "channel"),
        (f"{FRIDAY}T10:00,call,attempt,A,B,C", ""),
    ],
)
def test_a_bad_row_is_told_with_its_number(tmp_path: Path, line: str, column: str) -> None:
    had = history(tmp_path, f"{FRIDAY}T09:00,call,attempt,", line)

    with pytest.raises(Problem, match="law_history_row") as raised:
        may("CO", "call", f"{FRIDAY}T10:00", "--history", had)

    assert raised.value.facts["row"] == 3
    assert raised.value.facts["column"] == column
    assert "3" in sentence(raised.value)


def test_what_is_no_history_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "foto.csv"
    binary.write_bytes(b"\xff\xfe\x00\x80")
    without = history(tmp_path, "x", heading="fecha,canal")
    empty = tmp_path / "vacio.csv"
    empty.write_text("")

    for file, code in (
        (str(tmp_path / "no.csv"), "law_history_unreadable"),
        (str(binary), "law_history_unreadable"),
        (without, "law_history_columns"),
        (str(empty), "law_history_columns"),
    ):
        with pytest.raises(Problem, match=code):
            may("CO", "call", f"{FRIDAY}T10:00", "--history", file)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["CO", "--may", "call", "--at", "mañana"], "law_moment_unreadable"),
        (["CO", "--may", "call", "--at", "0001-01-01T00:00+23:00"], "law_moment_unreadable"),
        (["CO", "--may", "call", "--at", "9999-12-31T23:59"], "law_moment_unreadable"),
        (["CO", "--regime", "vip"], "regime_unknown"),
        (["CO", "--may", "call", "--zone", "America/Atlantis"], "zone_unknown"),
        (["CO", "--may", "call", "--zone", "../../etc/passwd"], "zone_unknown"),
        (["XX", "--may", "call"], "law_zone_needed"),
        (["US", "--may", "call", "--at", "2026-03-08T02:30"], "law_moment_skipped"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_code(typed: list[str], code: str) -> None:
    with pytest.raises(Problem, match=code) as raised:
        run(*typed)
    assert sentence(raised.value)


def test_without_a_country_it_lists_the_packs() -> None:
    told = json.loads(run("--json"))

    assert {"CO", "BR-SP", "default"} <= {each["code"] for each in told}
    assert "Colombia" in run()


def test_a_country_without_a_pack_gets_the_cautious_default_and_says_so() -> None:
    told = run("UY")

    assert "No hay marco legal de UY" in told
    assert "regla propia, no es ley" in told
    assert may("UY", "call", f"{FRIDAY}T10:00")["grade"] == "house"
    assert "No hay marco legal de UY" in run("UY", "--may", "call", "--at", f"{FRIDAY}T19:00")


def test_the_pack_in_words_says_article_grade_and_what_is_not_law() -> None:
    consumer, company = run("CO"), run("CO", "--regime", "company")

    assert "lunes a viernes 07:00–19:00" in consumer
    assert "Ley 2300 de 2023, art. 3 · artículo citado por otros" in consumer
    assert "de memoria, sin verificar" in consumer
    assert "No se halló ningún tope" in company
    assert "sin verificar" in run("MX")
    assert "BR-SP" in run("BR")


def test_the_pack_as_json_has_sections_and_sources() -> None:
    told = json.loads(run("CL", "--json"))

    assert told["code"] == "CL" and len(told["fingerprint"]) == 8
    caps = next(each for each in told["sections"] if each["subject"] == "caps")
    assert caps["lines"][0]["article"] == "Ley 19.496, art. 37 (Ley 21.320)"
    assert caps["lines"][0]["addresses"]
    assert told["pack"]["fees"]["brackets"][0]["pct"] == "9"


def test_an_answer_in_words() -> None:
    assert run("CO", "--may", "call", "--at", f"{FRIDAY}T10:00").startswith("Se puede")
    late = run("CO", "--may", "call", "--at", f"{FRIDAY}T19:00")
    assert late.startswith("No se puede: fuera del horario (Ley 2300")
    assert "2026-11-21T08:00:00-05:00" in late
    never = run("CO", "--may", "visit", "--at", f"{FRIDAY}T10:00")
    assert "El tiempo no lo cambia" in never


def test_now_is_asked_where_no_moment_is_given() -> None:
    assert "allowed" in json.loads(run("GB", "--may", "email", "--json"))
