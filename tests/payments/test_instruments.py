"""A cheque is no money until it clears; what it covers is not chased meanwhile (F15)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import make_creditor, make_customer, make_document, refresh
from payments.test_parallel_writers import at_once
from recaudo.core.instruments import STEPS, check_step
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.instruments import Paper, move_instrument, receive_instrument
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.models import Credit, Instrument, InstrumentEvent, InstrumentState
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Hold

NOW = datetime(2026, 6, 30, 15, tzinfo=UTC)


def cheque(customer, documents, amount=None, number="100", **fields):
    covers = [(each.pk, refresh(each).open_amount) for each in documents]
    whole = sum(part for _, part in covers) if amount is None else Decimal(amount)
    paper = Paper(
        "cheque", number, Money(whole, customer.creditor.currency), date(2026, 5, 15), "Banco Uno"
    )
    told = {"received_on": date(2026, 4, 20), "now": NOW} | fields
    return receive_instrument(customer, paper, covers=covers, **told)


def move(instrument, wanted, on, reason=""):
    return move_instrument(instrument, wanted, on=date.fromisoformat(on), reason=reason, now=NOW)


def holds(customer):
    with scope(creditor=customer.creditor):
        return Hold.objects.filter(customer=customer, kind="instrument", released_at=None).count()


@pytest.fixture
def customer(db):
    return make_customer(make_creditor())


def test_every_state_is_one_of_the_models():
    assert set(STEPS) == set(InstrumentState.values)


@pytest.mark.parametrize("state", sorted(STEPS))
def test_no_other_step_is_taken(state):
    for wanted in STEPS:
        if wanted not in STEPS[state]:
            with pytest.raises(Problem) as refused:
                check_step(state, wanted)
            assert refused.value.code == "instrument_step"


def test_in_custody_the_balance_stays_and_the_document_rests(customer):
    documents = [make_document(customer, 100), make_document(customer, 50)]
    cheque(customer, documents)
    assert [refresh(each).open_amount for each in documents] == [100, 50]
    assert holds(customer) == 2


def test_clearing_pays_what_it_covers_and_ends_the_rest(customer):
    documents = [make_document(customer, 100), make_document(customer, 50)]
    row = cheque(customer, documents)
    move(row, "deposited", "2026-05-15")
    assert refresh(documents[0]).open_amount == 100
    row = move(row, "cleared", "2026-05-17")
    assert [refresh(each).open_amount for each in documents] == [0, 0]
    assert holds(customer) == 0
    with scope(creditor=customer.creditor):
        assert Credit.objects.get(pk=row.credit_id).value_on == date(2026, 5, 17)


@pytest.mark.parametrize("wanted", ["returned", "protested"])
def test_one_that_comes_back_puts_the_document_back_on_the_list(customer, wanted):
    document = make_document(customer, 100)
    row = cheque(customer, [document])
    move(row, "deposited", "2026-05-15")
    with pytest.raises(Problem) as refused:
        move(row, wanted, "2026-05-17")
    assert refused.value.code == "reason_missing"
    move(row, wanted, "2026-05-17", "sin fondos")
    assert (refresh(document).open_amount, holds(customer)) == (100, 0)


def test_one_returned_after_it_cleared_takes_its_payment_back(customer):
    document = make_document(customer, 100)
    row = cheque(customer, [document])
    for wanted, on in (("deposited", "2026-05-15"), ("cleared", "2026-05-17")):
        row = move(row, wanted, on)
    row = move(row, "returned", "2026-05-20", "sin fondos")
    assert (refresh(document).open_amount, row.credit_id) == (100, None)
    row = move(row, "deposited", "2026-05-25")
    assert holds(customer) == 1
    move(row, "cleared", "2026-05-27")
    assert refresh(document).open_amount == 0
    assert check_ledger(customer.creditor) == []


def test_what_was_paid_meanwhile_leaves_money_for_the_rest(customer):
    from recaudo.payments.actions.receiving import receive

    first, second = make_document(customer, 100), make_document(customer, 60, due_on="2026-04-30")
    row = cheque(customer, [first])
    receive(
        customer,
        Money(Decimal(100), "COP"),
        value_on=date(2026, 5, 1),
        source="test",
        external_id="x",
        now=NOW,
    )
    move(row, "cleared", "2026-05-17")
    assert (refresh(first).open_amount, refresh(second).open_amount) == (0, 0)
    with scope(creditor=customer.creditor):
        assert sum(each.unapplied for each in Credit.objects.all()) == 40


def test_a_renewed_one_takes_the_place_of_the_first(customer):
    document = make_document(customer, 100)
    first = cheque(customer, [document])
    paper = Paper("cheque", "101", Money(Decimal(100), "COP"), date(2026, 6, 15), "Banco Uno")
    second = receive_instrument(
        customer,
        paper,
        covers=[(document.pk, Decimal(100))],
        received_on=date(2026, 5, 15),
        replaces=first,
        now=NOW,
    )
    with scope(creditor=customer.creditor):
        assert Instrument.objects.get(pk=first.pk).state == "withdrawn"
    assert (second.replaces_id, holds(customer)) == (first.pk, 1)


def test_one_paper_is_taken_once_and_covers_no_more_than_is_owed(customer):
    document = make_document(customer, 100)
    cheque(customer, [document])
    with pytest.raises(Problem) as refused:
        cheque(customer, [document], number="101")
    assert refused.value.code == "instrument_document_covered"
    other = make_document(customer, 100)
    with pytest.raises(Problem) as refused:
        cheque(customer, [other])
    assert refused.value.code == "instrument_known"
    with pytest.raises(Problem) as refused:
        cheque(customer, [other], amount=99, number="102")
    assert refused.value.code == "instrument_covers_too_much"
    stranger = make_document(make_customer(customer.creditor), 100)
    with pytest.raises(Problem) as refused:
        cheque(customer, [stranger], number="103")
    assert refused.value.code == "instrument_document_unknown"


@pytest.mark.parametrize(
    ("received_on", "code"), [("2026-06-30", ""), ("2026-07-01", "instrument_in_future")]
)
def test_no_paper_is_in_custody_before_it_is_there(customer, received_on, code):
    """Dated ahead, it would stand in nobody's way: not of the list, not of a paz y salvo."""
    document = make_document(customer, 100)
    paper = Paper("cheque", "7", Money(Decimal(100), "COP"), date(2026, 12, 1))
    day = date.fromisoformat(received_on)
    try:
        receive_instrument(
            customer, paper, covers=[(document.pk, Decimal(100))], received_on=day, now=NOW
        )
        said = ""
    except Problem as problem:
        said = problem.code
    assert (said, holds(customer)) == (code, 0 if code else 1)


