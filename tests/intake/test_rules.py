"""The worked tables of docs/rules/import.md."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.rules import rows, tables
from intake.conftest import Company
from recaudo.payments.models import Credit

HEADINGS = "Cod. cliente;Nombre;Factura;Fecha vencimiento;Saldo"
PAYMENTS = "Cod. cliente;Factura;Fecha pago;Valor pagado;Referencia de pago"
OTHER = "C9;Resto;R1;2026-07-01;9000"


def test_one_invoice_through_cortes_and_payments(company: Company) -> None:
    for at, row in enumerate(rows("import.md", "cortes")):
        if row["act"] == "corte":
            named = [] if row["told"] == "none" else [f"C1;Nevado;F1;2026-07-01;{row['told']}"]
            company.corte(HEADINGS, OTHER, *named, as_of=row["day"])
        else:
            paid = f"C1;F1;{row['of']};{row['paid']};RC{at}"
            company.load(PAYMENTS, paid, as_of=row["day"])

        document = company.document("F1")
        inferred = [credit.amount for credit in company.all(Credit, source="corte")]
        found = (document.open_amount, document.amount, sum(inferred, Decimal(0)))
        wanted = tuple(Decimal(row[name]) for name in ("open", "amount", "inferred"))
        assert found == wanted, row
        assert company.unapplied() == 0


@pytest.mark.parametrize("row", rows("import.md", "guard"), ids=lambda row: row["named"])
def test_how_much_may_be_closed(company: Company, row: dict[str, str]) -> None:
    (table,) = tables("import.md", "guard")
    company.creditor.snapshot_close_limit_pct = int(table.facts["limit"])
    invoices = [f"C1;Nevado;F{n};2026-07-01;100" for n in range(10)]
    company.corte(HEADINGS, *invoices)
    named = (HEADINGS, *invoices[: int(row["named"])])

    if row["taken"] == "no":
        problem = company.refused(*named, mode="snapshot", as_of="2026-08-08")
        assert (problem.code, problem.facts["amount"]) == (
            "corte_parece_parcial",
            Decimal(row["closes"]),
        )
        return
    company.corte(*named, as_of="2026-08-08")
    assert sum(company.balances().values()) == 1000 - Decimal(row["closes"])
