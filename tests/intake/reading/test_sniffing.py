"""What a file is, from its bytes; ruined files are refused by name and never opened."""

import os
import zipfile
from pathlib import Path

import pytest

from recaudo.core.problems import Problem
from recaudo.intake.reading import open_file
from recaudo.intake.reading.sniffing import LINE_LIMIT, sniff

from .conftest import Lines

HEADINGS = "Código;Razón Social;Factura;Vencimiento;Saldo"
ROW = "C1;PEÑA Y CÍA;F1;31/05/2026;1.234,50"


def _code(path: Path) -> str:
    with pytest.raises(Problem) as refused:
        open_file(path)
    return refused.value.code


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850", "mac_roman"]
)
def test_the_usual_encodings_are_recognised(table: Lines, encoding: str) -> None:
    path = table(HEADINGS, *[ROW] * 5, encoding=encoding)
    file = open_file(path)
    rows = [row for batch in file.batches() for row in batch.rows.to_pylist()]
    assert {row["name"] for row in rows} == {"PEÑA Y CÍA"}
    assert [row["row_no"] for row in rows] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_usual_delimiters_are_recognised(table: Lines, delimiter: str) -> None:
    cells = ["C1", "ACME", "F1", "31/05/2026", '"1.234,50"']
    path = table(HEADINGS.replace(";", delimiter), delimiter.join(cells))
    assert sniff(path).delimiter == delimiter


def test_letters_that_come_late_still_decide_the_encoding(table: Lines) -> None:
    path = table(HEADINGS.replace("ó", "o"), *["C1;ACME;F1;31/05/2026;1,5"] * 30_000, ROW,
                 encoding="cp1252")  # fmt: skip
    assert sniff(path).encoding == "cp1252"


def test_nothing_and_blanks_are_empty(tmp_path: Path, table: Lines) -> None:
    (tmp_path / "nada.csv").touch()
    assert _code(tmp_path / "nada.csv") == "file_empty"
    assert _code(table("", "  ", "")) == "file_empty"


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert _code(tmp_path / "no-existe.csv") == "file_missing"
    assert _code(tmp_path) == "file_missing"


def test_binary_is_named(tmp_path: Path) -> None:
    path = tmp_path / "foto.csv"
    path.write_bytes(os.urandom(5000).replace(b"\x00", b"\x01") + b"\x00")
    assert _code(path) == "file_binary"
    path.write_bytes(b"\x00" * 10_000)
    assert _code(path) == "file_binary"


def test_binary_behind_a_good_beginning_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mixto.csv"
    path.write_bytes((HEADINGS + "\n" + ROW + "\n").encode() * 9000 + b"\x00\x01\x02")
    assert _code(path) == "file_binary"


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PAR1", "Parquet"),
        (b'{"a": 1}', "JSON"),
    ],
)
def test_other_kinds_are_named(tmp_path: Path, start: bytes, kind: str) -> None:
    path = tmp_path / "cartera.csv"
    path.write_bytes(start + b"x" * 100)
    with pytest.raises(Problem) as refused:
        sniff(path)
    assert (refused.value.code, refused.value.facts["kind"]) == ("file_kind_unread", kind)


def test_a_line_of_two_gigabytes_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    path = tmp_path / "linea.csv"
    with path.open("wb") as file:
        file.write(HEADINGS.encode() + b"\n" + b"x" * (LINE_LIMIT + 10))
        file.truncate(2_000_000_000)  # sparse: only its beginning takes room
    assert _code(path) == "line_too_long"


def test_an_open_quote_that_swallows_the_rest_is_named(table: Lines) -> None:
    path = table(HEADINGS, 'C1;"ACME;F1;31/05/2026;1,5', *[ROW] * 300_000)
    assert _code(path) == "quote_not_closed"


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "bomba.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    assert _code(path) == "zip_bomb"


def test_a_zip_of_something_else_is_named(tmp_path: Path) -> None:
    path = tmp_path / "fotos.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("foto.txt", "x")
    assert _code(path) == "file_kind_unread"


def test_half_a_workbook_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "mitad.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"x" * 500)
    assert _code(path) == "workbook_broken"


def test_a_workbook_behind_a_password_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clave.xlsx"
    directory = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 2000 + directory + b"\x00" * 99)
    assert _code(path) == "workbook_encrypted"


def test_without_headings_the_first_rows_are_shown(table: Lines) -> None:
    with pytest.raises(Problem) as refused:
        open_file(table("C1;ACME;F1;31/05/2026;1,5", "C2;BETA;F2;30/06/2026;2,5"))
    assert refused.value.code == "no_header"
    assert "ACME" in str(refused.value.facts["rows"])


def test_titles_above_the_headings_are_passed_over(table: Lines) -> None:
    path = table("MI EMPRESA S.A.S.", "Corte al 31/07/2026", "", HEADINGS, ROW)
    file = open_file(path)
    (batch,) = file.batches()
    assert batch.rows.column("row_no").to_pylist() == [5]
    assert file.printed_as_of is not None and file.printed_as_of.isoformat() == "2026-07-31"
