"""`recaudo check --ledger` of lots, conversions, differences, waivers, charges and refunds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django_scopes import scope

from factories import make_creditor, make_customer, make_document, make_rate, make_user
from recaudo import words
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.payments.actions.applications import apply_credit
from recaudo.payments.actions.credits import record_credit
from recaudo.payments.actions.lots import receive_group
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.refunds import refund
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.models import Charge, ChargeWaiver
from recaudo.payments.queries.check import check_ledger

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 15, 10, tzinfo=ZoneInfo("America/Bogota"))
DAY = date(2026, 4, 15)


def pesos(amount):
    return Money(Decimal(amount), "COP")


@pytest.fixture
def creditor():
    """One of everything, which adds up."""
    creditor = make_creditor("a")
    make_rate(creditor, "USD", 4000, valid_on="2026-01-01")
    make_rate(creditor, "USD", 4100, valid_on="2026-04-01")
    customer = make_customer(creditor)

    def pay(who, amount, name):
        return receive(
            who, pesos(amount), value_on=DAY, source="web", external_id=name, now=NOW
        ).credit

    make_document(customer, 10, currency="USD", issued_on="2026-01-10")
    paid = pay(customer, 50_000, "dollars")
    refund(paid, pesos(9000), paid_on=DAY, reason="De más", now=NOW)
    make_document(customer, 5, currency="USD", issued_on="2026-01-10")
    reverse_payment(pay(customer, 20_500, "back"), value_on=DAY, reason="No era", now=NOW)
    member = make_customer(creditor)
    make_document(member, 100)
    receive_group(
        creditor,
        pesos(130),
        customers=[member],
        value_on=DAY,
        source="web",
        external_id="L",
        now=NOW,
    )
    _charge(member)
    _caused(member)
    assert check_ledger(creditor) == []
    return creditor


def _charge(customer):
    base = make_document(customer, 500)
    document = make_document(customer, components={"default_interest": 7}, kind="charge")
    credit, _ = record_credit(
        customer, pesos(3), kind="forgiveness", value_on=DAY, source="waiver", external_id="1"
    )
    with scope(creditor=customer.creditor):
        charge = Charge.objects.create(
            creditor=customer.creditor,
            document=document,
            base=base,
            kind="default_interest",
            from_on=date(2026, 4, 1),
            until_on=DAY,
            because="hand",
            how=[],
        )
        ChargeWaiver.objects.create(
            creditor=customer.creditor,
            charge=charge,
            credit=credit,
            amount=3,
            reason="Acuerdo",
            by=make_user(),
        )
    apply_credit(credit, stated=[Stated(document.pk)], keep_rest=True)


def _caused(customer):
    """A payment that came back without what it caused would be wrong; here both fell."""
    cause, _ = record_credit(
        customer, pesos(5), kind="payment", value_on=DAY, source="web", external_id="cause"
    )
    record_credit(
        customer,
        pesos(1),
        kind="withholding",
        value_on=DAY,
        source="withholding",
        external_id="1",
        caused_by=cause,
    )
    reverse_payment(cause, value_on=DAY, reason="Devuelto", now=NOW)


TAMPERING = {
    "UPDATE payments_paymentlot SET unassigned = 29": {"lot_does_not_add_up"},
    "UPDATE payments_credit SET lot_id = NULL": {"lot_does_not_add_up"},
    "UPDATE payments_conversion SET paid_amount = paid_amount - 1 WHERE undone_at IS NULL": {
        "conversion_differs"
    },
    "UPDATE payments_conversion SET undone_at = NULL WHERE undone_at IS NOT NULL": {
        "conversion_differs"
    },
    "UPDATE payments_exchangedifference SET amount = amount + 1 WHERE amount = 1000": {
        "exchange_difference_differs"
    },
    "DELETE FROM payments_exchangedifference WHERE amount < 0": {"exchange_difference_differs"},
    "UPDATE payments_chargewaiver SET amount = 2": {"waiver_differs"},
    "UPDATE portfolio_document SET kind = 'invoice' WHERE kind = 'charge'": {"charge_differs"},
    "UPDATE payments_refund SET amount = 8999": {"refunds_do_not_add_up"},
    "UPDATE payments_credit SET amount = 1, unapplied = 1 WHERE kind = 'withholding'": {
        "credit_outlives_cause",
        "credit_amount_differs",
    },
}


@pytest.mark.parametrize(("statement", "codes"), TAMPERING.items())
def test_a_change_behind_its_back_is_named(creditor, statement, codes):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")
    found = check_ledger(creditor)
    assert {each["code"] for each in found} == codes
    for each in found:
        told = words.sentence(each["code"], each)
        assert "a:" in told and "{" not in told
