"""`recaudo check --ledger`: whatever is changed behind the ledger's back is named."""

import pytest
from django.db import connection

from factories import (
    adjust,
    apply,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    move_due_date,
    refresh,
)
from recaudo import words
from recaudo.payments.queries.check import NAMED_MAX, RULES, check_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor():
    """A ledger with one of everything, which adds up."""
    customer = make_customer(make_creditor("a"))
    document = make_document(customer, number="F1", components={"capital": 80, "interest": 20})
    apply(make_credit(customer, 30), document, 20, component="interest")
    adjust(document, -10, component="capital")
    move_due_date(document, "2026-05-31")
    paid = make_document(customer, 50, number="F2")
    apply(make_credit(customer, 50), paid)
    credit = make_credit(customer, 40)
    adjust(credit, -5)
    return customer.creditor


#: What somebody with the database's password could do → what must be said.
TAMPERING = {
    "UPDATE portfolio_document SET amount = amount + 1 WHERE number = 'F1'": {
        "document_amount_differs",
        "document_open_differs",
        "components_do_not_add_up",
    },
    "UPDATE portfolio_document SET open_amount = open_amount - 1 WHERE number = 'F1'": {
        "document_open_differs",
        "components_do_not_add_up",
    },
    "UPDATE portfolio_document SET closed_on = NULL WHERE number = 'F2'": {
        "document_closed_on_differs"
    },
    "UPDATE portfolio_document SET closed_on = '2026-12-31' WHERE number = 'F2'": {
        "document_closed_on_differs"
    },
    "UPDATE portfolio_documentcomponent SET open_amount = 0": {
        "component_differs",
        "components_do_not_add_up",
    },
    "UPDATE payments_application SET component = 'fees' WHERE component <> ''": {
        "component_differs",
        "component_unknown",
    },
    "UPDATE payments_credit SET amount = amount + 1 WHERE amount = 30": {
        "credit_amount_differs",
        "credit_unapplied_differs",
    },
    "UPDATE payments_credit SET unapplied = unapplied - 1 WHERE unapplied = 10": {
        "credit_unapplied_differs"
    },
    "UPDATE payments_credit SET currency = 'USD' WHERE amount = 50": {
        "application_currency_differs"
    },
    "UPDATE portfolio_document SET due_on = '2026-01-01' WHERE number = 'F1'": {"due_date_differs"},
    "DELETE FROM payments_application WHERE component = ''": {
        "document_open_differs",
        "credit_unapplied_differs",
        "document_closed_on_differs",
    },
}


def tamper(statement):
    """As a superuser who switches the triggers and keys off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")


def test_a_ledger_that_adds_up_says_nothing(creditor):
    assert check_ledger(creditor) == []


@pytest.mark.parametrize(("statement", "codes"), TAMPERING.items())
def test_a_change_behind_its_back_is_named(creditor, statement, codes):
    tamper(statement)
    found = check_ledger(creditor)
    assert {each["code"] for each in found} == codes
    for each in found:
        assert each["rows"][0] == {name: each[name] for name in ("what", "kept", "should_be")}
        told = words.sentence(each["code"], each)
        assert "a:" in told and "{" not in told


def test_a_row_moved_to_another_creditor_is_found(creditor):
    other = make_creditor("b")
    tamper(f"UPDATE portfolio_document SET creditor_id = {other.pk} WHERE number = 'F2'")
    assert "crosses_creditors" in {each["code"] for each in check_ledger(creditor)}
    assert "crosses_creditors" in {each["code"] for each in check_ledger(other)}


def test_another_creditors_mistakes_are_not_ours(creditor):
    tamper("UPDATE portfolio_document SET open_amount = open_amount - 1 WHERE number = 'F1'")
    assert check_ledger(make_creditor("b")) == []


def test_many_disagreements_are_counted_and_some_are_named(creditor):
    customer = make_customer(make_creditor("b"))
    for _ in range(NAMED_MAX + 5):
        make_document(customer, 10)
    tamper("UPDATE portfolio_document SET open_amount = 9 WHERE original_amount = 10")
    (found,) = check_ledger(customer.creditor)
    assert (found["count"], len(found["rows"])) == (NAMED_MAX + 5, NAMED_MAX)


def test_every_rule_has_its_sentence():
    for rule in RULES:
        assert rule.code in words.sentences()


def test_a_document_is_closed_by_whatever_of_it_has_the_latest_day():
    """Corrected on 20 April, paid on the 10th: until the 20th it still owed."""
    customer = make_customer(make_creditor("b"))
    first, second = make_document(customer, 100), make_document(customer, 100)
    adjust(first, -40, on="2026-04-20")
    apply(make_credit(customer, 60), first, value_on="2026-04-10")
    apply(make_credit(customer, 60), second, value_on="2026-04-21")
    adjust(second, -40, on="2026-04-20")
    assert [str(refresh(each).closed_on) for each in (first, second)] == [
        "2026-04-20",
        "2026-04-21",
    ]
    assert check_ledger(customer.creditor) == []
