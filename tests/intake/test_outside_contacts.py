"""Contacts that an agency, a dialler or a seller made come in and count (F21)."""

from __future__ import annotations

import json
import logging
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from django.test import Client
from django_scopes import scope

from factories import make_creditor, make_customer, make_document, make_member
from recaudo.access.models import Creditor
from recaudo.contact.gate import Request, look
from recaudo.contact.models import Interaction, Outcome
from recaudo.core.problems import Problem
from recaudo.intake.actions.outside import import_contacts
from recaudo.intake.models import ImportBatch, RejectedRow
from recaudo.portfolio.models import Consent, Customer
from recaudo.portfolio.queries.freshness import ledger_on

BOGOTA = ZoneInfo("America/Bogota")
NOW = datetime(2026, 11, 19, 10, tzinfo=BOGOTA)
HEADINGS = "Cliente;NIT;Fecha y hora;Canal;Resultado;Documento;Id externo;Teléfono\n"


@pytest.fixture
def creditor(db: None) -> Creditor:
    return make_creditor()


@pytest.fixture
def customer(creditor: Creditor) -> Customer:
    return make_customer(creditor, "C-1", tax_id="9001234568", person_key="CO:9001234568")


def bring(creditor: Creditor, folder: Path, *rows: str, headings: str = HEADINGS, **more):
    path = folder / "gestiones.csv"
    path.write_text(headings + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return import_contacts(creditor, path, now=NOW, **more)


def kept(creditor: Creditor) -> list[Interaction]:
    with scope(creditor=creditor):
        return list(Interaction.objects.order_by("at"))


def test_a_contact_of_an_agency_comes_in_as_it_was(creditor, customer, tmp_path):
    document = make_document(customer, 10, number="F-77")
    told = bring(creditor, tmp_path, "C-1;;19/11/2026 08:05;Llamada;No contesta;F-77;A1;3001112233")
    assert {k: told[k] for k in ("rows", "accepted", "unchanged", "rejected")} == {
        "rows": 1, "accepted": 1, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    (contact,) = kept(creditor)
    assert contact.at == datetime(2026, 11, 19, 8, 5, tzinfo=BOGOTA)
    assert (contact.on_day, contact.channel, contact.direction) == (
        date(2026, 11, 19),
        "phone",
        "out",
    )
    assert (contact.source, contact.external_id, contact.debts) == ("agencia", "A1", [document.pk])
    assert (contact.is_answered, contact.is_effective) == (False, False)


def test_it_counts_for_the_caps_from_then_on(creditor, customer, tmp_path):
    with scope(creditor=creditor):
        Consent.objects.create(
            creditor=creditor, customer=customer, channel="*", is_granted=True,
            given_on=date(2026, 1, 1), source="test",
        )  # fmt: skip
    make_document(customer, 10, due_on="2026-10-01")
    ask = Request(customer.pk, "phone")
    assert look(creditor, ask, at=NOW).is_allowed
    bring(creditor, tmp_path, "C-1;;2026-11-19 08:05;Llamada;No contesta;;A1;")
    assert look(creditor, ask, at=NOW).rule == "cap_day"


def test_the_same_file_again_changes_nothing(creditor, customer, tmp_path):
    rows = ["C-1;;2026-11-19 08:05;Llamada;;;A1;", "C-1;;2026-11-19 08:05;SMS;enviado;;;"]
    bring(creditor, tmp_path, *rows)
    again = bring(creditor, tmp_path, *rows, "C-1;;2026-11-19 09:00;Correo;;;;")
    assert (again["accepted"], again["unchanged"]) == (1, 2)
    assert len(kept(creditor)) == 3


def test_a_row_twice_in_one_file_is_one_contact(creditor, customer, tmp_path):
    told = bring(creditor, tmp_path, *["C-1;;2026-11-19 08:05;SMS;enviado;;;"] * 2)
    assert (told["rows"], told["accepted"], told["unchanged"]) == (2, 1, 1)


def test_two_sources_may_use_the_same_ids(creditor, customer, tmp_path):
    row = "C-1;;2026-11-19 08:05;SMS;enviado;;7;"
    bring(creditor, tmp_path, row)
    assert bring(creditor, tmp_path, row, source="marcador")["accepted"] == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("C-9;;2026-11-19 08:05;SMS;;;;", "contact_customer_unknown"),
        (";;2026-11-19 08:05;SMS;;;;", "contact_customer_unknown"),
        ("C-1;;31/02/2026 08:05;SMS;;;;", "no_such_date"),
        ("C-1;;ayer;SMS;;;;", "bad_date"),
        ("C-1;;2026-11-19 25:00;SMS;;;;", "contact_time_unread"),
        ("C-1;;2026-11-19 08:05;paloma;;;;", "contact_channel_unread"),
        ("C-1;;2026-11-19 10:11;SMS;;;;", "contact_in_future"),
    ],
)
def test_a_row_that_cannot_be_taken_is_kept_with_its_code(creditor, customer, tmp_path, row, code):
    told = bring(creditor, tmp_path, row, "C-1;;2026-11-18 08:05;SMS;;;;")
    assert (told["rejected"], told["accepted"], told["codes"]) == (1, 1, {code: 1})
    with scope(creditor=creditor):
        (rejected,) = RejectedRow.objects.all()
    assert (rejected.code, rejected.row_no) == (code, 2)


@pytest.mark.parametrize("minute", ["10:00", "10:10"])
def test_clocks_may_differ_by_ten_minutes(creditor, customer, tmp_path, minute):
    assert bring(creditor, tmp_path, f"C-1;;2026-11-19 {minute};SMS;;;;")["accepted"] == 1


