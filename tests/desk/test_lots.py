"""Lots on the desk: groups, payrolls with novedades, receipts of sellers and their deposit."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scope

from factories import make_credit, make_customer, make_document, make_member, refresh
from recaudo.access.models import Role, User
from recaudo.core.bank_statement import BankStatement, StatementLine
from recaudo.core.problems import Problem
from recaudo.intake.reading.payer_lists import rows_of, text_of
from recaudo.payments.actions.statements import open_account, take_in
from recaudo.payments.models import CashReceipt, Credit, LineWork, PaymentLot
from recaudo.portfolio.models import Customer, CustomerGroup, Document

from .conftest import World
from .test_payments import queries_of
from .test_payments import text_of as read

Enter = Callable[[User], Client]


def group_of(world: World, *amounts: str) -> tuple[CustomerGroup, list[Document]]:
    """A group of as many customers, each owing one invoice."""
    with scope(creditor=world.creditor):
        group = CustomerGroup.objects.create(creditor=world.creditor, code="G1", name="Los Andes")
    documents = []
    for n, amount in enumerate(amounts, start=1):
        customer = make_customer(world.creditor, f"G-{n}", name=f"Tienda {n}", group=group)
        documents.append(make_document(customer, amount, number=f"90{n}", due_on=world.today))
    return group, documents


def form_of(world: World, amount: str, **fields: Any) -> dict[str, Any]:
    return {"amount": amount, "day": world.today.isoformat(), "act": "look", **fields}


def the_lot(world: World) -> PaymentLot:
    with scope(creditor=world.creditor):
        found: PaymentLot = PaymentLot.objects.get()
    return found


# -- lists that payers send


def test_a_list_is_read_by_its_headings_in_any_order() -> None:
    rows = rows_of(
        "Valor;Cliente;Novedad;Observación\n1.500.000,50;C1;Retirado;\n0;C2;Licencia;luto"
    )
    assert [(row.customer, row.amount, row.novelty) for row in rows] == [
        ("C1", Decimal("1500000.50"), "retired"),
        ("C2", Decimal(0), "leave"),
    ]
    assert rows[1].note == "luto"


@pytest.mark.parametrize("text", ["F-1\t100", "F-1;100", "F-1,100"])
def test_two_columns_without_headings_are_what_and_how_much(text: str) -> None:
    (row,) = rows_of(text)
    assert (row.document, row.amount) == ("F-1", 100)


def test_a_workbook_is_read_like_what_was_pasted() -> None:
    file = BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for n, cells in enumerate([("NIT", "Valor"), ("900123", 1500.5), ("900124", 2000)]):
        sheet.write_row(n, 0, cells)
    book.close()
    rows = rows_of(text_of(file.getvalue()))
    assert [(row.customer, row.amount) for row in rows] == [
        ("900123", Decimal("1500.50")),
        ("900124", 2000),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cliente;valor\nC1;mucho", "payer_list_unreadable"),
        ("nombre;ciudad;edad\nAna;Cali;3", "payer_list_columns"),
        ("cliente;valor\nC1;999999999999999999", "payer_list_unreadable"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, code: str) -> None:
    with pytest.raises(Problem, match=code):
        rows_of(text)


def test_a_broken_workbook_is_said() -> None:
    with pytest.raises(Problem, match="payer_list_unreadable"):
        text_of(b"PK\x03\x04 nothing of a workbook")


# -- a group


def test_a_group_is_paid_as_its_preview_said(andina: World, desk: Client) -> None:
    group, documents = group_of(andina, "100", "200", "300")
    form = form_of(andina, "350", group=str(group.pk), payer="Casa matriz")
    page = read(desk.post(andina.path("lotes/grupo/"), form))
    assert "Tienda 1" in page
    assert "Clientes 3" in page
    assert [refresh(each).open_amount for each in documents] == [100, 200, 300]
    answer = desk.post(andina.path("lotes/grupo/"), form | {"act": "apply"}, follow=True)
    assert "Pago repartido entre 3 clientes" in read(answer)
    assert sum(refresh(each).open_amount for each in documents) == 250
    again = desk.post(andina.path("lotes/grupo/"), form | {"act": "apply"}, follow=True)
    assert "ya estaba registrado" in read(again)
    assert the_lot(andina).amount == 350


def test_a_list_pays_exactly_what_it_names_and_the_rest_waits_on_the_lot(
    andina: World, desk: Client
) -> None:
    _, documents = group_of(andina, "100", "200")
    text = "documento;valor\n901;100\n902;50\nNO-HAY;30"
    page = read(desk.post(andina.path("lotes/grupo/"), form_of(andina, "200", rows=text)))
    assert "no hay un documento con ese número" in page
    form = form_of(andina, "200", rows=text, act="apply")
    page = read(desk.post(andina.path("lotes/grupo/"), form, follow=True))
    assert [refresh(each).open_amount for each in documents] == [0, 150]
    assert the_lot(andina).unassigned == 50
    assert "Sin asignar: $50" in page
    lot = the_lot(andina)
    here = andina.path(f"lotes/{lot.pk}/")
    said = desk.post(f"{here}asignar/", {"customer": "nadie", "amount": "50"}, follow=True)
    assert "No hay un cliente suyo" in read(said)
    desk.post(f"{here}asignar/", {"customer": "g-2", "amount": "50", "seen": seen_on(desk, here)})
    assert refresh(documents[1]).open_amount == 100
    assert refresh(lot).unassigned == 0


def seen_on(desk: Client, page: str) -> str:
    """What the form of a lot keeps of its state."""
    found = re.search(r'name="seen" value="([^"]+)"', desk.get(page).content.decode())
    assert found is not None
    return found[1]


def test_what_is_left_over_is_assigned_once_though_the_form_is_sent_twice(
    andina: World, desk: Client
) -> None:
    _, documents = group_of(andina, "100", "200")
    text = "documento;valor\n901;100"
    desk.post(andina.path("lotes/grupo/"), form_of(andina, "200", rows=text, act="apply"))
    lot = the_lot(andina)
    here = andina.path(f"lotes/{lot.pk}/")
    form = {"customer": "g-2", "amount": "40", "seen": seen_on(desk, here)}
    desk.post(f"{here}asignar/", form)
    again = desk.post(f"{here}asignar/", form, follow=True)
    assert "El lote cambió" in read(again)
    assert (refresh(lot).unassigned, refresh(documents[1]).open_amount) == (60, 160)


def test_a_whole_lot_comes_back(andina: World, desk: Client) -> None:
    group, documents = group_of(andina, "100", "200")
    form = form_of(andina, "300", group=str(group.pk), act="apply")
    desk.post(andina.path("lotes/grupo/"), form)
    here = andina.path(f"lotes/{the_lot(andina).pk}/")
    said = desk.post(f"{here}reversar/", {"day": andina.today.isoformat()}, follow=True)
    assert "Escriba el motivo" in read(said)
    form = {"day": andina.today.isoformat(), "reason": "Cheque devuelto"}
    assert "2 documentos vuelven" in read(desk.post(f"{here}reversar/", form, follow=True))
    assert [refresh(each).open_amount for each in documents] == [100, 200]


def test_neither_group_nor_list_is_said(andina: World, desk: Client) -> None:
    page = desk.post(andina.path("lotes/grupo/"), form_of(andina, "10"))
    assert "Elija un grupo" in read(page)


# -- payrolls


def test_a_payroll_that_does_not_add_up_is_refused_with_the_difference(
    andina: World, desk: Client
) -> None:
    group_of(andina, "100", "200")
    text = "cliente;valor;novedad\nG-1;100;\nG-2;0;Retirado"
    page = read(desk.post(andina.path("lotes/libranza/"), form_of(andina, "150", rows=text)))
    assert "diferencia" in page
    with scope(creditor=andina.creditor):
        assert not PaymentLot.objects.exists()


def test_a_payroll_pays_and_keeps_its_novelties(andina: World, desk: Client) -> None:
    _, documents = group_of(andina, "100", "200")
    file = SimpleUploadedFile(
        "libranza.csv", b"cliente;valor;novedad\nG-1;100;\nG-2;0;Retirado\nX9;40;"
    )
    page = desk.post(andina.path("lotes/libranza/"), form_of(andina, "140", file=file))
    assert "Retirado" in read(page)
    assert "no hay un cliente" in read(page)
    text = page.context["text"]
    form = form_of(andina, "140", rows=text, act="apply")
    told = read(desk.post(andina.path("lotes/libranza/"), form, follow=True))
    assert refresh(documents[0]).open_amount == 0
    assert the_lot(andina).unassigned == 40
    assert "Novedades y filas sin usar" in told


# -- receipts of sellers


def record(world: World, desk: Client, number: str, amount: str, customer: Customer) -> str:
    form = {
        "seller": "Nubia Ríos",
        "number": number,
        "customer": customer.code,
        "amount": amount,
        "day": world.today.isoformat(),
        "method": "cash",
    }
    return read(desk.post(world.path("lotes/recibos/nuevo/"), form, follow=True))


def test_receipts_pay_at_once_and_are_held_until_a_sheet_deposits_them(
    andina: World, desk: Client
) -> None:
    customer = make_customer(andina.creditor, "R1", name="Tienda Recibos")
    document = make_document(customer, "500", due_on=andina.today)
    assert "Recibo 7 registrado" in record(andina, desk, "7", "200", customer)
    assert "ya estaba" in record(andina, desk, "7", "200", customer)
    assert "ya existe con otro" in record(andina, desk, "7", "201", customer)
    record(andina, desk, "8", "100", customer)
    assert refresh(document).open_amount == 200
    page = read(desk.get(andina.path("lotes/recibos/?seller=Nubia R%C3%ADos")))
    assert "Nubia Ríos 2 $300" in page
    sheet = {
        "seller": "Nubia Ríos",
        "number": ["7", "8"],
        "amount": "250",
        "day": andina.today.isoformat(),
        "sheet": "P-1",
    }
    there = andina.path("lotes/recibos/planilla/")
    assert "faltan" in read(desk.post(there, sheet, follow=True))
    page = read(desk.post(there, sheet | {"amount": "300"}, follow=True))
    assert "Planilla registrada" in page
    with scope(creditor=andina.creditor):
        assert not CashReceipt.objects.filter(lot=None).exists()
        assert Credit.objects.filter(source="receipt").count() == 2


def test_a_receipt_that_is_refused_keeps_what_was_typed(andina: World, desk: Client) -> None:
    form = {
        "seller": "Nubia Ríos",
        "number": "RC-77",
        "customer": "NADIE",
        "amount": "120.000",
        "day": andina.today.isoformat(),
        "method": "cheque",
    }
    answer = desk.post(andina.path("lotes/recibos/nuevo/"), form)
    text = answer.content.decode().split("recibos/nuevo/")[-1]
    assert answer.status_code == 400 and 'role="alert"' in text
    for kept in ("RC-77", "NADIE", "120.000", 'value="cheque" selected'):
        assert kept in text


def test_a_sheet_that_falls_short_keeps_what_was_marked(andina: World, desk: Client) -> None:
    customer = make_customer(andina.creditor, "R1", name="Tienda Recibos")
    make_document(customer, "500", due_on=andina.today)
    for number in ("7", "8"):
        record(andina, desk, number, "100", customer)
    sheet = {"seller": "Nubia Ríos", "number": ["7"], "amount": "90", "sheet": "P-1"}
    day = {"day": andina.today.isoformat()}
    answer = desk.post(andina.path("lotes/recibos/planilla/"), sheet | day)
    text = answer.content.decode()
    assert answer.status_code == 400 and 'value="90"' in text and 'value="P-1"' in text
    marked = [each for each in text.split("<input") if 'type="checkbox" name="number"' in each]
    assert [" checked" in each for each in marked] == [True, False]


def test_the_banks_line_of_a_sheet_makes_no_second_payment(andina: World, desk: Client) -> None:
    customer = make_customer(andina.creditor, "R1", name="Tienda Recibos")
    make_document(customer, "500", due_on=andina.today)
    record(andina, desk, "7", "200", customer)
    sheet = {
        "seller": "Nubia Ríos",
        "number": ["7"],
        "amount": "200",
        "day": andina.today.isoformat(),
    }
    desk.post(andina.path("lotes/recibos/planilla/"), sheet)
    open_account(andina.creditor, "111", currency="COP", origin="test")
    line = StatementLine(andina.today, andina.today, Decimal(200), "COP", "CONSIGNACION 88")
    take_in(
        andina.creditor,
        [BankStatement("111", "COP", (line,))],
        file_name="x",
        format="t",
        today=andina.today,
        origin="test",
    )
    here = andina.path(f"lotes/{the_lot(andina).pk}/")
    assert "CONSIGNACION 88" in read(desk.get(here))
    with scope(creditor=andina.creditor):
        work = LineWork.objects.get()
        before = Credit.objects.count()
    desk.post(f"{here}movimiento/", {"line": work.line_id})
    assert refresh(work).state == "applied"
    with scope(creditor=andina.creditor):
        assert Credit.objects.count() == before


# -- how much they cost, and for whom


def test_lists_of_lots_cost_the_same_with_one_and_with_three(andina: World, desk: Client) -> None:
    def more(n: int) -> None:
        with scope(creditor=andina.creditor):
            lot = PaymentLot.objects.create(
                creditor=andina.creditor,
                kind="group",
                source="test",
                external_id=f"L{n}",
                value_on=andina.today,
                currency="COP",
                amount=10,
                unassigned=10,
            )
            for k in range(n):
                credit = make_credit(andina.customer, "1", external_id=f"{n}-{k}", lot=lot)
                CashReceipt.objects.create(
                    creditor=andina.creditor,
                    seller=f"V{n}",
                    number=f"{n}-{k}",
                    customer=andina.customer,
                    received_on=andina.today,
                    credit=credit,
                )

    more(1)
    first = the_lot(andina)
    pages = ("lotes/", "lotes/recibos/?seller=V1", f"lotes/{first.pk}/")
    one = [queries_of(desk, andina.path(page)) for page in pages]
    more(2)
    more(3)
    with scope(creditor=andina.creditor):
        last = PaymentLot.objects.latest("id")
    pages = ("lotes/", "lotes/recibos/?seller=V3", f"lotes/{last.pk}/")
    assert [queries_of(desk, andina.path(page)) for page in pages] == one
    assert max(one) < 20


def test_lots_are_for_who_leads(andina: World, enter: Enter) -> None:
    browser = enter(make_member(andina.creditor, Role.COLLECTOR))
    for page in ("lotes/", "lotes/grupo/", "lotes/libranza/", "lotes/recibos/"):
        assert browser.get(andina.path(page)).status_code == 403


def test_the_tabs_of_money_show_what_the_member_may_open(andina: World, enter: Enter) -> None:
    led = read(enter(andina.supervisor).get(andina.path("pagos/")))
    assert "Lotes" in led
    collector = enter(make_member(andina.creditor, Role.COLLECTOR)).get(andina.path("pagos/"))
    assert "Lotes" not in read(collector)
    assert "/conciliacion/sin-identificar/" in collector.content.decode()


def test_one_tab_of_money_is_the_one_that_is_open(andina: World, desk: Client) -> None:
    for page, title in (
        ("pagos/", "Pagos"),
        ("lotes/recibos/", "Lotes"),
        ("cargos/", "Cargos"),
        ("cargos/condiciones/", "Condiciones"),
        ("tasas/", "Tasas"),
    ):
        text = desk.get(andina.path(page)).content.decode()
        tabs = text.partition('class="area-tabs')[2].partition("</nav>")[0]
        assert tabs.count("aria-current") == 1, page
        assert f'aria-current="page">{title}<' in tabs


def test_two_groups_that_pay_the_same_on_one_day_are_two_payments(
    desk: Client, andina: World
) -> None:
    documents = []
    for n in (1, 2):
        with scope(creditor=andina.creditor):
            group = CustomerGroup.objects.create(
                creditor=andina.creditor, code=f"Z{n}", name=f"Cadena {n}"
            )
        customer = make_customer(andina.creditor, f"ZZ-{n}", group=group)
        documents.append(make_document(customer, "500", number=f"77{n}", due_on=andina.today))
        given = form_of(andina, "500", group=str(group.pk), payer=group.name) | {"act": "apply"}
        assert desk.post(andina.path("lotes/grupo/"), given, follow=True).status_code == 200
    assert [refresh(each).open_amount for each in documents] == [0, 0]
    # The same sent twice, however the amount is written, is one.
    again = given | {"amount": "500,00"}
    assert "ya estaba registrado" in read(
        desk.post(andina.path("lotes/grupo/"), again, follow=True)
    )
