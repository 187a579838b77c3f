"""Applying credits to what is owed, and taking them back."""

from datetime import date
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import (
    adjust,
    apply,
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    refresh,
)
from recaudo.core.application import Line, Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import (
    apply_credit,
    apply_lines,
    auto_apply,
    reverse_application,
)
from recaudo.payments.actions.credits import record_credit, take_back_credit
from recaudo.payments.models import Application
from recaudo.payments.queries.check import check_ledger

pytestmark = pytest.mark.django_db


def cop(amount):
    return Money(Decimal(amount), "COP")


@pytest.fixture
def customer():
    return make_customer(make_creditor())


def test_a_payment_pays_the_oldest_document_first_and_what_is_left_waits(customer):
    newer = make_document(customer, 300, due_on="2026-03-31")
    older = make_document(customer, 200, due_on="2026-02-28")
    credit = make_credit(customer, 600)
    applied = apply_credit(credit)
    assert [(line.document, line.amount) for line in applied.lines] == [
        (older.pk, cop(200)),
        (newer.pk, cop(300)),
    ]
    assert applied.remainder == cop(100)
    assert refresh(credit).unapplied == 100
    assert refresh(older).closed_on == credit.value_on
    assert check_ledger(customer.creditor) == []


def test_the_parts_of_an_instalment_are_paid_in_order_and_its_balance_follows(customer):
    document = make_document(customer, components={"capital": 80, "interest": 15, "fees": 5})
    apply_credit(make_credit(customer, 30))
    with scope(creditor=customer.creditor):
        parts = dict(document.components.values_list("component", "open_amount"))
    assert parts == {"interest": 0, "fees": 0, "capital": 70}
    assert refresh(document).open_amount == 70
    assert check_ledger(customer.creditor) == []


def test_what_the_payer_names_is_paid_first(customer):
    make_document(customer, 200, due_on="2026-02-28")
    named = make_document(customer, 300, due_on="2026-03-31")
    applied = apply_credit(make_credit(customer, 300), stated=[Stated(named.pk)])
    assert [line.document for line in applied.lines] == [named.pk]


def test_a_write_off_is_paid_after_what_is_alive_and_a_ceded_invoice_only_when_named(customer):
    written_off = make_document(customer, 100, due_on="2024-01-31")
    ceded = make_document(customer, 100, due_on="2024-01-31")
    alive = make_document(customer, 100, due_on="2026-03-31")
    happen(written_off, "written_off", on="2025-01-31")
    happen(ceded, "ceded", on="2025-01-31")
    applied = apply_credit(make_credit(customer, 500))
    assert [line.document for line in applied.lines] == [alive.pk, written_off.pk]
    named = apply_credit(make_credit(customer, 50), stated=[Stated(ceded.pk)])
    assert [line.document for line in named.lines] == [ceded.pk]


def test_an_advance_pays_from_the_day_the_invoice_exists(customer):
    document = make_document(customer, 100, issued_on="2026-03-01", due_on="2026-03-31")
    apply_credit(make_credit(customer, 100, value_on="2026-01-10"))
    assert refresh(document).closed_on == date(2026, 3, 1)


def test_a_payment_in_dollars_leaves_a_debt_in_pesos_alone(customer):
    make_document(customer, 100)
    dollars = make_document(customer, 100, currency="USD")
    applied = apply_credit(make_credit(customer, 150, currency="USD"))
    assert [line.document for line in applied.lines] == [dollars.pk]
    assert applied.remainder == Money(Decimal(50), "USD")


def test_all_that_waits_is_applied_oldest_first_and_twice_is_the_same_as_once(customer):
    document = make_document(customer, 100)
    late = make_credit(customer, 60, value_on="2026-04-20")
    early = make_credit(customer, 60, value_on="2026-04-10")
    done = auto_apply(customer)
    assert [(credit.pk, applied.remainder) for credit, applied in done] == [
        (early.pk, cop(0)),
        (late.pk, cop(20)),
    ]
    assert auto_apply(customer) == []
    assert refresh(document).open_amount == 0


