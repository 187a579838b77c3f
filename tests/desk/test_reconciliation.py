"""The workbench: one line after the other; who comes second is told; walls for collectors."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scope

from factories import assign, make_customer, make_document, make_member, refresh
from recaudo.access.models import Role, User
from recaudo.core.bank_statement import BankStatement, StatementLine
from recaudo.payments.actions.statements import open_account, take_in
from recaudo.payments.models import Credit, LineClaim, LineWork

from .conftest import World

Enter = Callable[[User], Client]


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Any) -> None:
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


def bring(world: World, *amounts: str, text: str = "CONSIGNACION") -> list[LineWork]:
    """Lines that nothing speaks about, in an account of the creditor."""
    open_account(world.creditor, "111", currency="COP", bank="Banco", origin="test")
    lines = tuple(
        StatementLine(world.today, world.today, Decimal(amount), "COP", f"{text} {at}")
        for at, amount in enumerate(amounts)
    )
    told = BankStatement("111", "COP", lines)
    take_in(world.creditor, [told], file_name="x", format="t", today=world.today, origin="test")
    with scope(creditor=world.creditor):
        return list(LineWork.objects.select_related("line").order_by("-id")[: len(amounts)])[::-1]


def test_the_list_costs_the_same_with_one_and_with_three_lines(
    andina: World, enter: Enter, django_assert_max_num_queries: Any
) -> None:
    browser = enter(andina.supervisor)
    bring(andina, "10")
    browser.get(andina.path("conciliacion/"))
    with django_assert_max_num_queries(16) as one:
        browser.get(andina.path("conciliacion/"))
    bring(andina, "20", "30")
    with django_assert_max_num_queries(len(one)) as three:
        page = browser.get(andina.path("conciliacion/")).content.decode()
    assert len(three) == len(one)
    assert "CONSIGNACION 1" in page


def test_a_statement_is_uploaded_matched_and_what_is_left_is_accepted(
    andina: World, enter: Enter
) -> None:
    browser = enter(andina.supervisor)
    open_account(andina.creditor, "1234567", currency="CLP", bank="Banco", origin="test")
    customer = make_customer(andina.creditor, "Z9", name="Zapatería Nueve")
    document = make_document(customer, "250000", currency="CLP", due_on=andina.today)
    day = andina.today.strftime("%d/%m/%Y")
    text = (
        "Cartola\nCliente: X;Cuenta: 1234567\nFecha;Descripción;Cargo;Abono;Saldo\n"
        f"{day};TRANSFERENCIA RECIBIDA;;250.000;250.000\n"
    )
    sent = SimpleUploadedFile("cartola.csv", text.encode())
    page = browser.post(andina.path("conciliacion/extractos/"), {"file": sent}, follow=True)
    assert "1 movimiento nuevo." in page.content.decode()
    page = browser.post(andina.path("conciliacion/conciliar/"), follow=True).content.decode()
    assert "0 aplicados · 1 con propuestas" in page
    with scope(creditor=andina.creditor):
        work = LineWork.objects.get()
    here = andina.path(f"conciliacion/{work.line_id}/")
    assert "Zapatería Nueve" in browser.get(here).content.decode()
    browser.post(f"{here}aplicar/", {"version": work.version, "offer": "1"})
    assert refresh(document).open_amount == 0


def test_who_comes_second_is_told(andina: World, enter: Enter) -> None:
    (work,) = bring(andina, "1500000")
    here = andina.path(f"conciliacion/{work.line_id}/")
    form = {"version": work.version, "customer": andina.customer.pk, "rest": "order"}
    first, second = enter(andina.supervisor), enter(make_member(andina.creditor))
    first.post(f"{here}aplicar/", form)
    page = second.post(f"{here}aplicar/", form, follow=True).content.decode()
    assert "ya se aplicó" in page
    with scope(creditor=andina.creditor):
        assert Credit.objects.filter(source="bank").count() == 1
    page = second.post(f"{here}apartar/", {"version": work.version}, follow=True).content.decode()
    assert "ya se aplicó" in page


def test_documents_ticked_are_paid_the_oldest_first(andina: World, enter: Enter) -> None:
    (work,) = bring(andina, "2000000")
    with scope(creditor=andina.creditor):
        owed = list(andina.customer.documents.filter(open_amount__gt=0).order_by("due_on")[1:3])
    here = andina.path(f"conciliacion/{work.line_id}/")
    assert (
        str(owed[0])
        in enter(andina.supervisor).get(f"{here}?customer={andina.customer.pk}").content.decode()
    )
    enter(andina.supervisor).post(
        f"{here}aplicar/",
        {
            "version": work.version,
            "customer": andina.customer.pk,
            "document": [each.pk for each in owed],
        },
    )
    assert [refresh(each).open_amount for each in owed] == [0, 1_000_000]


def test_split_park_come_back_and_undo(andina: World, enter: Enter) -> None:
    browser = enter(andina.supervisor)
    one, two = bring(andina, "300", "400")
    other = make_customer(andina.creditor, "OTRO")
    make_document(other, "100")
    here = andina.path(f"conciliacion/{one.line_id}/")
    parts = {
        "version": one.version,
        "split": "1",
        "code_1": andina.customer.code,
        "amount_1": "200",
        "code_2": "otro",
        "amount_2": "99.99",
    }
    page = browser.post(f"{here}aplicar/", parts, follow=True).content.decode()
    assert "Las partes suman" in page
    browser.post(f"{here}aplicar/", parts | {"amount_2": "100"})
    assert refresh(one).state == "applied"
    browser.post(f"{here}deshacer/", {"version": one.version})
    assert refresh(one).state == "parked"
    there = andina.path(f"conciliacion/{two.line_id}/")
    browser.post(f"{there}apartar/", {"version": two.version, "note": "ver con el banco"})
    assert "ver con el banco" in browser.get(there).content.decode()
    browser.post(f"{there}volver/", {"version": refresh(two).version})
    assert refresh(two).state == "new"


def test_parts_are_written_with_points_between_thousands(andina: World, enter: Enter) -> None:
    browser = enter(andina.supervisor)
    (work,) = bring(andina, "1500")
    other = make_customer(andina.creditor, "OTRO")
    parts = {"version": work.version, "split": "1", "code_1": andina.customer.code}
    parts |= {"amount_1": "1.200", "code_2": other.code, "amount_2": "300,00"}
    browser.post(andina.path(f"conciliacion/{work.line_id}/aplicar/"), parts)
    assert refresh(work).state == "applied"


def test_a_collector_claims_for_their_own_customers_only(andina: World, enter: Enter) -> None:
    (work,) = bring(andina, "300")
    browser = enter(andina.supervisor)
    browser.post(andina.path("conciliacion/conciliar/"))
    collector = make_member(andina.creditor, Role.COLLECTOR)
    mine = make_customer(andina.creditor, "MIO", name="Mío")
    assign(mine, collector, from_on=andina.today)
    desk = enter(collector)
    assert desk.get(andina.path("conciliacion/")).status_code == 403
    assert (
        "CONSIGNACION 0" in desk.get(andina.path("conciliacion/sin-identificar/")).content.decode()
    )
    here = andina.path(f"conciliacion/{work.line_id}/reclamar/")

    def claim(code: str) -> str:
        photo = SimpleUploadedFile("foto.jpg", b"una foto")
        sent = {"customer": code, "receipt": photo}
        return desk.post(here, sent, follow=True).content.decode()

    assert "No hay un cliente suyo" in claim(andina.customer.code)
    assert "Reclamada" in claim("mio")
    with scope(creditor=andina.creditor):
        made = LineClaim.objects.get()
    page = browser.get(andina.path(f"conciliacion/{work.line_id}/")).content.decode()
    assert "Mío" in page
    got = browser.get(andina.path(f"conciliacion/{work.line_id}/reclamos/{made.pk}/comprobante/"))
    assert b"".join(got.streaming_content) == b"una foto"
    assert "attachment" in got["Content-Disposition"]


def test_bad_uploads_are_told_and_nothing_is_kept(andina: World, enter: Enter) -> None:
    browser = enter(andina.supervisor)
    there = andina.path("conciliacion/extractos/")
    for content, said in (
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "sirven para atacar"),
        (b"nada de nada", "No se reconoce el formato"),
    ):
        sent = SimpleUploadedFile("x.xml", content)
        assert said in browser.post(there, {"file": sent}, follow=True).content.decode()
    layout = {"file": SimpleUploadedFile("x.csv", b"a;b;c"), "layout": "/etc/passwd.toml"}
    assert "No se reconoce" in browser.post(there, layout, follow=True).content.decode()


def test_a_collector_finds_what_nobody_identified_from_the_worklist(
    andina: World, enter: Enter
) -> None:
    desk = enter(make_member(andina.creditor, Role.COLLECTOR))
    there = andina.path("conciliacion/sin-identificar/")
    assert f'href="{there}"' in desk.get(andina.path("trabajo/")).content.decode()
    assert desk.get(there).status_code == 200
