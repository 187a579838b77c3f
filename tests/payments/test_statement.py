"""The statement of account in its four forms, and the worked table of its rules."""

from __future__ import annotations

import io
import json
import re
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django_scopes import scope
from python_calamine import CalamineWorkbook

from core.rules import rows
from factories import (
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_rate,
)
from payments.test_charging import charge_interest, mexican
from payments.test_debt import cover
from recaudo.core.problems import Problem
from recaudo.payments.actions.ways import add_way
from recaudo.payments.queries.debt import debt_of
from recaudo.payments.statement.figures import Figures
from recaudo.payments.statement.forms import statement_as
from recaudo.payments.statement.language import locale_of
from recaudo.payments.statement.sheet import file_name, sheet_of
from recaudo.portfolio.models import Customer

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 20)
#: Markup of typst, of HTML and of spreadsheets, as a name.
HOSTILE = '#read("/etc/passwd") $x$ *b* [a] <script>alert(1)</script> =1+1 \\ "'


@pytest.fixture
def customer():
    creditor = make_creditor(
        name="Distribuciones Andina", tax_id="900.111", address="Cra 15 # 93", phone="601 742"
    )
    add_way(creditor, kind="account", title="Banco", details="031 ref {reference}", currency="COP")
    return make_customer(creditor, "C-77", name="Ferretería Ñandú", tax_id="900123456")


def told(customer, day=DAY, today=DAY):
    return sheet_of(debt_of(customer, day), today=today)


def text_of(pdf: bytes, tmp_path: Path) -> str:
    file = tmp_path / "x.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, text=True
    )
    return done.stdout


def pages_of(pdf: bytes, tmp_path: Path) -> int:
    return text_of(pdf, tmp_path).count("\f")


def test_it_says_who_asks_what_is_owed_and_how_to_pay(customer, tmp_path):
    make_document(customer, "1500000", number="FV-1", due_on="2026-03-31")
    text = text_of(statement_as("pdf", debt_of(customer, DAY), today=DAY), tmp_path)
    for said in (
        "Distribuciones Andina",
        "900.111",
        "Cra 15 # 93",
        "Tel. 601 742",
        "Ferretería Ñandú",
        "Saldo con corte al 20 de abril de 2026.",
        "FV-1",
        "1.500.000",
        "Para ponerse al día",
        "Su referencia de pago",
        "Si ya pagó, haga caso omiso y envíenos el soporte.",
    ):
        assert said in text
    assert "900123456" not in text
    assert pages_of(statement_as("pdf", debt_of(customer, DAY), today=DAY), tmp_path) == 1


@pytest.mark.parametrize(
    ("day", "title"),
    [
        (DAY - timedelta(1), "Estado de cuenta"),
        (DAY, "Estado de cuenta"),
        (DAY + timedelta(1), "Liquidación de la deuda"),
    ],
)
def test_only_a_day_to_come_is_a_quote(customer, day, title):
    sheet = told(customer, day)
    assert sheet["title"] == title
    assert ("Válida hasta" in sheet["cut"]) is (day > DAY)


def test_three_hundred_lines_repeat_their_heading_on_each_page(customer, tmp_path):
    for n in range(300):
        make_document(customer, "10", number=f"F-{n}", due_on=DAY - timedelta(n % 90))
    text = text_of(statement_as("pdf", debt_of(customer, DAY), today=DAY), tmp_path)
    pages = text.count("\f")
    assert pages > 5
    assert text.count("Días de mora") >= pages - 1
    assert f"Página {pages} de {pages}" in text
    assert "F-299" in text


def test_what_people_typed_is_never_markup(customer, tmp_path):
    with scope(creditor=customer.creditor):
        Customer.objects.filter(pk=customer.pk).update(name=HOSTILE)
    customer.refresh_from_db()
    make_document(customer, "10", number='F#1"]$', due_on="2026-03-31", product=HOSTILE)
    debt = debt_of(customer, DAY)
    shown = re.sub(r"\s+", " ", text_of(statement_as("pdf", debt, today=DAY), tmp_path))
    assert '#read("/etc/passwd")' in shown
    assert "root:" not in shown
    page = statement_as("html", debt, today=DAY).decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert json.loads(statement_as("json", debt, today=DAY))["documents"][0]["about"] == HOSTILE


def test_a_long_name_stays_inside_the_page(customer, tmp_path):
    with scope(creditor=customer.creditor):
        Customer.objects.filter(pk=customer.pk).update(name="Comercializadora " * 20)
    customer.refresh_from_db()
    make_document(customer, "9" * 13, number="F" * 60, due_on="2026-03-31")
    pdf = statement_as("pdf", debt_of(customer, DAY), today=DAY)
    assert pages_of(pdf, tmp_path) == 1
    assert "9.999.999.999.999" in text_of(pdf, tmp_path)


def test_two_currencies_stand_apart_with_the_rate_its_day_and_its_source(customer):
    make_document(customer, "100", currency="USD", due_on="2026-03-31")
    make_document(customer, "5000", due_on="2026-03-31")
    without = told(customer)
    assert "Falta la tasa de cambio de USD" in without["missing"][0]
    assert without["headline"][1]["about"] == "sin lo que está en USD"
    make_rate(customer.creditor, "USD", "3900.5", valid_on="2026-04-18")
    sheet = told(customer)
    assert [each["code"] for each in sheet["currencies"]] == ["COP", "USD"]
    assert sheet["rates"] == ["1 USD = 3.900,5 COP del 18\xa0abr\xa02026 (test)"]
    assert sheet["headline"][1]["value"] == "$\xa0395.050"


