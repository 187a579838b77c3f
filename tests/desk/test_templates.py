"""Templates, ways to pay and files on the desk: who may what, and what they see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scope

from factories import make_contact_point, make_customer, make_document, make_member
from recaudo.access.models import Role, User
from recaudo.contact.models import Template, TemplateVersion
from recaudo.contact.texts import install_ready
from recaudo.payments.actions.ways import add_way
from recaudo.payments.models import PaymentWay
from recaudo.portfolio.models import DocumentFile

from .conftest import World

Enter = Callable[[User], Client]
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Path) -> None:
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


def template_of(world: World, key: str = "vencida", channel: str = "email") -> Template:
    install_ready(world.creditor)
    with scope(creditor=world.creditor):
        return Template.objects.get(key=key, channel=channel)


def current(world: World, template: Template, language: str = "es") -> TemplateVersion:
    with scope(creditor=world.creditor):
        return template.versions.get(language=language, is_current=True)


def test_the_list_shows_each_key_with_what_uses_it(ran: World, desk: Client) -> None:
    page = desk.get(ran.path("plantillas/")).content.decode()
    assert "Segundo aviso: 8 días de vencida" in page
    assert page.count("en regla") == len(page.split('class="text-of"')) - 1


def test_the_list_asks_the_database_as_often_for_more_templates(
    ran: World, desk: Client, django_assert_max_num_queries: Any
) -> None:
    desk.get(ran.path("plantillas/"))
    with django_assert_max_num_queries(12):
        desk.get(ran.path("plantillas/"))


def test_a_step_without_its_template_is_told(ran: World, desk: Client) -> None:
    template_of(ran)
    with scope(creditor=ran.creditor):
        TemplateVersion.objects.filter(template__key="vence_hoy").delete()
        Template.objects.filter(key="vence_hoy").update(key="otra")
        Template.objects.filter(key="vencida").update(is_active=False)
    page = desk.get(ran.path("plantillas/")).content.decode()
    assert "apagada" in page


def test_whoever_only_reads_sees_no_buttons_to_write(andina: World, enter: Enter) -> None:
    template = template_of(andina)
    browser = enter(make_member(andina.creditor, Role.MANAGER))
    page = browser.get(andina.path(f"plantillas/{template.pk}/")).content.decode()
    assert "Guardar como versión nueva" not in page
    assert "readonly" in page
    for tail in ("guardar/", "revisar/", "datos/"):
        assert browser.post(andina.path(f"plantillas/{template.pk}/{tail}")).status_code == 403


def test_the_lint_answers_while_one_writes_and_keeps_nothing(andina: World, desk: Client) -> None:
    template = template_of(andina, channel="whatsapp")
    answer = desk.post(
        andina.path(f"plantillas/{template.pk}/revisar/"),
        {"language": "es", "text": "Debe {{ total }}. Lo verá el juez."},
    ).content.decode()
    assert "«juez»" in answer
    assert "Falta cómo pagar" in answer
    assert current(andina, template).version == 1


def test_a_refused_text_comes_back_as_it_was_written(andina: World, desk: Client) -> None:
    template = template_of(andina, channel="whatsapp")
    answer = desk.post(
        andina.path(f"plantillas/{template.pk}/guardar/"),
        {"language": "es", "text": "Pague </textarea>{{ total }}", "seen": "1"},
    )
    assert answer.status_code == 422
    assert "Pague &lt;/textarea&gt;{{ total }}" in answer.content.decode()


def test_a_new_version_is_saved_compared_and_taken_back(andina: World, desk: Client) -> None:
    template = template_of(andina, "gracias", "sms")
    first = current(andina, template)
    text = first.text.replace("Gracias", "Mil gracias")
    where = andina.path(f"plantillas/{template.pk}/")
    desk.post(f"{where}guardar/", {"language": "es", "text": text, "seen": "1"})
    assert current(andina, template).text == text
    assert "Mil gracias" in desk.get(f"{where}versiones/?language=es").content.decode()
    desk.post(f"{where}versiones/{first.pk}/restaurar/")
    assert (current(andina, template).version, current(andina, template).text) == (3, first.text)


def test_tone_title_and_use_are_changed(andina: World, desk: Client) -> None:
    template = template_of(andina)
    desk.post(
        andina.path(f"plantillas/{template.pk}/datos/"), {"title": "Primer aviso", "tone": "2"}
    )
    with scope(creditor=andina.creditor):
        template.refresh_from_db()
    assert (template.title, template.tone, template.is_active) == ("Primer aviso", 2, False)
    assert template.attaches_documents is False


def test_the_preview_is_of_a_customer_one_may_see(andina: World, enter: Enter) -> None:
    add_way(andina.creditor, kind="account", title="Banco", details="1", currency="COP")
    template = template_of(andina)
    collector = enter(make_member(andina.creditor, Role.COLLECTOR))
    where = andina.path(f"plantillas/{template.pk}/vista/")
    assert andina.customer.name not in collector.get(where).content.decode()
    assert collector.get(f"{where}?customer={andina.customer.pk}").status_code == 404
    assert collector.get(f"{where}{andina.customer.pk}/").status_code == 404
    supervisor = enter(andina.supervisor)
    assert andina.customer.name in supervisor.get(where).content.decode()


def test_the_messages_page_can_run_nothing_and_stands_in_our_frame_alone(
    andina: World, desk: Client
) -> None:
    add_way(andina.creditor, kind="account", title="Banco", details="1", currency="COP")
    template = template_of(andina)
    where = andina.path(f"plantillas/{template.pk}/vista/")
    page = desk.get(f"{where}{andina.customer.pk}/")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in desk.get(where)["Content-Security-Policy"]
    assert andina.customer.name in page.content.decode()


def test_a_preview_without_ways_to_pay_says_so_and_where(andina: World, desk: Client) -> None:
    template = template_of(andina, channel="whatsapp")
    page = desk.get(andina.path(f"plantillas/{template.pk}/vista/")).content.decode()
    assert "Falta decir cómo le pagan en COP" in page
    assert andina.path("pagar/") in page


def test_ways_to_pay_are_the_administrators_to_change(andina: World, enter: Enter) -> None:
    given = {"kind": "account", "title": "Banco", "details": "123", "currency": "COP"}
    supervisor = enter(andina.supervisor)
    assert supervisor.get(andina.path("pagar/")).status_code == 200
    assert supervisor.post(andina.path("pagar/agregar/"), given).status_code == 403
    administrator = enter(make_member(andina.creditor, Role.ADMINISTRATOR))
    administrator.post(andina.path("pagar/agregar/"), given)
    with scope(creditor=andina.creditor):
        way = PaymentWay.objects.get()
    changed = given | {"title": "Otro banco", "position": "2"}
    administrator.post(andina.path(f"pagar/{way.pk}/"), changed)
    administrator.post(andina.path(f"pagar/{way.pk}/usar/"), {"to": "off"})
    with scope(creditor=andina.creditor):
        way.refresh_from_db()
    assert (way.title, way.position, way.is_active) == ("Otro banco", 2, False)


@pytest.mark.parametrize(
    ("website", "kept"), [("www.andina.com.co", "www.andina.com.co"), ("javascript:x", "")]
)
def test_who_the_creditor_is_stands_in_its_messages(
    andina: World, enter: Enter, website: str, kept: str
) -> None:
    administrator = enter(make_member(andina.creditor, Role.ADMINISTRATOR))
    given = {"address": "Calle 10\n# 5", "phone": "601", "website": website}
    administrator.post(andina.path("pagar/empresa/"), given)
    andina.creditor.refresh_from_db()
    assert andina.creditor.website == kept
    assert andina.creditor.address == ("Calle 10 # 5" if kept else "")


def test_a_file_is_attached_to_a_document_and_opened(andina: World, desk: Client) -> None:
    where = f"{andina.page}documentos/{andina.document.pk}/archivos/"
    sent = SimpleUploadedFile("../FE 20.pdf", PDF)
    desk.post(where, {"kind": "pdf", "file": sent})
    with scope(creditor=andina.creditor):
        file = DocumentFile.objects.get()
    assert "Ver PDF" in desk.get(andina.page).content.decode()
    answer = desk.get(f"{andina.page}archivos/{file.pk}/")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("body", [b"<html>", b""])
def test_a_file_that_is_nothing_of_ours_is_refused_in_words(
    andina: World, desk: Client, body: bytes
) -> None:
    where = f"{andina.page}documentos/{andina.document.pk}/archivos/"
    sent = SimpleUploadedFile("factura.pdf", body)
    page = desk.post(where, {"kind": "pdf", "file": sent}, follow=True).content.decode()
    assert 'class="note error"' in page
    with scope(creditor=andina.creditor):
        assert not DocumentFile.objects.exists()


def test_a_file_of_another_customer_is_not_found(andina: World, desk: Client) -> None:
    where = f"{andina.page}documentos/{andina.document.pk}/archivos/"
    desk.post(where, {"kind": "pdf", "file": SimpleUploadedFile("a.pdf", PDF)})
    with scope(creditor=andina.creditor):
        file = DocumentFile.objects.get()
    other = make_customer(andina.creditor, name="Otro")
    make_document(other, "1")
    make_contact_point(other, "email", "x@example.com")
    assert desk.get(andina.path(f"clientes/{other.pk}/archivos/{file.pk}/")).status_code == 404
    sent = SimpleUploadedFile("b.pdf", PDF)
    path = andina.path(f"clientes/{other.pk}/documentos/{andina.document.pk}/archivos/")
    assert desk.post(path, {"kind": "pdf", "file": sent}).status_code == 404
