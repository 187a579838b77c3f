"""Bank lines and lots bring with them what one payment brings: charges, withholdings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import make_creditor, make_customer, make_document, refresh
from payments.bank.making import line, match, take
from payments.test_charging import charge_interest
from payments.test_withholding import withholds
from recaudo.core.money import Money
from recaudo.payments.actions.lots import receive_group, reverse_lot
from recaudo.payments.models import Charge, Credit, PendingPaper
from recaudo.payments.queries.check import check_ledger

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 20, 15, tzinfo=UTC)


def mexican():
    """No ceiling to load: 36.5 % a year is a tenth of a per cent a day."""
    creditor = make_creditor(country="MX", timezone="America/Mexico_City")
    charge_interest(creditor)
    return creditor


def pay_group(creditor, customers, amount, on):
    return receive_group(
        creditor,
        Money(Decimal(amount), creditor.currency),
        customers=customers,
        value_on=on,
        source="test",
        external_id="L1",
        now=NOW,
    )


def charged(creditor):
    with scope(creditor=creditor):
        return {
            each.base.customer_id: each.document.original_amount
            for each in Charge.objects.select_related("base", "document")
        }


def test_a_lot_fixes_the_interest_of_every_member_before_it_pays():
    creditor = mexican()
    customers = [make_customer(creditor) for _ in range(2)]
    documents = [make_document(each, 1000, due_on="2026-04-01") for each in customers]
    paid = pay_group(creditor, customers, 1020, date(2026, 4, 11))
    assert charged(creditor) == {customers[0].pk: 10, customers[1].pk: 10}
    assert paid.unassigned == 0
    assert [refresh(each).open_amount for each in documents] == [0, 1000]
    assert check_ledger(creditor) == []


def test_a_lot_that_comes_back_leaves_the_interest_as_if_it_had_not_been():
    creditor = mexican()
    customer = make_customer(creditor)
    document = make_document(customer, 1000, due_on="2026-04-01")
    lot = pay_group(creditor, [customer], 510, date(2026, 4, 11)).lot
    reverse_lot(lot, value_on=date(2026, 4, 21), reason="Devuelto", now=NOW)
    assert refresh(document).open_amount == 1000
    assert charged(creditor) == {customer.pk: 10}
    assert check_ledger(creditor) == []


def test_a_lot_at_the_exact_net_closes_the_document_and_owes_its_certificate():
    creditor = make_creditor()
    customer = make_customer(creditor)
    withholds(customer)
    document = make_document(customer, 1_190_000)
    lot = pay_group(creditor, [customer], 1_165_000, date(2026, 4, 15)).lot
    assert refresh(document).open_amount == 0
    with scope(creditor=creditor):
        withheld = Credit.objects.get(kind="withholding")
        assert (withheld.amount, withheld.caused_by.lot_id) == (25_000, lot.pk)
        assert PendingPaper.objects.get().state == "pending"
    reverse_lot(lot, value_on=date(2026, 4, 15), reason="Devuelto", now=NOW)
    assert refresh(document).open_amount == 1_190_000
    with scope(creditor=creditor):
        assert PendingPaper.objects.get().state == "dropped"
    assert check_ledger(creditor) == []


def test_a_bank_line_fixes_the_interest_up_to_its_day():
    creditor = mexican()
    customer = make_customer(creditor)
    document = make_document(customer, 1000, number="770011", due_on="2026-11-10")
    take(creditor, line("1000", "PAGO FACTURA 770011", on=date(2026, 11, 20)))
    match(creditor)
    assert refresh(document).open_amount == 0
    assert charged(creditor) == {customer.pk: 10}
    assert check_ledger(creditor) == []
