"""`recaudo import`, as people and scripts type it; what is refused, and by which name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from intake.conftest import Company
from recaudo.cli import intake as command
from recaudo.core.problems import Problem
from recaudo.intake.models import ImportBatch

ROWS = (
    "Cod. cliente;Nombre;Factura;Fecha vencimiento;Saldo",
    "C1;Nevado;F1;2026-07-01;100.50",
    "C2;Óptica;F2;2026-07-15;250.25",
)
KEYS = (
    *("batch", "rows", "accepted", "unchanged", "updated", "rejected", "rejects_file"),
    *("control_total", "difference", "customers", "documents", "credits", "seconds"),
)


def type_in(company: Company, *words: str, creditor: str = "") -> Result:
    app = typer.Typer()
    command.register(app)
    app.command("other")(lambda: None)  # so that `import` is a word to be typed
    return CliRunner().invoke(
        app, ["import", *words, "--creditor", creditor or company.creditor.code]
    )


def refusal(result: Result) -> Problem:
    assert isinstance(result.exception, Problem), result.output
    return result.exception


def test_a_script_gets_one_object_with_amounts_as_text(company: Company) -> None:
    file = company.file(*ROWS)

    result = type_in(company, str(file), "--control-total", "350.75", "--json")

    told: dict[str, Any] = json.loads(result.stdout)
    assert tuple(told) == KEYS
    assert (told["rows"], told["control_total"], told["difference"]) == (2, "350.75", "0.00")


def test_a_trial_run_shows_and_writes_nothing(company: Company) -> None:
    result = type_in(company, str(company.file(*ROWS)), "--dry-run", "--json")

    told = json.loads(result.stdout)
    assert (told["accepted"], told["documents"], told["batch"]) == (2, 2, None)
    assert company.all(ImportBatch) == []
    assert "Nevado" not in str(company.balances())


def test_several_files_come_in_in_order(company: Company) -> None:
    first = company.file(*ROWS)
    second = company.file(
        "Factura;Fecha pago;Valor pagado", "F1;2026-07-20;100.50", name="pagos.csv"
    )

    assert type_in(company, str(first), str(second)).exit_code == 0

    assert set(company.balances()) == {"F2"}


def test_people_are_told_what_happened(company: Company) -> None:
    told = type_in(company, str(company.file(*ROWS))).output

    assert "2 filas" in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--as-of", "2026-02-30"], "date_unreadable"),
        (["--mode", "corte"], "import_mode_unknown"),
        (["--control-total", "mucho"], "control_total_unreadable"),
        (["--answer", "dmy"], "answer_unreadable"),
        (["--answer", "nada=dmy"], "answer_unknown"),
        (["--mapping", "/no/existe.toml"], "file_missing"),
        (["--control-total", "1"], "cuadre_no_cuadra"),
    ],
)
def test_what_is_wrong_is_named(company: Company, words: list[str], code: str) -> None:
    assert refusal(type_in(company, str(company.file(*ROWS)), *words)).code == code
    assert company.balances() == {}


def test_an_unknown_creditor_is_named_beside_the_known_ones(company: Company) -> None:
    problem = refusal(type_in(company, str(company.file(*ROWS)), creditor="nadie"))

    assert problem.code == "unknown_creditor"
    assert company.creditor.code in problem.facts["known"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\x00\x01\x02\x7fELF" * 400, "file_binary"),
        (b"Cod. cliente;Nombre;Factura;Fecha vencimiento;Saldo\n", "file_without_rows"),
    ],
)
def test_a_file_with_nothing_in_it_is_named(company: Company, content: bytes, code: str) -> None:
    file = company.folder / "cartera.csv"
    file.write_bytes(content)

    assert refusal(type_in(company, str(file))).code == code


def test_a_file_that_is_not_there_is_named(company: Company, tmp_path: Path) -> None:
    assert refusal(type_in(company, str(tmp_path / "nada.csv"))).code == "file_missing"


def test_a_file_of_payments_is_taken_as_such_and_a_corte_is_not(company: Company) -> None:
    company.load(*ROWS)
    paid = company.file("Cod. cliente;Factura;Fecha pago;Valor pagado", "C1;F1;2026-07-20;100.50")

    result = type_in(company, str(paid), "--kind", "payments", "--json")

    assert json.loads(result.stdout)["credits"] == 1
    problem = refusal(type_in(company, str(company.file(*ROWS)), "--kind", "payments"))
    assert (problem.code, problem.facts["found"]) == ("import_kind_differs", ["document"])
    unknown = refusal(type_in(company, str(paid), "--kind", "pagos"))
    assert unknown.code == "import_kind_unknown"
