"""Rates by hand: a file with a mistake, the same file mended, and what the page then says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from factories import make_creditor, make_user
from recaudo.access.models import Membership
from recaudo.core.calendar import local_day


def test_a_supervisor_loads_the_rates_of_the_law(
    page: Page, live_server: Any, enter: Callable[[str], None], complaints: list[str]
) -> None:
    creditor = make_creditor("andina", name="Distribuidora Andina")
    user = make_user("jefe@example.com", password="una-clave-bien-larga")
    Membership.objects.create(user=user, creditor=creditor, role="supervisor")
    today = local_day(timezone.now(), creditor.timezone)
    line = (
        f"CO.ibc.consumo_ordinario;{today - timedelta(days=20)};{today + timedelta(days=20)};"
        "{value};EA;Resolución 1234 de la Superintendencia"
    )

    def send(value: str) -> None:
        text = f"serie;desde;hasta;valor;cotizada;fuente\n{line.format(value=value)}\n"
        file = {"name": "ibc.csv", "mimeType": "text/csv", "buffer": text.encode()}
        page.get_by_label("Archivo CSV").set_input_files(file)  # type: ignore[arg-type]
        page.get_by_role("button", name="Cargar").click()

    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/ley/")
    page.get_by_role("link", name="Tasas cargadas").click()
    expect(page.get_by_text("no se ha cargado").first).to_be_visible()

    send("1662,5")
    expect(page.get_by_text("Línea 2: 1.662,5 % pasa de 1.000 %")).to_be_visible()
    complaints.clear()  # the browser tells of every 400

    send("16,62")
    expect(page.get_by_text("Se cargó 1 tasa.")).to_be_visible()
    expect(page.get_by_role("cell", name="16,62 % efectiva anual")).to_be_visible()
    expect(page.get_by_text("no se ha cargado")).to_have_count(0)
