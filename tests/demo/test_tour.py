"""The commands of README and of the tour, typed one after the other in a home of their own."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands_of(document: str) -> list[list[str]]:
    """Every `recaudo …` line, but the one that serves until somebody stops it."""
    text = (ROOT / document).read_text(encoding="utf-8")
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
    typed = [shlex.split(line)[1:] for line in lines if line.startswith("recaudo ")]
    return [words for words in typed if words[0] != "serve"]


class Shell:
    """`recaudo` in one home, from the project's root."""

    def __init__(self, home: Path) -> None:
        outside = {"DATABASE_URL", "RECAUDO_SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
        self.env = {name: value for name, value in os.environ.items() if name not in outside}
        self.env |= {"RECAUDO_HOME": str(home), "RECAUDO_PG_FAST": "1", "COLUMNS": "200"}

    def run(self, words: list[str]) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "recaudo", *words],
            cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"recaudo {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    opened = Shell(tmp_path / "home")
    yield opened
    opened.run(["stop"])


def test_the_tour_takes_its_invoice_from_the_file_to_paid(shell: Shell) -> None:
    told = [(words, shell.run(words)) for words in commands_of("docs/tour.md")]

    explained = [text for words, text in told if words[0] == "explain"]
    # Amounts, not the step: on a day off the step waits, and the invoice is not named.
    assert "18.497.500" in explained[0]
    assert "8.857.500" in explained[-1] and "18.497.500" not in explained[-1]
    authorised = next(text for words, text in told if words[:2] == ["contacts", "consents"])
    assert "4 autorizaciones o retiros nuevos" in authorised and "0 rechazadas" in authorised
    assert json.loads(shell.run(["check", "--ledger", "--json"]))["ledger"] == []


def test_your_own_file_in_the_readme_goes_in(shell: Shell) -> None:
    for words in commands_of("README.md"):
        shell.run(words)
    aged = json.loads(shell.run(["report", "aging", "--creditor", "mia", "--json"]))
    assert Decimal(aged["total"]) == 45_708_000
