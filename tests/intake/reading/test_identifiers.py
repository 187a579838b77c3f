"""Tax ids, phones, e-mails and names, as people write them."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.intake.reading.identifiers import email, folded_name, phone, tax_id


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "contact_dirt" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


KNOWN = {"co_nit", "cl_rut", "mx_rfc", "pe_ruc", "ec_ruc", "ar_cuit", "br_cnpj", "uy_rut",
         "cr_cpj", "ve_rif", "gt_nit", "do_rnc"}  # fmt: skip


def test_every_tax_id_of_the_upstream_tests_is_judged_as_upstream_judges_it(
    shared_data: Path,
) -> None:
    wrong = []
    for row in _rows(shared_data, "tax_ids.csv"):
        kind = "nit" if row["kind"] == "co_nit" else ""
        found = tax_id(row["raw"], row["country"], kind)
        if row["kind"] in KNOWN and bool(found.is_valid) != (row["expected"] == "valid"):
            wrong.append((row, found))
    assert wrong == []


@pytest.mark.parametrize("name", ["phones_latam_examples.csv", "phones_upstream_tests.csv"])
def test_every_phone_is_judged_as_upstream_judges_it(shared_data: Path, name: str) -> None:
    wrong = []
    for row in _rows(shared_data, name):
        found = phone(row["raw"], row["default_region"])
        is_right = found.is_valid == (row["valid"] == "True")
        if not is_right or (found.is_valid and found.normalised != row["e164_or_error"]):
            wrong.append((row, found))
    assert wrong == []


def test_mobile_and_fixed_are_told_apart_where_the_plan_does(shared_data: Path) -> None:
    kinds = {"mobile": True, "fixed_line": False}
    rows = [row for row in _rows(shared_data, "phones_latam_examples.csv") if row["kind"] in kinds]
    assert len(rows) > 30
    for row in rows:
        # Chile and Mexico give both kinds the same numbers: nobody can tell.
        is_mobile = phone(row["raw"], row["default_region"]).is_mobile
        assert is_mobile in (kinds[row["kind"]], None), row


def test_every_tidy_email_is_judged_by_its_syntax(shared_data: Path) -> None:
    for row in _rows(shared_data, "emails_email_validator.csv"):
        if row["raw"] == row["raw"].strip(" <>") and "<" not in row["raw"]:
            is_good = not row["expected"].startswith("invalid")
            assert email(row["raw"]).is_valid == is_good, row


def test_no_email_of_the_classic_list_breaks_it(shared_data: Path) -> None:
    for row in _rows(shared_data, "emails_isemail.csv"):
        found = email(row["raw"])
        assert found.is_valid or found.code == "bad_email"


def test_a_nit_with_and_without_its_check_digit_is_one_customer() -> None:
    assert tax_id("900.123.456-8", "CO").normalised == tax_id("900123456", "CO").normalised
    assert tax_id("900123456-7", "CO").is_valid is False


def test_a_cedula_and_the_nit_of_the_same_person_are_one() -> None:
    cedula, as_nit = tax_id("43.567.891", "CO"), tax_id("43.567.891-6", "CO")
    assert cedula.normalised == as_nit.normalised == "43567891"
    assert (cedula.kind, as_nit.kind, as_nit.is_valid) == ("cc", "nit", True)


@pytest.mark.parametrize(
    ("value", "country", "normalised", "person"),
    [
        ("76.543.210-3", "CL", "765432103", "company"),
        ("12.345.678-5", "CL", "123456785", "person"),
        ("20512345671", "PE", "20512345671", "company"),
        ("45678912", "PE", "45678912", "person"),
        ("ALE950101AB0", "MX", "ALE950101AB0", "company"),
    ],
)
def test_companies_and_persons_are_told_apart(
    value: str, country: str, normalised: str, person: str
) -> None:
    found = tax_id(value, country)
    assert (found.normalised, found.is_valid, found.person) == (normalised, True, person)


def test_an_unknown_country_is_not_judged() -> None:
    assert tax_id("123-X", "XX").is_valid is None


def test_of_several_emails_in_a_cell_the_first_good_one_counts() -> None:
    assert email("Pagos@Acme.CO; otro@acme.co").normalised == "pagos@acme.co"
    assert email('"Ana Ruiz" <ana@acme.co>').normalised == "ana@acme.co"
    assert email("mailto:pagos@acme.co").normalised == "pagos@acme.co"


def test_names_compare_without_accents_and_company_forms() -> None:
    assert folded_name("Comercial  Ñandú, S.A.S.") == folded_name("COMERCIAL NANDU SAS")
    assert folded_name("S.A.S.") != ""


@given(st.text(max_size=40), st.sampled_from(["CO", "CL", "MX", "PE", "EC", "AR", "BR", "UY", ""]))
def test_no_text_breaks_them(text: str, country: str) -> None:
    tax_id(text, country)
    phone(text, country)
    email(text)
    folded_name(text)
