"""Paying the principal leaves its interest owed, and worked like any other debt (U10, U11)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import make_charge, pay, refresh
from recaudo.contact.models import Message
from recaudo.insights.queries.statement import statement
from recaudo.strategy.models import Decision, DocumentDecision
from strategy.portfolio import DAY, ONE, owing, ready_creditor, run_and_release, waiting

pytestmark = pytest.mark.django_db


def test_a_customer_who_owes_only_a_charge_is_segmented_and_worked():
    creditor = ready_creditor()
    customer, document = owing(creditor, "A", dpd=40)
    charge = make_charge(document, "90000", until_on=DAY - timedelta(days=35))
    pay(document, on=DAY - timedelta(days=35))
    assert refresh(document).open_amount == 0

    run_and_release(creditor)

    with scope(creditor=creditor):
        told = DocumentDecision.objects.get(document=charge.document)
        decision = Decision.objects.get(customer=customer)
    assert told.reason != "no_next_step"
    assert (
        decision.segment and decision.balance == 90_000 * 10_000
    )  # the engine counts in ten-thousandths
    assert waiting(creditor, customer), "somebody or something asks for it"


def test_to_catch_up_the_charge_must_be_paid_too():
    creditor = ready_creditor()
    customer, document = owing(creditor, "A", dpd=40)
    make_charge(document, "90000", until_on=DAY - timedelta(days=35))
    pay(document, on=DAY - timedelta(days=35))
    told = statement(customer, DAY)
    assert told.totals.catch_up == 90_000


def test_a_message_sums_the_principal_and_its_charge():
    creditor = ready_creditor()
    customer, document = owing(creditor, "A", dpd=3)
    make_charge(document, "5000", until_on=DAY - 3 * ONE)
    run_and_release(creditor)
    with scope(creditor=creditor):
        (message,) = Message.objects.filter(customer=customer)
        items = list(message.items.all())
    assert len(items) == 2
    assert message.balance == sum(item.balance for item in items) == 1_005_000


def test_a_charge_below_the_small_balance_is_not_chased_alone():
    creditor = ready_creditor(small_balance=Decimal(1_000))
    customer, document = owing(creditor, "A", dpd=40)
    make_charge(document, "999", until_on=DAY - timedelta(days=35))
    pay(document, on=DAY - timedelta(days=35))
    run_and_release(creditor)
    assert waiting(creditor, customer) == []