@pytest.mark.parametrize(
    ("on", "code"), [("2026-07-05", ""), ("2026-07-06", "value_too_far_ahead")]
)
def test_a_step_is_not_taken_on_a_day_that_is_far_ahead(customer, on, code):
    """A year typed wrong would leave it there for good: no step goes back in time."""
    row = cheque(customer, [make_document(customer, 100)])
    try:
        moved = move(row, "deposited", on).state
    except Problem as problem:
        moved = problem.code
    assert moved == (code or "deposited")


def test_an_amount_that_no_column_holds_is_said(customer):
    with pytest.raises(Problem, match="credit_too_large"):
        cheque(customer, [make_document(customer, 100)], amount=10**14)


def test_a_paper_has_a_number(customer):
    with pytest.raises(Problem, match="instrument_unnumbered"):
        cheque(customer, [make_document(customer, 100)], number=" ")


def test_what_a_cleared_cheque_paid_is_taken_back_as_the_cheque(customer):
    """Else the cheque would be told as cleared while what it paid is owed."""
    document = make_document(customer, 100)
    row = move(cheque(customer, [document]), "cleared", "2026-05-17")
    with pytest.raises(Problem, match="credit_of_instrument") as refused:
        reverse_payment(row.credit, value_on=date(2026, 5, 20), reason="devuelto", now=NOW)
    assert (refused.value.facts["number"], refresh(document).open_amount) == ("100", 0)
    move(row, "returned", "2026-05-20", "sin fondos")
    assert refresh(document).open_amount == 100


@pytest.mark.django_db(transaction=True)
def test_two_who_clear_at_once_pay_once():
    customer = make_customer(make_creditor())
    document = make_document(customer, 100)
    row = cheque(customer, [document])
    ends = at_once(*[lambda: move(row, "cleared", "2026-05-17").state for _ in range(4)])
    assert ends == ["cleared"] * 4
    assert refresh(document).open_amount == 0
    with scope(creditor=customer.creditor):
        assert Credit.objects.count() == 1
        assert InstrumentEvent.objects.filter(state="cleared").count() == 1
