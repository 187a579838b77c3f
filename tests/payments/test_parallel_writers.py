"""Several people apply at once, in real connections: nobody applies too much, nobody deadlocks."""

from __future__ import annotations

import random
import threading
from datetime import date

import pytest
from django.db import connections
from django_scopes import scope

from factories import make_credit, make_creditor, make_customer, make_document
from recaudo.core.application import Line
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import (
    apply_credit,
    apply_lines,
    auto_apply,
    reverse_application,
)
from recaudo.payments.actions.credits import record_credit, take_back_credit
from recaudo.payments.models import Application, Credit
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Document

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 6


def at_once(*acts):
    """Run the acts in threads that start together; gives back what each ended with."""
    start, ends = threading.Barrier(len(acts)), [None] * len(acts)

    def work(place, act):
        try:
            start.wait(10)
            ends[place] = act() or "done"
        except Problem as problem:
            ends[place] = problem.code
        except BaseException as error:
            ends[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return ends


def test_one_debt_is_paid_once_however_many_try():
    customer = make_customer(make_creditor())
    document = make_document(customer, 100)
    credits = [make_credit(customer, 60) for _ in range(WRITERS)]
    ends = at_once(*(lambda c=credit: apply_credit(c) and None for credit in credits))
    assert set(ends) == {"done"}
    with scope(creditor=customer.creditor):
        assert Document.objects.get(pk=document.pk).open_amount == 0
        assert sum(Application.objects.values_list("amount", flat=True)) == 100
    assert check_ledger(customer.creditor) == []


def test_who_insists_on_an_amount_that_is_gone_is_refused():
    customer = make_customer(make_creditor())
    document = make_document(customer, 100)
    credits = [make_credit(customer, 60) for _ in range(WRITERS)]
    line = [Line(document.pk, "", Money(make_credit(customer, 60).amount, "COP"))]
    ends = at_once(*(lambda c=credit: apply_lines(c, line) for credit in credits))
    assert sorted(ends) == ["document_over_applied"] * (WRITERS - 1) + ["done"]
    assert check_ledger(customer.creditor) == []


def test_one_payment_is_spent_once():
    customer = make_customer(make_creditor())
    documents = [make_document(customer, 100) for _ in range(WRITERS)]
    credit = make_credit(customer, 100)
    lines = [[Line(each.pk, "", Money(credit.amount, "COP"))] for each in documents]
    ends = at_once(*(lambda mine=line: apply_lines(credit, mine) for line in lines))
    assert sorted(ends) == ["credit_exhausted"] * (WRITERS - 1) + ["done"]


def test_one_application_is_taken_back_once():
    customer = make_customer(make_creditor())
    make_document(customer, 100)
    apply_credit(make_credit(customer, 100))
    with scope(creditor=customer.creditor):
        application = Application.objects.get()

    def take_back():
        with scope(creditor=customer.creditor):
            reverse_application(application, value_on=date(2026, 5, 1))

    ends = at_once(*[take_back] * WRITERS)
    assert sorted(ends) == ["already_reversed"] * (WRITERS - 1) + ["done"]
    assert check_ledger(customer.creditor) == []


def test_the_same_payment_sent_twice_at_once_is_recorded_once():
    customer = make_customer(make_creditor())

    def record():
        _, is_new = record_credit(
            customer,
            Money(make_money(), "COP"),
            kind="payment",
            value_on=date(2026, 4, 1),
            source="bank",
            external_id="7",
        )
        return "new" if is_new else "known"

    assert sorted(at_once(*[record] * WRITERS)) == ["known"] * (WRITERS - 1) + ["new"]


def make_money():
    from decimal import Decimal

    return Decimal(100)


def test_many_who_do_everything_at_once_neither_deadlock_nor_break_the_sums():
    creditor = make_creditor()
    customers = [make_customer(creditor) for _ in range(3)]
    for customer in customers:
        for amount in (100, 70, 30):
            make_document(customer, amount, components={"capital": amount - 5, "interest": 5})
            make_credit(customer, 90)

    def busy(seed):
        chance = random.Random(seed)

        def act():
            for _ in range(15):
                with scope(creditor=creditor):
                    one_act(chance)

        return act

    def one_act(chance):
        customer = chance.choice(customers)
        credit = chance.choice(list(Credit.objects.filter(customer=customer)))
        try:
            match chance.randrange(4):
                case 0:
                    auto_apply(customer)
                case 1:
                    apply_credit(credit)
                case 2:
                    take_back_credit(
                        credit, value_on=date(2026, 6, 1), reason="chance", origin="test"
                    )
                case 3:
                    standing = Application.objects.filter(
                        credit=credit, amount__gt=0, application=None
                    ).first()
                    if standing is not None:
                        reverse_application(standing, value_on=date(2026, 6, 1))
        except Problem as problem:
            assert problem.code in {"already_reversed"}, problem

    assert at_once(*(busy(seed) for seed in range(WRITERS))) == ["done"] * WRITERS
    assert check_ledger(creditor) == []