def test_a_person_may_say_exactly_what_pays_what_but_never_too_much(customer):
    document = make_document(customer, 100)
    credit = make_credit(customer, 500)
    apply_lines(credit, [Line(document.pk, "", cop(40))])
    assert refresh(document).open_amount == 60
    with pytest.raises(Problem) as refused:
        apply_lines(credit, [Line(document.pk, "", cop(61))])
    assert refused.value.code == "document_over_applied"
    with pytest.raises(Problem) as refused:
        apply_lines(make_credit(customer, 10), [Line(document.pk, "", cop(11))])
    assert refused.value.code == "credit_exhausted"
    assert refresh(document).open_amount == 60


@pytest.mark.parametrize("component", ["interest", "nothing"])
def test_a_part_that_the_document_does_not_have_is_not_owed(customer, component):
    document = make_document(customer, 100)
    with pytest.raises(Problem) as refused:
        apply_lines(make_credit(customer), [Line(document.pk, component, cop(1))])
    assert refused.value.code == "not_owed"


def test_another_currency_is_refused_by_the_database_itself(customer):
    document = make_document(customer, 100, currency="USD")
    credit = make_credit(customer, 100)
    with pytest.raises(Problem) as refused:
        apply_lines(credit, [Line(document.pk, "", cop(10))])
    assert refused.value.code == "application_currency_mismatch"


def test_another_creditors_document_does_not_exist_here(customer):
    foreign = make_document(make_customer(make_creditor()), 100)
    with pytest.raises(Problem) as refused:
        apply_lines(make_credit(customer), [Line(foreign.pk, "", cop(10))])
    assert refused.value.code == "not_owed"


def test_an_application_taken_back_leaves_both_sides_as_they_were(customer):
    document, credit = make_document(customer, 100), make_credit(customer, 100)
    application = apply(credit, document)
    reverse_application(application, value_on=date(2026, 5, 1))
    assert refresh(document).open_amount == 100
    assert document.closed_on is None
    assert refresh(credit).unapplied == 100
    with pytest.raises(Problem) as refused:
        reverse_application(application, value_on=date(2026, 5, 1))
    assert refused.value.code == "already_reversed"
    assert check_ledger(customer.creditor) == []


def test_a_reversal_cannot_start_before_what_it_undoes(customer):
    application = apply(make_credit(customer, value_on="2026-04-15"), make_document(customer))
    with pytest.raises(Problem) as refused:
        reverse_application(application, value_on=date(2026, 4, 14))
    assert refused.value.code == "value_before"
    reverse_application(application, value_on=date(2026, 4, 15))


def test_a_bounced_cheque_is_owed_again_and_taking_it_back_twice_is_once(customer):
    document, credit = make_document(customer, 100), make_credit(customer, 150)
    apply_credit(credit)
    for _ in range(2):
        take_back_credit(credit, value_on=date(2026, 5, 2), reason="cheque_returned", origin="test")
    assert refresh(document).open_amount == 100
    assert (refresh(credit).amount, credit.unapplied) == (0, 0)
    assert check_ledger(customer.creditor) == []


def test_the_same_payment_is_recorded_once_and_another_under_its_id_is_refused(customer):
    facts = {"kind": "payment", "value_on": date(2026, 4, 1), "source": "bank", "external_id": "7"}
    first, is_new = record_credit(customer, cop(100), **facts)
    again, is_new_again = record_credit(customer, cop(100), **facts)
    assert (is_new, is_new_again, again.pk) == (True, False, first.pk)
    with pytest.raises(Problem) as refused:
        record_credit(customer, cop(101), **facts)
    assert refused.value.code == "credit_differs"


def test_a_correction_cannot_take_a_document_below_what_was_paid(customer):
    document = make_document(customer, 100)
    apply_credit(make_credit(customer, 80))
    adjust(document, -20)
    assert refresh(document).closed_on == date(2026, 4, 15)
    with scope(creditor=customer.creditor):
        assert Application.objects.count() == 1
