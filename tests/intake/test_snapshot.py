"""Cortes: open balances of a day, and nothing about how they came to be (F1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from factories import happen, make_charge
from intake.conftest import Company
from recaudo.intake.models import ImportBatch
from recaudo.payments.models import Application, Credit
from recaudo.payments.queries.balances import open_as_of
from recaudo.portfolio.models import DocumentAdjustment

HEADINGS = "Cod. cliente;Nombre;Sucursal;Factura;Fecha vencimiento;Saldo"
PAYMENTS = "Cod. cliente;Factura;Fecha pago;Valor pagado;Referencia de pago"
#: Nine small documents, so that closing one is far from a fifth of the balance.
REST = tuple(f"C9;Resto;Cali;R{n};2026-07-0{n};100" for n in range(1, 10))


def corte(*rows: str) -> tuple[str, ...]:
    return (HEADINGS, *rows, *REST)


def open_of(company: Company) -> dict[str, Decimal]:
    return {name: each for name, each in company.balances().items() if not name.startswith("R")}


def test_what_is_missing_from_the_next_corte_is_closed(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100", "C1;Nevado;Cali;F2;2026-07-05;80"))

    result = company.corte(*corte("C1;Nevado;Cali;F2;2026-07-05;80"), as_of="2026-08-08")

    assert (result["unchanged"], result["credits"]) == (10, 1)
    assert open_of(company) == {"F2": Decimal(80)}
    (closing,) = company.all(Credit)
    assert (closing.kind, closing.value_on) == ("snapshot", date(2026, 8, 8))


def test_a_charge_of_ours_is_not_missing_from_a_corte(company: Company) -> None:
    first = corte("C1;Nevado;Cali;F1;2026-07-01;100")
    company.corte(*first)
    make_charge(company.document("F1"), 3, until_on="2026-08-01")

    company.corte(*corte(), as_of="2026-08-08")

    assert list(open_of(company).values()) == [Decimal(3)]


def test_a_lower_balance_is_an_inferred_payment(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))

    result = company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;60.25"), as_of="2026-08-08")

    assert (result["updated"], result["credits"]) == (1, 1)
    assert open_of(company) == {"F1": Decimal("60.25")}
    assert company.all(DocumentAdjustment) == []


def test_a_higher_balance_corrects_the_amount(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))

    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;130"), as_of="2026-08-08")

    assert open_of(company) == {"F1": Decimal(130)}
    (correction,) = company.all(DocumentAdjustment)
    assert (correction.delta, correction.reason) == (Decimal(30), "snapshot_higher")


def test_a_document_that_comes_back_is_opened_by_reversal(company: Company) -> None:
    first = corte("C1;Nevado;Cali;F1;2026-07-01;100")
    company.corte(*first)
    company.corte(*corte(), as_of="2026-08-08")
    assert open_of(company) == {}

    result = company.corte(*first, as_of="2026-08-15")

    assert result["updated"] == 1
    assert open_of(company) == {"F1": Decimal(100)}
    assert company.unapplied() == 0
    assert company.all(DocumentAdjustment) == []
    assert len(company.all(Application)) == 2


def test_past_balances_stay_what_each_corte_said(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"), as_of="2026-08-01")
    company.corte(*corte(), as_of="2026-08-08")
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"), as_of="2026-08-15")

    number = company.document("F1").pk
    seen = [
        {each.document: each.open for each in open_as_of(company.creditor, day)}.get(number)
        for day in (date(2026, 8, 1), date(2026, 8, 10), date(2026, 8, 15))
    ]
    assert seen == [Decimal(100), None, Decimal(100)]


def test_the_same_corte_twice_changes_nothing(company: Company) -> None:
    rows = corte("C1;Nevado;Cali;F1;2026-07-01;100", "C1;Nevado;Cali;S7;2026-07-01;-40")
    company.corte(*rows)

    result = company.corte(*rows)

    assert result["unchanged"] == result["rows"]
    assert result["credits"] == 0


def test_a_file_that_would_close_over_a_fifth_is_refused(company: Company) -> None:
    rows = [f"C1;Nevado;Cali;F{n};2026-07-01;100" for n in range(10)]
    company.corte(HEADINGS, *rows)
    assert company.corte(HEADINGS, *rows[:8], as_of="2026-08-08")["credits"] == 2  # exactly 20 %

    problem = company.refused(HEADINGS, *rows[:6], as_of="2026-08-09", mode="snapshot")

    assert problem.code == "corte_parece_parcial"
    assert (problem.facts["documents"], problem.facts["amount"]) == (2, Decimal(200))
    assert (problem.facts["pct"], problem.facts["limit"]) == (Decimal("25.0"), 20)
    assert len(company.balances()) == 8
    failed = company.all(ImportBatch)[-1]
    assert (failed.state, failed.error_code) == ("failed", "corte_parece_parcial")


def test_a_partial_corte_is_taken_with_a_reason(company: Company) -> None:
    rows = [f"C1;Nevado;Cali;F{n};2026-07-01;100" for n in range(10)]
    company.corte(HEADINGS, *rows)

    company.corte(HEADINGS, rows[0], as_of="2026-08-08", accept_partial="cartera vendida")

    assert set(company.balances()) == {"F0"}


def test_a_corte_of_one_branch_says_nothing_about_the_others(company: Company) -> None:
    company.corte(
        HEADINGS,
        "C1;Nevado;Cali;F1;2026-07-01;10",
        "C1;Nevado;Cali;F2;2026-07-01;190",
        "C2;Óptica;Bogotá;F3;2026-07-01;500",
    )
    mapping = 'mode = "snapshot"\nrecognise_others = true\n[scope]\nbranch = "cali"\n'

    company.load(HEADINGS, "C1;Nevado;Cali;F2;2026-07-01;190", mapping=mapping, as_of="2026-08-08")

    assert company.balances() == {"F2": Decimal(190), "F3": Decimal(500)}


def test_a_rejected_row_does_not_close_its_document(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))

    result = company.corte(*corte("C1;Nevado;Cali;F1;2026-02-31;100"), as_of="2026-08-08")

    assert result["rejected"] == 1
    assert open_of(company) == {"F1": Decimal(100)}


def test_mended_rows_of_a_corte_close_nothing(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-02-31;100"))
    rejects = company.folder / "files" / "rejects" / company.creditor.code
    (file,) = rejects.iterdir()
    text = file.read_text("utf-8-sig").replace("2026-02-31", "2026-02-28")
    file.write_text(text, "utf-8-sig")

    result = company.corte(path=file)

    assert (result["accepted"], result["rejected"]) == (1, 0)
    assert len(company.balances()) == 10


@pytest.mark.parametrize("event", ["written_off", "ceded"])
def test_what_is_written_off_or_ceded_leaves_the_corte_unpaid(company: Company, event: str) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))
    happen(company.document("F1"), event, on="2026-08-03")

    company.corte(*corte(), as_of="2026-08-08")

    assert open_of(company) == {"F1": Decimal(100)}


def test_a_document_issued_after_the_day_of_the_corte_stays(company: Company) -> None:
    headings = "Cod. cliente;Nombre;Factura;Fecha factura;Fecha vencimiento;Valor"
    company.load(headings, "C1;Nevado;F1;2026-08-08;2026-09-08;100", as_of="2026-08-10")
    company.corte(*corte(), as_of="2026-08-07")
    assert open_of(company) == {"F1": Decimal(100)}

    company.corte(*corte(), as_of="2026-08-08")

    assert open_of(company) == {}


def test_a_real_payment_loaded_later_replaces_the_inferred_one(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;60"), as_of="2026-08-08")

    company.load(PAYMENTS, "C1;F1;2026-08-05;40;RC-1", as_of="2026-08-09")

    assert open_of(company) == {"F1": Decimal(60)}
    inferred, real = company.all(Credit)
    assert (inferred.kind, inferred.amount) == ("snapshot", 0)
    assert (real.kind, real.unapplied) == ("payment", 0)


def test_a_payment_after_the_corte_lowers_its_balance(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;60"), as_of="2026-08-08")

    company.load(PAYMENTS, "C1;F1;2026-08-09;25;RC-1", as_of="2026-08-10")

    assert open_of(company) == {"F1": Decimal(35)}


def test_a_payment_from_before_the_first_corte_changes_no_balance(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))

    company.load(PAYMENTS, "C1;F1;2026-07-20;40;RC-1")

    assert open_of(company) == {"F1": Decimal(100)}
    assert company.document("F1").amount == Decimal(140)
    assert company.unapplied() == 0


def test_a_payment_that_names_no_document_replaces_what_was_inferred(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))
    company.corte(*corte(), as_of="2026-08-08")

    company.load(PAYMENTS, "C1;;2026-08-05;110;RC-1", as_of="2026-08-09")

    assert open_of(company) == {}
    assert company.unapplied() == Decimal(10)
    assert [credit.amount for credit in company.all(Credit)] == [0, Decimal(110)]


def test_a_payment_that_waits_explains_what_the_next_corte_lacks(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))
    company.load(PAYMENTS, "C1;;2026-08-05;100;RC-1", as_of="2026-08-06")

    result = company.corte(*corte(), as_of="2026-08-08")

    assert result["credits"] == 0
    assert open_of(company) == {}
    assert company.unapplied() == 0


def test_a_negative_row_is_a_credit_and_falls_with_the_corte(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100", "C1;Nevado;Cali;NC5;2026-07-10;-70"))
    assert company.unapplied() == Decimal(70)

    company.corte(
        *corte("C1;Nevado;Cali;F1;2026-07-01;60", "C1;Nevado;Cali;NC5;2026-07-10;-30"),
        as_of="2026-08-08",
    )
    assert (open_of(company), company.unapplied()) == ({"F1": Decimal(60)}, Decimal(30))
    assert len(company.all(Credit)) == 1  # the credit itself paid what the invoice fell by

    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;60"), as_of="2026-08-15")
    assert (open_of(company), company.unapplied()) == ({"F1": Decimal(60)}, 0)


def test_a_real_payment_after_its_corte_stands_when_the_corte_comes_again(
    company: Company,
) -> None:
    rows = corte("C1;Nevado;Cali;F1;2026-07-01;100")
    company.corte(*rows)
    company.load(PAYMENTS, "C1;F1;2026-08-05;40;RC-1", as_of="2026-08-06")

    assert company.corte(*rows)["unchanged"] == 10

    assert open_of(company) == {"F1": Decimal(60)}


def test_an_invoice_dated_ahead_is_in_its_corte_all_the_same(company: Company) -> None:
    headings = HEADINGS.replace("Fecha", "Fecha factura;Fecha")
    rest = [row.replace(";2026-07", ";2026-06-01;2026-07") for row in REST]
    ahead = "C1;Nevado;Cali;F1;2026-08-20;2026-09-20;{}"
    company.corte(headings, ahead.format(100), *rest)
    second = (headings, ahead.format(60), *rest)
    company.corte(*second, as_of="2026-08-08")
    assert company.corte(*second, as_of="2026-08-08")["unchanged"] == 10

    company.load(PAYMENTS, "C1;F1;2026-08-05;40;RC-1", as_of="2026-08-09")

    assert company.corte(*second, as_of="2026-08-08")["unchanged"] == 10
    assert open_of(company) == {"F1": Decimal(60)}


def test_the_preview_shows_what_would_be_closed_and_writes_nothing(company: Company) -> None:
    company.corte(*corte("C1;Nevado;Cali;F1;2026-07-01;100"))

    seen = company.preview(HEADINGS, *REST[:5], mode="snapshot")

    (closing,) = seen.closings
    assert (closing.documents, closing.amount, closing.balance) == (5, 500, 1000)
    assert seen.looks_partial
    assert (seen.unchanged, seen.new) == (5, 0)
    assert len(company.balances()) == 10
