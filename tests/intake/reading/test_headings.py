"""Headings in Spanish and English, as ERPs and people write them, and the fields they mean."""

import pytest

from recaudo.intake.reading.headings import Age, age_of, recognise

MEANT = {
    "customer_code": "Código cliente|Cod. Cliente|customerID|cust_number|Customer No.|Código",
    "name": "Nombre|Razón Social|RAZON SOCIAL CLIENTE|name_customer|Nombre o Razón Social",
    "tax_id": "NIT/CC|NIT|RUT|R.U.T.|RFC|RUC|Cédula|C.C.|Nro. Identificación|Tax ID|DNI/RUC",
    "seller": "Vendedor|Vend.|Asesor|Sales Rep|Cód. Vendedor",
    "branch": "Sucursal|Centro de Costo|Agencia|Branch",
    "zone": "Zona|Territorio|Ruta",
    "credit_limit": "Cupo|Límite de crédito|Cupo de crédito|Credit Limit",
    "terms_days": "Plazo|Plazo (días)|Días de crédito|Condición de pago",
    "pay_days": "Días de pago|Día de pago|Calendario de pagos",
    "email": "Correo|E-mail|Email|Correo electrónico|e-mail cliente",
    "mobile": "Celular|Cel.|Móvil|Nro. Celular",
    "phone": "Teléfono|Tel.|Tel. fijo|Phone",
    "city": "Ciudad|Municipio|Comuna",
    "obligation_number": "Nro. Crédito|Obligación|No. Obligación|Contrato|Pagaré",
    "doc_type": "Tipo Doc|Tipo de documento|Tipo Comprobante|TD",
    "prefix": "Prefijo|Serie",
    "number": "Nro. Factura|No. Factura|N° Factura|# Factura|Factura|Folio|invoiceNumber",
    "instalment": "Cuota|Nro. Cuota|No. de cuota",
    "issued_on": "Fecha Factura|Fecha de emisión|F. Emisión|InvoiceDate|Fec. Doc.",
    "due_on": "Fecha Vcto.|Fecha de vencimiento|Fec. Vto.|Vence|Vencimiento|DueDate|due_in_date",
    "days_past_due": "Días de mora|Días vencidos|Días mora|Días atraso",
    "open_amount": "Saldo|Saldo Pendiente|Saldo actual|Open balance|total_open_amount|Pendiente",
    "currency": "Moneda|Currency|invoice_currency",
    "purchase_order": "Orden de compra|O.C.|OC|Purchase order",
    "filed_on": "Fecha radicación|Fecha de radicado|Fecha de recepción",
    "capital": "Capital|Saldo capital",
    "interest": "Int. Corriente|Interés corriente|Intereses corrientes",
    "default_interest": "Mora|Int. Mora|Intereses de mora",
    "insurance": "Seguro|Seguros",
    "paid_on": "Fecha pago|Fecha de pago|Fecha abono|SettledDate",
    "payment_reference": "Recibo de caja|Ref. pago|Nro. Recibo",
    "method": "Forma de pago|Medio de pago",
}


@pytest.mark.parametrize(
    ("heading", "field"),
    [(heading, field) for field, each in MEANT.items() for heading in each.split("|")],
)
def test_a_heading_is_recognised(heading: str, field: str) -> None:
    assert recognise([heading, "Otra cosa"]).fields == {field: 0}


def test_an_unknown_heading_means_nothing() -> None:
    assert recognise(["Observaciones internas del mes", "xyz", ""]).fields == {}


def test_cliente_is_the_name_unless_another_column_is() -> None:
    assert recognise(["Cliente", "Saldo"]).fields["name"] == 0
    both = recognise(["Cliente", "Razón social", "Saldo"]).fields
    assert (both["customer_code"], both["name"]) == (0, 1)


def test_documento_is_the_id_where_the_invoice_has_its_own_column() -> None:
    fields = recognise(["Documento", "Nombre", "Nro. Factura", "Saldo"]).fields
    assert (fields["tax_id"], fields["number"]) == (0, 2)


def test_in_a_table_of_payments_fecha_and_valor_are_the_payment() -> None:
    fields = recognise(["Cliente", "Recibo", "Fecha", "Valor"]).fields
    assert fields["paid_on"] == 2
    fields = recognise(["Fecha pago", "Cliente", "Factura", "Valor"]).fields
    assert fields["paid_amount"] == 3


def test_abonos_beside_a_balance_are_what_was_paid_so_far() -> None:
    fields = recognise(["Cliente", "Factura", "Valor", "Abono", "Saldo"]).fields
    assert fields["settled_amount"] == 3 and "paid_amount" not in fields


def test_two_columns_with_the_same_right_are_contested() -> None:
    assert recognise(["Factura", "Saldo", "Saldo total"]).contested == {"open_amount": (1, 2)}


def test_a_second_mail_and_phone_have_their_place() -> None:
    fields = recognise(["Correo", "Correo contacto", "Teléfono", "Tel. oficina"]).fields
    assert {"email", "email2", "phone", "phone2"} <= set(fields)


@pytest.mark.parametrize(
    ("heading", "low", "high"),
    [
        ("Corriente", None, 0),
        ("Por vencer", None, 0),
        ("1-30", 1, 30),
        ("1 a 30 días", 1, 30),
        ("De 31 a 60", 31, 60),
        ("Vencido 61-90", 61, 90),
        ("121–180", 121, 180),
        ("Más de 90", 91, None),
        ("> 90", 91, None),
        ("91+", 91, None),
        ("+360", 361, None),
        ("361 y más", 361, None),
        ("Mayor a 360 días", 361, None),
    ],
)
def test_an_age_heading_is_its_days(heading: str, low: int | None, high: int | None) -> None:
    assert age_of(heading) == Age(low, high)


def test_one_age_heading_alone_is_none() -> None:
    assert recognise(["Cliente", "Saldo", "Corriente"]).ages == {}
    assert set(recognise(["Cliente", "Corriente", "1-30"]).ages) == {1, 2}
