"""The outbox in the browser: what nobody knows comes first, and a person says what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django_scopes import scope
from playwright.sync_api import Page, expect

from contact.outbox.book import plan
from recaudo.access.models import Creditor
from recaudo.contact.models import Message, MessageText
from recaudo.contact.outbox import set_state
from recaudo.portfolio.models import Document


def unsure(creditor: Creditor) -> Message:
    """One of the run's messages whose worker died after the attempt."""
    now = timezone.now()
    with scope(creditor=creditor):
        document = Document.objects.order_by("-due_on")[0]
    message = plan(document.customer, document, now=now, run_id=1, step_key="aviso_vencido")
    with scope(creditor=creditor):
        MessageText.objects.create(
            creditor=creditor,
            message_id=message.pk,
            to_value="pagos@example.com",
            subject="Su saldo con corte al 27 de noviembre",
            text="Buenos días.\n\nSu saldo es de $ 4.500.001,50.\nSi ya pagó, no tenga en cuenta "
            "este mensaje.\n\nDistribuidora Andina",
            html="<p>Buenas tardes.</p><p>Su saldo es de <b>$ 4.500.001,50</b>.</p>",
        )
        for state in ("rendered", "attempted"):
            set_state(message, state, at=now)
        set_state(message, "uncertain", at=now, code="worker_gone")
    return message


def test_a_person_says_that_an_uncertain_message_did_leave(
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    portfolio: Creditor,
    complaints: list[str],
) -> None:
    message = unsure(portfolio)
    enter("jefe@example.com")
    page.get_by_role("link", name="Bandeja de salida").first.click()
    expect(page.get_by_role("link", name="Incierto", exact=False).first).to_have_attribute(
        "aria-current", "true"
    )
    page.locator(f"a[href$='/mensajes/{message.pk}/']").click()
    expect(page.get_by_role("heading", name="¿Salió o no salió?")).to_be_visible()
    expect(page.locator("pre.said")).to_contain_text("Su saldo es de $ 4.500.001,50.")

    page.get_by_text("Ver la página como la recibe el cliente").click()
    framed = page.frame_locator("iframe.mail-page")
    expect(framed.get_by_text("Buenas tardes.")).to_be_visible()

    page.get_by_label("Cómo lo sabe").fill("Está en el registro del servidor")
    page.get_by_role("button", name="Sí salió").click()

    expect(page.locator(".head-acts .pill")).to_have_text("Enviado")
    expect(page.get_by_text("Una persona dijo que salió.")).to_be_visible()
