"""Reports made for people (F2): six shapes, each with a made-up sample and what it must give."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from recaudo.intake.reading import Hints, open_file, parse_mapping
from recaudo.intake.reading.identifiers import tax_id
from recaudo.intake.reading.layouts import saved_layouts
from recaudo.intake.reading.mapping import to_toml

from .files import COLOMBIA, read

SAMPLES = Path(__file__).parents[2] / "fixtures" / "layouts"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
COUNTRIES = {"contpaqi_like.csv": "MX", "defontana_like.csv": "CL", "concar_like.csv": "PE"}


def _hints(name: str) -> Hints:
    return Hints(country=COUNTRIES.get(name, "CO"))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_report_gives_every_document_without_a_mapping(name: str) -> None:
    hints = _hints(name)
    found = read(SAMPLES / name, hints=hints)
    assert found.rejects == []
    rows = [
        (
            row["customer_code"],
            row["number"],
            row["due_on"].isoformat(),
            row["open_amount"],
            row["record"],
            row.get("currency", ""),
        )
        for row in found.rows
    ]
    assert rows == [
        (
            _code(each["customer"], hints.country),
            each["number"],
            each["due_on"],
            Decimal(each["open_amount"]),
            each["record"],
            each["currency"],
        )
        for each in EXPECTED[name]["rows"]
    ]


def _code(customer: str, country: str) -> str:
    """Codes of the source stay as they are; a tax id stands in its one form."""
    is_code = customer.startswith(("C0", "1002", "1008", "1010", "DE"))
    return customer if is_code else tax_id(customer, country).normalised


@pytest.mark.parametrize("name", EXPECTED)
def test_what_was_read_adds_up_to_the_printed_total(name: str) -> None:
    summary = read(SAMPLES / name, hints=_hints(name)).summary
    (printed,) = summary.printed
    assert printed.amount == Decimal(EXPECTED[name]["total"]) == sum(summary.totals.values())
    assert summary.rows == summary.typed == len(EXPECTED[name]["rows"])


@pytest.mark.parametrize("name", EXPECTED)
def test_the_mapping_to_remember_reads_the_same_file_again(name: str) -> None:
    toml = open_file(SAMPLES / name, hints=_hints(name)).mapping_toml
    assert to_toml(parse_mapping(toml)) == toml
    again = read(SAMPLES / name, toml=toml, hints=_hints(name))
    assert again.rows == read(SAMPLES / name, hints=_hints(name)).rows


def test_siigo_breaks_the_page_at_each_tercero_and_a_name_may_begin_with_total() -> None:
    found = read(SAMPLES / "siigo_like.csv")
    assert found.summary.skipped["customer"] == 6
    assert found.summary.skipped["subtotal"] == 6
    assert found.summary.skipped["heading"] == 5
    assert "TOTAL GAS DEL CARIBE S.A. E.S.P." in {row["name"] for row in found.rows}
    assert {row["credit_kind"] for row in found.rows if row["record"] == "credit"} == {
        "credit_note"
    }
    assert open_file(SAMPLES / "siigo_like.csv").printed_as_of.isoformat() == "2026-07-31"


def test_concar_keeps_soles_and_dollars_apart() -> None:
    totals = read(SAMPLES / "concar_like.csv", hints=_hints("concar_like.csv")).summary.totals
    assert set(totals) == {"", "USD"}


def test_the_core_bank_gives_each_instalment_its_parts() -> None:
    row = read(SAMPLES / "core_bank_export.csv").rows[0]
    parts = ("capital", "interest", "default_interest", "insurance", "fees")
    assert sum(row[each] for each in parts) == row["open_amount"]
    assert row["obligation_number"] == row["number"] and row["instalment"] == "5"


def test_every_saved_layout_can_be_read() -> None:
    assert set(saved_layouts()) == {"siigo", "sap_fbl5n", "contpaqi", "defontana", "concar"}
    for text in saved_layouts().values():
        assert parse_mapping(text).layout is not None


def test_ages_that_do_not_add_up_to_the_balance_are_refused(table) -> None:  # type: ignore[no-untyped-def]
    path = table(
        "NIT;Cliente;Factura;Vence;Por vencer;1-30;31-60;Saldo",
        "900123456;ACME;F1;31/05/2026;0;100;0;100",
        "900123456;ACME;F2;31/05/2026;0;100;50;100",
    )
    found = read(path, hints=COLOMBIA)
    assert [row["number"] for row in found.rows] == ["F1"]
    assert [(each.row_no, each.code) for each in found.rejects] == [(3, "ages_do_not_add")]
