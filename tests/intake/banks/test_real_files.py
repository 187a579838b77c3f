"""Every real bank file: read with exactly these figures, or refused with a code."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from recaudo.core.bank_statement import line_ids
from recaudo.core.problems import Problem
from recaudo.intake.banks import read_statements
from recaudo.intake.banks.layouts import parse_layout

#: file: (format, statements, movements, their sum, account, currency, opening, closing)
READ = {
    "camt/camt052.v1.xml": ("camt", 1, 1, "-200000.00", "CH2801234000123456789", "SEK", None, None),
    "camt/camt052.v2.other-account.xml": (
        "camt",
        1,
        1,
        "-200000.00",
        "CH2801234000123456789",
        "SEK",
        None,
        None,
    ),
    "camt/camt052.v2.xml": ("camt", 1, 1, "-200000.00", "CH2801234000123456789", "SEK", None, None),
    "camt/camt052.v6.xml": ("camt", 1, 0, "0.00", "CH2801234000123456789", "SEK", None, None),
    "camt/camt052.v8.xml": ("camt", 1, 1, "-200000.00", "CH2801234000123456789", "SEK", None, None),
    "camt/camt053.v2.all-balance-types.xml": (
        "camt",
        1,
        1,
        "8.85",
        "CH2801234000123456789",
        "EUR",
        "1.01",
        "4.04",
    ),
    "camt/camt053.v2.five.decimals.xml": (
        "camt",
        1,
        1,
        "8.85",
        "NL26VAYB8060476890",
        "EUR",
        "18.15",
        "27.05",
    ),
    "camt/camt053.v2.minimal.ultimate.xml": (
        "camt",
        1,
        1,
        "8.85",
        "NL26VAYB8060476890",
        "EUR",
        "18.15",
        None,
    ),
    "camt/camt053.v2.minimal.xml": (
        "camt",
        1,
        1,
        "8.85",
        "NL26VAYB8060476890",
        "EUR",
        "18.15",
        None,
    ),
    "camt/camt053.v2.with-party-ids.xml": (
        "camt",
        1,
        1,
        "8.85",
        "NL26VAYB8060476890",
        "EUR",
        "18.15",
        None,
    ),
    "camt/camt053.v4.xml": ("camt", 1, 1, "8.85", "NL26VAYB8060476890", "EUR", "18.15", None),
    "camt/camt054.v2.xml": ("camt", 1, 1, "-200000.00", "CH2801234000123456789", "SEK", None, None),
    "camt/camt054.v8.xml": ("camt", 1, 1, "-200000.00", "CH2801234000123456789", "SEK", None, None),
    "camt/camt53.only-Dt-with-DtTm.xml": (
        "camt",
        1,
        0,
        "0.00",
        "GB33BUKB20201555555555",
        "RON",
        "5442.09",
        None,
    ),
    "camt/oca-test-camt053-no-ntry.xml": (
        "camt",
        1,
        0,
        "0.00",
        "NL77ABNA0574908765",
        "CHF",
        "1520.76",
        "1520.76",
    ),
    "camt/oca-test-camt053.xml": (
        "camt",
        1,
        4,
        "-12.99",
        "NL77ABNA0574908765",
        "EUR",
        "15568.27",
        "15121.12",
    ),
    "camt/oca-test-camt054.xml": ("camt", 1, 1, "5.00", "NL77ABNA0574908765", "EUR", None, None),
    "latam_csv/ar_santander_two_sections.csv": (
        "ar_santander",
        1,
        8,
        "-2234915.20",
        "067-000000/3",
        "ARS",
        None,
        None,
    ),
    "latam_csv/br_bradesco_footer.csv": (
        "br_bradesco",
        1,
        1,
        "-354.60",
        "123456-7",
        "BRL",
        "521.40",
        "166.80",
    ),
    "latam_csv/br_itau_balances_and_formula.csv": (
        "br_itau",
        1,
        3,
        "1400.00",
        "56789-0",
        "BRL",
        "1000.00",
        "2400.00",
    ),
    "latam_csv/cl_bci_transbank.csv": (
        "cl_cartola",
        1,
        2,
        "11880.00",
        "",
        "CLP",
        "98020.00",
        "109900.00",
    ),
    "latam_csv/cl_cartola_metadata_totals.csv": (
        "cl_cartola",
        1,
        3,
        "-965500.00",
        "1234567",
        "CLP",
        "2000000.00",
        "1034500.00",
    ),
    "latam_csv/mx_bbva_base.csv": ("mx_bbva", 1, 4, "26450.50", "", "MXN", "30000.00", "56450.50"),
    "latam_csv/mx_bbva_thousands.csv": (
        "mx_bbva",
        1,
        1,
        "125340.75",
        "",
        "MXN",
        "0.00",
        "125340.75",
    ),
    "mt940/ASNB-mt940.txt": (
        "mt940",
        31,
        8,
        "56.94",
        "NL81ASNB9999999999",
        "EUR",
        "444.29",
        "501.23",
    ),
    "mt940/betterplace-sepa_mt9401.sta": (
        "mt940",
        20,
        97,
        "-9269135.90",
        "50880050/0194774600888",
        "EUR",
        "-1234718.36",
        "50.05",
    ),
    "mt940/betterplace-sepa_snippet_broken.sta": (
        "mt940",
        1,
        1,
        "50990.05",
        "50880050/0194787400888",
        "EUR",
        "766656.49",
        "1125250.40",
    ),
    "mt940/citi-mt940.txt": ("mt940", 1, 5, "-1142.75", "123456789", "USD", "17376.67", "16233.92"),
    "mt940/cmxl-mt940.sta": (
        "mt940",
        3,
        16,
        "12327.30",
        "45050050/76198810",
        "DEM",
        "84349.74",
        "50040.00",
    ),
    "mt940/jejik-generic.sta": ("mt940", 2, 2, "-20.00", "11111111", "EUR", "100.00", "80.00"),
    "mt940/jejik-ing.sta": ("mt940", 1, 7, "-45.59", "0001234567", "EUR", "0.00", "3.47"),
    "mt940/jejik-postfinance.sta": ("mt940", 1, 4, "159.40", "123456789", "CHF", "0.00", "159.60"),
    "mt940/jejik-rabobank.sta": (
        "mt940",
        4,
        5,
        "-1589.09",
        "1291.99.348",
        "EUR",
        "473.17",
        "4101.82",
    ),
    "mt940/jejik-sns.sta": ("mt940", 2, 2, "-25.00", "0123456789", "EUR", "1234.56", "1209.56"),
    "mt940/mBank-mt940.sta": (
        "mt940",
        1,
        3,
        "0.03",
        "PL29114010810000267002001002",
        "PLN",
        "0.40",
        "0.43",
    ),
    "mt940/sberbank-171011_01234945.sta": (
        "mt940",
        1,
        3,
        "-9437.00",
        "1966315302010001",
        "HUF",
        "627311.30",
        "617874.30",
    ),
    "mt940/self-provided-details_60-63.sta": (
        "mt940",
        1,
        1,
        "-233.15",
        "12345678/1020304050",
        "EUR",
        "12345.12",
        "12345.98",
    ),
    "mt940/self-provided-long_statement_number.sta": (
        "mt940",
        1,
        0,
        "0.00",
        "0067-00763/93984487",
        "TRY",
        "0.00",
        "0.00",
    ),
    "mt940/self-provided-mt942.sta": ("mt940", 1, 1, "-0.42", "GJB0291077111", "EUR", None, None),
    "mt940/self-provided-overly_long_details.sta": (
        "mt940",
        1,
        1,
        "-233.15",
        "12345678/1020304050",
        "EUR",
        "12345.12",
        "12345.98",
    ),
    "mt940/self-provided-raphaelm.sta": (
        "mt940",
        2,
        9,
        "95000.00",
        "1222333444",
        "DEM",
        "0.00",
        "95000.00",
    ),
    "mt940/self-provided-transaction_details_wrapped.sta": (
        "mt940",
        1,
        1,
        "-6.00",
        "12345678/1020304050",
        "EUR",
        "1200.00",
        "1194.00",
    ),
    "mt940/self-provided-whitespace.sta": (
        "mt940",
        1,
        1,
        "-233.15",
        "12345678/1020304050",
        "EUR",
        "12345.12",
        "12345.98",
    ),
    "mt940/self-provided-wrapped_timestamp.sta": (
        "mt940",
        1,
        1,
        "-6.00",
        "12345678/1020304050",
        "EUR",
        "1200.00",
        "1194.00",
    ),
    "ofx/node-ofx-parser-example1.ofx": (
        "ofx",
        1,
        5,
        "-173.11",
        "1234567-00",
        "NZD",
        None,
        "4225.79",
    ),
    "ofx/oca-test_ofx.ofx": ("ofx", 2, 1, "-80.00", "123456", "USD", None, "-562.00"),
    "ofx/oca-test_ofx_wrong.ofx": ("ofx", 2, 1, "-80.00", "123456", "USD", None, "-562.00"),
    "ofx/ofxparse-anzcc.ofx": ("ofx", 1, 1, "-5.50", "1234123412341234", "AUD", None, "-123.45"),
    "ofx/ofxparse-bank_medium.ofx": (
        "ofx",
        1,
        3,
        "-345.27",
        "12300 000012345678",
        "CAD",
        None,
        "382.34",
    ),
    "ofx/ofxparse-checking.ofx": ("ofx", 1, 3, "-59.50", "1452687~7", "USD", None, "100.99"),
    "ofx/ofxparse-fail_nice-empty_balance.ofx": (
        "ofx",
        1,
        1,
        "120.00",
        "192639749",
        "CAD",
        None,
        None,
    ),
    "ofx/ofxparse-multiple_accounts.ofx": ("ofx", 2, 0, "0.00", "9100", "USD", None, "222.00"),
}

REFUSED = {
    "camt/camt052.v2.with-account-name.xml": "statement_bad_date",
    "camt/camt053.v2.wrong.xml": "statement_empty",
    "camt/camt054.v2.with-account-name.xml": "statement_bad_date",
    "camt/camt054.v8-with-financial-institution.xml": "statement_bad_date",
    "mt940/betterplace-currency_in_25.sta": "statement_incomplete",
    "mt940/betterplace-empty_entry_date.sta": "statement_incomplete",
    "mt940/betterplace-empty_line.sta": "statement_no_account",
    "mt940/betterplace-missing_crlf_at_end.sta": "statement_incomplete",
    "mt940/cmxl-statement_line.sta": "statement_incomplete",
    "mt940/self-provided-account_identification.sta": "statement_incomplete",
    "mt940/self-provided-empty_non_swift.sta": "statement_incomplete",
    "mt940/self-provided-gv_codes.sta": "statement_incomplete",
    "mt940/self-provided-invalid_statement.sta": "statement_format_unknown",
    "mt940/self-provided-sparkassen.sta": "statement_incomplete",
    "ofx/ofxparse-account_listing_aggregation.ofx": "statement_empty",
    "ofx/ofxparse-fail_nice-date_missing.ofx": "statement_bad_date",
    "ofx/ofxparse-fidelity-savings.ofx": "statement_empty",
    "ofx/ofxparse-ofx-v102-empty-tags.ofx": "statement_no_currency",
    "ofx/ofxparse-signon_fail.ofx": "statement_bank_refused",
    "qif/oca-test_qif.qif": "statement_format_unknown",
}


@pytest.fixture
def files(shared_data: Path) -> Path:
    return shared_data / "bank_statements"


@pytest.mark.parametrize("name", READ)
def test_a_real_file_gives_exactly_its_figures(name: str, files: Path) -> None:
    form, statements, count, total, account, currency, opening, closing = READ[name]
    found_form, found = read_statements((files / name).read_bytes(), file_name=name)
    lines = [line for each in found for line in each.lines]
    assert (found_form, len(found), len(lines)) == (form, statements, count)
    assert sum((line.amount for line in lines), Decimal(0)) == Decimal(total)
    assert (found[0].account, found[0].currency) == (account, currency)
    assert found[0].opening == (None if opening is None else Decimal(opening))
    assert found[-1].closing == (None if closing is None else Decimal(closing))


@pytest.mark.parametrize("name", REFUSED)
def test_a_real_file_that_cannot_be_read_says_why(name: str, files: Path) -> None:
    with pytest.raises(Problem) as refused:
        read_statements((files / name).read_bytes(), file_name=name)
    assert refused.value.code == REFUSED[name]


def test_no_real_file_is_left_out(files: Path) -> None:
    there = {f"{each.parent.name}/{each.name}" for each in files.glob("*/*")}
    sheets = {name for name in there if name.startswith("sheets/")}
    assert there - sheets == set(READ) | set(REFUSED)
    assert sheets == {f"sheets/{name}" for name in SHEETS}


AMERICAN = """
kind = "delimited"
currency = "USD"
decimal = "."
dates = "mdy"
order = "none"
[columns]
booked_on = "Date"
text = "Label"
payer_name = "Partner Name"
payer_account = "Bank Account"
"""
EUROPEAN = """
kind = "delimited"
currency = "EUR"
decimal = ","
dates = "dmy"
order = "oldest_first"
account = 'Account Number : ([0-9]+)'
[rows]
balances = '^Balance at'
[columns]
booked_on = "Date"
bank_id = "Operation Number"
text = "Label"
debit = "Debit"
credit = "Credit"
"""
#: file: (layout, account, movements, sum) or (layout, the refusal's code)
SHEETS: dict[str, tuple[str, str, int, str] | tuple[str, str]] = {
    "oca-balance.csv": (AMERICAN + 'amount = "Amount"', "", 2, "1500.00"),
    "oca-debit_credit.csv": (
        'sign_out = "D"\n' + AMERICAN + 'amount = "Amount"\nsign = "D/C"',
        "",
        2,
        "1500.00",
    ),
    "oca-debit_credit_amount.csv": (
        AMERICAN + 'debit = "Debit"\ncredit = "Credit"',
        "statement_signs_unclear",
    ),
    "oca-empty_statement_en.csv": (AMERICAN + 'amount = "Amount"', "", 0, "0"),
    "oca-empty_statement_en.xlsx": (AMERICAN + 'amount = "Amount"', "", 0, "0"),
    "oca-meta_data_separated_credit_debit.csv": (EUROPEAN, "08088804068", 4, "1069.32"),
    "oca-meta_data_separated_credit_debit.xlsx": (EUROPEAN, "08088804068", 4, "1069.32"),
    "oca-multi_currency.csv": (
        AMERICAN + 'amount = "Amount"\ncurrency = "Currency"',
        "statement_several_currencies",
    ),
    "oca-original_currency_no_header.csv": (
        AMERICAN + 'amount = "Amount"',
        "statement_layout_differs",
    ),
    "oca-sample_statement_en.csv": (
        AMERICAN + 'amount = "Amount"\ncurrency = "Currency"',
        "statement_several_currencies",
    ),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_read_by_a_layout_of_ones_own(name: str, files: Path) -> None:
    toml, *expected = SHEETS[name]
    layout = parse_layout(toml, name="propio")
    content = (files / "sheets" / name).read_bytes()
    with pytest.raises(Problem, match="statement_format_unknown"):
        read_statements(content, file_name=name)
    if len(expected) == 1:
        with pytest.raises(Problem) as refused:
            read_statements(content, layout=layout)
        assert refused.value.code == expected[0]
        return
    account, count, total = expected
    ((statement),) = read_statements(content, layout=layout)[1]
    assert (statement.account, len(statement.lines)) == (account, count)
    assert statement.total == Decimal(total)


def test_every_movement_of_a_real_file_has_an_id_of_its_own(files: Path) -> None:
    for name in READ:
        for statement in read_statements((files / name).read_bytes(), file_name=name)[1]:
            ids = line_ids(statement.lines)
            assert len(set(ids)) == len(ids)
            assert line_ids(statement.lines) == ids


def test_a_chilean_point_is_for_thousands_and_a_formula_is_only_text(files: Path) -> None:
    def lines(name: str) -> list[tuple[str, Decimal, str]]:
        content = (files / "latam_csv" / name).read_bytes()
        return [
            (line.text, line.amount, line.payer_name)
            for line in read_statements(content, file_name=name)[1][0].lines
        ]

    assert lines("cl_bci_transbank.csv") == [
        ("Abono Transbank", Decimal("1980"), ""),
        ("Transferencia de Juan", Decimal("9900"), "Juan"),
    ]
    assert lines("br_itau_balances_and_formula.csv")[-1][:2] == (
        '=HYPERLINK("x")',
        Decimal("-10.10"),
    )
    received = [each for each in lines("ar_santander_two_sections.csv") if each[2]]
    assert received[0][1:] == (Decimal("5000000"), "Empresa De Prueba")
