"""One customer on one screen."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import (
    adjust,
    apply,
    assign,
    happen,
    make_contact_point,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_hold,
    make_member,
    make_rate,
    move_due_date,
)
from recaudo.contact.models import Interaction
from recaudo.core.problems import Problem
from recaudo.insights.queries.statement import statement
from recaudo.insights.queries.timeline import timeline
from recaudo.payments.actions.applications import reverse_application
from recaudo.portfolio.models import Consent

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 30)


@pytest.fixture
def customer():
    return make_customer(make_creditor())


def test_totals_say_what_is_owed_what_is_late_and_what_catches_up(customer):
    make_document(customer, 300, due_on="2026-05-01")
    make_document(customer, 700, due_on="2026-07-15")
    happen(make_document(customer, 50), "written_off", on="2026-06-01")
    make_credit(customer, 120)
    totals = statement(customer, DAY).totals
    assert (totals.gross, totals.overdue, totals.unapplied) == (1000, 300, 120)
    assert (totals.net, totals.catch_up, totals.written_off) == (880, 180, 50)
    assert totals.buckets["31-60"] == 300


def test_a_balance_in_favour_leaves_nothing_to_catch_up(customer):
    make_document(customer, 300, due_on="2026-05-01")
    make_credit(customer, 500)
    assert statement(customer, DAY).totals.catch_up == 0


def test_each_currency_has_its_subtotal_and_a_missing_rate_is_shown_not_hidden(customer):
    make_document(customer, 100)
    make_document(customer, 10, currency="USD")
    make_document(customer, 5, currency="EUR")
    make_rate(customer.creditor, "USD", 4000)
    told = statement(customer, DAY)
    assert [(each.currency, each.gross) for each in told.currencies] == [
        ("COP", 100),
        ("EUR", 5),
        ("USD", 10),
    ]
    assert told.totals.gross == 40100
    assert told.without_rate == ["EUR"]


def test_an_instalment_shows_its_parts(customer):
    document = make_document(customer, components={"capital": 80, "interest": 20})
    apply(make_credit(customer, 20), document, component="interest")
    (line,) = statement(customer, DAY).documents
    assert line.parts == {"capital": 80}


def test_a_past_day_shows_what_was_open_then(customer):
    document = make_document(customer, 100)
    apply(make_credit(customer, 100, value_on="2026-06-10"), document)
    assert statement(customer, DAY).documents == []
    assert [line.open for line in statement(customer, date(2026, 6, 9)).documents] == [100]


def test_people_holds_and_consents_in_force_are_shown(customer):
    me = make_member(customer.creditor)
    assign(customer, me)
    assign(customer, role="seller", person_code="V1", until_on="2026-06-30")
    document = make_document(customer)
    make_hold(customer, "disputed", document=document)
    make_hold(customer, until_on="2026-06-30")
    mail = make_contact_point(customer, "email", "a@b.co")
    make_contact_point(customer, "phone", "+573001112233")
    allow(customer, "*", False, "2026-01-01")
    allow(customer, "email", True, "2026-02-01", mail)
    told = statement(customer, DAY)
    assert (told.collector.user, told.seller) == (me, None)
    assert [hold.kind for hold in told.holds] == ["disputed"]
    assert [hold.kind for hold in told.documents[0].holds] == ["disputed"]
    allowed = {reach.row.channel: reach.consent.is_granted for reach in told.reach}
    assert allowed == {"email": True, "phone": False}


def allow(customer, channel, is_granted, day, point=None):
    with scope(creditor=customer.creditor):
        Consent.objects.create(
            creditor=customer.creditor,
            customer=customer,
            contact_point=point,
            channel=channel,
            is_granted=is_granted,
            given_on=day,
            source="test",
        )


def fill(customer):
    make_rate(customer.creditor, "USD", 4000, valid_on=f"2020-01-{customer.pk % 28 + 1:02d}")
    document = make_document(customer, 100)
    make_document(customer, components={"capital": 80, "interest": 20})
    make_credit(customer, 7)
    make_hold(customer, document=document)
    make_contact_point(customer, "email", f"{customer.pk}@b.co")
    return document


def test_the_queries_do_not_grow_with_what_the_customer_has(customer, django_assert_num_queries):
    other = make_customer(customer.creditor)
    fill(customer)
    for _ in range(3):
        with scope(creditor=other.creditor):
            make_document(other)
            make_credit(other)
            make_hold(other)
    counts = []
    for each in (customer, other):
        with django_assert_num_queries(10):
            told = statement(each, DAY)
            counts.append(len([(line.row.obligation, line.holds) for line in told.documents]))
    assert counts == [2, 3]


def test_the_timeline_merges_all_that_happened_newest_day_first(customer):
    document = make_document(customer, 100, issued_on="2026-01-10", number="F1")
    happen(document, "filed", on="2026-01-12")
    paid = apply(make_credit(customer, 100, value_on="2026-04-15"), document)
    reverse_application(paid, value_on=date(2026, 4, 20))
    adjust(document, -10, on="2026-04-21")
    move_due_date(document, "2026-05-31")
    assign(customer, role="seller", from_on="2026-01-11")
    with scope(creditor=customer.creditor):
        Interaction.objects.create(
            creditor=customer.creditor,
            customer=customer,
            at=datetime(2026, 4, 16, 15, tzinfo=UTC),
            on_day=date(2026, 4, 16),
            channel="phone",
            direction="out",
            outcome="promise",
            source="test",
        )
    told = timeline(customer)
    assert [entry.kind for entry in told.entries if entry.kind != "due_date_moved"] == [
        "document_adjusted",
        "application_reversed",
        "interaction",
        "credit",
        "document_event",
        "assignment",
        "document",
    ]
    credit = next(entry for entry in told.entries if entry.kind == "credit")
    assert credit.facts["documents"] == ["F1"]
    assert Decimal(credit.facts["amount"]) == 100


def test_the_timeline_comes_in_pages_that_miss_and_repeat_nothing(customer):
    for day in range(1, 8):
        make_document(customer, 10, issued_on=f"2026-01-{(day + 1) // 2:02d}")
    seen, after = [], None
    while True:
        page = timeline(customer, after=after, size=2)
        seen += [entry.id for entry in page.entries]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("after", ["", "x", "2026-01-01|2026-01-01|document|1", "a|b|c|d"])
def test_a_page_that_was_not_ours_is_refused(customer, after):
    with pytest.raises(Problem) as refused:
        timeline(customer, after=after)
    assert refused.value.code == "timeline_page_unknown"


def test_another_customers_story_is_not_told(customer):
    fill(make_customer(customer.creditor))
    assert timeline(customer).entries == []
