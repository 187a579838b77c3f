"""The seven real ledgers, each through a mapping of a few lines in examples/mappings."""

from decimal import Decimal
from pathlib import Path

import pytest

from recaudo.core.problems import Problem
from recaudo.intake.reading import Hints, open_file

from .files import Read, read

MAPPINGS = Path(__file__).parents[3] / "examples" / "mappings"


def _read(shared_data: Path, name: str, mapping: str) -> Read:
    toml = (MAPPINGS / mapping).read_text("utf-8")
    path = shared_data / "payment_history" / name
    return read(path, toml=toml, hints=Hints(country="US", currency="USD"))


def test_ibm_every_invoice_was_paid_in_full_on_its_day(shared_data: Path) -> None:
    found = _read(shared_data, "ibm_accounts_receivable.csv", "ibm.toml")
    assert (found.summary.rows, found.summary.rejected) == (1748, 0)
    first = found.rows[0]
    assert (first["number"], first["due_on"].isoformat()) == ("0009231909", "2013-08-02")
    assert first["paid_amount"] == first["amount"] == Decimal("65.88")
    assert first["paid_on"].isoformat() == "2013-07-08"
    assert found.summary.totals == {"USD": Decimal(0)}


def test_ibm_dirty_gets_its_leading_zeros_back_and_says_so(shared_data: Path) -> None:
    clean = _read(shared_data, "ibm_accounts_receivable.csv", "ibm.toml")
    dirty = _read(shared_data, "ibm_accounts_receivable_dirty.csv", "ibm.toml")
    assert dirty.summary.typed == 1830
    numbers = {row["number"] for row in clean.rows}
    assert len(numbers & {row["number"] for row in dirty.rows}) == 1748
    notice = dirty.notice("leading_zeros_restored")
    assert notice is not None and notice.count == 261 and "9231909" in notice.examples


def test_ibm_dirty_without_that_rule_names_the_lost_zeros(shared_data: Path) -> None:
    path = shared_data / "payment_history" / "ibm_accounts_receivable_dirty.csv"
    found = read(path, paid_in_full="yes")
    notice = found.notice("leading_zeros_lost")
    assert notice is not None and notice.facts["width"] == 10 and notice.count == 261


def test_ibm_without_a_mapping_asks_what_the_settled_date_means(shared_data: Path) -> None:
    path = shared_data / "payment_history" / "ibm_accounts_receivable.csv"
    (question,) = open_file(path).questions
    assert question.code == "paid_on_meaning"


@pytest.mark.parametrize(
    ("name", "rows", "totals"),
    [
        (
            "highradius_open_invoices_full_columns.csv",
            7565,
            {"USD": Decimal("204985923.21"), "CAD": Decimal("37005424.32")},
        ),
        ("highradius_open_invoices_dmy.csv", 7622, {"USD": Decimal("235224281.392")}),
    ],
)
def test_highradius_two_files_of_one_system_give_the_same_customers_and_numbers(
    shared_data: Path, name: str, rows: int, totals: dict[str, Decimal]
) -> None:
    found = _read(shared_data, name, "highradius.toml")
    assert (found.summary.rows, found.summary.rejected) == (rows, 0)
    assert found.summary.totals == totals
    assert all("." not in row["number"] for row in found.rows)
    assert all(len(row["customer_code"]) == 10 for row in found.rows
               if row["customer_code"].isdigit())  # fmt: skip


@pytest.mark.parametrize("mapping", ["highradius.toml", ""])
def test_highradius_after_excel_is_refused_by_name(shared_data: Path, mapping: str) -> None:
    path = shared_data / "payment_history" / "highradius_excel_mangled_dates.csv"
    with pytest.raises(Problem) as refused:
        open_file(path, mapping=MAPPINGS / mapping if mapping else None)
    assert refused.value.code == "excel_mangled_dates"
    assert refused.value.facts["examples"] == ["00:00.0"]


@pytest.mark.parametrize(
    ("name", "rows", "total"),
    [
        ("cassandra_invoices_settled_outstanding.csv", 6178, "509042.54"),
        ("cassandra_invoices_no_outcome.csv", 756, "87287.93"),
    ],
)
def test_cassandra_keeps_amount_settled_and_outstanding(
    shared_data: Path, name: str, rows: int, total: str
) -> None:
    found = _read(shared_data, name, "cassandra.toml")
    assert (found.summary.typed, found.summary.rejected) == (rows, 0)
    assert found.summary.totals == {"USD": Decimal(total)}
    for row in found.rows:
        assert row["amount"] - row["settled_amount"] == row["open_amount"]
        assert "paid_on" not in row
    assert len({(row["customer_code"], row["number"]) for row in found.rows}) == rows


def test_a_csv_wrapped_in_a_csv_is_refused_by_name(shared_data: Path) -> None:
    with pytest.raises(Problem) as refused:
        open_file(shared_data / "payment_history" / "uci_bank_nested_quotes_raw.csv")
    assert refused.value.code == "csv_in_csv"


@pytest.mark.parametrize(
    "name", ["traffic_fines_events.csv", "hospital_billing_events.csv", "lending_club.csv"]
)
def test_what_is_no_ledger_is_refused_for_lack_of_headings(shared_data: Path, name: str) -> None:
    with pytest.raises(Problem) as refused:
        open_file(shared_data / "payment_history" / name)
    assert refused.value.code == "no_header"
