"""Files of documents: what they are is told by their bytes, and their path is ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope
from hypothesis import given
from hypothesis import strategies as st

from factories import make_creditor, make_customer, make_document
from recaudo.core.problems import Problem
from recaudo.portfolio.actions.files import FILES_MAX, SIZE_MAX, safe_name, store_file
from recaudo.portfolio.models import Document, DocumentFile
from recaudo.portfolio.queries.files import file_path, files_of, read_file

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Path) -> Path:
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    return tmp_path


@pytest.fixture
def bill() -> Document:
    return make_document(make_customer(make_creditor()))


def keep(document: Document, body: bytes = PDF, **fields: Any) -> DocumentFile:
    chunks = [body[n : n + 5_000_000] for n in range(0, len(body), 5_000_000)]
    given_fields = {"kind": "pdf", "name": "FE-1020.pdf", "chunks": chunks, "by": None}
    return store_file(document, **given_fields | fields)


def test_a_pdf_comes_back_as_it_was_kept(bill: Document) -> None:
    file = keep(bill)
    assert read_file(file) == PDF
    assert (file.name, file.content_type, file.size) == ("FE-1020.pdf", "application/pdf", len(PDF))


def test_the_same_bytes_twice_are_one_file(bill: Document, tmp_path: Path) -> None:
    assert keep(bill).pk == keep(bill, name="otra.pdf").pk
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 1


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("pdf", b"", "document_file_empty"),
        ("pdf", b"MZ\x90\x00", "file_type_refused"),
        ("pdf", b"<html><script>alert(1)</script>", "file_type_refused"),
        ("other", b"<svg onload='alert(1)'>", "file_type_refused"),
        ("pdf", b"<?xml version='1.0'?><a/>", "file_type_refused"),
        ("xml", PDF, "file_type_refused"),
        ("program", PDF, "file_kind_unknown"),
    ],
)
def test_what_is_not_what_it_says_is_refused(
    bill: Document, tmp_path: Path, kind: str, body: bytes, code: str
) -> None:
    with pytest.raises(Problem, match=code):
        keep(bill, body, kind=kind)
    assert list(tmp_path.rglob("*.*")) == []


@pytest.mark.parametrize(("over", "is_kept"), [(-1, True), (0, True), (1, False)])
def test_a_file_may_be_as_large_as_the_limit(bill: Document, over: int, is_kept: bool) -> None:
    body = PDF + b" " * (SIZE_MAX + over - len(PDF))
    if is_kept:
        assert keep(bill, body).size == SIZE_MAX + over
    else:
        with pytest.raises(Problem, match="document_file_too_large"):
            keep(bill, body)


def test_a_document_holds_so_many_files_and_no_more(bill: Document) -> None:
    for number in range(FILES_MAX):
        keep(bill, PDF + str(number).encode(), kind="other")
    with pytest.raises(Problem, match="files_too_many"):
        keep(bill, PDF + b"one more", kind="other")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\facturas\\FE 20.PDF", "FE 20.pdf"),
        ("factura\r\nX-Evil: 1.pdf", "facturaX-Evil 1.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("...", "documento.pdf"),
        ("", "documento.pdf"),
    ],
)
def test_a_hostile_name_is_only_a_name(bill: Document, name: str, kept: str) -> None:
    file = keep(bill, name=name)
    assert file.name == kept
    assert file_path(file).name.endswith(".pdf")
    assert "passwd" not in file.path


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_no_disk_and_no_header_minds(name: str) -> None:
    made = safe_name(name, ".pdf")
    assert made.endswith(".pdf")
    assert len(made) <= 100
    assert not set(made) & set('/\\:*?"<>|\r\n\0')


def test_a_newer_file_of_the_same_kind_counts(bill: Document) -> None:
    keep(bill, PDF + b"1")
    newer = keep(bill, PDF + b"2")
    xml = keep(bill, b"\xef\xbb\xbf<?xml version='1.0'?><a/>", kind="xml")
    with scope(creditor=bill.creditor):
        assert [each.pk for each in files_of([bill.pk])[bill.pk]] == [newer.pk, xml.pk]


def test_a_file_that_is_gone_from_the_disk_is_told_so(bill: Document) -> None:
    file = keep(bill)
    file_path(file).unlink()
    with pytest.raises(Problem, match="file_gone"):
        read_file(file)
