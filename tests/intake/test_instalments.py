"""One invoice, several due dates (F4); one instalment, several components (F5)."""

from __future__ import annotations

from decimal import Decimal

from intake.conftest import Company
from recaudo.intake.models import ImportBatch
from recaudo.portfolio.models import DocumentComponent

BARE = "Cod. cliente;Nombre;Factura;Fecha vencimiento;Saldo"
THREE = (
    BARE,
    "C1;Nevado;F1;2026-09-01;30",
    "C1;Nevado;F1;2026-07-01;10",
    "C1;Nevado;F1;2026-08-01;20",
)
PARTS = "Cod. cliente;Nombre;Obligación;Cuota;Fecha vencimiento;Saldo;Capital;Interés;Interés mora"


def parts(company: Company, number: str, instalment: str = "") -> dict[str, Decimal]:
    document = company.document(number, instalment)
    return {
        part.component: part.open_amount
        for part in company.all(DocumentComponent, document=document)
    }


def test_three_rows_of_one_number_are_three_documents_numbered_by_due_date(
    company: Company,
) -> None:
    result = company.load(*THREE)

    assert result["documents"] == 3
    assert company.balances() == {"F1/1": Decimal(10), "F1/2": Decimal(20), "F1/3": Decimal(30)}
    told = {each["code"] for each in company.all(ImportBatch)[0].result["notices"]}
    assert "instalments_numbered" in told


def test_instalments_keep_their_numbers_when_the_first_is_paid(company: Company) -> None:
    company.creditor.snapshot_close_limit_pct = 100
    company.corte(*THREE)

    company.corte(*THREE[:2], as_of="2026-08-08")

    assert company.balances() == {"F1/3": Decimal(30)}


def test_a_new_due_date_of_a_known_invoice_is_its_next_instalment(company: Company) -> None:
    company.load(*THREE[:2])

    company.load(*THREE)

    assert company.balances() == {"F1": Decimal(30), "F1/2": Decimal(10), "F1/3": Decimal(20)}
    assert company.load(*THREE)["unchanged"] == 3


def test_components_add_up_to_the_balance(company: Company) -> None:
    company.load(PARTS, "C1;Ana;CR1;1;2026-07-01;115.50;100;10.50;5")

    assert parts(company, "CR1", "1") == {
        "capital": Decimal(100),
        "interest": Decimal("10.50"),
        "default_interest": Decimal(5),
    }


def test_a_corte_moves_each_component_to_its_balance(company: Company) -> None:
    company.corte(PARTS, "C1;Ana;CR1;1;2026-07-01;115;100;10;5")

    company.corte(PARTS, "C1;Ana;CR1;1;2026-07-01;68;60;0;8", as_of="2026-08-08")

    open_now = parts(company, "CR1", "1")
    assert open_now == {
        "capital": Decimal(60),
        "interest": Decimal(0),
        "default_interest": Decimal(8),
    }
    assert company.balances() == {"CR1/1": Decimal(68)}


def test_a_component_that_is_new_in_a_corte_is_added(company: Company) -> None:
    company.corte(PARTS, "C1;Ana;CR1;1;2026-07-01;100;100;0;0")

    company.corte(PARTS, "C1;Ana;CR1;1;2026-07-01;104;100;0;4", as_of="2026-08-08")

    assert parts(company, "CR1", "1") == {"capital": Decimal(100), "default_interest": Decimal(4)}


def test_a_payment_goes_to_interest_before_capital(company: Company) -> None:
    company.load(PARTS, "C1;Ana;CR1;1;2026-07-01;115;100;10;5")

    company.load("Cod. cliente;Factura;Cuota;Fecha pago;Valor pagado", "C1;CR1;1;2026-07-20;40")

    assert parts(company, "CR1", "1") == {
        "capital": Decimal(75),
        "interest": Decimal(0),
        "default_interest": Decimal(0),
    }


def test_what_was_paid_before_the_file_was_capital(company: Company) -> None:
    headings = PARTS.replace("Saldo", "Valor cuota;Saldo")
    company.load(headings, "C1;Ana;CR1;1;2026-07-01;150;115;100;10;5")

    assert company.balances() == {"CR1/1": Decimal(115)}
    assert company.document("CR1", "1").amount == Decimal(150)
    assert parts(company, "CR1", "1")["capital"] == Decimal(100)
