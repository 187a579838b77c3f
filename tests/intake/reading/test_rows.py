"""What a row becomes: a document, a credit, a payment, a customer, a rate, a reject, or no row."""

from datetime import date
from decimal import Decimal

import pytest

from recaudo.core.problems import Problem
from recaudo.intake.reading import SCHEMA, Hints, open_file

from .conftest import Lines
from .files import read

HEADINGS = "NIT;Cliente;Factura;Fecha;Vence;Valor;Saldo"


def test_every_batch_has_the_columns_of_the_contract(table: Lines) -> None:
    file = open_file(table(HEADINGS, "900123456-8;ACME;F1;01/05/2026;31/05/2026;100;40"))
    (batch,) = file.batches()
    assert batch.rows.schema == SCHEMA


def test_an_invoice_with_a_balance_is_a_document(table: Lines) -> None:
    found = read(table(HEADINGS, "900123456-8;ACME;F1;01/05/2026;31/05/2026;1.000,50;400,25"))
    assert found.rows == [
        {
            "sheet": "",
            "row_no": 2,
            "record": "document",
            "customer_code": "9001234568",
            "tax_id": "900123456-8",
            "name": "ACME",
            "number": "F1",
            "issued_on": date(2026, 5, 1),
            "due_on": date(2026, 5, 31),
            "amount": Decimal("1000.50"),
            "open_amount": Decimal("400.25"),
        }
    ]
    assert found.summary.totals == {"": Decimal("400.25")}


def test_a_negative_row_is_a_credit_with_its_sign_turned(table: Lines) -> None:
    found = read(
        table(
            "NIT;Cliente;Tipo Doc;Factura;Vence;Saldo",
            "900123456;ACME;FV;F1;31/05/2026;500",
            "900123456;ACME;NC;N1;31/05/2026;-100",
            "900123456;ACME;Anticipo;A1;31/05/2026;(50)",
            "900123456;ACME;Recibo de caja;R1;31/05/2026;25-",
            "900123456;ACME;Saldo;S1;31/05/2026;-5",
        )
    )
    credits = [(r["credit_kind"], r["open_amount"]) for r in found.rows if r["record"] == "credit"]
    assert credits == [
        ("credit_note", Decimal(100)),
        ("advance", Decimal(50)),
        ("payment", Decimal(25)),
        ("advance", Decimal(5)),
    ]
    assert found.summary.totals == {"": Decimal(320)}


def test_one_factura_with_three_cuotas_is_three_documents(table: Lines) -> None:
    found = read(
        table(
            "RUC;Cliente;Serie;Número;Cuota;Vencimiento;Saldo;Moneda",
            *(f"20512345671;ACME;F001;123;{n};13/0{n}/2026;100,00;S/" for n in (1, 2, 3)),
        ),
        hints=Hints(country="PE", currency="PEN"),
    )
    assert [(r["prefix"], r["number"], r["instalment"]) for r in found.rows] == [
        ("F001", "123", "1"),
        ("F001", "123", "2"),
        ("F001", "123", "3"),
    ]
    assert {r["currency"] for r in found.rows} == {"PEN"}


def test_one_file_may_carry_customers_contacts_documents_and_payments(table: Lines) -> None:
    found = read(
        table(
            "Código cliente,Nombre,NIT,Correo,Celular,Cupo,Plazo,Vendedor,Días de pago,"
            "Factura,Fecha,Vence,Valor,Fecha pago,Valor abonado,Recibo",
            'C1,ACME S.A.S.,900123456-8,pagos@acme.co,3001234567,"5.000.000,00",30 días,V1,viernes,'
            'F1,01/05/2026,31/05/2026,"1.000,00",15/06/2026,"400,00",RC-9',
            "C2,BETA,901234567,,,,Contado,V2,,,,,,,,",
            'C1,,,,,,,,,F9,,,,20/06/2026,"50,00",RC-10',
        )
    )
    document, customer, payment = found.rows
    assert (document["record"], document["paid_amount"], document["paid_on"]) == (
        "document",
        Decimal(400),
        date(2026, 6, 15),
    )
    assert "open_amount" not in document
    assert (document["credit_limit"], document["terms_days"]) == (Decimal(5000000), 30)
    assert (document["pay_days"], document["mobile"]) == ("viernes", "3001234567")
    assert (customer["record"], customer["customer_code"]) == ("customer", "C2")
    assert customer["terms_days"] == 0
    assert (payment["record"], payment["number"], payment["payment_reference"]) == (
        "payment",
        "F9",
        "RC-10",
    )
    assert found.summary.totals == {"": Decimal(600)}


