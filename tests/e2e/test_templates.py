"""Writing a template in a real browser: the lint beside, variables by a click, the preview."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope
from playwright.sync_api import Page, expect

from recaudo.access.models import Creditor, Membership
from recaudo.contact.models import Template
from recaudo.contact.texts import install_ready
from recaudo.payments.actions.ways import add_way
from recaudo.portfolio.models import Customer

SHOTS = os.environ.get("RECAUDO_SHOTS")


def shoot(page: Page, name: str) -> None:
    """Pictures to look at, where a folder is named for them."""
    if not SHOTS:
        return
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(SHOTS) / f"{name}_{width}.png"), full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.fixture
def ready(portfolio: Creditor) -> Creditor:
    portfolio.phone, portfolio.address = "601 555 0101", "Calle 10 # 5-20, Bogotá"
    portfolio.tax_id = "900.123.456-8"
    portfolio.save()
    add_way(
        portfolio,
        kind="link",
        title="En línea",
        details="https://pagos.example.com/{reference}",
        currency="COP",
    )
    add_way(portfolio, kind="account", title="Bancolombia", details="123-456789-01", currency="COP")
    install_ready(portfolio)
    return portfolio


def template_of(creditor: Creditor, key: str, channel: str) -> Template:

    with scope(creditor=creditor):
        return Template.objects.get(key=key, channel=channel)


def test_a_template_is_written_with_the_lint_beside_it(
    ready: Creditor,
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    complaints: list[str],
) -> None:
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/plantillas/")
    shoot(page, "templates")
    template = template_of(ready, "vencida", "whatsapp")
    page.goto(f"{live_server.url}/andina/plantillas/{template.pk}/")
    expect(page.locator("#revision")).to_contain_text("En regla")
    shoot(page, "template_edit")
    text = page.get_by_label("Texto", exact=True)
    text.fill("Pague ya o verá al juez.")
    expect(page.locator("#revision")).to_contain_text("juez")
    expect(page.locator("#revision")).to_contain_text("Falta cómo pagar")
    shoot(page, "template_findings")
    page.get_by_role("button", name="creditor.name").click()
    assert text.input_value().endswith("{{ creditor.name }}")
    page.get_by_role("button", name="Guardar como versión nueva").click()
    expect(page.get_by_text("No se guardó")).to_be_visible()
    complaints[:] = [each for each in complaints if "422" not in each]


def test_the_preview_shows_the_mail_on_a_desk_and_on_a_phone(
    ready: Creditor,
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    complaints: list[str],
) -> None:
    enter("jefe@example.com")
    template = template_of(ready, "vencida", "email")
    page.goto(f"{live_server.url}/andina/plantillas/{template.pk}/vista/")
    for name in ("El correo en un computador", "El correo en un teléfono"):
        frame = page.frame_locator(f'iframe[title="{name}"]')
        expect(frame.get_by_text("Su referencia de pago")).to_be_visible()
    shoot(page, "preview_mail")
    page.goto(f"{live_server.url}/andina/plantillas/{template.pk}/")
    shoot(page, "template_edit_mail")
    sms = template_of(ready, "vencida", "sms")
    page.goto(f"{live_server.url}/andina/plantillas/{sms.pk}/vista/")
    shoot(page, "preview_sms")


def test_a_version_is_compared_and_brought_back(
    ready: Creditor, page: Page, live_server: Any, enter: Callable[[str], None]
) -> None:
    enter("jefe@example.com")
    template = template_of(ready, "gracias", "sms")
    page.goto(f"{live_server.url}/andina/plantillas/{template.pk}/?language=es")
    text = page.get_by_label("Texto", exact=True)
    text.fill(
        text.input_value().replace("Gracias por atendernos.", "Muchas gracias por su tiempo.")
    )
    page.get_by_role("button", name="Guardar como versión nueva").click()
    expect(page.get_by_text("Versión 2 guardada")).to_be_visible()
    page.get_by_role("link", name="Versiones").click()
    expect(page.locator("ins", has_text="Muchas gracias por su tiempo.")).to_be_visible()
    shoot(page, "template_versions")
    page.get_by_role("button", name="Volver a este texto").click()
    expect(page.get_by_text("como versión 3")).to_be_visible()


def test_ways_to_pay_are_told_by_the_administrator(
    ready: Creditor, page: Page, live_server: Any, enter: Callable[[str], None]
) -> None:
    Membership.objects.filter(creditor=ready).update(role="administrator")
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/pagar/")
    page.get_by_text("Agregar una forma de pago").click()
    form = page.locator("form[action$='/pagar/agregar/']")
    form.get_by_label("Nombre").fill("Davivienda")
    form.get_by_label("Número, convenio o enlace").fill("Convenio 12345")
    form.get_by_label("Clase").select_option("agreement")
    form.get_by_role("button", name="Agregar").click()
    expect(page.get_by_text("Convenio 12345")).to_be_visible()
    shoot(page, "pay_ways")


def test_a_pdf_is_attached_to_a_document_and_opened(
    ready: Creditor, page: Page, live_server: Any, enter: Callable[[str], None], tmp_path: Path
) -> None:

    with scope(creditor=ready):
        customer = Customer.objects.earliest("pk")
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/clientes/{customer.pk}/")
    bill = tmp_path / "FE-1020.pdf"
    bill.write_bytes(b"%PDF-1.4\n%%EOF\n")
    first = page.locator("#documentos details", has_text="Adjuntar").first
    first.locator("summary").click()
    first.get_by_label("Archivo").set_input_files(bill)
    first.get_by_role("button", name="Adjuntar").click()
    link = page.get_by_role("link", name="Ver PDF")
    expect(link).to_be_visible()
    shoot(page, "customer_files")
    answer = page.request.get(f"{live_server.url}{link.get_attribute('href')}")
    assert answer.body() == b"%PDF-1.4\n%%EOF\n"
