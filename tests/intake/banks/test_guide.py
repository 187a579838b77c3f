"""The layouts of docs/how-to/bank.md are what they say."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from recaudo.intake.banks import read_statements
from recaudo.intake.banks.layouts import parse_layout

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "bank.md"
DELIMITED, FIXED = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)


def test_the_guides_csv_layout_reads_a_file() -> None:
    text = (
        "Cuenta: 123-4;;;;;\nFecha;Descripción;Cargo;Abono;Saldo;Referencia\n"
        "01/03/2026;SALDO ANTERIOR;;;1.000,00;\n"
        "02/03/2026;TRANSFERENCIA DE ANA TORRES CTA 998877;;1.980;2.980,00;A77\n"
        "03/03/2026;COMISION;80,50;;2.899,50;\n;TOTALES;80,50;1.980;;\n"
    )
    ((statement,),) = [read_statements(text.encode(), layout=parse_layout(DELIMITED, name="x"))[1]]
    first, second = statement.lines
    assert (first.amount, first.payer_name, first.payer_account, first.references) == (
        Decimal("1980"),
        "ANA TORRES",
        "998877",
        ("A77",),
    )
    assert (second.amount, statement.account, statement.difference) == (
        Decimal("-80.50"),
        "123-4",
        Decimal(0),
    )


def test_the_guides_fixed_layout_reads_a_file() -> None:
    detail = f"0620260302{'FAC77':<20}{123456:014}OPER0001"
    text = f"01{'4455':>17}\n{detail}\n09{1:09}{123456:018}\n"
    layout = parse_layout(FIXED, name="x")
    (statement,) = read_statements(text.encode(), layout=layout)[1]
    (line,) = statement.lines
    assert (line.amount, line.references, line.bank_id) == (
        Decimal("1234.56"),
        ("FAC77",),
        "2026-03-02-OPER0001",
    )
    assert statement.account == "4455"