def test_rates_are_rates(table: Lines) -> None:
    found = read(table("Fecha,Moneda,TRM", "2026-07-31,USD,4123.4567891", "2026-08-01,USD,0"))
    (row,) = found.rows
    assert (row["record"], row["currency"], row["rate_on"]) == ("rate", "USD", date(2026, 7, 31))
    assert row["exchange_rate"] == Decimal("4123.4567891")
    assert [each.code for each in found.rejects] == ["bad_amount"]


def test_each_bad_cell_refuses_its_row_with_column_value_and_code(table: Lines) -> None:
    found = read(
        table(
            "NIT;Cliente;Factura;Fecha;Vence;Saldo;Moneda",
            "900123456;ACME;F1;01/05/2026;31/05/2026;1,5;COP",
            ";;F2;01/05/2026;31/05/2026;1,5;COP",
            "900123456;ACME;;01/05/2026;31/05/2026;1,5;COP",
            "900123456;ACME;F4;01/05/2026;31/02/2026;1,5;COP",
            "900123456;ACME;F5;01/05/2026;;1,5;COP",
            "900123456;ACME;F6;01/05/2026;31/05/2026;;COP",
            "900123456;ACME;F7;01/05/2026;31/05/2026;12%;COP",
            "900123456;ACME;F8;01/05/2026;31/05/2026;1,93E+09;COP",
            "900123456;ACME;F9;05:23.4;31/05/2026;1,5;COP",
            "900123456;ACME;F10;01/05/2026;31/05/2026;1,5;doblones",
            "900123456;ACME;F11;01/05/2026;31/05/2026;#¡REF!;COP",
        )
    )
    assert [(each.row_no, each.column, each.value, each.code) for each in found.rejects] == [
        (3, "NIT", "", "missing_key"),
        (4, "Factura", "", "missing_key"),
        (5, "Vence", "31/02/2026", "no_such_date"),
        (6, "Vence", "", "missing_due_date"),
        (7, "Saldo", "", "missing_amount"),
        (8, "Saldo", "12%", "bad_amount"),
        (9, "Saldo", "1,93E+09", "excel_scientific"),
        (10, "Fecha", "05:23.4", "excel_mangled_date"),
        (11, "Moneda", "doblones", "unknown_currency"),
        (12, "Saldo", "#¡REF!", "excel_error"),
    ]
    assert found.rejects[2].original["Factura"] == "F4"
    assert (found.summary.rows, found.summary.typed, found.summary.rejected) == (11, 1, 10)


def test_a_row_with_two_bad_cells_names_both(table: Lines) -> None:
    found = read(table(HEADINGS, "900123456;ACME;F1;13/05/2026;99/99/2026;x;1,0"))
    assert {each.code for each in found.rejects[0].problems} == {"bad_amount", "no_such_date"}


def test_an_unreadable_extra_is_left_blank_with_a_notice(table: Lines) -> None:
    found = read(
        table(
            "NIT;Cliente;Cupo;Estado;Factura;Vence;Saldo",
            "900123456;ACME;mucho;rara;F1;31/05/2026;1,5",
        )
    )
    assert found.rejects == [] and "credit_limit" not in found.rows[0]
    assert {each.code for each in found.summary.notices} == {"value_ignored", "label_unknown"}


def test_rows_of_another_width_are_filled_up_or_refused(table: Lines) -> None:
    found = read(
        table(
            "NIT,Cliente,Factura,Vence,Saldo,Ciudad",
            "900123456,ACME,F1,31/05/2026,15",
            "900123456,ACME,F2,31/05/2026,15,Cali,,",
            "900123456,ACME,F3,31/05/2026,1.234,56,Cali",
            "900123456,ACME,F4,31/05/2026,15,Cali",
        )
    )
    assert [row["number"] for row in found.rows] == ["F1", "F2", "F4"]
    (reject,) = found.rejects
    assert (reject.row_no, reject.code) == (4, "wrong_column_count")
    assert reject.facts == {"expected": 6, "found": 7}


def test_totals_pages_and_blank_lines_are_no_rows(table: Lines) -> None:
    found = read(
        table(
            HEADINGS,
            "900123456;ACME;F1;01/05/2026;31/05/2026;100;40",
            "",
            "Subtotal ACME;;;;;100;40",
            "Página 2 de 3;;;;;;",
            HEADINGS,
            "901234567;TOTAL GAS S.A.;F2;01/05/2026;31/05/2026;100;60",
            "----------;;;;;;",
            "TOTAL GENERAL;;;;;200;100",
            "Elaborado por: Ana;;;;;;",
        )
    )
    assert [row["name"] for row in found.rows] == ["ACME", "TOTAL GAS S.A."]
    assert found.rejects == []
    assert found.summary.skipped == {
        "blank": 1,
        "subtotal": 1,
        "page": 2,
        "heading": 1,
        "total": 1,
        "title": 1,
    }
    assert {each.field: each.amount for each in found.summary.printed} == {
        "open_amount": Decimal(100),
        "amount": Decimal(200),
    }


