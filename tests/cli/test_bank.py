"""`recaudo bank`: a statement in, what it pays applied, each act once; real processes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from .test_installation import Installation, installation  # noqa: F401

LEDGER = """Código cliente;Nombre;Factura;Fecha factura;Fecha vencimiento;Valor;Saldo
C-1;Ferretería El Nevado S.A.S.;FV-770011;02/01/2026;13/02/2026;1.500.000,00;1.500.000,00
C-2;Óptica Caribe Ltda.;FV-770012;20/01/2026;25/03/2026;99.900,00;99.900,00
"""


def test_a_statement_pays_what_it_names_and_only_once(
    installation: Installation,  # noqa: F811
    tmp_path: Path,
) -> None:
    add = ["creditor", "add", "uno", "--name", "Uno S.A.S.", "--country", "CO"]
    add += ["--currency", "CLP", "--timezone", "America/Bogota", "--preset", "b2b"]
    installation.run(*add)
    ledger = tmp_path / "cartera.csv"
    ledger.write_text(LEDGER, encoding="utf-8")
    installation.run("import", str(ledger), "--creditor", "uno")
    day = datetime.now(ZoneInfo("America/Bogota")).strftime("%d/%m/%Y")  # it reads the real clock
    statement = tmp_path / "cartola.csv"
    statement.write_text(
        "Cliente: Uno;Cuenta: 1234567\nFecha;Descripción;Cargo;Abono;Saldo\n"
        f"{day};PAGO FACTURA FV 770011;;1.500.000;1.500.000\n"
        f"{day};CONSIGNACION;;45.000;1.545.000\n",
        encoding="utf-8",
    )
    bank = ["--creditor", "uno"]
    unknown = installation.json("bank", "import", str(statement), *bank, code=1)
    assert unknown["error"] == "bank_account_unknown"
    installation.json("bank", "account", "1234567", *bank, "--currency", "CLP", "--bank", "Banco")
    (brought,) = installation.json("bank", "import", str(statement), *bank)["statements"]
    assert (brought["lines"], brought["new"], brought["notices"]) == (2, 2, [])
    matched = installation.json("bank", "match", *bank)
    assert (matched["applied"], matched["unidentified"]) == (1, 1)
    assert matched["reasons"] == {"sure_number": 1}
    (again,) = installation.json("bank", "import", str(statement), *bank)["statements"]
    assert (again["repeated"], again["new"]) == (True, 0)
    assert installation.json("bank", "match", *bank)["applied"] == 0
    assert "co_asobancaria_2001" in {each["name"] for each in installation.json("bank", "layouts")}
