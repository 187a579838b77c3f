"""The upload wizard: the file, its columns, the review, the worker, the result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scope

from factories import make_creditor, make_member
from recaudo.access.models import Creditor, Role, User
from recaudo.intake.models import ContactConflict, ImportBatch
from recaudo.intake.tasks import import_upload
from recaudo.portfolio.models import ContactPoint, Document

from .conftest import World

Enter = Callable[[User], Client]

GOOD = """NIT;Nombre;Factura;Fecha vencimiento;Saldo
900123456;Ferretería Uno;F1;2026-01-31;1.000.000,50
900654321;Papelería Dos;F2;2026-02-28;250.000,00
"""
BAD_ROW = GOOD + "900111222;Droguería Tres;F3;31/02/2026;99.000,00\n"


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Path) -> None:
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


@pytest.fixture
def creditor(db: None) -> Creditor:
    return make_creditor("andina")


@pytest.fixture
def desk(creditor: Creditor, enter: Enter) -> Client:
    return enter(make_member(creditor, Role.SUPERVISOR))


def upload(desk: Client, text: str, name: str = "cartera.csv") -> str:
    """The address of the batch, which ends with a slash."""
    file = SimpleUploadedFile(name, text.encode())
    answer = desk.post("/andina/cargas/nueva/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"]).removesuffix("columnas/")


def batch_of(creditor: Creditor) -> ImportBatch:
    with scope(creditor=creditor):
        return ImportBatch.objects.latest("id")


def work(creditor: Creditor) -> None:
    """What the worker does with the newest batch."""

    class Job:
        class job:
            attempts = 0

    import_upload.func(Job, creditor_id=creditor.id, batch_id=batch_of(creditor).id)


def test_a_plain_file_goes_in_without_any_mapping(desk: Client, creditor: Creditor) -> None:
    batch = upload(desk, GOOD)
    columns = desk.get(f"{batch}columnas/")
    assert [each.field for each in columns.context["seen"].reading.columns] == [
        "tax_id",
        "name",
        "number",
        "due_on",
        "open_amount",
    ]
    answer = desk.post(f"{batch}columnas/", {"mode": "snapshot"})
    assert answer["Location"] == f"{batch}revision/"
    seen = desk.get(f"{batch}revision/").context["seen"]
    assert (seen.rows, seen.new_documents, seen.mode) == (2, 2, "snapshot")

    assert desk.post(f"{batch}revision/", {"start": "1"})["Location"] == batch
    assert "en cola" in desk.get(batch).content.decode().lower()
    work(creditor)
    done = desk.get(f"{batch}avance/")
    assert done["HX-Refresh"] == "true"
    assert "Listo" in desk.get(batch).content.decode()
    with scope(creditor=creditor):
        assert sorted(Document.objects.values_list("number", flat=True)) == ["F1", "F2"]


def test_what_does_not_add_up_needs_a_reason(desk: Client, creditor: Creditor) -> None:
    batch = upload(desk, BAD_ROW)
    desk.post(f"{batch}columnas/", {"mode": "incremental"})
    given = {"control_total": "1.349.000,50", "start": "1"}
    refused = desk.post(f"{batch}revision/", given)
    assert refused.status_code == 200
    assert refused.context["seen"].cuadre.difference == -99_000
    assert batch_of(creditor).state == "uploaded"

    desk.post(f"{batch}revision/", given | {"accept_difference": "Se corrige mañana"})
    work(creditor)
    done = batch_of(creditor)
    assert (done.state, done.rejected, done.difference_reason) == ("done", 1, "Se corrige mañana")
    rejects = desk.get(f"{batch}rechazos/").content.decode("utf-8-sig")
    assert "F3" in rejects
    assert "no existe en el calendario" in rejects


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("$ 1 234 567", "1234567"),
        ("1.250", "1250"),
        ("1250,5", "1250.5"),
        ("-3.000,00", "-3000.00"),
        ("mil", None),
        ("", None),
    ],
)
def test_a_control_total_is_read_as_people_type_it(typed: str, amount: str | None) -> None:
    from decimal import Decimal

    from recaudo.desk.views.imports import _amount

    assert _amount(typed) == (None if amount is None else Decimal(amount))


def test_a_column_is_given_another_meaning(desk: Client, creditor: Creditor) -> None:
    batch = upload(desk, GOOD.replace("Saldo", "Lo que falta"))
    seen = desk.get(f"{batch}columnas/")
    fields = {}
    if "seen" in (seen.context or {}):
        for column in seen.context["seen"].reading.columns:
            fields[f"heading.{column.position}"] = column.heading
            fields[f"column.{column.position}"] = column.field or "open_amount"
    answer = desk.post(f"{batch}columnas/", {**fields, "changed": "yes", "mode": "incremental"})
    assert answer.status_code == 302, answer.content.decode()
    assert desk.get(f"{batch}revision/").context["seen"].new_documents == 2


@pytest.mark.parametrize("only", ["", "Factura", "Saldo"])
def test_a_meaning_that_makes_no_sense_is_told_and_not_kept(
    only: str, desk: Client, creditor: Creditor
) -> None:
    batch = upload(desk, GOOD)
    columns = desk.get(f"{batch}columnas/").context["seen"].reading.columns
    nothing = {f"heading.{each.position}": each.heading for each in columns}
    meant = {f"column.{each.position}": each.field for each in columns if each.heading == only}
    answer = desk.post(f"{batch}columnas/", {**nothing, **meant, "changed": "yes"})
    assert answer.status_code == 200
    assert list(answer.context["messages"])
    assert desk.post(f"{batch}columnas/", {"mode": "incremental"}).status_code == 302


def test_what_a_file_leaves_open_is_asked(desk: Client, creditor: Creditor) -> None:
    text = "NIT;Nombre;Factura;Fecha vencimiento;Saldo\n900123456;Uno;F1;03/04/2026;100\n"
    batch = upload(desk, text)
    asked = desk.get(f"{batch}columnas/")
    (question, choices) = asked.context["questions"][0]
    assert len(choices) > 1
    assert desk.get(f"{batch}revision/")["Location"] == f"{batch}columnas/"
    answer = desk.post(f"{batch}columnas/", {f"answer.{question.key}": "dmy"})
    assert answer["Location"] == f"{batch}revision/"


@pytest.mark.parametrize("text", ["", "hola", "\x00\x01\x02binario"])
def test_a_ruined_file_is_named_for_what_it_is_and_can_be_dropped(
    text: str, desk: Client, creditor: Creditor
) -> None:
    batch = upload(desk, text or " ")
    answer = desk.get(f"{batch}columnas/")
    assert answer.status_code == 400
    assert answer.context["refusal"]
    assert desk.post(f"{batch}descartar/").status_code == 302
    assert batch_of(creditor).state == "discarded"


def test_choosing_no_file_says_so(desk: Client) -> None:
    answer = desk.post("/andina/cargas/nueva/")
    assert answer.status_code == 400
    assert "Elija un archivo" in answer.content.decode()


@pytest.mark.parametrize(("choice", "value"), [("keep", "pagos@"), ("take", "nuevo@example.com")])
def test_a_conflict_ends_as_somebody_decides(
    choice: str, value: str, ran: World, enter: Enter
) -> None:
    with scope(creditor=ran.creditor):
        batch = ImportBatch.objects.create(
            creditor=ran.creditor,
            file_name="c.csv",
            sha256="0" * 64,
            mode="incremental",
            state="done",
            as_of=ran.today,
        )
        conflict = ContactConflict.objects.create(
            creditor=ran.creditor,
            batch=batch,
            customer=ran.customer,
            contact_point=ran.contact,
            offered_value="Nuevo@Example.com",
        )
    desk = enter(ran.supervisor)
    assert "Dejar el verificado" in desk.get(ran.path("cargas/conflictos/")).content.decode()
    path = ran.path(f"cargas/conflictos/{conflict.id}/")
    desk.post(path, {"choice": choice})
    with scope(creditor=ran.creditor):
        emails = ContactPoint.objects.filter(customer=ran.customer, channel="email", is_active=True)
        assert [each.normalised.startswith(value) for each in emails] == [True]
    again = desk.post(path, {"choice": "take"}, follow=True)
    assert "Alguien ya decidió" in again.content.decode()
