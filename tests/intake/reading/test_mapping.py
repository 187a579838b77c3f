"""A mapping is a small TOML; it is checked, remembered by fingerprint and given back whole."""

from pathlib import Path

import pytest

from recaudo.core.problems import Problem
from recaudo.intake.reading import Mapping, fingerprint, load_mapping, open_file, parse_mapping
from recaudo.intake.reading.mapping import to_toml

from .conftest import Lines
from .files import read

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "mappings").glob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_short_and_come_back_equal(path: Path) -> None:
    mapping = load_mapping(path)
    assert parse_mapping(to_toml(mapping)) == mapping
    lines = path.read_text("utf-8").splitlines()
    assert len([line for line in lines if line.strip() and not line.startswith("#")]) <= 22


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        ("columns = [", "mapping_unreadable"),
        ("colour = 'red'", "mapping_unknown"),
        ("[columns]\nsaldo = 'Saldo'", "mapping_unknown"),
        ("date_order = 'ddmmyy'", "mapping_unknown"),
        ("mode = 'total'", "mapping_unknown"),
        ("[rules]\nguess = true", "mapping_unknown"),
        ("layout = 'sap_r2'", "layout_unknown"),
        ("[[layout.carry]]\nrow = '(?P<name>'", "mapping_unreadable"),
        ("[[layout.carry]]\nrow = '(?P<nombre>.)'", "mapping_unknown"),
    ],
)
def test_a_mapping_with_a_mistake_is_refused(toml: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_mapping(toml)
    assert refused.value.code == code


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        load_mapping(tmp_path / "no.toml")
    assert refused.value.code == "mapping_unreadable"


def test_files_with_the_same_headings_have_one_fingerprint() -> None:
    one = fingerprint(["NIT", "Fecha Vcto.", "Saldo"])
    assert one == fingerprint(["saldo", "nit", "FECHA  VCTO"])
    assert one == fingerprint(["NIT", "Fecha Vcto.", "Saldo", "recaudo_codigo", "recaudo_motivo"])
    assert one != fingerprint(["NIT", "Fecha Vcto.", "Saldo total"])


def test_the_mapping_of_a_recognised_file_reads_it_again_and_remembers_the_order(
    table: Lines,
) -> None:
    path = table("NIT;Factura;Vence;Saldo", "900123456;F1;31/05/2026;1.234,50")
    toml = open_file(path).mapping_toml
    mapping = parse_mapping(toml)
    assert mapping.columns["due_on"] == ("Vence",)
    assert (mapping.date_orders, mapping.decimals) == ({"Vence": "dmy"}, {"Saldo": ","})
    assert read(path, toml=toml).rows == read(path).rows
    unclear = table("NIT;Factura;Vence;Saldo", "900123456;F2;03/04/2026;1.234")
    assert read(unclear, toml=toml).rows[0]["due_on"].month == 4


def test_constants_fill_what_the_file_leaves_blank(table: Lines) -> None:
    rows = ["900123456;F1;31/05/2026;5;", "900123456;F2;31/05/2026;5;USD"]
    path = table("NIT;Factura;Vence;Saldo;Moneda", *rows)
    found = read(path, toml="recognise_others = true\n[constants]\ncurrency = 'CLP'")
    assert [row["currency"] for row in found.rows] == ["CLP", "USD"]


def test_only_mapped_columns_are_used_unless_said(table: Lines) -> None:
    path = table("NIT;Factura;Vence;Saldo;Ciudad", "900123456;F1;31/05/2026;5;Cali")
    toml = "[columns]\ncustomer_code='NIT'\nnumber='Factura'\ndue_on='Vence'\nopen_amount='Saldo'"
    assert "city" not in read(path, toml=toml).rows[0]
    assert read(path, toml="recognise_others = true\n" + toml).rows[0]["city"] == "Cali"


def test_a_mapped_heading_that_is_missing_is_said(table: Lines) -> None:
    path = table("NIT;Factura;Vence;Saldo", "900123456;F1;31/05/2026;5")
    found = read(path, toml="recognise_others = true\n[columns]\nseller = 'Ejecutivo de cuenta'")
    notice = found.notice("mapped_heading_missing")
    assert notice is not None and notice.column == "Ejecutivo de cuenta"


def test_scope_and_mode_are_given_on(table: Lines) -> None:
    path = table("NIT;Factura;Vence;Saldo", "900123456;F1;31/05/2026;5")
    mapping = parse_mapping("mode = 'snapshot'\n[scope]\nbranch = 'Cali'")
    file = open_file(path, mapping=mapping)
    assert (file.mode, file.scope) == ("snapshot", {"branch": "Cali"})
    assert open_file(path, mapping=Mapping()).mode == ""
