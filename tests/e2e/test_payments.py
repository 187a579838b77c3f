"""Money in a browser: a payment by hand with its preview, taken back; the list; a group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from django_scopes import scope
from playwright.sync_api import Page, expect

from factories import make_credit, make_customer, make_document
from recaudo.access.models import Creditor
from recaudo.core.calendar import local_day
from recaudo.payments.models import Credit
from recaudo.portfolio.models import Customer, CustomerGroup, Document


def test_a_payment_is_recorded_as_its_preview_said_and_taken_back(
    page: Page,
    live_server,
    enter: Callable[[str], None],
    portfolio: Creditor,
    complaints: list[str],
) -> None:
    with scope(creditor=portfolio):
        customer = Customer.objects.earliest("id")
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/clientes/{customer.pk}/")
    page.keyboard.press("g")
    expect(page.get_by_role("heading", name="Registrar un pago")).to_be_visible()
    expect(page.locator("[autofocus]")).to_be_focused()
    page.keyboard.type("2.000.000")
    preview = page.locator("#preview")
    expect(preview.get_by_text("pagado")).to_have_count(1)
    expect(preview).to_contain_text("499.999,50")
    page.get_by_label("Referencia o comprobante").fill("REF-77")
    page.get_by_label("Lo demás queda por aplicar").check()
    page.get_by_role("checkbox").nth(1).check()
    expect(preview).to_contain_text("Queda por aplicar")
    expect(preview.get_by_text("pagado")).to_have_count(1)
    page.get_by_role("button", name="Registrar el pago").click()
    expect(page.get_by_text("Pago registrado.")).to_be_visible()
    expect(page.get_by_text("REF-77")).to_be_visible()

    # What is left is spread by keyboard: = puts all that there is.
    field = page.locator("input[data-owes]").first
    field.focus()
    page.keyboard.press("=")
    expect(field).to_have_value("499999.50")
    expect(page.locator("[data-left-amount]")).to_have_text("0")
    page.get_by_role("button", name="Aplicar estos valores").click()
    expect(page.get_by_text("Aplicado como dijo.")).to_be_visible()

    page.wait_for_load_state()
    page.locator("body").press("r")
    expect(page.get_by_text("Qué deshace")).to_be_visible()
    page.get_by_label("Motivo").fill("Cheque devuelto")
    page.get_by_role("button", name="Reversar el pago").click()
    expect(page.get_by_text("vuelve a deberse")).to_be_visible()
    with scope(creditor=portfolio):
        owed = Document.objects.filter(customer=customer).values_list("open_amount", "amount")
        assert all(left == whole for left, whole in owed)


def test_the_list_of_payments_is_searched_and_opened_by_keyboard(
    page: Page,
    live_server,
    enter: Callable[[str], None],
    portfolio: Creditor,
    complaints: list[str],
) -> None:
    today = local_day(timezone.now(), portfolio.timezone)
    for n, name in enumerate(("Almacén Uno", "Almacén Dos", "Ventas Tres")):
        customer = make_customer(portfolio, name=name)
        make_credit(customer, str(100 + n), value_on=today - timedelta(days=n), reference=f"R{n}")
    enter("jefe@example.com")
    page.get_by_role("link", name="Dinero").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator(".panel-totals")).to_contain_text("3 abonos")
    page.keyboard.press("/")
    page.keyboard.type("almacén")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("body").press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Almacén Dos").first).to_be_visible()
    expect(page.get_by_text("R1", exact=True)).to_be_visible()


def test_a_group_is_paid_in_one_go(
    page: Page,
    live_server,
    enter: Callable[[str], None],
    portfolio: Creditor,
    complaints: list[str],
) -> None:
    with scope(creditor=portfolio):
        group = CustomerGroup.objects.create(creditor=portfolio, code="G1", name="Los Andes")
    today = local_day(timezone.now(), portfolio.timezone)
    for n in range(3):
        member = make_customer(portfolio, name=f"Tienda {n}", group=group)
        make_document(member, "100000", due_on=today)
    enter("jefe@example.com")
    page.goto(f"{live_server.url}/andina/lotes/grupo/")
    expect(page.locator("[autofocus]")).to_be_focused()
    page.keyboard.type("250000")
    page.get_by_label("Grupo").select_option(label="Los Andes (3)")
    page.get_by_role("button", name="Ver qué paga").click()
    expect(page.get_by_role("heading", name="Vista previa")).to_be_visible()
    with scope(creditor=portfolio):
        assert not Credit.objects.exists()
    page.wait_for_load_state()
    page.locator("body").press("a")
    expect(page.get_by_text("Pago repartido entre 3 clientes")).to_be_visible()
    with scope(creditor=portfolio):
        assert Credit.objects.filter(source="lot").count() == 3


def test_every_page_of_money_fits_a_phone(
    page: Page,
    live_server,
    enter: Callable[[str], None],
    portfolio: Creditor,
    complaints: list[str],
) -> None:
    with scope(creditor=portfolio):
        customer = Customer.objects.earliest("id")
    payment = make_credit(customer, "120000")
    enter("jefe@example.com")
    pages = (
        "pagos/?q=",
        f"pagos/{payment.pk}/",
        f"pagos/{payment.pk}/reversar/",
        f"clientes/{customer.pk}/pago/",
        "lotes/",
        "lotes/grupo/",
        "lotes/libranza/",
        "lotes/recibos/",
    )
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for name in pages:
            page.goto(f"{live_server.url}/andina/{name}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} wide at {width}"
