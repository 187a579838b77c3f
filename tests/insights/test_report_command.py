"""`recaudo report …` as it is typed."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import typer
from django_scopes import scope
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from factories import (
    apply,
    assign,
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_rate,
)
from recaudo.audit.models import ChangeEvent
from recaudo.cli import reports
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.credits import take_back_credit
from recaudo.payments.actions.instruments import Paper, move_instrument, receive_instrument
from recaudo.portfolio.models import Customer, Document

pytestmark = pytest.mark.django_db

app = typer.Typer()
reports.register(app)


def run(*words):
    """What the command printed; a refusal is raised as it is."""
    result = CliRunner().invoke(app, ["report", *map(str, words)])
    if result.exception is not None:
        raise result.exception
    return result


@pytest.fixture
def creditor():
    creditor = make_creditor("c1")
    ana = make_customer(creditor, "001", name="=HYPERLINK(1)")
    beto = make_customer(creditor, "002", name="Beto")
    assign(ana, role="seller", person_code="V1")
    make_document(ana, "100.5", due_on="2026-06-30")
    make_document(ana, 200, due_on="2026-05-15")
    make_document(beto, 50, due_on="2025-01-01")
    make_credit(beto, 20)
    return creditor


def test_the_ageing_as_json_has_its_stable_form(creditor):
    told = json.loads(run("aging", "--creditor", "c1", "--as-of", "2026-06-30", "--json").stdout)
    buckets = told.pop("buckets")
    assert told == {
        "as_of": "2026-06-30",
        "currency": "COP",
        "gross": "350.50",
        "unapplied": "20.00",
        "total": "330.50",
    }
    assert [(row["bucket"], row["documents"], row["balance"]) for row in buckets] == [
        ("current", 1, "100.50"),
        ("1-30", 0, "0.00"),
        ("31-60", 1, "200.00"),
        ("61-90", 0, "0.00"),
        ("91-120", 0, "0.00"),
        ("121-180", 0, "0.00"),
        ("181-360", 0, "0.00"),
        ("361+", 1, "50.00"),
    ]


def test_write_offs_cessions_and_currencies_are_told_where_there_are_any(creditor):
    customer = make_customer(creditor)
    make_document(customer, 3, currency="USD")
    make_rate(creditor, "USD", "4000.125")
    happen(make_document(customer, 7), "written_off", on="2026-06-01")
    told = json.loads(run("aging", "--creditor", "c1", "--as-of", "2026-06-30", "--json").stdout)
    assert told["written_off"] == {"documents": 1, "balance": "7.00"}
    assert "ceded" not in told
    assert told["currencies"][1]["rate"] == "4000.125"
    assert told["gross"] == "12350.8750"


def test_groups_in_json_and_csv_add_up_to_the_whole(creditor):
    words = ("aging", "--creditor", "c1", "--as-of", "2026-06-30", "--by", "seller")
    told = json.loads(run(*words, "--json").stdout)
    assert {group["code"]: group["gross"] for group in told["groups"]} == {
        "V1": "300.50",
        "": "50.00",
    }
    rows = list(csv.reader(io.StringIO(run(*words, "--format", "csv").stdout.lstrip("\ufeff"))))
    gross = rows[0].index("Saldo")
    assert sum(Decimal(row[gross]) for row in rows[1:]) == Decimal(told["gross"])


def test_the_workbook_has_subtotals_that_re_add_and_no_formula(creditor, tmp_path):
    file = tmp_path / "f.xlsx"
    words = ("aging", "--creditor", "c1", "--as-of", "2026-06-30", "--by", "seller")
    run(*words, "--format", "xlsx", "--out", file)
    book = CalamineWorkbook.from_path(file)
    summary, detail = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    headings = next(row for row in detail if "Neto" in row)
    net = headings.index("Neto")
    subtotals = {row[0]: row[net] for row in detail if "SUBTOTAL" in row}
    lines = {}
    for row in detail[detail.index(headings) + 1 :]:
        if row[1]:
            lines[row[0]] = lines.get(row[0], 0) + row[net]
    assert subtotals == lines == {"V1": 300.5, "(sin asignar)": 30}
    total = next(row[net] for row in detail if "TOTAL" in row)
    assert total == sum(subtotals.values()) == 330.5
    assert any("=HYPERLINK(1)" in row for row in detail)
    assert next(row for row in summary if "TOTAL" in row)


def test_what_a_paper_covers_is_told_apart_until_it_clears(creditor):
    with scope(creditor=creditor):
        ana = Customer.objects.get(code="001")
        document = Document.objects.get(customer=ana, amount=200)
    paper = Paper("cheque", "9", Money(Decimal(150), "COP"), date(2026, 8, 1))
    covers = [(document.pk, Decimal(150))]
    row = receive_instrument(
        ana, paper, covers=covers, received_on=date(2026, 6, 1), now=datetime.now(UTC)
    )
    moves = {"deposited": date(2026, 8, 1), "returned": date(2026, 8, 3)}
    for state, on in moves.items():
        move_instrument(row, state, on=on, reason="sin fondos", now=datetime.now(UTC))

    def told(day):
        return json.loads(run("aging", "--creditor", "c1", "--as-of", day, "--json").stdout)

    assert "documented" not in told("2026-05-31")
    assert told("2026-06-01")["documented"] == {"documents": 1, "balance": "150.00"}
    assert told("2026-08-02")["gross"] == "350.50"
    assert "documented" not in told("2026-08-03")
    shown = run("aging", "--creditor", "c1", "--as-of", "2026-08-02").stdout
    assert "Documentado" in shown


def test_a_formula_in_a_name_leaves_as_text_in_csv(creditor):
    words = ("aging", "--creditor", "c1", "--by", "customer", "--format", "csv")
    assert "'=HYPERLINK(1)" in run(*words).stdout


def test_what_leaves_as_a_file_is_written_down(creditor, tmp_path):
    run("aging", "--creditor", "c1", "--format", "csv", "--out", tmp_path / "f.csv")
    event = ChangeEvent.objects.get(kind="report_exported")
    assert (event.creditor, event.origin, event.facts["format"]) == (creditor, "cli", "csv")


def test_the_screen_shows_the_table(creditor):
    shown = run("aging", "--creditor", "c1", "--as-of", "2026-06-30").stdout
    assert "350,5" in shown and "31-60" in shown


def test_indicators_as_json_and_on_the_screen(creditor):
    told = json.loads(run("kpis", "--creditor", "c1", "--as-of", "2026-06-30", "--json").stdout)
    by_name = {row["kpi"]: row for row in told if not row["filter"]}
    assert set(by_name) >= {
        "dso",
        "dso_countback",
        "dso_best_possible",
        "days_delinquent",
        "percent_overdue",
        "coverage",
    }
    assert by_name["percent_overdue"]["numerator"] == "250.0000"
    assert by_name["percent_overdue"]["value"] == "71.3267"
    shown = run("kpis", "--creditor", "c1", "--as-of", "2026-06-30").stdout
    assert "Cartera vencida: 71,3 % · 250 entre 350,5" in shown
    assert "Porcentaje de gestión: 0 % · 0 entre 2" in shown


def test_an_indicator_opens_into_its_rows_which_add_up_to_its_numerator(creditor):
    words = ("kpis", "--creditor", "c1", "--as-of", "2026-06-30", "--json", "--rows")
    rows = json.loads(run(*words, "percent_overdue").stdout)
    assert sum(Decimal(row["here"]) for row in rows) == 250
    left = json.loads(run(*words, "coverage").stdout)
    assert {row["code"] for row in left} == {"001", "002"}
    with pytest.raises(Problem) as refused:
        run(*words, "cei")
    assert refused.value.code == "rows_without"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("aging", "--creditor", "nobody"), "unknown_creditor"),
        (("aging", "--creditor", "c1", "--as-of", "2026-02-30"), "date_unreadable"),
        (("aging", "--creditor", "c1", "--by", "colour"), "grouping_unknown"),
        (("aging", "--creditor", "c1", "--format", "pdf"), "format_unknown"),
        (("aging", "--creditor", "c1", "--buckets", "mine"), "bucket_table_unknown"),
        (("kpis", "--creditor", "c1", "--days", "0"), "period_unreadable"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(creditor, words, code):
    with pytest.raises(Problem) as refused:
        run(*words)
    assert refused.value.code == code


def test_without_a_rate_the_documents_are_named(creditor):
    make_document(make_customer(creditor), 3, currency="USD", number="F-9")
    with pytest.raises(Problem) as refused:
        run("aging", "--creditor", "c1")
    assert refused.value.facts["documents"] == ["F-9"]


def test_a_payment_after_the_day_does_not_count_on_it(creditor):
    late = make_document(make_customer(creditor), 40, due_on="2026-06-01")
    apply(make_credit(late.customer, 40, value_on=date(2026, 7, 1)), late)
    told = json.loads(run("aging", "--creditor", "c1", "--as-of", "2026-06-30", "--json").stdout)
    assert told["gross"] == "390.50"


def test_ways_of_paying_say_how_much_came_and_how_soon():
    creditor = make_creditor("c1")
    ana = make_customer(creditor)
    first = make_document(ana, 100, issued_on="2026-01-01", due_on="2026-01-31")
    second = make_document(ana, 300, issued_on="2026-01-01", due_on="2026-01-31")
    third = make_document(ana, 50, issued_on="2026-01-01", due_on="2026-01-31")
    for document, method, day in ((first, "PSE", "2026-02-10"), (second, "pse", "2026-01-21")):
        credit = make_credit(ana, document.amount, value_on=day, method=method)
        apply(credit, document)
    apply(make_credit(ana, 50, value_on="2026-02-28", kind="credit_note"), third)
    shown = run("methods", "--creditor", "c1", "--as-of", "2026-03-31").stdout
    assert "Débito en línea" in shown
    told = run("methods", "--creditor", "c1", "--as-of", "2026-03-31", "--json").stdout
    assert json.loads(told) == [
        {
            "method": "pse",
            "payments": 2,
            "amount": "400.00",
            "days_since_issue": "25.00",
            "days_after_due": "-5.00",
            "recovered": "0.00",
        }
    ]


def test_what_pays_a_written_off_debt_is_counted_apart():
    creditor = make_creditor("c1")
    ana = make_customer(creditor)
    documents = [make_document(ana, 100, due_on="2026-01-31") for _ in range(2)]
    happen(documents[0], "written_off", on="2026-02-10")
    happen(documents[1], "written_off", on="2026-02-11")
    for document in documents:
        apply(make_credit(ana, 100, value_on="2026-02-10", method="PSE"), document)
    told = json.loads(run("methods", "--creditor", "c1", "--as-of", "2026-03-31", "--json").stdout)
    assert (told[0]["amount"], told[0]["recovered"]) == ("200.00", "100.00")


def test_a_payment_that_was_taken_back_counts_for_no_way_of_paying():
    creditor = make_creditor("c1")
    ana = make_customer(creditor)
    document = make_document(ana, 100, due_on="2026-01-31")
    credit = make_credit(ana, 100, value_on="2026-02-10", method="PSE")
    apply(credit, document)
    take_back_credit(credit, value_on=date(2026, 2, 12), reason="cheque", origin="test")
    told = run("methods", "--creditor", "c1", "--as-of", "2026-03-31", "--json").stdout
    assert json.loads(told) == []


def test_money_of_a_currency_without_rate_is_refused_not_left_out():
    creditor = make_creditor("c1")
    ana = make_customer(creditor)
    document = make_document(ana, 100, due_on="2026-01-31", currency="USD")
    apply(make_credit(ana, 100, value_on="2026-02-10", currency="USD"), document)
    with pytest.raises(Problem) as refused:
        run("methods", "--creditor", "c1", "--as-of", "2026-03-31")
    assert refused.value.code == "rate_missing"
    make_rate(creditor, "USD", 4000, valid_on="2026-01-01")
    shown = run("methods", "--creditor", "c1", "--as-of", "2026-03-31").stdout
    assert "400.000" in shown