def test_who_is_found_by_tax_id_however_it_is_written(creditor, customer, tmp_path):
    told = bring(creditor, tmp_path, ";900.123.456-8;2026-11-19 08:05;SMS;;;;")
    assert told["accepted"] == 1 and kept(creditor)[0].customer_id == customer.pk


def test_a_tax_id_of_two_customers_is_nobodys(creditor, customer, tmp_path):
    make_customer(creditor, "C-2", tax_id="9001234568")
    told = bring(creditor, tmp_path, ";900.123.456-8;2026-11-19 08:05;SMS;;;;")
    assert told["codes"] == {"contact_customer_unknown": 1}


@pytest.mark.parametrize(
    ("result", "spoke", "is_unknown"),
    [
        ("No contesta", False, False),
        ("", False, False),
        ("Contacto directo", True, False),
        ("Lo pensará", True, True),  # nobody knows what it is: the strictest
        ("VOLVER", False, False),  # of the creditor's own tree
        ("PROM", True, False),
    ],
)
def test_what_came_of_it_decides_how_it_counts(
    creditor, customer, tmp_path, result, spoke, is_unknown
):
    with scope(creditor=creditor):
        for code, answered in (("PROM", True), ("VOLVER", False)):
            Outcome.objects.create(
                creditor=creditor, code=code, es=f"Texto {code}", reach="direct",
                is_answered=answered, is_effective=answered,
            )  # fmt: skip
    told = bring(creditor, tmp_path, f"C-1;;2026-11-19 08:05;Llamada;{result};;;")
    (contact,) = kept(creditor)
    assert contact.is_answered is spoke
    assert bool(told["unknown_results"]) is is_unknown


def test_a_day_without_hour_counts_at_noon_of_it(creditor, customer, tmp_path):
    bring(creditor, tmp_path, "C-1;;18/11/2026;SMS;;;;")
    assert kept(creditor)[0].at == datetime.combine(date(2026, 11, 18), time(12), BOGOTA)


@pytest.mark.parametrize(
    ("headings", "row", "at"),
    [
        ("customer,date,time,channel\n", "C-1,2026-11-18,2:05 p. m.,call", "14:05"),
        ("codigo,cliente,timestamp,medio\n", "x,C-1,2026-11-18T14:05:00-05:00,sms", "14:05"),
        ("CLIENTE|FECHA GESTION|HORA|CANAL\n", "C-1|18/11/2026|14:05:09|WhatsApp", "14:05"),
    ],
)
def test_other_headings_and_hours_are_read(creditor, customer, tmp_path, headings, row, at):
    bring(creditor, tmp_path, row, headings=headings)
    assert f"{kept(creditor)[0].at.astimezone(BOGOTA):%H:%M}" == at


def test_a_spreadsheet_keeps_the_hour(creditor, customer, tmp_path):
    path = tmp_path / "gestiones.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        hour = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_row(0, 0, ["Informe de gestiones"])
        sheet.write_row(2, 0, ["Cliente", "Fecha", "Canal"])
        sheet.write_string(3, 0, "C-1")
        sheet.write_datetime(3, 1, datetime(2026, 11, 18, 9, 30), hour)  # noqa: DTZ001
        sheet.write_string(3, 2, "Visita")
    import_contacts(creditor, path, now=NOW)
    (contact,) = kept(creditor)
    assert (contact.at, contact.channel) == (datetime(2026, 11, 18, 9, 30, tzinfo=BOGOTA), "visit")


def test_a_file_without_the_needed_headings_is_refused_whole(creditor, tmp_path):
    with pytest.raises(Problem) as refused:
        bring(creditor, tmp_path, "a;b;c", headings="Nombre;Cosa;Otra\n")
    assert refused.value.code == "contacts_no_headings"
    with scope(creditor=creditor):
        assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("source", ["desk", "outbox", "", "La Agencia"])
def test_no_file_passes_itself_off_as_ours(creditor, tmp_path, source):
    with pytest.raises(Problem) as refused:
        bring(creditor, tmp_path, source=source)
    assert refused.value.code == "contact_source_unusable"


def test_telephone_numbers_are_neither_kept_nor_logged(creditor, customer, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    bring(creditor, tmp_path, "C-9;;ayer;SMS;;;;3001112233")
    with scope(creditor=creditor):
        (rejected,) = RejectedRow.objects.all()
    assert "3001112233" not in json.dumps(rejected.original) + caplog.text


def test_contacts_do_not_make_an_old_ledger_look_new(creditor, customer, tmp_path):
    bring(creditor, tmp_path, "C-1;;2026-11-18 08:05;SMS;;;;")
    assert ledger_on(creditor, NOW.date()) is None


def test_the_batch_is_listed_and_opens_on_the_desk(creditor, customer, tmp_path):
    bring(creditor, tmp_path, "C-9;;ayer;SMS;;;;")
    client = Client()
    client.force_login(make_member(creditor, can_export=True, can_see_identifiers=True))
    with scope(creditor=creditor):
        batch = ImportBatch.objects.get()
    assert "contactos de otros" in client.get(f"/{creditor.code}/cargas/").content.decode()
    page = client.get(f"/{creditor.code}/cargas/{batch.pk}/")
    assert page.status_code == 200
    assert client.get(f"/{creditor.code}/cargas/{batch.pk}/rechazos/").status_code == 200


def test_a_large_file_is_read_in_pieces(creditor, customer, tmp_path, monkeypatch):
    monkeypatch.setattr("recaudo.intake.actions.outside.AT_ONCE", 3)
    rows = [f"C-1;;2026-11-18 08:{n:02}:00;SMS;;;;" for n in range(10)]
    assert bring(creditor, tmp_path, *rows)["accepted"] == 10
