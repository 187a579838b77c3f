"""Which document a written number means."""

from __future__ import annotations

import pytest
from django_scopes import scope

from factories import make_creditor, make_customer, make_document, pay
from recaudo.payments.queries.naming import documents_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor():
    return make_creditor()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("FV-0012", "whole"),
        ("FV0012", "whole"),
        ("fv 0012", "whole"),
        ("0012", "whole"),
        ("7/1", "first"),
        ("7/2", "second"),
        ("FV7/2", "second"),
        ("71", None),
        ("FV", None),
        ("", None),
    ],
)
def test_a_document_is_found_as_people_write_its_number(creditor, written, found):
    customer = make_customer(creditor)
    documents = {
        "whole": make_document(customer, 10, prefix="FV", number="0012"),
        "first": make_document(customer, 10, prefix="FV", number="7", instalment="1"),
        "second": make_document(customer, 10, prefix="FV", number="7", instalment="2"),
    }
    with scope(creditor=creditor):
        named = documents_named(creditor, [written])[written.strip()]
    assert named == ([(documents[found].pk, customer.pk)] if found else [])


def test_a_customers_own_paid_document_goes_before_anothers_open_one(creditor):
    mine, other = make_customer(creditor), make_customer(creditor)
    paid = make_document(mine, 10, number="5")
    pay(paid)
    still = make_document(other, 10, number="5", key="FV|B|5")
    with scope(creditor=creditor):
        assert documents_named(creditor, ["5"])["5"] == [(still.pk, other.pk)]
        assert documents_named(creditor, ["5"], mine.pk)["5"] == [(paid.pk, mine.pk)]
