"""The statement of account, the ledger and the paz y salvo, from the desk."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from python_calamine import CalamineWorkbook

from factories import assign, make_customer, make_document, make_member, pay
from payments.test_charging import charge_interest
from recaudo.access.models import Creditor, Role, User
from recaudo.audit.models import ChangeEvent
from recaudo.payments.models import Application, Charge, Clearance, Credit
from recaudo.portfolio.models import Customer, Document

from .conftest import World

Enter = Callable[[User], Client]


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Path) -> None:
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


def page(world: World, tail: str = "estado-de-cuenta/") -> str:
    return f"{world.page}{tail}"


def ledger_rows(world: World) -> tuple[int, int, int]:
    with scope(creditor=world.creditor):
        return Document.objects.count(), Credit.objects.count(), Application.objects.count()


def test_it_stands_there_as_the_customer_sees_it(andina: World, desk: Client) -> None:
    shown = desk.get(page(andina)).content.decode()
    for text in ("Estado de cuenta", "Distribuciones Andina", "Ferretería El Tornillo"):
        assert text in shown
    assert "4.380.000" in shown  # overdue less what is unapplied
    assert "5.880.000" in shown  # everything
    assert "Si ya pagó, haga caso omiso y envíenos el soporte." in shown
    assert "900123456" not in shown


def test_looking_posts_nothing(andina: World, desk: Client) -> None:
    before = ledger_rows(andina)
    for tail in ("estado-de-cuenta/", "libro/", "paz-y-salvo/"):
        assert desk.get(page(andina, tail)).status_code == 200
    desk.get(page(andina, "estado-de-cuenta/archivo/pdf/"))
    assert ledger_rows(andina) == before


def test_a_day_to_come_is_a_quote_and_counts_what_falls_due_by_then(
    andina: World, desk: Client
) -> None:
    day = andina.today + timedelta(days=10)
    shown = desk.get(page(andina), {"al": day.isoformat()}).content.decode()
    assert "Liquidación de la deuda" in shown
    assert "Válida hasta el" in shown
    assert shown.count("5.880.000") >= 2  # catching up is everything now


def test_a_past_day_shows_what_was_owed_then(andina: World, desk: Client) -> None:
    """The invoice of 800,000 was paid today."""
    yesterday = andina.today - timedelta(days=1)
    shown = desk.get(page(andina), {"al": yesterday.isoformat()}).content.decode()
    assert "5.300.000" in shown  # 4,500,000 overdue and the 800,000; nothing in their favour yet


@pytest.mark.parametrize("typed", ["ayer", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_a_day_that_makes_no_sense_is_said_and_today_is_shown(
    andina: World, desk: Client, typed: str
) -> None:
    shown = desk.get(page(andina), {"al": typed}).content.decode()
    assert "se muestra el día de hoy" in shown
    assert "4.380.000" in shown


@pytest.mark.parametrize(
    ("kind", "start"), [("pdf", b"%PDF-"), ("xlsx", b"PK"), ("html", b"<!doctype"), ("json", b"{")]
)
def test_each_file_leaves_with_a_line_in_the_change_log(
    andina: World, desk: Client, kind: str, start: bytes
) -> None:
    answer = desk.get(page(andina, f"estado-de-cuenta/archivo/{kind}/"))
    assert answer.content.startswith(start)
    assert "attachment" in answer["Content-Disposition"]
    assert "Tornillo" not in answer["Content-Disposition"]
    (event,) = ChangeEvent.objects.filter(kind="statement_taken")
    assert event.by == andina.supervisor
    assert event.facts == {"format": kind, "as_of": andina.today.isoformat()}


def test_files_need_the_right_to_work_and_looking_does_not(andina: World, enter: Enter) -> None:
    auditor = enter(make_member(andina.creditor, Role.AUDITOR))
    assert auditor.get(page(andina)).status_code == 200
    assert auditor.get(page(andina, "estado-de-cuenta/archivo/pdf/")).status_code == 403


def test_the_json_says_the_same_as_the_page(andina: World, desk: Client) -> None:
    told = json.loads(desk.get(page(andina, "estado-de-cuenta/archivo/json/")).content)
    assert told["currencies"][0]["catch_up"] == "4380000.0000"
    assert told["currencies"][0]["total"] == "5880000.0000"
    assert len(told["documents"]) == 4


def test_a_formula_in_a_name_stays_text_in_the_workbook(andina: World, desk: Client) -> None:
    with scope(creditor=andina.creditor):
        Customer.objects.filter(pk=andina.customer.pk).update(name='=HYPERLINK("http://x")')
    body = desk.get(page(andina, "estado-de-cuenta/archivo/xlsx/")).content
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    cells = [
        cell
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
    ]
    assert '=HYPERLINK("http://x")' in cells
    assert 5_880_000 in cells


def test_posting_charges_is_a_button_of_its_own_and_changes_no_total(
    andina: World, desk: Client
) -> None:
    """In Mexico an agreed rate needs no ceiling to be loaded."""
    Creditor.objects.filter(pk=andina.creditor.pk).update(country="MX")
    andina.creditor.refresh_from_db()
    charge_interest(andina.creditor, from_on=andina.today - timedelta(days=200))
    before = desk.get(page(andina))
    assert "Fijar cargos y emitir" in before.content.decode()
    with scope(creditor=andina.creditor):
        assert Charge.objects.count() == 0
    ahead = andina.today + timedelta(days=30)
    desk.post(page(andina, "estado-de-cuenta/fijar/"), {"al": ahead.isoformat()})
    with scope(creditor=andina.creditor):
        posted = Charge.objects.all()
        assert {each.because for each in posted} == {"statement"}
        assert {each.until_on for each in posted} == {andina.today}  # never ahead of today
    after = desk.get(page(andina))
    assert "Fijar cargos y emitir" not in after.content.decode()
    assert after.context["sheet"]["headline"] == before.context["sheet"]["headline"]


def test_the_ledger_shows_each_posting_and_what_each_payment_paid(
    andina: World, desk: Client
) -> None:
    answer = desk.get(page(andina, "libro/"))
    shown = answer.content.decode()
    assert "En mora" in shown
    assert "95 días de mora" in shown
    assert "Se aplica: pago" in shown
    (paid,) = [row for row in answer.context["payments"] if row["history"].paid]
    assert paid["history"].paid[0].amount == 800_000
    assert answer.context["balances"][0]["open"] == 6_000_000


def test_the_pages_cost_the_same_whatever_the_length(andina: World, desk: Client) -> None:
    for tail in ("estado-de-cuenta/", "libro/", "paz-y-salvo/"):
        desk.get(page(andina, tail))
        counts = []
        for _ in range(2):
            for _ in range(3):
                pay(
                    make_document(andina.customer, "100", due_on=andina.today),
                    "40",
                    on=andina.today,
                )
            with CaptureQueriesContext(connection) as seen:
                desk.get(page(andina, tail))
            counts.append(len(seen))
        assert counts[0] == counts[1], tail


def test_paz_y_salvo_is_refused_with_what_is_missing(andina: World, desk: Client) -> None:
    shown = desk.get(page(andina, "paz-y-salvo/")).content.decode()
    assert "Aún no se puede" in shown
    assert "Documentos con saldo: 4" in shown
    desk.post(page(andina, "paz-y-salvo/expedir/"))
    with scope(creditor=andina.creditor):
        assert Clearance.objects.count() == 0


def test_paz_y_salvo_is_given_opened_and_taken_back(andina: World, enter: Enter) -> None:
    customer = make_customer(andina.creditor, name="Papelería Sin Deudas")
    collector = make_member(andina.creditor, Role.COLLECTOR)
    assign(customer, collector, from_on=andina.today)
    desk, path = enter(collector), andina.path(f"clientes/{customer.pk}/paz-y-salvo/")
    desk.post(f"{path}expedir/")
    with scope(creditor=andina.creditor):
        made = Clearance.objects.get()
    assert made.by == collector
    assert "vigente" in desk.get(path).content.decode()
    assert desk.get(f"{path}{made.pk}/").content.startswith(b"%PDF-")
    assert ChangeEvent.objects.filter(kind="clearance_taken").count() == 1
    assert desk.post(f"{path}{made.pk}/sin-efecto/", {"reason": "x"}).status_code == 403
    enter(andina.supervisor).post(f"{path}{made.pk}/sin-efecto/", {"reason": "Era otro"})
    shown = desk.get(path).content.decode()
    assert "sin efecto" in shown
    assert "Era otro" in shown
