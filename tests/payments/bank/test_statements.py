"""Statements come in once, whole, into the right account, and say what does not follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django_scopes import scope

from factories import make_creditor
from recaudo.access.models import Creditor
from recaudo.core.bank_statement import BankStatement as Told
from recaudo.core.problems import Problem
from recaudo.payments.actions.statements import open_account, take_in
from recaudo.payments.models import BankLine, BankStatement

from .making import TODAY, line, take, works

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor() -> Creditor:
    return make_creditor()


def codes(taken) -> list[str]:
    return [notice.code for notice in taken.notices]


def count(creditor: Creditor) -> tuple[int, int]:
    with scope(creditor=creditor):
        return BankStatement.objects.count(), BankLine.objects.count()


def test_the_same_statement_twice_changes_nothing(creditor: Creditor) -> None:
    lines = line("100", bank_id="A1"), line("-5", "COMISION"), line("0", "AVISO")
    first = take(creditor, *lines)
    again = take(creditor, *lines)
    assert (first.told, first.new, codes(first)) == (3, 3, [])
    assert (again.statement, again.new, codes(again)) == (None, 0, ["statement_repeated"])
    assert count(creditor) == (1, 3)
    assert [work.state for work in works(creditor)] == ["new", "no_payment", "no_payment"]


def test_overlapping_files_bring_each_movement_once(creditor: Creditor) -> None:
    one, two = line("100", "UNO"), line("200", "DOS", bank_id="7")
    take(creditor, one, two)
    taken = take(creditor, two, one, line("300", "TRES"))
    assert (taken.new, codes(taken)) == (1, ["statement_lines_known"])
    assert count(creditor) == (2, 3)


def test_two_movements_that_say_the_same_are_two(creditor: Creditor) -> None:
    assert take(creditor, line("50"), line("50")).new == 2
    assert take(creditor, line("50"), line("50"), line("50")).new == 1


def test_two_banks_with_the_same_ids_stay_apart(creditor: Creditor) -> None:
    take(creditor, line("100", bank_id="000001"))
    taken = take(creditor, line("100", bank_id="000001"), account="222")
    assert taken.new == 1
    assert count(creditor) == (2, 2)


def test_an_id_that_a_bank_uses_again_is_another_movement(creditor: Creditor) -> None:
    take(creditor, line("100", bank_id="1"))
    other = line("999", bank_id="1")
    taken = take(creditor, other)
    assert (taken.new, codes(taken)) == (1, ["statement_id_reused"])
    assert take(creditor, other, line("1")).new == 1
    assert count(creditor) == (3, 3)


def test_nobody_reads_the_movements_of_another_creditor(creditor: Creditor) -> None:
    other = make_creditor()
    take(creditor, line("100", bank_id="1"))
    assert take(other, line("100", bank_id="1")).new == 1
    assert count(other) == (1, 1)


def test_what_a_bank_said_is_never_changed(creditor: Creditor) -> None:
    take(creditor, line("100"))
    for table in ("payments_bankline", "payments_bankstatement"):
        for act in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with (
                pytest.raises(DatabaseError, match="only_added"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(act)


@pytest.mark.parametrize(
    ("closing", "said"),
    [("104.99", ["statement_difference"]), ("105", []), ("105.01", ["statement_difference"])],
)
def test_opening_and_lines_make_the_closing(
    creditor: Creditor, closing: str, said: list[str]
) -> None:
    taken = take(creditor, line("5"), opening=Decimal("100"), closing=Decimal(closing))
    assert codes(taken) == said


def test_a_missing_statement_is_said_from_both_sides(creditor: Creditor) -> None:
    def month(number: int, opening: str, closing: str) -> Told:
        amount = str(Decimal(closing) - Decimal(opening))
        return Told(
            "111",
            "COP",
            (line(amount, f"MES {number}", on=date(2026, number, 15)),),
            Decimal(opening),
            date(2026, number, 1),
            Decimal(closing),
            date(2026, number, 28),
        )

    open_account(creditor, "111", currency="COP", origin="test")

    def bring(told: Told) -> list[str]:
        (taken,) = take_in(creditor, [told], file_name="x", format="t", today=TODAY, origin="test")
        return codes(taken)

    assert bring(month(1, "0", "10")) == []
    assert bring(month(3, "30", "40")) == ["statement_gap"]
    assert bring(month(2, "10", "30")) == []
    assert bring(month(4, "41", "50")) == ["statement_gap"]


@pytest.mark.parametrize(("days", "ok"), [(0, True), (1, True), (2, False)])
def test_a_booking_of_the_future_is_refused(creditor: Creditor, days: int, ok: bool) -> None:
    ahead = line("1", on=TODAY + timedelta(days=days))
    if ok:
        assert take(creditor, ahead).new == 1
        return
    with pytest.raises(Problem, match="statement_in_future"):
        take(creditor, ahead)
    assert count(creditor) == (0, 0)


@pytest.mark.parametrize(("days", "ok"), [(10, True), (11, False)])
def test_a_value_date_may_be_some_days_ahead(creditor: Creditor, days: int, ok: bool) -> None:
    ahead = replace(line("1"), value_on=TODAY + timedelta(days=days))
    if ok:
        assert take(creditor, ahead).new == 1
    else:
        with pytest.raises(Problem, match="statement_in_future"):
            take(creditor, ahead)


@pytest.mark.parametrize(
    ("told", "asked", "code"),
    [
        (Told("999", "COP", ()), "", "bank_account_unknown"),
        (Told("111", "USD", ()), "", "statement_other_currency"),
        (Told("111", "COP", ()), "222", "statement_other_account"),
        (Told("", "COP", ()), "", "statement_no_account"),
        (Told("", "COP", ()), "1-1-1", None),
        (Told("000111", "COP", ()), "", None),
    ],
)
def test_the_account_and_its_currency_must_be_the_right_ones(
    creditor: Creditor, told: Told, asked: str, code: str | None
) -> None:
    open_account(creditor, "111", currency="COP", origin="test")

    def bring() -> None:
        take_in(creditor, [told], file_name="x", format="t", today=TODAY, account=asked, origin="t")

    if code is None:
        bring()
        assert count(creditor) == (1, 0)
        return
    with pytest.raises(Problem) as refused:
        bring()
    assert refused.value.code == code
    assert count(creditor) == (0, 0)


def test_one_bad_statement_of_a_file_refuses_the_file(creditor: Creditor) -> None:
    open_account(creditor, "111", currency="COP", origin="test")
    told = [Told("111", "COP", (line("1"),)), Told("111", "USD", ())]
    with pytest.raises(Problem, match="statement_other_currency"):
        take_in(creditor, told, file_name="x", format="t", today=TODAY, origin="test")
    assert count(creditor) == (0, 0)


def test_an_account_has_one_currency(creditor: Creditor) -> None:
    open_account(creditor, "111", currency="COP", origin="test")
    open_account(creditor, "1 1 1", currency="cop", origin="test")
    with pytest.raises(Problem, match="bank_account_differs"):
        open_account(creditor, "111", currency="USD", origin="test")
    with pytest.raises(Problem, match="bank_account_unreadable"):
        open_account(creditor, "--", currency="USD", origin="test")
