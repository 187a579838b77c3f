"""A lookup that found nothing is no amount (what a user saw: the invoice's whole value instead)."""

from __future__ import annotations

from pathlib import Path

from recaudo.intake.reading import open_file
from recaudo.intake.reading.contract import Hints

FILE = """Código cliente;Nombre;Factura;Fecha factura;Fecha vencimiento;Valor;Saldo
C-1;#N/A;F1;02/01/2026;25/02/2026;100.000,00;40.000,00
C-1;Uno;F2;02/01/2026;25/02/2026;100.000,00;#N/A
"""


def test_a_balance_of_not_found_is_rejected_and_a_name_of_it_is_none(tmp_path: Path) -> None:
    path = tmp_path / "cartera.csv"
    path.write_text(FILE, encoding="utf-8")
    reading = open_file(path, hints=Hints(country="CO", currency="COP"))
    (batch,) = reading.batches()
    assert batch.rows.to_pydict()["name"] == [None]
    assert [(each.row_no, each.code, each.value) for each in batch.rejects] == [
        (3, "excel_error", "#N/A")
    ]
