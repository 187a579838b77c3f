"""Payments and credits from files: tied to what they name, never counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django_scopes import scope

from intake.conftest import Company
from recaudo.audit.models import DomainEvent
from recaudo.payments.actions.charging import fix_charges
from recaudo.payments.actions.terms import Wanted, set_terms
from recaudo.payments.models import (
    Application,
    Charge,
    Clearance,
    Credit,
    CreditAdjustment,
    PendingPaper,
    WithholdingProfile,
)

INVOICES = (
    "Cod. cliente;Nombre;Factura;Fecha vencimiento;Valor",
    "C1;Nevado;F1;2026-07-01;100",
    "C1;Nevado;F2;2026-07-15;50",
)
HEADINGS = "Cod. cliente;Factura;Fecha pago;Valor pagado;Referencia de pago"


@pytest.fixture
def owing(company: Company) -> Company:
    company.load(*INVOICES)
    return company


def test_a_payment_pays_the_document_it_names(owing: Company) -> None:
    result = owing.load(HEADINGS, "C1;F2;2026-07-20;20.75;RC-1")

    assert (result["accepted"], result["credits"]) == (1, 1)
    assert owing.balances() == {"F1": Decimal(100), "F2": Decimal("29.25")}
    assert owing.document("F2").last_applied_on == date(2026, 7, 20)


def test_a_payment_file_twice_pays_once(owing: Company) -> None:
    rows = (HEADINGS, "C1;F1;2026-07-20;20;RC-1", "C1;F2;2026-07-20;20;RC-1", "C1;;2026-07-21;5;")
    assert owing.load(*rows)["accepted"] == 3

    assert owing.load(*rows)["unchanged"] == 3

    assert len(owing.all(Credit)) == 3
    assert owing.unapplied() == Decimal(5)


def test_a_payment_that_names_only_its_document_finds_the_customer(owing: Company) -> None:
    owing.load("Factura;Fecha pago;Valor pagado", "F1;2026-07-20;100")

    assert "F1" not in owing.balances()


def test_what_is_paid_too_much_waits(owing: Company) -> None:
    owing.load(HEADINGS, "C1;F1;2026-07-20;130;RC-1")

    assert owing.unapplied() == Decimal(30)
    assert owing.balances() == {"F2": Decimal(50)}


def test_two_payments_of_one_document_come_in_turn(owing: Company) -> None:
    owing.load(HEADINGS, "C1;F1;2026-07-25;70;RC-2", "C1;F1;2026-07-20;60;RC-1")

    first, second = owing.all(Application)
    assert (first.value_on, first.amount) == (date(2026, 7, 20), Decimal(60))
    assert (second.value_on, second.amount) == (date(2026, 7, 25), Decimal(40))
    assert owing.unapplied() == Decimal(30)


def test_a_corrected_payment_posts_the_difference(owing: Company) -> None:
    owing.load(HEADINGS, "C1;F1;2026-07-20;60;RC-1")

    assert owing.load(HEADINGS, "C1;F1;2026-07-20;65;RC-1")["updated"] == 1
    assert owing.balances()["F1"] == Decimal(35)
    assert owing.load(HEADINGS, "C1;F1;2026-07-20;50;RC-1")["updated"] == 1
    assert owing.balances()["F1"] == Decimal(50)

    (credit,) = owing.all(Credit)
    assert (credit.original_amount, credit.amount) == (Decimal(60), Decimal(50))
    assert owing.load(HEADINGS, "C1;F1;2026-07-20;50;RC-1")["unchanged"] == 1


def test_a_payment_taken_back_opens_its_document_again(owing: Company) -> None:
    owing.load(HEADINGS, "C1;F1;2026-07-20;60;RC-1")

    rows = (HEADINGS, "C1;F1;2026-07-28;-60;RC-1")
    assert owing.load(*rows)["updated"] == 1

    assert owing.balances()["F1"] == Decimal(100)
    assert owing.unapplied() == 0
    assert [each.reason for each in owing.all(CreditAdjustment)] == ["taken_back"]
    assert owing.load(*rows)["unchanged"] == 1


def test_a_payment_and_its_return_in_one_file_leave_nothing(owing: Company) -> None:
    rows = (HEADINGS, "C1;F1;2026-07-20;60;RC-1", "C1;F1;2026-07-28;-60;RC-1")
    owing.load(*rows)

    assert owing.load(*rows)["unchanged"] == 2

    assert owing.balances()["F1"] == Decimal(100)
    assert owing.unapplied() == 0


def test_a_payment_without_a_reference_is_taken_back_by_document_and_amount(
    owing: Company,
) -> None:
    owing.load(HEADINGS, "C1;F1;2026-07-20;60;", "C1;F2;2026-07-20;50;", "C1;F1;2026-07-21;40;")
    rows = (HEADINGS, "C1;F1;2026-07-28;-60;")

    assert owing.load(*rows)["updated"] == 1

    assert owing.balances() == {"F1": Decimal(60)}
    assert owing.load(*rows)["unchanged"] == 1
    assert owing.load(HEADINGS, "C1;F1;2026-07-29;-60;")["rejected"] == 1


def test_a_return_of_an_unknown_payment_is_rejected(owing: Company) -> None:
    result = owing.load(HEADINGS, "C1;F1;2026-07-28;-60;RC-9")

    assert result["rejected"] == 1
    assert owing.balances()["F1"] == Decimal(100)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("C77;F1;2026-07-20;60;RC-1", "customer_unknown"),
        (";F77;2026-07-20;60;RC-1", "payment_document_unknown"),
    ],
)
def test_a_payment_of_nobody_is_rejected(owing: Company, row: str, code: str) -> None:
    result = owing.load(HEADINGS, row)

    assert result["rejected"] == 1
    assert set(owing.preview(HEADINGS, row).by_code) == {code}
    assert owing.all(Credit) == []


def test_a_payment_of_an_unknown_document_waits_and_is_told(owing: Company) -> None:
    owing.load(HEADINGS, "C1;F77;2026-07-20;60;RC-1")

    assert owing.unapplied() == Decimal(60)
    assert "payment_not_tied" in {
        each.code for each in owing.preview(HEADINGS, "C1;F78;2026-07-20;60;RC-2").notices
    }


def test_a_payment_of_several_instalments_pays_the_oldest_first(company: Company) -> None:
    company.load(
        "Cod. cliente;Nombre;Factura;Cuota;Fecha vencimiento;Valor",
        "C1;Nevado;F1;1;2026-06-01;40",
        "C1;Nevado;F1;2;2026-07-01;40",
        "C1;Nevado;F1;3;2026-08-01;40",
    )

    company.load(HEADINGS, "C1;F1;2026-07-20;60;RC-1")

    assert company.balances() == {"F1/2": Decimal(20), "F1/3": Decimal(40)}


def test_documents_and_their_payments_come_in_one_file(company: Company) -> None:
    rows = (
        "Cod. cliente;Nombre;Factura;Fecha vencimiento;Valor;Fecha pago;Valor pagado",
        "C1;Nevado;F1;2026-07-01;100;2026-07-20;100",
        "C1;Nevado;F2;2026-07-15;50;;",
    )
    company.load(*rows)

    assert company.balances() == {"F2": Decimal(50)}
    assert company.load(*rows)["unchanged"] == 2


def test_negative_rows_are_credits_and_add_up(company: Company) -> None:
    result = company.load(*INVOICES, "C1;Nevado;NC9;2026-07-01;-30.50")

    assert (result["documents"], result["credits"], result["rejected"]) == (2, 1, 0)
    assert company.unapplied() == Decimal("30.50")
    seen = company.preview(*INVOICES, "C1;Nevado;NC9;2026-07-01;-30.50")
    assert seen.cuadre is not None
    assert seen.cuadre.imported == Decimal("119.50")


def test_a_corrected_credit_posts_the_difference(company: Company) -> None:
    company.load(*INVOICES, "C1;Nevado;NC9;2026-07-01;-30")

    assert company.load(*INVOICES, "C1;Nevado;NC9;2026-07-01;-45")["updated"] == 1
    assert company.unapplied() == Decimal(45)
    assert company.load(*INVOICES, "C1;Nevado;NC9;2026-07-01;-20")["updated"] == 1
    assert company.unapplied() == Decimal(20)


def test_a_payment_with_its_own_identifier_comes_in_once_and_says_who_paid(owing: Company) -> None:
    headings = "Id pago;Cod. cliente;Factura;Fecha pago;Valor pagado;Forma de pago;Pagador"
    owing.load(headings, "T-77;C1;F1;2026-07-20;60;PSE;Hermano SAS")

    again = owing.load(headings, "T-77;C1;;2026-07-20;60;Transferencia;Hermano SAS")

    assert again["unchanged"] == 1
    (credit,) = owing.all(Credit)
    assert (credit.external_id, credit.payer, credit.method) == ("id|T-77", "Hermano SAS", "PSE")
    assert credit.value_on == date(2026, 7, 20)


def test_the_exact_net_of_who_withholds_closes_the_document(owing: Company) -> None:
    customer = owing.customer("C1")
    with scope(creditor=owing.creditor):
        WithholdingProfile.objects.create(
            creditor=owing.creditor,
            customer=customer,
            kind="retefuente",
            base="total",
            per_cent=Decimal("4"),
            from_on=date(2020, 1, 1),
        )
    owing.load(HEADINGS, "C1;F1;2026-07-20;96;RC-1", "C1;F2;2026-07-20;47;RC-2")

    assert owing.balances() == {"F2": Decimal(3)}
    assert {each.kind for each in owing.all(Credit)} == {"payment", "withholding"}


def test_what_a_returned_payment_had_withheld_falls_with_it(owing: Company) -> None:
    customer = owing.customer("C1")
    with scope(creditor=owing.creditor):
        WithholdingProfile.objects.create(
            creditor=owing.creditor,
            customer=customer,
            kind="retefuente",
            base="total",
            per_cent=Decimal("4"),
            from_on=date(2020, 1, 1),
        )
    owing.load(HEADINGS, "C1;F1;2026-07-20;96;RC-1")
    assert "F1" not in owing.balances()

    rows = (HEADINGS, "C1;F1;2026-07-28;-96;RC-1")
    owing.load(*rows)

    assert owing.balances()["F1"] == Decimal(100)
    assert {each.amount for each in owing.all(Credit)} == {0}
    assert {each.state for each in owing.all(PendingPaper)} == {"dropped"}
    assert owing.load(*rows)["unchanged"] == 1


def test_a_returned_payment_of_a_file_voids_the_certificate_and_is_told(owing: Company) -> None:
    owing.load(HEADINGS, "C1;F1;2026-07-20;100;RC-1", "C1;F2;2026-07-20;50;RC-2")
    customer = owing.customer("C1")
    with scope(creditor=owing.creditor):
        Clearance.objects.create(
            creditor=owing.creditor,
            customer=customer,
            number=1,
            token="t" * 32,
            as_of=date(2026, 7, 21),
            sha256="0" * 64,
            path="none.pdf",
        )
    owing.load(HEADINGS, "C1;F1;2026-07-28;-100;RC-1")

    (kept,) = owing.all(Clearance)
    assert (kept.voided_on, kept.void_reason) == (date(2026, 7, 28), "payment_taken_back")
    (event,) = DomainEvent.objects.filter(kind="payment.taken_back")
    document = owing.document("F1").pk
    assert event.customer_id == customer.pk
    assert Decimal(event.facts["amount"]) == 100 and event.facts["documents"] == [document]


def test_a_payment_dated_back_puts_right_the_interest_beyond_it(owing: Company) -> None:
    terms = Wanted(
        from_on=date(2026, 1, 1),
        source="contrato",
        interest="computed",
        annual_rate=Decimal("36.5"),
        rate_quote="nominal_annual",
        ceiling_series="MX.legal.civil",
    )
    set_terms(owing.creditor, terms, by=None, origin="test")
    now = datetime(2026, 8, 1, 15, tzinfo=UTC)
    charges = fix_charges(owing.customer("C1"), as_of=date(2026, 7, 31), because="hand", now=now)
    before = sum(each.document.amount for each in charges)
    owing.load(HEADINGS, "C1;F1;2026-07-02;100;RC-1")

    with scope(creditor=owing.creditor):
        after = sum(each.document.amount for each in Charge.objects.select_related("document"))
    assert 0 < after < before
