"""The exact net pays the document; its certificate is missing until somebody has it (F16)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import (
    make_creditor,
    make_customer,
    make_document,
    make_member,
    make_rate,
    refresh,
)
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.by_hand import apply_parts, apply_rest
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.actions.withholding import settle_paper
from recaudo.payments.actions.withholding_profiles import Rule, add_profile
from recaudo.payments.models import Credit, PendingPaper, WithholdingProfile
from recaudo.payments.queries.check import check_ledger
from recaudo.payments.queries.nets import nets_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 30, 15, tzinfo=UTC)
DAY = date(2026, 4, 30)


def withholds(customer, kind="retefuente", per_cent="2.5", base="subtotal", **fields):
    defaults = {"from_on": date(2026, 1, 1), "assumed_tax_per_cent": Decimal(19)}
    with scope(creditor=customer.creditor):
        return WithholdingProfile.objects.create(
            creditor=customer.creditor,
            customer=customer,
            kind=kind,
            base=base,
            per_cent=Decimal(per_cent),
            **defaults | fields,
        )


def pay(customer, amount, n=1, **fields):
    return receive(
        customer,
        Money(Decimal(amount), customer.creditor.currency),
        value_on=date(2026, 4, 15),
        source="test",
        external_id=f"p{n}",
        now=NOW,
        **fields,
    ).credit


def papers(customer):
    with scope(creditor=customer.creditor):
        return list(PendingPaper.objects.filter(customer=customer).order_by("id"))


@pytest.fixture
def customer():
    """Keeps 2.5 % of the subtotal: of 1,190,000 with its 19 % tax, 25,000."""
    customer = make_customer(make_creditor())
    withholds(customer)
    return customer


def test_the_net_of_a_document_is_known_beforehand(customer):
    document = make_document(customer, 1_190_000)
    net = nets_of(customer.creditor, [document.pk])[document.pk]
    assert net.net.amount == 1_165_000


@pytest.mark.parametrize(
    ("paid", "left", "kept"),
    [("1164999.99", "25000.01", 0), ("1165000", "0", 1), ("1165000.01", "24999.99", 0)],
)
def test_exactly_the_net_closes_the_document(customer, paid, left, kept):
    document = make_document(customer, 1_190_000)
    pay(customer, paid)
    assert refresh(document).open_amount == Decimal(left)
    with scope(creditor=customer.creditor):
        assert Credit.objects.filter(kind="withholding").count() == kept
    assert len(papers(customer)) == kept
    assert check_ledger(customer.creditor) == []


def test_what_is_withheld_of_tax_and_of_the_subtotal_are_credits_of_their_own(customer):
    withholds(customer, kind="reteiva", per_cent="15", base="tax")
    document = make_document(customer, 1_190_000)
    pay(customer, 1_190_000 - 25_000 - 28_500)
    assert refresh(document).open_amount == 0
    assert [each.amount for each in papers(customer)] == [25_000, 28_500]


def test_two_documents_at_their_nets_are_both_closed(customer):
    documents = [make_document(customer, 1_190_000), make_document(customer, 595_000)]
    pay(customer, 1_165_000 + 582_500)
    assert [refresh(each).open_amount for each in documents] == [0, 0]


def test_the_net_of_a_later_document_pays_that_one(customer):
    first = make_document(customer, 500_000, due_on="2026-01-31")
    second = make_document(customer, 1_190_000, due_on="2026-03-31")
    pay(customer, 1_165_000)
    assert (refresh(first).open_amount, refresh(second).open_amount) == (500_000, 0)


def test_stated_documents_are_paid_at_their_net(customer):
    documents = [make_document(customer, 1_190_000), make_document(customer, 595_000)]
    make_document(customer, 77, due_on="2025-12-31")
    pay(customer, 1_165_000 + 582_500, stated=[Stated(each.pk) for each in documents])
    assert [refresh(each).open_amount for each in documents] == [0, 0]


def test_a_profile_counts_from_its_day_to_its_day():
    customer = make_customer(make_creditor())
    withholds(customer, from_on=date(2026, 3, 1), until_on=date(2026, 4, 1))
    issued = ["2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01"]
    documents = [
        make_document(customer, 1_190_000, issued_on=day, due_on="2026-05-01") for day in issued
    ]
    nets = nets_of(customer.creditor, [each.pk for each in documents])
    assert [each.pk in nets for each in documents] == [False, True, True, False]


def rule(per_cent="2.5", from_on="2026-01-01", until_on=None, **fields):
    until = date.fromisoformat(until_on) if until_on else None
    numbers = {"assumed_tax_per_cent": Decimal(19)} | fields
    return Rule(
        "retefuente", "subtotal", Decimal(per_cent), date.fromisoformat(from_on), until, **numbers
    )


@pytest.mark.parametrize("order", [("2026-01-01", "2026-03-01"), ("2026-03-01", "2026-01-01")])
def test_of_one_kind_a_single_one_counts_on_a_day_whichever_was_written_first(order):
    customer = make_customer(make_creditor())
    rates = {"2026-01-01": "2.5", "2026-03-01": "4"}
    for day in order:
        add_profile(customer, rule(rates[day], day), by=None, origin="test")
        add_profile(customer, rule(rates[day], day), by=None, origin="test")
    documents = [
        make_document(customer, 1_190_000, issued_on=day, due_on="2026-05-01")
        for day in ("2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-06-01")
    ]
    nets = nets_of(customer.creditor, [each.pk for each in documents])
    kept = [nets[each.pk].parts[0][1].amount if each.pk in nets else 0 for each in documents]
    assert kept == [0, 25_000, 25_000, 40_000, 40_000]
    with scope(creditor=customer.creditor):
        assert WithholdingProfile.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"per_cent": "NaN"}, "withholding_out_of_range"),
        ({"per_cent": "0"}, "withholding_out_of_range"),
        ({"per_cent": "0.0000001"}, "withholding_out_of_range"),
        ({"per_cent": "100.000001"}, "withholding_out_of_range"),
        ({"assumed_tax_per_cent": Decimal("100.01")}, "withholding_out_of_range"),
        ({"assumed_tax_per_cent": Decimal("Infinity")}, "withholding_out_of_range"),
        ({"minimum": Decimal(-1)}, "withholding_minimum"),
        ({"minimum": Decimal(10) ** 14}, "withholding_minimum"),
    ],
)
def test_numbers_that_cannot_be_are_refused_and_nothing_is_kept(customer, fields, code):
    with pytest.raises(Problem) as refused:
        add_profile(customer, rule(from_on="2026-05-01", **fields), by=None, origin="test")
    assert refused.value.code == code
    with scope(creditor=customer.creditor):
        assert WithholdingProfile.objects.get().until_on is None


@pytest.mark.parametrize("per_cent", ["0.000001", "100"])
def test_the_smallest_and_the_largest_share_are_kept(customer, per_cent):
    made = add_profile(customer, rule(per_cent, "2026-05-01"), by=None, origin="test")
    assert refresh(made).per_cent == Decimal(per_cent)


def test_a_returned_payment_takes_its_withholding_and_the_paper_with_it(customer):
    document = make_document(customer, 1_190_000)
    credit = pay(customer, 1_165_000)
    with scope(creditor=customer.creditor):
        reverse_payment(credit, value_on=date(2026, 4, 20), reason="devuelto", now=NOW)
    assert refresh(document).open_amount == 1_190_000
    assert [each.state for each in papers(customer)] == ["dropped"]
    pay(customer, 1_165_000, n=2)
    assert refresh(document).open_amount == 0
    assert check_ledger(customer.creditor) == []


def test_a_certificate_is_received_once_with_its_number(customer):
    make_document(customer, 1_190_000)
    pay(customer, 1_165_000)
    (paper,) = papers(customer)
    chief = make_member(customer.creditor)
    with pytest.raises(Problem) as refused:
        settle_paper(paper, state="received", on=DAY, today=DAY, by=chief)
    assert refused.value.code == "paper_number_missing"
    with pytest.raises(Problem) as refused:
        tomorrow = DAY + timedelta(days=1)
        settle_paper(paper, state="received", number="C-9", on=tomorrow, today=DAY, by=chief)
    assert refused.value.code == "paper_in_future"
    settle_paper(paper, state="received", number="C-9", on=DAY, today=DAY, by=chief)
    settle_paper(paper, state="received", number="C-9", on=DAY, today=DAY, by=chief)
    with pytest.raises(Problem) as refused:
        settle_paper(paper, state="dropped", note="no", on=DAY, today=DAY, by=chief)
    assert refused.value.code == "paper_settled"


def test_in_peru_the_detraction_is_a_deposit():
    customer = make_customer(make_creditor(country="PE", currency="PEN", timezone="America/Lima"))
    withholds(customer, kind="detraccion", per_cent="12", base="total", minimum=Decimal(700))
    document = make_document(customer, 1_180)
    pay(customer, "1038.40")
    assert refresh(document).open_amount == 0
    (paper,) = papers(customer)
    assert (paper.kind, paper.amount) == ("detraction_deposit", Decimal("141.60"))


def test_in_mexico_a_payment_calls_for_its_complement():
    customer = make_customer(
        make_creditor(country="MX", currency="MXN", timezone="America/Mexico_City")
    )
    make_document(customer, 1_160)
    pay(customer, 1_000)
    (paper,) = papers(customer)
    assert (paper.kind, paper.amount, paper.due_on) == (
        "payment_complement",
        1_000,
        date(2026, 5, 5),
    )


def test_money_that_waited_and_then_pays_the_exact_net_withholds_too(customer):
    credit = pay(customer, 1_165_000)
    document = make_document(customer, 1_190_000, due_on="2026-04-30", number="I")
    apply_rest(credit, by=None, now=NOW)
    assert refresh(document).open_amount == 0
    assert [each.amount for each in papers(customer)] == [25_000]
    assert check_ledger(customer.creditor) == []


def test_parts_said_by_hand_at_the_exact_net_withhold_too(customer):
    credit = pay(customer, 1_165_000)
    document = make_document(customer, 1_190_000, due_on="2026-04-30", number="I")
    apply_parts(credit, [(document, Decimal(1_165_000))], by=None, now=NOW)
    assert refresh(document).open_amount == 0
    assert len(papers(customer)) == 1


def test_in_mexico_money_changed_or_applied_later_calls_for_a_complement():
    creditor = make_creditor(country="MX", currency="MXN", timezone="America/Mexico_City")
    make_rate(creditor, "USD", "20")
    first, second = make_customer(creditor), make_customer(creditor)
    make_document(first, 100, currency="USD", due_on="2026-04-30", number="U")
    pay(first, 2_000)
    assert [(each.amount, each.currency) for each in papers(first)] == [(100, "USD")]
    credit = pay(second, 1_000, n=2)
    make_document(second, 1_000, due_on="2026-04-30", number="M")
    apply_rest(credit, by=None, now=NOW)
    assert [(each.amount, each.currency) for each in papers(second)] == [(1_000, "MXN")]