def test_how_the_interest_came_about_is_told_step_by_step(tmp_path):
    creditor = mexican()
    charge_interest(creditor)
    customer = make_customer(creditor)
    make_document(customer, "1000", number="F-1", due_on="2026-04-10")
    sheet = told(customer)
    (step,) = sheet["reckoning"]
    assert (step["document"], step["days"], step["capital"]) == ("F-1", "10", "1,000.00")
    assert step["rate"] == "36.5\xa0% nominal anual"
    assert "contrato, cláusula 7" in step["source"]
    assert step["amount"] == "10.00"
    assert sheet["headline"][0]["value"] == "$\xa01,010.00"


def test_the_workbook_has_numbers_as_numbers_and_names_as_text(customer):
    make_document(customer, "1234.56", number="=1+1", due_on="2026-03-31")
    make_credit(customer, "10", value_on="2026-04-01", reference="@SUM(A1)")
    body = statement_as("xlsx", debt_of(customer, DAY), today=DAY)
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    row = book.get_sheet_by_name("Documentos pendientes").to_python()[1]
    assert (row[0], row[7]) == ("=1+1", 1234.56)
    assert row[3] == date(2026, 3, 31)
    assert book.get_sheet_by_name("Saldos a favor sin aplicar").to_python()[1][2] == "@SUM(A1)"


def test_the_workbook_adds_up_to_its_totals_with_paper_and_castigo():
    """What a cheque covers is taken off what is due and comes back before the total."""
    creditor = mexican()
    charge_interest(creditor)
    customer = make_customer(creditor)
    due, ahead = (
        make_document(customer, "1000"),
        make_document(customer, "500", due_on="2026-12-31"),
    )
    cover(due, "600")
    cover(ahead, "200")
    happen(make_document(customer, "300"), "written_off", on="2026-04-10")
    make_credit(customer, "50")
    body = statement_as("xlsx", debt_of(customer, DAY), today=DAY)
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    lines = {
        row[0]: Decimal(str(row[1]))
        for row in book.get_sheet_by_name("Resumen").to_python()
        if len(row) > 2 and row[2] == "MXN"
    }
    names = list(lines)
    catch_up, total = names.index("Para ponerse al día"), names.index("Para pagar todo")
    assert sum(list(lines.values())[:catch_up]) == lines["Para ponerse al día"]
    assert sum(list(lines.values())[catch_up:total]) == lines["Para pagar todo"]
    assert lines["Documentado con cheque o título"] == -600
    charges = book.get_sheet_by_name("Cargos por mora").to_python()[1:]
    with_charges = sum(Decimal(str(row[5])) for row in charges if not row[6])
    assert with_charges == lines["Cargos por mora"]
    assert {row[6] for row in charges} == {"", "va con lo que está en quebranto"}


def test_the_same_day_is_the_same_file(customer):
    make_document(customer, "10", due_on="2026-03-31")
    debt = debt_of(customer, DAY)
    assert statement_as("pdf", debt, today=DAY) == statement_as("pdf", debt, today=DAY)


def test_who_owes_nothing_gets_a_statement_too(customer, tmp_path):
    pdf = statement_as("pdf", debt_of(customer, DAY), today=DAY)
    assert "No tiene documentos pendientes en este día." in text_of(pdf, tmp_path)


def test_it_speaks_the_customers_language(customer):
    with scope(creditor=customer.creditor):
        Customer.objects.filter(pk=customer.pk).update(language="en")
    customer.refresh_from_db()
    assert told(customer)["language"] == "en"
    assert "April 20, 2026" in told(customer)["day"]


def test_an_unknown_form_is_refused(customer):
    with pytest.raises(Problem, match="statement_form_unknown"):
        statement_as("docx", debt_of(customer, DAY), today=DAY)


def test_the_files_name_holds_no_name_of_a_person(customer):
    assert file_name(customer, DAY, "pdf") == "estado-de-cuenta-C-77-2026-04-20.pdf"


@pytest.mark.parametrize(
    ("country", "amount", "currency", "shown"),
    [
        ("CO", "1234567", "COP", "$\xa01.234.567"),
        ("CO", "1234567.5", "COP", "$\xa01.234.567,50"),
        ("CL", "1234567", "CLP", "$\xa01.234.567"),
        ("CL", "12.3456", "CLF", "UF\xa012,3456"),
        ("MX", "1234567", "MXN", "$\xa01,234,567.00"),
        ("PE", "-5", "PEN", "-S/\xa05.00"),
        ("CO", "0.0001", "COP", "$\xa00,0001"),
    ],
)
def test_money_is_written_as_the_country_writes_it_and_never_rounded(
    country, amount, currency, shown
):
    assert Figures(locale_of("es", country)).money(Decimal(amount), currency) == shown


def test_the_worked_table_of_the_rules():
    """docs/rules/statement.md, row by row."""
    creditor = mexican()
    charge_interest(creditor)
    for row in rows("statement.md", "debt"):
        customer = make_customer(creditor)
        document = make_document(
            customer, row["invoice"], issued_on="2026-01-15", due_on=row["due"]
        )
        if row["unapplied"]:
            make_credit(customer, row["unapplied"], value_on="2026-02-01")
        if row["covered"]:
            cover(document, row["covered"])
        if row["happened"]:
            happen(document, row["happened"], on="2026-04-15")
        found = debt_of(customer, date.fromisoformat(row["day"])).of("MXN")
        figures = (found.charged, found.catch_up, found.total)
        assert figures == tuple(Decimal(row[name]) for name in ("charges", "catch up", "total")), (
            row
        )