def test_a_bad_row_of_a_customer_called_total_is_a_reject_not_a_total(table: Lines) -> None:
    bad = "901;TOTAL GAS S.A.;F2;01/05/2026;31/02/2026;1;1"
    found = read(table(HEADINGS, bad, "901;X;F3;;13/05/2026;1;1"))
    assert [each.code for each in found.rejects] == ["no_such_date"]


def test_the_last_bare_total_counts_only_if_it_is_the_sum_of_the_others(table: Lines) -> None:
    rows = [f"90012345{n};ACME;F{n};01/05/2026;31/05/2026;100;40" for n in (1, 2)]
    totals = [";Total;;;;100;40", ";Total;;;;100;40"]
    path = table(HEADINGS, rows[0], totals[0], rows[1], totals[1])
    assert read(path).summary.printed == ()
    path = table(HEADINGS, rows[0], totals[0], rows[1], totals[1], ";Total;;;;200;80")
    assert {each.amount for each in read(path).summary.printed} == {Decimal(200), Decimal(80)}


def test_due_dates_follow_from_terms_or_days_past_due(table: Lines) -> None:
    found = read(table("NIT;Factura;Fecha;Plazo;Saldo", "900123456;F1;13/05/2026;30;5"))
    assert found.rows[0]["due_on"] == date(2026, 6, 12)
    path = table("NIT;Factura;Días de mora;Saldo", "900123456;F1;10;5", "900123456;F2;-3;5")
    with pytest.raises(Problem) as refused:
        open_file(path)
    assert refused.value.code == "as_of_missing"
    found = read(path, hints=Hints(country="CO", as_of=date(2026, 7, 31)))
    assert [row["due_on"] for row in found.rows] == [date(2026, 7, 21), date(2026, 8, 3)]


@pytest.mark.parametrize(
    ("headings", "code"),
    [
        ("Factura;Vence;Saldo", "no_customer_column"),
        ("NIT;Cliente;Vence;Saldo", "no_document_column"),
        ("NIT;Cliente;Factura;Saldo", "no_due_date_column"),
    ],
)
def test_a_file_that_lacks_what_a_ledger_needs_is_refused(
    table: Lines, headings: str, code: str
) -> None:
    with pytest.raises(Problem) as refused:
        open_file(table(headings, "1;2;3;4"))
    assert refused.value.code == code


def test_without_code_or_id_the_name_is_the_customer_and_that_is_said(table: Lines) -> None:
    found = read(table("Cliente;Factura;Vence;Saldo", "Señor Peña;F1;31/05/2026;5"))
    assert found.rows[0]["customer_code"] == "SENOR PENA"
    assert found.notice("customer_by_name") is not None


def test_a_balance_above_the_amount_raises_the_amount_and_is_said(table: Lines) -> None:
    found = read(table(HEADINGS, "900123456;ACME;F1;01/05/2026;31/05/2026;100;140"))
    assert found.rows[0]["amount"] == Decimal(140)
    assert found.notice("balance_above_amount") is not None


def test_parts_must_add_up_or_are_no_parts(table: Lines) -> None:
    head = "Cédula;Nro. Crédito;Cuota;Vence;Capital;Int. Corriente;Mora;Saldo"
    good = [f"43567891;77;{n};31/05/2026;70;20;10;100" for n in range(1, 4)]
    found = read(table(head, *good, "43567891;77;4;31/05/2026;70;20;10;90"))
    assert [each.code for each in found.rejects] == ["components_do_not_add"]
    assert found.rows[0]["capital"] == Decimal(70)
    found = read(table(head, *(each.replace(";100", ";55") for each in good)))
    assert found.rejects == [] and "capital" not in found.rows[0]
    assert found.notice("components_ignored") is not None


def test_reading_twice_gives_the_same(table: Lines) -> None:
    file = open_file(table(HEADINGS, *(f"900123456;ACME;F{n};;13/05/2026;1;1" for n in range(50))))
    first = [batch.rows for batch in file.batches()]
    assert first == [batch.rows for batch in file.batches()]
    assert file.summary.rows == 50 and file.summary.is_complete


def test_a_large_file_keeps_its_row_numbers(table: Lines) -> None:
    rows = [f"900123456;ACME;F{n};01/05/2026;31/05/2026;100;40" for n in range(250_000)]
    rows[120_000] += ";de más"
    found = open_file(table(HEADINGS, *rows))
    numbers = [n for batch in found.batches() for n in batch.rows.column("row_no").to_pylist()]
    assert numbers == [n for n in range(2, 250_002) if n != 120_002]
