"""Hostile, cut-off and wrong files: refused as a whole, with a code; nothing is fetched."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from recaudo.core.problems import Problem
from recaudo.intake.banks import read_statements
from recaudo.intake.banks.layouts import layout_named, own_layouts, parse_layout


def refusal(content: bytes, **options: object) -> str:
    with pytest.raises(Problem) as refused:
        read_statements(content, **options)  # type: ignore[arg-type]
    return refused.value.code


CAMT = b"""<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><IBAN>CO1</IBAN></Id><Ccy>COP</Ccy></Acct><Ntry><Amt Ccy="COP">AMOUNT</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>"""
MX = b"FECHA,DESCRIPCION,CARGO,ABONO,SALDO,REFERENCIA\n"


@pytest.mark.parametrize("name", ["billion-laughs-1.xml", "external-entity-expansion-remote.xml"])
def test_hostile_xml_is_not_even_parsed(name: str, shared_data: Path) -> None:
    content = (shared_data / "einvoice_latam" / "security" / name).read_bytes()
    assert refusal(content) == "statement_unsafe"


def test_entities_are_found_in_whatever_encoding() -> None:
    hidden = """<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>"""
    assert refusal(hidden.encode("utf-16")) in {"statement_unsafe", "statement_format_unknown"}


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_truncated_xml_is_refused_wherever_it_was_cut(kept: float, shared_data: Path) -> None:
    whole = (shared_data / "bank_statements/camt/oca-test-camt053.xml").read_bytes()
    assert refusal(whole[: int(len(whole) * kept)]) == "statement_incomplete"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (b"99999999999999.9999", None),
        (b"100000000000000", "statement_amount_too_large"),
        (b"1000000000000000", "statement_amount_too_large"),
        (b"0.12345", "statement_amount_too_fine"),
        (b"1,234,567.00", "statement_bad_amount"),
        (b"NaN", "statement_bad_amount"),
        (b"", "statement_bad_amount"),
    ],
)
def test_an_amount_is_what_the_ledger_can_hold(amount: bytes, code: str | None) -> None:
    content = CAMT.replace(b"AMOUNT", amount)
    if code:
        assert refusal(content) == code
    else:
        assert read_statements(content)[1][0].total == Decimal(amount.decode())


def test_nothing_is_lost_between_two_signs() -> None:
    assert refusal(MX + b"15/09/2026,X,,1.5.0,1,R\n") == "statement_bad_amount"
    assert refusal(MX + b"31/02/2026,X,,10.00,10.00,R\n") == "statement_bad_date"
    assert refusal(b"") == "statement_empty"
    assert refusal(b"\x00\x01\x02nada") == "statement_format_unknown"
    assert refusal(b"PK\x03\x04roto") == "statement_incomplete"


def test_a_cartola_whose_totals_differ_is_refused() -> None:
    text = "Fecha;Descripción;Cargo;Abono;Saldo\n04/06/2026;PAGO;;250.000;250.000\n;TOTALES;0;{};\n"
    assert refusal(text.format("250.001").encode()) == "statement_totals_differ"
    assert read_statements(text.format("250.000").encode())[1][0].total == 250000


@pytest.mark.parametrize(
    "toml",
    [
        "kind = 'x'",
        "kind = 'delimited'\n[columns]\ntext = 'a'",
        "kind = 'fixed'",
        "=",
        "kind = 'delimited'\n[columns]\nbooked_on = 'a'\namount = 'b'\nsaldo = 'c'",
    ],
)
def test_a_layout_that_says_nothing_usable_is_refused(toml: str) -> None:
    with pytest.raises(Problem, match="bank_layout_invalid"):
        parse_layout(toml, name="x")


def test_an_unknown_layout_names_the_known_ones() -> None:
    with pytest.raises(Problem) as refused:
        layout_named("nada")
    assert refused.value.code == "bank_layout_unknown"
    assert "co_asobancaria_2001" in str(refused.value.facts["known"])
    assert len(own_layouts()) >= 8
