"""One payment comes in by its door: recorded once, applied in order, refused with a reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django_scopes import scope

from core.rules import rows
from factories import (
    make_creditor,
    make_customer,
    make_document,
    make_rate,
    make_user,
    refresh,
)
from recaudo import words
from recaudo.audit.models import ChangeEvent, DomainEvent
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import auto_apply
from recaudo.payments.actions.receiving import DAYS_AHEAD_MAX, receive
from recaudo.payments.actions.reported import report_payment
from recaudo.payments.models import Application, Credit, ExchangeDifference
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Hold

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 15, 10, tzinfo=ZoneInfo("America/Bogota"))
DAY = date(2026, 4, 15)


def money(amount, currency="COP"):
    return Money(Decimal(amount), currency)


def pay(customer, amount, *, currency="COP", external_id="1", **more):
    return receive(
        customer,
        money(amount, currency),
        value_on=more.pop("value_on", DAY),
        source=more.pop("source", "web"),
        external_id=external_id,
        now=NOW,
        **more,
    )


@pytest.fixture
def customer():
    return make_customer(make_creditor())


def test_a_payment_pays_the_oldest_first_and_what_is_over_waits_apart(customer):
    newer = make_document(customer, 300, due_on="2026-03-31")
    older = make_document(customer, 200, due_on="2026-02-28")
    received = pay(customer, 600, method="transferencia", payer="Tesorería", reference="TR-9")
    assert received.is_new
    assert [line.document for line in received.applied.lines] == [older.pk, newer.pk]
    assert received.applied.remainder == money(100)
    credit = refresh(received.credit)
    assert (credit.unapplied, credit.payer, credit.method) == (100, "Tesorería", "transferencia")
    assert check_ledger(customer.creditor) == []


def test_the_same_payment_again_gives_back_the_first_and_other_facts_are_refused(customer):
    make_document(customer, 200)
    first = pay(customer, 200)
    again = pay(customer, 200, stated=[Stated(10**9)])  # nothing is looked at a second time
    assert (again.credit.pk, again.is_new, again.applied.lines) == (first.credit.pk, False, ())
    with pytest.raises(Problem) as told:
        pay(customer, 201)
    assert told.value.code == "credit_differs"
    with scope(creditor=customer.creditor):
        assert Application.objects.count() == 1


def test_who_listens_is_told_once_and_the_log_names_who_did_it(customer):
    document = make_document(customer, 200)
    by = make_user()
    pay(customer, 50, by=by)
    pay(customer, 50, by=by)
    event = DomainEvent.objects.get(kind="payment.received")
    assert event.customer_id == customer.pk
    assert event.facts["documents"] == [document.pk]
    assert Decimal(event.facts["amount"]) == 50
    assert ChangeEvent.objects.get(kind="payment_received").by == by


def test_what_the_payer_states_is_paid_first_and_the_rest_may_wait(customer):
    older = make_document(customer, 200, due_on="2026-02-28")
    named = make_document(customer, 300, due_on="2026-03-31")
    pay(customer, 350, stated=[Stated(named.pk)], keep_rest=True)
    assert refresh(named).open_amount == 0
    assert refresh(older).open_amount == 200


def test_an_advance_waits_for_its_invoice(customer):
    older = make_document(customer, 200, due_on="2026-02-28")
    advance = pay(customer, 100, kind="advance").credit
    assert refresh(advance).unapplied == 100
    auto_apply(customer)
    assert refresh(older).open_amount == 200, "an older invoice is not what it was for"
    invoice = make_document(customer, 300, issued_on=DAY, due_on="2026-05-15")
    auto_apply(customer)
    assert refresh(invoice).open_amount == 200
    assert refresh(older).open_amount == 200


def test_an_advance_pays_what_is_stated(customer):
    older = make_document(customer, 200, due_on="2026-02-28")
    pay(customer, 100, kind="advance", stated=[Stated(older.pk)])
    assert refresh(older).open_amount == 100


def test_a_reported_payment_is_met_by_its_money(customer):
    make_document(customer, 200)
    report_payment(customer, now=NOW, amount=Decimal(200), paid_on=DAY, source="portal")
    pay(customer, 200)
    with scope(creditor=customer.creditor):
        assert not Hold.objects.filter(released_at=None).exists()


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (0, "COP", "credit_not_positive"),
        (-5, "COP", "credit_not_positive"),
        (10**14, "COP", "credit_too_large"),
        (100, "XYZ", "currency_unknown"),
        (100, "USD", "payment_rate_missing"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_a_sentence(customer, amount, currency, code):
    make_document(customer, 200)
    with pytest.raises(Problem) as told:
        pay(customer, amount, currency=currency)
    assert told.value.code == code
    assert words.sentence(told.value) != code
    with scope(creditor=customer.creditor):
        assert not Credit.objects.exists()


def test_an_amount_no_column_can_hold_is_refused_before_it_is_money():
    with pytest.raises(Problem) as told:
        money(10**15)
    assert told.value.code == "money_out_of_range"


@pytest.mark.parametrize(
    ("ahead", "is_taken"),
    [(DAYS_AHEAD_MAX - 1, True), (DAYS_AHEAD_MAX, True), (DAYS_AHEAD_MAX + 1, False)],
)
def test_a_value_date_may_be_a_few_days_ahead(customer, ahead, is_taken):
    make_document(customer, 200)
    day = DAY + timedelta(days=ahead)
    if is_taken:
        assert pay(customer, 10, value_on=day).is_new
    else:
        with pytest.raises(Problem) as told:
            pay(customer, 10, value_on=day)
        assert told.value.code == "value_too_far_ahead"


def test_a_stated_document_of_another_customer_or_already_paid_is_refused(customer):
    other = make_document(make_customer(customer.creditor), 100)
    with pytest.raises(Problem) as told:
        pay(customer, 10, stated=[Stated(other.pk)])
    assert told.value.code == "stated_unknown"
    mine = make_document(customer, 100)
    pay(customer, 100, external_id="all")
    with pytest.raises(Problem) as told:
        pay(customer, 10, stated=[Stated(mine.pk)])
    assert told.value.code == "stated_closed"


def test_pesos_pay_a_debt_in_dollars_at_the_rate_of_the_day_and_the_difference_is_posted(customer):
    make_rate(customer.creditor, "USD", 4000, valid_on="2026-01-01")
    make_rate(customer.creditor, "USD", 4100, valid_on="2026-04-14")
    document = make_document(customer, "100", currency="USD", issued_on="2026-01-10")
    received = pay(customer, 500_000)
    (conversion,) = received.conversions
    assert (conversion.paid_amount, conversion.rate) == (410_000, 4100)
    assert refresh(document).open_amount == 0
    assert refresh(received.credit).unapplied == 90_000
    with scope(creditor=customer.creditor):
        difference = ExchangeDifference.objects.get()
    assert (difference.amount, difference.currency) == (10_000, "COP")
    assert check_ledger(customer.creditor) == []


def test_without_a_rate_nothing_is_guessed(customer):
    document = make_document(customer, "100", currency="USD")
    received = pay(customer, 500_000)
    assert received.missing_rates == ("USD",)
    assert refresh(received.credit).unapplied == 500_000
    with pytest.raises(Problem) as told:
        pay(customer, 500_000, external_id="2", stated=[Stated(document.pk)])
    assert told.value.code == "stated_rate_missing"


def test_own_currency_first_then_the_oldest_debt_in_another(customer):
    make_rate(customer.creditor, "USD", 4000)
    make_rate(customer.creditor, "CLF", 160_000)
    dollars = make_document(customer, "10", currency="USD", due_on="2026-03-31")
    units = make_document(customer, "1", currency="CLF", due_on="2026-02-28")
    pesos = make_document(customer, 1000, due_on="2026-04-10")
    pay(customer, 165_000)
    assert refresh(pesos).open_amount == 0
    assert refresh(units).open_amount == 0
    assert refresh(dollars).open_amount == 9


def test_a_stated_debt_in_another_currency_is_bought_first(customer):
    make_rate(customer.creditor, "USD", 4000)
    pesos = make_document(customer, 1000)
    dollars = make_document(customer, "10", currency="USD")
    received = pay(customer, 8500, stated=[Stated(dollars.pk, money(2, "USD"))])
    assert refresh(dollars).open_amount == 8
    assert refresh(pesos).open_amount == 500
    assert refresh(received.credit).unapplied == 0


@pytest.mark.parametrize("row", rows("application.md", "conversion"), ids=str)
def test_the_table_of_conversions_is_true(customer, row):
    make_rate(customer.creditor, "USD", row["rate_at_issue"], valid_on="2026-01-01")
    make_rate(customer.creditor, "USD", row["rate"], valid_on=DAY)
    document = make_document(customer, row["debt"], currency="USD", issued_on="2026-01-10")
    received = pay(customer, row["paid"])
    pays = Decimal(row["debt"]) - refresh(document).open_amount
    assert pays == Decimal(row["pays"])
    assert sum(each.paid_amount for each in received.conversions) == Decimal(row["costs"])
    assert refresh(received.credit).unapplied == Decimal(row["left"])
    with scope(creditor=customer.creditor):
        difference = sum(ExchangeDifference.objects.values_list("amount", flat=True))
    assert difference == Decimal(row["difference"])
    assert check_ledger(customer.creditor) == []
