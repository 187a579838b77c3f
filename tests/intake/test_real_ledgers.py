"""The seven public ledgers, as they are: every total is added up again without our code."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from factories import make_creditor
from intake.conftest import Company

ROOT = Path(__file__).resolve().parents[2]
ZERO = Decimal(0)


@pytest.fixture
def ledgers(shared_data: Path) -> Path:
    return shared_data / "payment_history"


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def total(path: Path, column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows(path)), ZERO)


def mapping(name: str) -> str:
    return (ROOT / "examples" / "mappings" / f"{name}.toml").read_text()


def sums(company: Company) -> tuple[Decimal, Decimal]:
    """All amounts, and what is open of them."""
    from recaudo.portfolio.models import Document

    documents = company.all(Document)
    return sum((d.amount for d in documents), ZERO), sum((d.open_amount for d in documents), ZERO)


def test_ibm_all_paid(company: Company, ledgers: Path) -> None:
    file = ledgers / "ibm_accounts_receivable.csv"
    count = sum(1 for _ in rows(file))

    result = company.load(path=file, mapping=mapping("ibm"))

    assert (result["rows"], result["accepted"], result["credits"]) == (count, count, count)
    assert result["customers"] == len({row["customerID"] for row in rows(file)})
    assert sums(company) == (total(file, "InvoiceAmount"), ZERO)
    assert company.load(path=file, mapping=mapping("ibm"))["unchanged"] == count


def test_ibm_dirty_is_the_same_ledger_with_lost_zeros_and_repeats(
    company: Company, ledgers: Path
) -> None:
    file = ledgers / "ibm_accounts_receivable_dirty.csv"
    amounts = {row["invoiceNumber"].zfill(10): Decimal(row["InvoiceAmount"]) for row in rows(file)}

    result = company.load(path=file, mapping=mapping("ibm"))

    assert result["rows"] == sum(1 for _ in rows(file))
    assert (result["documents"], result["rejected"]) == (len(amounts), 0)
    assert sums(company) == (sum(amounts.values(), ZERO), ZERO)


@pytest.mark.parametrize(
    ("name", "balance"),
    [
        ("highradius_open_invoices_dmy", "converted_usd"),
        ("highradius_open_invoices_full_columns", "total_open_amount"),
    ],
)
def test_highradius_all_open(company: Company, ledgers: Path, name: str, balance: str) -> None:
    file = ledgers / f"{name}.csv"
    count = sum(1 for _ in rows(file))
    imported = total(file, balance)

    result = company.load(path=file, mapping=mapping("highradius"), control_total=imported)

    assert (result["rows"], result["accepted"], result["rejected"]) == (count, count, 0)
    assert Decimal(result["difference"]) == 0
    assert sums(company) == (imported, imported)
    again = company.load(path=file, mapping=mapping("highradius"))
    assert again["unchanged"] == count


def test_highradius_mangled_by_excel_is_refused_by_name(company: Company, ledgers: Path) -> None:
    file = ledgers / "highradius_excel_mangled_dates.csv"

    assert company.refused(path=file, mapping=mapping("highradius")).code == "excel_mangled_dates"


@pytest.mark.parametrize(
    "name", ["cassandra_invoices_settled_outstanding", "cassandra_invoices_no_outcome"]
)
def test_cassandra_partly_paid(tmp_path: Path, db: None, ledgers: Path, name: str) -> None:
    company = Company(make_creditor(currency="USD"), tmp_path)
    file = ledgers / f"{name}.csv"
    imported = total(file, "Outstanding")

    result = company.load(path=file, mapping=mapping("cassandra"), control_total=imported)

    assert (result["rejected"], Decimal(result["difference"])) == (0, ZERO)
    assert sums(company) == (total(file, "Amount"), imported)
    assert company.load(path=file, mapping=mapping("cassandra"))["unchanged"] == result["rows"]
