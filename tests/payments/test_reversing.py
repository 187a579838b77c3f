"""A payment that comes back: exactly what it did is undone, once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django_scopes import scope

from factories import (
    make_creditor,
    make_customer,
    make_document,
    make_rate,
    make_user,
    refresh,
)
from recaudo.audit.models import DomainEvent
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import apply_credit
from recaudo.payments.actions.credits import record_credit
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.refunds import close_by_rounding, refund
from recaudo.payments.actions.reported import report_payment
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.models import (
    Clearance,
    Conversion,
    Credit,
    ExchangeDifference,
    PendingPaper,
    ReportedPayment,
)
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Hold

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 15, 10, tzinfo=ZoneInfo("America/Bogota"))
DAY = date(2026, 4, 15)
LATER = NOW + timedelta(days=2)
BACK = date(2026, 4, 17)


def money(amount, currency="COP"):
    return Money(Decimal(amount), currency)


def pay(customer, amount, *, external_id="1", currency="COP", **more):
    return receive(
        customer,
        money(amount, currency),
        value_on=DAY,
        source="web",
        external_id=external_id,
        now=NOW,
        **more,
    ).credit


def bounce(credit, *, now=LATER, on=BACK):
    return reverse_payment(credit, value_on=on, reason="Cheque devuelto", now=now)


@pytest.fixture
def customer():
    return make_customer(make_creditor())


def test_only_what_it_paid_is_open_again(customer):
    first = make_document(customer, 100, due_on="2026-02-28")
    second = make_document(customer, 100, due_on="2026-03-31")
    pay(customer, 60, external_id="stays")
    bounced = pay(customer, 90, external_id="bounces")
    back = bounce(bounced)
    assert (refresh(first).open_amount, refresh(second).open_amount) == (40, 100)
    assert refresh(bounced).amount == 0
    assert (back.credits, set(back.documents)) == ((bounced.pk,), {first.pk, second.pk})
    assert check_ledger(customer.creditor) == []


def test_twice_is_the_same_as_once_and_told_once(customer):
    document = make_document(customer, 100)
    credit = pay(customer, 100)
    bounce(credit)
    assert bounce(credit).credits == ()
    assert refresh(document).open_amount == 100
    event = DomainEvent.objects.get(kind="payment.taken_back")
    assert event.facts["documents"] == [document.pk]
    assert Decimal(event.facts["amount"]) == 100
    assert event.facts["paid_on"] == DAY.isoformat()


def test_what_it_caused_falls_with_it(customer):
    document = make_document(customer, 110)
    credit = pay(customer, 100)
    withheld, _ = record_credit(
        customer,
        money(10),
        kind="withholding",
        value_on=DAY,
        source="withholding",
        external_id="1",
        caused_by=credit,
    )
    apply_credit(withheld)
    with scope(creditor=customer.creditor):
        paper = PendingPaper.objects.create(
            creditor=customer.creditor,
            customer=customer,
            credit=withheld,
            kind="withholding_certificate",
            amount=10,
            currency="COP",
            since_on=DAY,
            due_on=BACK,
        )
    back = bounce(credit)
    assert back.credits == (credit.pk, withheld.pk)
    assert refresh(document).open_amount == 110
    assert refresh(withheld).amount == 0
    assert refresh(paper).state == "dropped"


def test_the_report_waits_again_for_the_days_that_were_left_of_it(customer):
    make_document(customer, 100)
    report = report_payment(customer, now=NOW, amount=Decimal(100), paid_on=DAY, source="portal")
    credit = pay(customer, 100)
    assert refresh(report).state == "matched"
    bounce(credit)
    assert refresh(report).state == "waiting"
    assert report.credit is None
    with scope(creditor=customer.creditor):
        hold = Hold.objects.get(released_at=None)
    assert (hold.pk, hold.until_on) == (report.hold_id, report.until_on)


def test_a_report_whose_days_are_over_is_expired(customer):
    make_document(customer, 100)
    report = report_payment(customer, now=NOW, amount=Decimal(100), paid_on=DAY, source="portal")
    credit = pay(customer, 100)
    bounce(credit, now=NOW + timedelta(days=3), on=date(2026, 4, 18))
    assert refresh(report).state == "expired"
    with scope(creditor=customer.creditor):
        assert not Hold.objects.filter(released_at=None).exists()
        assert ReportedPayment.objects.count() == 1


def test_a_conversion_is_undone_with_its_difference(customer):
    make_rate(customer.creditor, "USD", 4000, valid_on="2026-01-01")
    make_rate(customer.creditor, "USD", 4100, valid_on="2026-04-14")
    document = make_document(customer, "100", currency="USD", issued_on="2026-01-10")
    credit = pay(customer, 500_000)
    back = bounce(credit)
    assert refresh(document).open_amount == 100
    assert (refresh(credit).amount, credit.unapplied) == (0, 0)
    with scope(creditor=customer.creditor):
        assert Conversion.objects.get().undone_at == LATER
        assert sum(each.amount for each in ExchangeDifference.objects.all()) == 0
        assert not Credit.objects.filter(amount__gt=0).exists()
    assert len(back.credits) == 2
    assert check_ledger(customer.creditor) == []


def test_the_credit_of_a_conversion_falls_only_with_its_payment(customer):
    make_rate(customer.creditor, "USD", 4000)
    make_document(customer, "100", currency="USD")
    pay(customer, 500_000)
    with scope(creditor=customer.creditor):
        bought = Credit.objects.get(kind="exchange")
    with pytest.raises(Problem) as told:
        bounce(bought)
    assert told.value.code == "credit_of_conversion"


@pytest.mark.parametrize(("as_of", "is_void"), [(14, False), (15, True), (16, True)])
def test_a_certificate_that_rested_on_it_is_void(customer, as_of, is_void):
    make_document(customer, 100)
    credit = pay(customer, 100)
    with scope(creditor=customer.creditor):
        certificate = Clearance.objects.create(
            creditor=customer.creditor,
            customer=customer,
            number=1,
            token="t",
            as_of=date(2026, 4, as_of),
            sha256="0" * 64,
            path="x",
        )
    bounce(credit)
    assert (refresh(certificate).voided_on is not None) == is_void


@pytest.mark.parametrize(("day", "code"), [(14, "value_before"), (15, ""), (16, "")])
def test_it_comes_back_on_its_day_or_later(customer, day, code):
    make_document(customer, 100)
    credit = pay(customer, 100)
    if code:
        with pytest.raises(Problem) as told:
            bounce(credit, on=date(2026, 4, day))
        assert told.value.code == code
    else:
        assert bounce(credit, on=date(2026, 4, day)).credits


def test_a_refund_takes_only_what_is_unapplied(customer):
    make_document(customer, 100)
    credit = pay(customer, 130)
    with pytest.raises(Problem) as told:
        refund(credit, money(31), paid_on=DAY, reason="Pagó de más", now=NOW)
    assert told.value.code == "refund_over_unapplied"
    made = refund(credit, money(30), paid_on=DAY, reason="Pagó de más", reference="D1", now=NOW)
    again = refund(credit, money(30), paid_on=DAY, reason="Pagó de más", reference="D1", now=NOW)
    assert made.pk == again.pk
    assert (refresh(credit).unapplied, credit.amount) == (0, 100)
    assert bounce(credit).refunded
    assert check_ledger(customer.creditor) == []


@pytest.mark.parametrize(("ahead", "code"), [(0, ""), (1, "rounding_in_future")])
def test_nothing_is_rounded_ahead_of_its_day(customer, ahead, code):
    document = make_document(customer, 1000)
    pay(customer, Decimal("999.50"))
    how = {"value_on": DAY + timedelta(days=ahead), "reason": "Redondeo", "now": NOW}
    try:
        close_by_rounding(document, **how)
        said = ""
    except Problem as problem:
        said = problem.code
    assert (said, refresh(document).open_amount) == (code, Decimal("0.5") if code else 0)


@pytest.mark.parametrize(("left", "code"), [("0.99", ""), ("1", ""), ("1.01", "rounding_too_much")])
def test_cents_that_a_payment_left_are_closed_within_bounds(customer, left, code):
    document = make_document(customer, 1000)
    pay(customer, Decimal(1000) - Decimal(left))
    by = make_user()
    if code:
        with pytest.raises(Problem) as told:
            close_by_rounding(document, value_on=DAY, reason="Redondeo", by=by, now=NOW)
        assert told.value.code == code
        return
    credit = close_by_rounding(document, value_on=DAY, reason="Redondeo", by=by, now=NOW)
    assert (credit.kind, refresh(document).open_amount) == ("rounding", 0)
    with pytest.raises(Problem) as told:
        close_by_rounding(document, value_on=DAY, reason="Redondeo", by=by, now=NOW)
    assert told.value.code == "rounding_nothing_open"


def test_rounding_needs_a_payment(customer):
    document = make_document(customer, 1)
    with pytest.raises(Problem) as told:
        close_by_rounding(document, value_on=DAY, reason="Redondeo", now=NOW)
    assert told.value.code == "rounding_unpaid"
