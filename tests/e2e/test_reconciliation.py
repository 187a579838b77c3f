"""The workbench by keyboard, as whoever reconciles uses it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django_scopes import scope
from playwright.sync_api import Page, expect

from recaudo.access.models import Creditor
from recaudo.core.bank_statement import BankStatement, StatementLine
from recaudo.core.calendar import local_day
from recaudo.payments.actions.matching import match_lines
from recaudo.payments.actions.statements import open_account, take_in
from recaudo.payments.models import LineWork


def bring(creditor: Creditor) -> None:
    """Three lines: one with a proposal, one that nobody knows, one for two customers."""
    from django.utils import timezone

    now = timezone.now()
    today = local_day(now, creditor.timezone)
    open_account(creditor, "111222", currency="COP", bank="Bancolombia", origin="test")
    lines = (
        StatementLine(
            today,
            today,
            Decimal("1100000"),
            "COP",
            "TRANSFERENCIA RECIBIDA PSE",
            payer_name="FERRETERIA EL TORNILLO",
        ),
        StatementLine(today, today, Decimal("640000"), "COP", "CONSIGNACION EFECTIVO OFICINA 42"),
        StatementLine(today, today, Decimal("300000"), "COP", "CONSIGNACION NACIONAL 7788"),
    )
    told = BankStatement("111222", "COP", lines, Decimal(0), today, Decimal("2040000"), today)
    take_in(creditor, [told], file_name="extracto.csv", format="test", today=today, origin="test")
    match_lines(creditor, today=today, now=now, origin="test")


def test_lines_are_worked_by_keyboard(
    page: Page,
    live_server,
    enter: Callable[[str], None],
    portfolio: Creditor,
    complaints: list[str],
) -> None:
    bring(portfolio)
    enter("jefe@example.com")
    page.get_by_role("link", name="Dinero").click()
    page.get_by_role("link", name="Conciliación", exact=True).click()
    expect(page.get_by_text("3 movimientos esperan")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    # The proposal knows the customer, not the documents: choose them.
    expect(page.get_by_text("el nombre es el del cliente")).to_be_visible()
    page.get_by_role("link", name="Elegir documentos").first.click()
    page.get_by_role("checkbox").first.check()
    page.wait_for_load_state()
    page.locator("body").press("a")
    expect(page.get_by_text("Aplicado. Siga con este.")).to_be_visible()

    # Nobody knows this one: put it aside.
    expect(page.get_by_text("nada dice de quién es")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("x")
    expect(page.get_by_text("Apartado. Siga con este.")).to_be_visible()

    # Split the last over two customers.
    with scope(creditor=portfolio):
        codes = list(portfolio_codes(portfolio))
    page.wait_for_load_state()
    page.keyboard.press("d")
    for at, code in enumerate(codes[:2], start=1):
        page.locator(f"#code-{at}").fill(code)
        page.locator(f"#amount-{at}").fill("150000")
    page.get_by_role("button", name="Repartir").click()
    expect(page.get_by_text("Aplicado. Siga con este.")).to_be_visible()
    with scope(creditor=portfolio):
        states = list(LineWork.objects.order_by("line_id").values_list("state", flat=True))
    assert states == ["applied", "parked", "applied"]


def portfolio_codes(creditor: Creditor) -> list[str]:
    from recaudo.portfolio.models import Customer

    return list(Customer.objects.order_by("id").values_list("code", flat=True))


def test_every_page_of_the_workbench_fits_a_phone(
    page: Page,
    live_server,
    enter: Callable[[str], None],
    portfolio: Creditor,
    complaints: list[str],
) -> None:
    bring(portfolio)
    enter("jefe@example.com")
    with scope(creditor=portfolio):
        line_id = LineWork.objects.order_by("line_id").first().line_id
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for name in ("", f"{line_id}/", "extractos/", "sin-identificar/"):
            page.goto(f"{live_server.url}/andina/conciliacion/{name}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} wide at {width}"
