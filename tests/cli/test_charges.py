"""`recaudo charges`: terms put, a month looked at and posted, one explained; real processes."""

from __future__ import annotations

from pathlib import Path

from .test_installation import Installation, installation  # noqa: F401

LEDGER = """Código cliente;Nombre;Factura;Fecha factura;Fecha vencimiento;Valor;Saldo
C-1;Ferretería El Nevado;FV-11;2026-01-02;2026-03-01;10.000,00;10.000,00
"""


def test_terms_preview_posting_and_the_reckoning(
    installation: Installation,  # noqa: F811
    tmp_path: Path,
) -> None:
    add = ["creditor", "add", "uno", "--name", "Uno S.A.", "--country", "MX"]
    installation.run(*add, "--currency", "MXN", "--timezone", "America/Mexico_City")
    ledger = tmp_path / "cartera.csv"
    ledger.write_text(LEDGER, encoding="utf-8")
    installation.run("import", str(ledger), "--creditor", "uno")
    charges, whose = ["charges"], ["--creditor", "uno"]
    assert installation.json(*charges, "preview", *whose)["count"] == 0

    put = ["--source", "Contrato, cláusula 7", "--from", "2026-01-01", "--interest", "computed"]
    refused = installation.json(*charges, "terms", *whose, *put, "--rate", "1001", code=1)
    assert refused["error"] == "terms_rate_absurd"
    put += ["--rate", "36,5", "--quote", "nominal_annual"]
    (row,) = installation.json(*charges, "terms", *whose, *put)["terms"]
    assert (row["scope"], row["interest"]) == ("acreedor", "computed")

    day = ["--as-of", "2026-03-11"]
    told = installation.json(*charges, "preview", *whose, *day)
    assert (told["count"], told["totals"]) == (1, {"MXN": "100.00"})
    assert installation.json(*charges, "post", *whose, *day)["charges"] == 1
    assert installation.json(*charges, "post", *whose, *day)["charges"] == 0
    (charge,) = installation.json(*charges, "list", *whose)["charges"]
    shown = installation.json(*charges, "show", charge["number"], *whose)
    assert (shown["days"], len(shown["how"]["stretches"])) == (10, 1)
    unknown = installation.json(*charges, "show", "INT-0", *whose, code=1)
    assert unknown["error"] == "charge_unknown"
    waive = [*charges, "waive", charge["number"], *whose, "--reason", "acuerdo"]
    nobody = installation.json(*waive, "--by", "nadie@example.com", code=1)
    assert nobody["error"] == "charge_user_unknown"
    for words in (["list"], ["preview", *day], ["terms"], ["show", charge["number"]]):
        installation.run(*charges, *words, *whose)
