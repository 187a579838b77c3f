"""What the file leaves open is asked, never guessed; an answer or a mapping settles it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from recaudo.core.problems import Problem
from recaudo.intake.reading import Hints, Question, open_file

from .conftest import Lines
from .files import COLOMBIA, read

HEADINGS = "NIT;Cliente;Factura;Fecha;Vence;Saldo"


def _question(path: Path) -> Question:
    (question,) = open_file(path, hints=COLOMBIA).questions
    return question


def test_a_column_that_allows_both_orders_is_asked(table: Lines) -> None:
    path = table("NIT;Factura;Vence;Saldo", "900123456;F1;03/04/2024;5")
    question = _question(path)
    assert (question.code, question.key) == ("date_order_ambiguous", "date_order:Vence")
    assert (question.choices, question.examples) == (("dmy", "mdy"), ("03/04/2024",))
    with pytest.raises(Problem) as refused:
        next(open_file(path).batches())
    assert refused.value.code == "questions_open"


@pytest.mark.parametrize(("order", "month"), [("dmy", 4), ("mdy", 3)])
def test_the_answer_settles_the_order(table: Lines, order: str, month: int) -> None:
    path = table("NIT;Factura;Vence;Saldo", "900123456;F1;03/04/2024;5")
    assert read(path, date_order__Vence=order).rows[0]["due_on"].month == month
    assert read(path, date_order=order).rows[0]["due_on"].month == month
    assert read(path, toml=f'date_order = "{order}"').rows[0]["due_on"].month == month


def test_a_certain_column_of_the_same_table_settles_it_and_that_is_said(table: Lines) -> None:
    found = read(table(HEADINGS, "900123456;ACME;F1;03/04/2024;30/04/2024;5"))
    assert found.rows[0]["issued_on"] == date(2024, 4, 3)
    notice = found.notice("date_order_inferred")
    assert notice is not None and (notice.column, notice.facts["order"]) == ("Fecha", "dmy")


def test_the_value_that_decides_may_be_the_last_of_a_large_file(table: Lines) -> None:
    rows = [f"900123456;F{n};03/04/2024;5" for n in range(150_000)]
    found = read(table("NIT;Factura;Vence;Saldo", *rows, "900123456;FX;04/13/2024;5"))
    assert found.rows[0]["due_on"] == date(2024, 3, 4)


def test_a_column_with_both_orders_is_asked_and_the_others_are_refused(table: Lines) -> None:
    rows = ["900123456;F1;25/12/2024;5", "900123456;F2;12/25/2024;5", "900123456;F3;01/02/2024;5"]
    path = table("NIT;Factura;Vence;Saldo", *rows)
    assert _question(path).code == "date_order_mixed"
    assert [each.code for each in read(path, date_order="dmy").rejects] == ["no_such_date"]


def test_a_mapping_that_the_dates_contradict_is_asked_again(table: Lines) -> None:
    path = table("NIT;Factura;Vence;Saldo", "900123456;F1;12/25/2024;5")
    mapping = path.with_suffix(".toml")
    mapping.write_text('date_order = "dmy"', "utf-8")
    (question,) = open_file(path, mapping=mapping).questions
    assert (question.code, question.suggested) == ("date_order_differs", "mdy")
    answers = {question.key: "mdy"}
    assert open_file(path, mapping=mapping, answers=answers).questions == ()


def test_thousands_everywhere_are_asked_with_the_countrys_habit_first(table: Lines) -> None:
    rows = ["900123456;F1;31/05/2026;1.234", "900123456;F2;31/05/2026;25.000"]
    path = table("NIT;Factura;Vence;Saldo", *rows)
    question = _question(path)
    assert (question.code, question.key) == ("decimal_sign_ambiguous", "decimal:Saldo")
    assert question.suggested == ","
    assert read(path, decimal=",").rows[0]["open_amount"] == Decimal(1234)
    assert read(path, decimal__Saldo=".").rows[0]["open_amount"] == Decimal("1.234")


def test_two_balances_are_asked_unless_they_say_the_same(table: Lines) -> None:
    head = "NIT;Factura;Vence;Saldo;Saldo total"
    assert open_file(table(head, "900123456;F1;31/05/2026;5;5")).questions == ()
    path = table(head, "900123456;F1;31/05/2026;5;7")
    question = _question(path)
    assert (question.key, question.choices) == ("column:open_amount", ("Saldo", "Saldo total"))
    found = read(path, column__open_amount="Saldo total")
    assert found.rows[0]["open_amount"] == Decimal(7)


def test_balances_by_age_without_documents_become_one_document_an_age(table: Lines) -> None:
    path = table(
        "Corte al 31/07/2026",
        "NIT;Cliente;Por vencer;1-30;31-60;Más de 60;Total",
        "900123456-8;ACME;100;50;0;25;175",
        "901234567;BETA;0;0;-10;0;-10",
        "TOTAL GENERAL;;100;50;-10;25;165",
    )
    assert _question(path).code == "ages_without_documents"
    found = read(path, ages="one_per_age")
    assert sorted(
        (r["number"], r["record"], r["due_on"], r["open_amount"]) for r in found.rows
    ) == [
        ("9001234568 1-30", "document", date(2026, 7, 30), Decimal(50)),
        ("9001234568 61-más", "document", date(2026, 5, 31), Decimal(25)),
        ("9001234568 al día", "document", date(2026, 7, 31), Decimal(100)),
        ("9012345677 31-60", "credit", date(2026, 6, 30), Decimal(10)),
    ]
    assert (found.summary.rows, found.summary.totals) == (2, {"": Decimal(165)})


def test_positive_credit_notes_are_asked(table: Lines) -> None:
    rows = ["900123456;FV;F1;31/05/2026;100", "900123456;NC;N1;31/05/2026;30"]
    path = table("NIT;Tipo Doc;Factura;Vence;Saldo", *rows)
    assert _question(path).code == "credit_notes_positive"
    assert read(path, credit_notes="credit").summary.totals == {"": Decimal(70)}
    assert read(path, credit_notes="debit").summary.totals == {"": Decimal(130)}


def test_merged_customer_cells_are_asked_and_filled_down(table: Lines) -> None:
    path = table(
        HEADINGS,
        "900123456;ACME;F1;01/05/2026;31/05/2026;1",
        ";;F2;01/05/2026;31/05/2026;2",
        "901234567;BETA;F3;01/05/2026;31/05/2026;3",
        ";;F4;01/05/2026;31/05/2026;4",
        ";;Total;;;10",
    )
    assert _question(path).code == "customers_blank_below"
    found = read(path, fill_down="yes")
    assert [row["name"] for row in found.rows] == ["ACME", "ACME", "BETA", "BETA"]
    assert [each.code for each in read(path, fill_down="no").rejects] == ["missing_key"] * 2


@pytest.mark.parametrize(
    "answers", [{"date_order": "ddmm"}, {"color": "rojo"}, {"column:nada": "Saldo"}, {"ages": "x"}]
)
def test_an_answer_nobody_understands_is_refused(table: Lines, answers: dict[str, str]) -> None:
    with pytest.raises(Problem) as refused:
        open_file(table(HEADINGS, "1;2;3;;31/05/2026;5"), answers=answers)
    assert refused.value.code == "answer_unknown"


def test_lost_leading_zeros_are_named_with_examples(table: Lines) -> None:
    rows = [f"900123456;{n};31/05/2026;5" for n in ("0012345", "0012346", "1230001", "12347")]
    found = read(table("NIT;Factura;Vence;Saldo", *rows))
    notice = found.notice("leading_zeros_lost")
    assert notice is not None and (notice.examples, notice.facts["width"]) == (("12347",), 7)
    toml = "[zero_fill]\nnumber = 7\n[columns]\ncustomer_code = 'NIT'\nnumber = 'Factura'\n"
    toml += "due_on = 'Vence'\nopen_amount = 'Saldo'"
    found = read(table("NIT;Factura;Vence;Saldo", *rows), toml=toml)
    assert found.rows[-1]["number"] == "0012347"


def test_a_running_number_that_grows_a_digit_lost_nothing(table: Lines) -> None:
    rows = [f"900123456;{n};31/05/2026;5" for n in range(9990, 10030)]
    assert read(table("NIT;Factura;Vence;Saldo", *rows)).notice("leading_zeros_lost") is None


def test_hints_never_decide_alone(table: Lines) -> None:
    path = table("NIT;Factura;Vence;Saldo", "900123456;F1;03/04/2024;1.234")
    keys = {each.key for each in open_file(path, hints=Hints(country="CO")).questions}
    assert keys == {"date_order:Vence", "decimal:Saldo"}
