"""Does it add up? Nothing is written that does not, unless somebody says why (F3)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from intake.conftest import Company
from recaudo.cli.intake import _total
from recaudo.intake.models import ImportBatch
from recaudo.portfolio.models import Customer

HEADINGS = "Cod. cliente;Nombre;Factura;Fecha vencimiento;Saldo"
ROWS = (HEADINGS, "C1;Nevado;F1;2026-07-01;100.50", "C2;Óptica;F2;2026-07-15;250.25")
PRINTED = (*ROWS, "TOTAL GENERAL;;;;400.75")


def test_a_file_that_adds_up_says_so(company: Company) -> None:
    result = company.load(*ROWS, control_total=Decimal("350.75"))

    assert (result["control_total"], result["difference"]) == ("350.75", "0.00")


def test_without_a_control_total_there_is_nothing_to_compare(company: Company) -> None:
    result = company.load(*ROWS)

    assert (result["control_total"], result["difference"]) == (None, None)


def test_the_total_that_the_file_prints_is_the_control_total(company: Company) -> None:
    problem = company.refused(*PRINTED)

    assert problem.code == "cuadre_no_cuadra"
    assert problem.facts["imported"] == Decimal("350.75")
    assert problem.facts["control_total"] == Decimal("400.75")
    assert problem.facts["difference"] == Decimal("-50.00")
    assert company.all(Customer) == []


def test_a_typed_total_goes_before_the_printed_one(company: Company) -> None:
    result = company.load(*PRINTED, control_total=Decimal("350.75"))

    assert result["difference"] == "0.00"


def test_a_difference_is_accepted_with_a_reason_that_is_kept(company: Company) -> None:
    result = company.load(*PRINTED, accept_difference="El total incluye una factura anulada")

    assert (result["accepted"], result["difference"]) == (2, "-50.00")
    (batch,) = company.all(ImportBatch)
    assert batch.difference_reason == "El total incluye una factura anulada"


def test_a_blank_reason_is_no_reason(company: Company) -> None:
    assert company.refused(*PRINTED, accept_difference="  ").code == "cuadre_no_cuadra"


def test_the_difference_is_told_by_customer(company: Company) -> None:
    problem = company.refused(
        *ROWS,
        "C3;Talleres;F3;2026-02-31;49.50",
        "C1;Nevado;F1;2026-07-01;100.50",
        "TOTAL GENERAL;;;;500.75",
    )

    assert problem.facts["by_customer"] == [
        {"customer": "C1", "rows": 1, "amount": Decimal("100.50")},
        {"customer": "C3", "rows": 1, "amount": Decimal("49.50")},
    ]


def test_credits_are_subtracted(company: Company) -> None:
    result = company.load(*ROWS, "C1;Nevado;NC1;2026-07-01;-50.75", control_total=Decimal("300.00"))

    assert result["difference"] == "0.00"


def test_the_preview_shows_the_cuadre_and_writes_nothing(company: Company) -> None:
    seen = company.preview(*PRINTED)

    assert seen.cuadre is not None
    assert (seen.cuadre.difference, seen.cuadre.adds_up) == (Decimal("-50.00"), False)
    assert company.all(Customer) == []
    assert company.all(ImportBatch) == []


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("499.000", "499000"),
        ("499,000", "499000"),
        ("499.000,50", "499000.50"),
        ("1999900.50", "1999900.50"),
        ("-20.000", "-20000"),
        ("499", "499"),
    ],
)
def test_a_total_typed_as_the_preview_prints_it_is_the_same_total(typed: str, meant: str) -> None:
    assert _total(typed) == Decimal(meant)
