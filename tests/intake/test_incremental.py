"""Invoices come in, come in again, and are corrected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from intake.conftest import Company
from recaudo.audit.models import ChangeEvent
from recaudo.intake.models import ImportBatch
from recaudo.payments.models import Application, Credit
from recaudo.portfolio.models import (
    Assignment,
    Customer,
    DocumentAdjustment,
    DocumentEvent,
    DueDate,
    ExchangeRate,
    Obligation,
)

HEADINGS = "Cod. cliente;Nombre;Factura;Fecha factura;Fecha vencimiento;Valor"
TWO = (
    HEADINGS,
    "C1;Ferretería Nevado;F1;2026-06-01;2026-07-01;100.50",
    "C2;Óptica Caribe;F2;2026-06-15;2026-07-15;250.25",
)
RICH = "Cod. cliente;Nombre;NIT;Vendedor;Factura;Fecha vencimiento;Valor"


def test_a_plain_spanish_file_needs_no_mapping(company: Company) -> None:
    result = company.load(*TWO)

    assert (result["rows"], result["accepted"]) == (2, 2)
    assert (result["customers"], result["documents"], result["credits"]) == (2, 2, 0)
    assert company.balances() == {"F1": Decimal("100.50"), "F2": Decimal("250.25")}


def test_the_same_file_again_changes_nothing(company: Company) -> None:
    company.load(*TWO)

    result = company.load(*TWO)

    assert (result["accepted"], result["updated"], result["unchanged"]) == (0, 0, 2)
    assert (result["customers"], result["documents"], result["credits"]) == (0, 0, 0)
    assert company.all(DocumentAdjustment) == []


def test_a_corrected_amount_posts_the_difference(company: Company) -> None:
    company.load(*TWO)

    result = company.load(HEADINGS, "C1;Ferretería Nevado;F1;2026-06-01;2026-07-01;90.25")

    assert (result["updated"], result["accepted"]) == (1, 0)
    (correction,) = company.all(DocumentAdjustment)
    assert (correction.delta, correction.reason) == (Decimal("-10.25"), "source_correction")
    assert company.balances()["F1"] == Decimal("90.25")


def test_a_correction_below_what_was_paid_frees_the_payment(company: Company) -> None:
    company.load(*TWO)
    company.load("Cod. cliente;Factura;Fecha pago;Valor pagado", "C1;F1;2026-07-02;100.50")

    company.load(HEADINGS, "C1;Ferretería Nevado;F1;2026-06-01;2026-07-01;80.50")

    assert "F1" not in company.balances()
    assert company.document("F1").amount == Decimal("80.50")
    assert company.unapplied() == Decimal("20.00")


def test_a_moved_due_date_is_a_dated_row(company: Company) -> None:
    company.load(*TWO)

    result = company.load(HEADINGS, "C1;Ferretería Nevado;F1;2026-06-01;2026-07-31;100.50")

    assert result["updated"] == 1
    (moved,) = company.all(DueDate)
    assert (moved.previous_due_on, moved.due_on) == (date(2026, 7, 1), date(2026, 7, 31))
    assert company.document("F1").due_on == date(2026, 7, 31)


def test_the_state_of_a_document_is_an_event(company: Company) -> None:
    headings = "Cod. cliente;Nombre;Factura;Fecha vencimiento;Valor;Estado;Fecha radicación"
    company.load(headings, "C1;Nevado;F1;2026-07-01;100;emitida;")

    result = company.load(headings, "C1;Nevado;F1;2026-07-01;100;radicada;2026-06-20")

    assert result["updated"] == 1
    (event,) = company.all(DocumentEvent)
    assert (event.kind, event.happened_on) == ("filed", date(2026, 6, 20))
    assert company.document("F1").state == "filed"
    assert company.load(headings, "C1;Nevado;F1;2026-07-01;100;radicada;2026-06-20")[
        "unchanged"
    ] == 1  # fmt: skip


def test_two_equal_rows_are_one(company: Company) -> None:
    result = company.load(*TWO, TWO[1])

    assert (result["accepted"], result["unchanged"], result["documents"]) == (2, 1, 2)
    batch = company.all(ImportBatch)[-1]
    assert "row_repeated" in {each["code"] for each in batch.result["notices"]}


def test_a_row_that_contradicts_an_earlier_one_is_rejected_and_names_it(company: Company) -> None:
    result = company.load(*TWO, "C1;Ferretería Nevado;F1;2026-06-01;2026-07-01;999")

    assert result["rejected"] == 1
    seen = company.preview(path=company.folder / "cartera.csv")
    assert seen.problems[0].code == "duplicate_differs"
    assert (seen.problems[0].row_no, seen.problems[0].facts["row"]) == (4, 2)


def test_a_rejected_instalment_is_named_as_a_person_writes_it(company: Company) -> None:
    headings = "Cod. cliente;Nombre;Tipo documento;Factura;Cuota;Fecha vencimiento;Valor;Saldo"
    company.load(
        headings,
        "C1;Nevado;FE;F1;2;2026-07-01;100.50;100.50",
        "C1;Nevado;FE;F1;2;2026-07-01;100.50;90.50",
    )

    seen = company.preview(path=company.folder / "cartera.csv")
    assert seen.problems[0].facts["document"] == "FE F1/2"


def test_a_corte_spares_a_document_whose_row_was_rejected_by_the_ledger(company: Company) -> None:
    company.load(*TWO)

    company.load(
        HEADINGS,
        "C9;Otro;F1;2026-06-01;2026-07-01;100.50",
        *TWO[2:],
        mode="snapshot",
        accept_partial="prueba",
    )

    assert company.document("F1").open_amount == Decimal("100.50")


def test_a_document_of_another_customer_is_rejected(company: Company) -> None:
    company.load(*TWO)

    result = company.load(HEADINGS, "C9;Otro;F1;2026-06-01;2026-07-01;100.50")

    assert result["rejected"] == 1
    assert company.document("F1").customer.code == "C1"


def test_a_currency_without_a_rate_is_accepted_and_told(company: Company) -> None:
    result = company.load(
        "Cod. cliente;Nombre;Factura;Fecha vencimiento;Valor;Moneda",
        "C1;Nevado;F1;2026-07-01;100;USD",
    )

    assert result["accepted"] == 1
    batch = company.all(ImportBatch)[-1]
    assert "currency_without_rate" in {each["code"] for each in batch.result["notices"]}


def test_rates_come_in_once(company: Company) -> None:
    rates = ("Moneda;Tasa de cambio;Fecha tasa", "USD;4100,25;01/08/2026", "EUR;4700;01/08/2026")
    answers = {"date_order:Fecha tasa": "dmy"}
    assert company.load(*rates, answers=answers)["accepted"] == 2

    assert company.load(*rates, answers=answers)["unchanged"] == 2

    changed = company.load(rates[0], "USD;4200,25;01/08/2026", answers=answers)
    assert changed["rejected"] == 1
    assert company.all(ExchangeRate, from_currency="USD")[0].rate == Decimal("4100.25")


def test_a_customer_is_found_by_tax_id_where_the_code_is_new(company: Company) -> None:
    company.load(RICH, "C1;Nevado S.A.S.;900373913-4;Ana;F1;2026-07-01;100")

    company.load(RICH, "X-77;Nevado S.A.S.;900.373.913;Ana;F2;2026-07-01;50")

    assert company.document("F2").customer.code == "C1"


def test_two_codes_with_one_tax_id_in_one_file_are_two_customers(company: Company) -> None:
    company.load(
        RICH,
        "C1;Nevado Norte;900373913-4;Ana;F1;2026-07-01;100",
        "C2;Nevado Sur;900373913-4;Ana;F2;2026-07-01;50",
    )

    codes = {customer.code: customer.person_key for customer in company.all(Customer)}
    assert codes == {"C1": "CO:9003739134", "C2": "CO:9003739134"}


def test_the_slot_of_a_customer_is_the_same_for_ever(company: Company) -> None:
    company.load(*TWO)
    slot = company.customer("C1").slot

    company.load(HEADINGS, "C1;Otro Nombre;F1;2026-06-01;2026-07-01;100.50")

    assert 0 <= slot < 10_000
    assert company.customer("C1").slot == slot
    assert company.customer("C1").name == "Otro Nombre"


def test_a_new_seller_ends_the_assignment_of_the_old_one(company: Company) -> None:
    company.load(RICH, "C1;Nevado;900373913-4;Ana;F1;2026-07-01;100", as_of="2026-08-01")
    company.load(RICH, "C1;Nevado;900373913-4;Beto;F1;2026-07-01;100", as_of="2026-08-09")

    spans = [(a.person_code, a.from_on, a.until_on) for a in company.all(Assignment)]
    assert spans == [
        ("Ana", date(2026, 8, 1), date(2026, 8, 9)),
        ("Beto", date(2026, 8, 9), None),
    ]
    assert company.document("F1").seller == "Beto"


def test_a_seller_changed_twice_in_one_day_is_one_assignment(company: Company) -> None:
    company.load(RICH, "C1;Nevado;900373913-4;Ana;F1;2026-07-01;100")
    company.load(RICH, "C1;Nevado;900373913-4;Beto;F1;2026-07-01;100")

    assert [a.person_code for a in company.all(Assignment)] == ["Beto"]


def test_a_customer_of_two_sellers_stays_with_the_first(company: Company) -> None:
    both = (
        RICH,
        "C1;Nevado;900373913-4;Ana;F1;2026-07-01;100",
        "C1;Nevado;900373913-4;Beto;F2;2026-07-01;100",
    )
    company.load(*both)
    first = company.all(Assignment)[0].person_code

    result = company.load(both[0], both[2], both[1])

    assert result["unchanged"] == 2
    assert [a.person_code for a in company.all(Assignment)] == [first]


def test_credits_and_cards_are_obligations(company: Company) -> None:
    headings = "Cod. cliente;Nombre;Obligación;Producto;Régimen;Cuota;Fecha vencimiento;Valor cuota"
    company.load(
        headings,
        "C1;Ana Ríos;CR-9;Libranza;consumo;1;2026-06-01;100",
        "C1;Ana Ríos;CR-9;Libranza;consumo;2;2026-07-01;100",
    )

    (obligation,) = company.all(Obligation)
    assert (obligation.number, obligation.product, obligation.regime) == (
        "CR-9",
        "Libranza",
        "consumer",
    )
    assert company.balances() == {"CR-9/1": Decimal(100), "CR-9/2": Decimal(100)}


def test_one_event_tells_the_whole_import_and_what_it_changed(company: Company) -> None:
    company.load(*TWO)
    company.load(HEADINGS, "C1;Otro Nombre;F1;2026-06-01;2026-07-01;90.25")

    first, second = ChangeEvent.objects.filter(creditor=company.creditor).order_by("id")
    assert (first.kind, first.facts["accepted"], first.facts["differences"]) == ("import", 2, [])
    assert second.facts["updated"] == 1
    assert {"document": "||F1|", "amount": "-10.2500"} in second.facts["differences"]
    assert "Otro Nombre" not in str(second.facts)


def test_a_payment_in_the_documents_own_row_pays_it_once(company: Company) -> None:
    headings = "Cod. cliente;Nombre;Factura;Fecha vencimiento;Valor;Saldo;Fecha pago;Valor pagado"
    rows = (headings, "C1;Nevado;F1;2026-07-01;100;40;2026-07-05;60")

    assert company.load(*rows)["credits"] == 1
    assert company.load(*rows)["unchanged"] == 1

    assert company.balances() == {"F1": Decimal(40)}
    (credit,) = company.all(Credit)
    assert (credit.kind, credit.value_on, credit.amount) == (
        "payment",
        date(2026, 7, 5),
        Decimal(60),
    )
    assert len(company.all(Application)) == 1


def test_an_older_file_does_not_undo_a_payment(company: Company) -> None:
    company.load(*TWO)
    company.load("Cod. cliente;Factura;Fecha pago;Valor pagado", "C1;F1;2026-07-02;60")

    assert company.load(*TWO)["unchanged"] == 2

    assert company.balances()["F1"] == Decimal("40.50")
