"""Charges by hand: looked at, posted, explained, and let go in part."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from recaudo.access.models import Creditor
from recaudo.core.calendar import local_day
from recaudo.payments.actions.rates import load_rates
from recaudo.payments.actions.terms import Wanted, set_terms

#: Where to put a picture of each page, at both sizes; nowhere unless said.
PICTURES = os.environ.get("RECAUDO_PICTURES", "")


def picture(page: Page, name: str) -> None:
    if not PICTURES:
        return
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_month_is_posted_explained_and_let_go_in_part(
    page: Page,
    live_server: Any,
    enter: Callable[[str], None],
    portfolio: Creditor,
    complaints: list[str],
) -> None:
    today = local_day(timezone.now(), portfolio.timezone)
    first = today - timedelta(days=300)
    lines = [
        f"CO.ibc.consumo_ordinario;{first};{today - timedelta(days=31)};16,62;EA;Resolución 1",
        f"CO.ibc.consumo_ordinario;{today - timedelta(days=30)};{today};17,10;EA;Resolución 2",
    ]
    text = "serie;desde;hasta;valor;cotizada;fuente\n" + "\n".join(lines)
    assert not load_rates(portfolio, text.encode()).refused
    wanted = Wanted(
        from_on=first,
        source="Contrato marco, cláusula 7",
        interest="computed",
        annual_rate=Decimal("25.2"),
    )
    set_terms(portfolio, wanted, by=None, origin="test")

    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/cargos/condiciones/")
    expect(page.get_by_role("cell", name="25,2 % efectiva anual")).to_be_visible()
    picture(page, "charge_terms")

    page.goto(f"{live_server.url}/andina/cargos/por-fijar/?al={today}")
    expect(page.get_by_role("heading", name="Lo que se fijaría")).to_be_visible()
    picture(page, "charges_preview")
    page.get_by_role("button", name=re.compile("Fijar est")).click()
    expect(page.get_by_text("Se fijaron 9 cargos.")).to_be_visible()
    picture(page, "charges")

    page.get_by_role("rowheader").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Cómo se llegó a este valor")).to_be_visible()
    page.get_by_label("Cuánto (vacío: todo lo abierto)").fill("100")
    page.get_by_label("Por qué no se cobra").fill("Acuerdo con el gerente")
    page.get_by_role("button", name="Condonar").click()
    expect(page.get_by_text("Condonado. El cargo y su condonación")).to_be_visible()
    picture(page, "charge")
    page.get_by_label("Por qué se deshace").fill("Se pagó completo")
    page.get_by_role("button", name="Deshacer la condonación").click()
    expect(page.get_by_text("la condonación se deshizo", exact=False).first).to_be_visible()
