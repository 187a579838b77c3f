"""A new installation, as the person who runs it meets it: real processes, homes of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

LEDGER = """Código cliente;Nombre;NIT;Factura;Fecha factura;Fecha vencimiento;Valor;Saldo
C-1;Ferretería El Nevado S.A.S.;834234785-3;FV-1;02/01/2026;13/02/2026;1.500.000,00;1.500.000,00
C-1;Ferretería El Nevado S.A.S.;834234785-3;FV-2;15/01/2026;28/02/2026;820.500,50;400.000,50
C-2;Óptica Caribe Ltda.;900000001-1;FV-3;20/01/2026;25/03/2026;99.900,00;99.900,00
"""


class Installation:
    """One home, and `recaudo` run in it as a person would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        outside = {"DATABASE_URL", "RECAUDO_SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
        self.env = {k: v for k, v in os.environ.items() if k not in outside}
        self.env |= {"RECAUDO_HOME": str(home), "RECAUDO_PG_FAST": "1"}

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "recaudo", *words],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def json(self, *words: str, code: int = 0) -> dict:
        return json.loads(self.run(*words, "--json", code=code).stdout)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "home")
    made.run("init")
    yield made
    made.run("stop")


def load(installation: Installation, folder: Path) -> None:
    add = ["creditor", "add", "uno", "--name", "Uno S.A.S.", "--country", "CO"]
    add += ["--currency", "COP", "--timezone", "America/Bogota", "--preset", "b2b"]
    installation.run(*add)
    file = folder / "cartera.csv"
    file.write_text(LEDGER, encoding="utf-8")
    loaded = installation.json("import", str(file), "--creditor", "uno")
    assert (loaded["rows"], loaded["accepted"], loaded["rejected"]) == (3, 3, 0)


def test_init_twice_is_the_same_as_once(installation: Installation) -> None:
    secret = (installation.home / "recaudo.env").read_text()
    installation.run("init")
    assert (installation.home / "recaudo.env").read_text() == secret
    assert (installation.home / "recaudo.env").stat().st_mode & 0o077 == 0


def test_check_finds_nothing_wrong_and_says_what_it_looked_at(installation: Installation) -> None:
    found = installation.json("check", "--ledger")
    assert {row["level"] for row in found["findings"]} <= {"ok", "warn"}
    assert found["ledger"] == []


def test_without_init_the_refusal_says_what_to_do(tmp_path: Path) -> None:
    bare = Installation(tmp_path / "bare")
    refused = bare.run("report", "aging", "--creditor", "uno", code=1)
    assert "recaudo init" in refused.stderr


def test_a_copy_restored_into_an_empty_home_re_adds_to_the_same_ledger(
    installation: Installation, tmp_path: Path
) -> None:
    load(installation, tmp_path)
    installation.run("run", "--creditor", "uno")  # its output stands in partitions
    before = installation.json("report", "aging", "--creditor", "uno")
    copy = tmp_path / "copia.dump"
    installation.run("backup", str(copy))

    other = Installation(tmp_path / "other")
    try:
        other.run("restore", str(copy))
        assert other.json("check", "--ledger")["ledger"] == []
        assert other.json("report", "aging", "--creditor", "uno") == before
        assert before["total"] == "1999900.50"
        refused = other.run("restore", str(copy), code=1)
        assert refused.stderr.startswith("restore_not_empty")
        assert "Traceback" not in refused.stderr
    finally:
        other.run("stop")


def test_an_unknown_creditor_is_refused_with_the_known_ones(
    installation: Installation, tmp_path: Path
) -> None:
    load(installation, tmp_path)
    refused = installation.json("run", "--creditor", "dos", code=1)
    assert (refused["error"], refused["known"]) == ("unknown_creditor", ["uno"])


def test_serve_answers_and_one_signal_ends_all_of_it(installation: Installation) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = subprocess.Popen(
        [
            "sh",
            "-c",
            'trap "" INT; exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "recaudo",
            "serve",
            "--port",
            str(port),
            "--workers",
            "1",
        ],  # as from a shell that ignores Ctrl-C
        env=installation.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        page = _wait_for(f"http://127.0.0.1:{port}/cuenta/entrar/")
        assert b"Recaudo" in page
        served.send_signal(signal.SIGINT)
        assert served.wait(30) == 0
    finally:
        if served.poll() is None:
            served.kill()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert "no estaba" in installation.run("stop").stdout


def _wait_for(address: str) -> bytes:
    until = time.monotonic() + 40
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)
