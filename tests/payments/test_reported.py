"""'Ya pagué': contact holds N days, then the money was seen or the customer is back on the list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django_scopes import scope

from factories import (
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_member,
    refresh,
)
from recaudo.access.models import Creditor
from recaudo.audit.models import DomainEvent
from recaudo.config.schedule import reported_payments
from recaudo.core.problems import Problem
from recaudo.payments.actions.reported import (
    expire_reports,
    match_report,
    reject_report,
    report_payment,
)
from recaudo.payments.models import ReportedPayment
from recaudo.portfolio.models import Customer, Hold

NOW = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
TODAY = date(2026, 11, 30)
ONE = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor() -> Creditor:
    return make_creditor(reported_paid_days=3)


@pytest.fixture
def customer(creditor: Creditor) -> Customer:
    return make_customer(creditor)


def report(customer: Customer, **given: Any) -> ReportedPayment:
    return report_payment(customer, **{"now": NOW, "source": "test"} | given)


def is_held(customer: Customer, day: date) -> bool:
    with scope(creditor=customer.creditor):
        return any(
            hold.from_on <= day and (hold.until_on is None or day < hold.until_on)
            for hold in Hold.objects.filter(customer=customer, released_at__isnull=True)
        )


@pytest.mark.parametrize(("days", "held"), [(0, True), (1, True), (2, True), (3, False)])
def test_contact_holds_for_the_creditors_days(customer: Customer, days: int, held: bool) -> None:
    made = report(customer)
    assert made.until_on == date(2026, 12, 3)
    assert is_held(customer, TODAY + timedelta(days=days)) is held


def test_only_the_document_named_is_held(customer: Customer) -> None:
    document = make_document(customer)
    made = report(customer, document=document)
    with scope(creditor=customer.creditor):
        assert Hold.objects.get(pk=made.hold_id).document_id == document.pk
    with pytest.raises(Problem, match="hold_foreign_document"):
        report(customer, document=make_document(make_customer(customer.creditor)))


@pytest.mark.parametrize(("amount", "refused"), [("-1", True), ("0", True), ("0.01", False)])
def test_an_amount_is_more_than_nothing(customer: Customer, amount: str, refused: bool) -> None:
    if not refused:
        assert report(customer, amount=Decimal(amount)).amount == Decimal(amount)
        return
    with pytest.raises(Problem, match="reported_not_positive"):
        report(customer, amount=Decimal(amount))
    with scope(creditor=customer.creditor):
        assert Hold.objects.count() == 0


@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
def test_nobody_has_paid_tomorrow(customer: Customer, days: int, refused: bool) -> None:
    day = TODAY + timedelta(days=days)
    if not refused:
        assert report(customer, paid_on=day).paid_on == day
        return
    with pytest.raises(Problem, match="reported_in_future"):
        report(customer, paid_on=day)


def test_the_same_picture_is_flagged_whoever_brings_it(customer: Customer) -> None:
    first = report(customer, image_sha256="a" * 64)
    twin = make_customer(customer.creditor)
    assert report(twin, image_sha256="a" * 64).repeats_id == first.pk
    assert report(customer, image_sha256="b" * 64).repeats_id is None
    stranger = make_customer(make_creditor())
    assert report(stranger, image_sha256="a" * 64).repeats_id is None


def test_the_same_amount_day_and_reference_is_flagged(customer: Customer) -> None:
    told = {"amount": Decimal(500), "paid_on": TODAY}
    twin = make_customer(customer.creditor)
    first = report(customer, **told)
    assert report(customer, **told).repeats_id == first.pk
    assert report(twin, **told).repeats_id is None
    numbered = report(customer, **told, reference="88231")
    assert numbered.repeats_id is None
    assert report(twin, **told, reference="88231").repeats_id == numbered.pk


def test_two_reports_that_say_nothing_are_not_the_same(customer: Customer) -> None:
    report(customer)
    assert report(customer).repeats_id is None


@pytest.mark.parametrize(("days", "expired"), [(2, 0), (3, 1), (4, 1), (10, 1)])
def test_it_expires_on_its_day_or_after_a_missed_week(
    creditor: Creditor, customer: Customer, days: int, expired: int
) -> None:
    made = report(customer)
    day = TODAY + timedelta(days=days)
    assert expire_reports(creditor, day, now=NOW) == {"expired": expired, "failed": 0}
    assert expire_reports(creditor, day, now=NOW) == {"expired": 0, "failed": 0}
    assert refresh(made).state == ("expired" if expired else "waiting")
    ended = DomainEvent.objects.filter(kind="payment.report_ended")
    assert [event.customer_id for event in ended] == [customer.pk] * expired


def test_one_that_fails_stops_nobody_else_and_is_tried_again(
    creditor: Creditor, customer: Customer
) -> None:
    bad, good = report(customer), report(make_customer(creditor))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF NEW.id = {bad.pk} THEN RAISE 'no'; END IF; RETURN NEW; END $$;"
            "CREATE TRIGGER refuse BEFORE UPDATE ON payments_reportedpayment "
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    assert expire_reports(creditor, TODAY + 3 * ONE, now=NOW) == {"expired": 1, "failed": 1}
    assert (refresh(bad).state, refresh(good).state) == ("waiting", "expired")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON payments_reportedpayment; DROP FUNCTION refuse")
    assert expire_reports(creditor, TODAY + 3 * ONE, now=NOW) == {"expired": 1, "failed": 0}


def test_the_schedule_expires_those_of_every_creditor(customer: Customer) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    one, other = (
        report(customer, now=long_ago),
        report(make_customer(make_creditor()), now=long_ago),
    )
    reported_payments(timestamp=0)
    reported_payments(timestamp=0)
    assert (refresh(one).state, refresh(other).state) == ("expired", "expired")


def test_money_that_is_seen_ends_the_wait(customer: Customer) -> None:
    made, credit = report(customer), make_credit(customer)
    match_report(made, credit, now=NOW)
    match_report(made, credit, now=NOW)
    assert (refresh(made).state, made.credit_id) == ("matched", credit.pk)
    assert not is_held(customer, TODAY)
    assert DomainEvent.objects.filter(kind="payment.report_ended").count() == 1
    with pytest.raises(Problem, match="report_settled"):
        match_report(made, make_credit(customer), now=NOW)


def test_late_money_is_matched_too_and_somebody_elses_is_not(
    creditor: Creditor, customer: Customer
) -> None:
    made = report(customer)
    expire_reports(creditor, TODAY + 3 * ONE, now=NOW)
    with pytest.raises(Problem, match="report_other_customer"):
        match_report(made, make_credit(make_customer(creditor)), now=NOW)
    match_report(made, make_credit(customer), now=NOW)
    assert refresh(made).state == "matched"


def test_a_person_may_see_that_it_is_not_so(creditor: Creditor, customer: Customer) -> None:
    made, user = report(customer), make_member(creditor)
    with pytest.raises(Problem, match="hold_reason_missing"):
        reject_report(made, now=NOW, by=user, reason=" ")
    reject_report(made, now=NOW, by=user, reason="Es de otra empresa")
    assert refresh(made).state == "rejected" and not is_held(customer, TODAY)
