"""`recaudo payments`, as people and scripts type it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from django_scopes import scope
from typer.testing import CliRunner, Result

from factories import make_creditor, make_customer, make_document, refresh
from recaudo.cli import payments as command
from recaudo.core.problems import Problem
from recaudo.payments.models import Credit
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import CustomerGroup

pytestmark = pytest.mark.django_db


def type_in(*words: str) -> Result:
    app = typer.Typer()
    command.register(app)
    app.command("other")(lambda: None)
    return CliRunner().invoke(app, ["payments", *words])


def told(*words: str) -> dict[str, Any]:
    result = type_in(*words, "--json")
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout)


def refusal(*words: str) -> Problem:
    result = type_in(*words, "--json")
    assert isinstance(result.exception, Problem), result.output
    return result.exception


@pytest.fixture
def creditor():
    return make_creditor("norte")


@pytest.fixture
def customer(creditor):
    return make_customer(creditor, "C1")


def test_a_payment_is_added_shown_listed_and_reversed(customer):
    older = make_document(customer, 200, due_on="2026-02-28")
    named = make_document(customer, 300, number="7", prefix="FV")
    words = ("add", "C1", "1.250,50", "-c", "norte", "--on", "2026-04-15", "--reference", "TR-1")
    made = told(*words, "--documents", "FV-7=250", "--method", "PSE")
    assert (made["new"], made["state"], made["why"]) == (True, "partly", "stated")
    assert [Decimal(use["amount"]) for use in made["uses"]] == [300, 200]
    assert Decimal(made["unapplied"]) == Decimal("750.50")
    assert told(*words, "--documents", "FV-7=250", "--method", "PSE")["new"] is False

    rows = told("list", "-c", "norte", "--customer", "C1", "--state", "open")["payments"]
    assert [row["reference"] for row in rows] == ["TR-1"]
    assert told("list", "-c", "norte", "--from", "2026-04-16")["payments"] == []
    assert told("list", "-c", "norte", "--text", "TR-1")["payments"][0]["id"] == made["id"]

    back = told("reverse", str(made["id"]), "-c", "norte", "--reason", "Devuelto")
    assert set(back["documents"]) == {older.pk, named.pk}
    assert told("reverse", str(made["id"]), "-c", "norte", "--reason", "Devuelto")["credits"] == []
    assert told("show", str(made["id"]), "-c", "norte")["state"] == "taken_back"
    assert told("list", "-c", "norte", "--state", "taken_back")["payments"]
    assert check_ledger(customer.creditor) == []


def test_what_people_read_names_document_and_part(customer):
    make_document(customer, components={"capital": 80, "default_interest": 20}, number="F9")
    result = type_in("add", "C1", "30", "-c", "norte", "--on", "2026-04-15", "--reference", "R")
    assert result.exception is None
    assert "F9" in result.stdout and "default_interest" in result.stdout


def test_what_is_over_goes_back(customer):
    make_document(customer, 100)
    made = told("add", "C1", "130", "-c", "norte", "--on", "2026-04-15", "--reference", "R")
    words = ("refund", str(made["id"]), "30", "-c", "norte", "--reason", "De más")
    assert Decimal(told(*words)["amount"]) == 30
    assert refusal(*words).code == "refund_over_unapplied"


def test_mistakes_are_refused_by_name(customer):
    make_document(customer, 100)
    base = ("-c", "norte", "--on", "2026-04-15", "--reference", "R")
    assert refusal("add", "C9", "30", *base).code == "unknown_customer"
    assert refusal("add", "C1", "treinta", *base).code == "reply_amount_unreadable"
    assert refusal("add", "C1", "0", *base).code == "credit_not_positive"
    assert refusal("add", "C1", "30", *base, "--documents", "NO-1").code == "stated_unknown"
    assert refusal("add", "C1", "30", *base, "--kind", "regalo").code == "credit_kind_unknown"
    assert refusal("show", "999999", "-c", "norte").code == "payment_unknown"
    assert refusal("list", "-c", "norte", "--state", "rota").code == "payment_state_unknown"


def test_a_group_and_a_list_are_paid_and_a_lot_is_reversed(creditor, tmp_path: Path):
    with scope(creditor=creditor):
        group = CustomerGroup.objects.create(creditor=creditor, code="G1", name="Grupo")
    one, two = (make_customer(creditor, code, group=group) for code in ("A", "B"))
    documents = [make_document(one, 100, number="1"), make_document(two, 100, number="2")]
    words = ("-c", "norte", "--amount", "150", "--on", "2026-04-15", "--external-id")
    paid = told("group", *words, "L1", "--group", "G1")
    assert (paid["customers"], Decimal(paid["applied"])) == (2, 150)
    back = told("reverse", str(paid["lot"]), "-c", "norte", "--reason", "Devuelto", "--lot")
    assert len(back["credits"]) == 2
    file = tmp_path / "lista.csv"
    file.write_text("Factura;Valor a pagar\n2;90\n77;60\n", encoding="utf-8")
    paid = told("group", str(file), *words, "L2")
    assert paid["problems"] == [{"row": 2, "code": "77", "problem": "document_unknown"}]
    assert Decimal(paid["unassigned"]) == 60
    assert [refresh(each).open_amount for each in documents] == [100, 10]
    text = type_in("group", str(file), *words, "L3").stdout
    assert "fila 2" in text and "no hay un documento" in text


def test_a_payroll_file_says_its_novelties(creditor, tmp_path: Path):
    make_document(make_customer(creditor, "E1", tax_id="52111222"), 100)
    file = tmp_path / "libranza.csv"
    file.write_bytes("Cédula;Valor;Novedad\n52.111.222;60;\nE9;40;Retirado\n".encode("cp1252"))
    words = ("payroll", str(file), "-c", "norte", "--on", "2026-04-15", "--external-id", "N1")
    assert refusal(*words, "--total", "101").code == "payroll_does_not_add"
    paid = told(*words, "--total", "100")
    assert (Decimal(paid["applied"]), Decimal(paid["unassigned"])) == (60, 40)


def test_receipts_are_written_deposited_and_aged(customer):
    make_document(customer, 100)
    base = ("-c", "norte", "--seller", "V1", "--on", "2026-04-15")
    assert told("receipt", "C1", "40", *base, "--number", "1")["new"]
    (held,) = told("held", "-c", "norte", "--as-of", "2026-04-17")
    assert (held["days"], Decimal(held["amount"])) == (2, 40)
    words = ("deposit", *base, "--receipts", "1", "--external-id", "P1")
    assert refusal(*words, "--amount", "39").code == "deposit_short"
    assert Decimal(told(*words, "--amount", "41")["difference"]) == 1
    assert told("held", "-c", "norte", "--as-of", "2026-04-17") == []


def test_cents_are_closed(customer):
    document = make_document(customer, 1000, number="F1")
    told("add", "C1", "999,50", "-c", "norte", "--on", "2026-04-15", "--reference", "R")
    told("round", "F1", "-c", "norte", "--on", "2026-04-15", "--reason", "Redondeo")
    assert refresh(document).open_amount == 0
    with scope(creditor=customer.creditor):
        assert Credit.objects.filter(kind="rounding").count() == 1
