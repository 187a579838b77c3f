"""`recaudo contacts import` as a person types it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from factories import make_creditor, make_customer
from recaudo.cli.contacts import contacts

pytestmark = pytest.mark.django_db


def test_the_command_tells_what_came_in_and_what_did_not(tmp_path):
    creditor = make_creditor("andina")
    make_customer(creditor, "C-1")
    file = tmp_path / "g.csv"
    file.write_text("Cliente;Fecha;Canal\nC-1;2026-01-05;SMS\nC-9;2026-01-05;SMS\n")
    said = CliRunner().invoke(contacts, ["import", str(file), "-c", "andina"])
    assert said.exit_code == 0
    assert "1 contactos nuevos" in said.stdout and "El cliente de la fila no existe" in said.stdout
    again = CliRunner().invoke(contacts, ["import", str(file), "-c", "andina", "--json"])
    told = json.loads(again.stdout)
    assert (told["accepted"], told["unchanged"], told["rejected"]) == (0, 1, 1)
