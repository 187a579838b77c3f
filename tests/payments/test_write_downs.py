"""One proposes, another decides: castigo, condonación, small balances (F12, F31); cession."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django_scopes import scope

from factories import happen, make_creditor, make_customer, make_document, make_member, pay, refresh
from payments.test_charging import charge_interest, fix
from payments.test_charging import pay as receive_on
from payments.test_parallel_writers import at_once
from recaudo.access.models import Role
from recaudo.core.problems import Problem
from recaudo.payments.actions.cession import cede, undo_cession
from recaudo.payments.actions.write_downs import decide, propose, undo_write_off
from recaudo.payments.models import Credit, WriteDown, WriteDownItem
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Document

DAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 1, 15, tzinfo=UTC)


@pytest.fixture
def creditor(db):
    return make_creditor(small_balance=Decimal(100))


@pytest.fixture
def chief(creditor):
    return make_member(creditor, Role.SUPERVISOR)


@pytest.fixture
def manager(creditor):
    return make_member(creditor, Role.MANAGER)


def test_small_balances_are_adjusted_only_after_another_person_approves(creditor, chief, manager):
    customer = make_customer(creditor)
    below, at, above = (make_document(customer, amount) for amount in ("99.99", 100, "100.01"))
    proposal = propose(creditor, "small_balance", day=DAY, reason="cierre", by=chief)
    assert refresh(below).open_amount == Decimal("99.99")
    with pytest.raises(Problem) as refused:
        decide(proposal, approve=True, by=chief, now=NOW)
    assert refused.value.code == "write_down_own"

    done = decide(proposal, approve=True, by=manager, now=NOW)

    assert (done.done, done.total, done.left_out) == (2, Decimal("199.99"), 0)
    opens = [refresh(each).open_amount for each in (below, at, above)]
    assert opens == [0, 0, Decimal("100.01")]
    with scope(creditor=creditor):
        assert {each.kind for each in Credit.objects.all()} == {"adjustment"}
    assert check_ledger(creditor) == []


def test_what_changed_since_the_proposal_is_left_out_and_said(creditor, chief, manager):
    customer = make_customer(creditor)
    first, second = make_document(customer, 50), make_document(customer, 60)
    proposal = propose(creditor, "small_balance", day=DAY, reason="cierre", by=chief)
    pay(first, 20)
    done = decide(proposal, approve=True, by=manager, now=NOW)
    assert (done.done, done.left_out) == (1, 1)
    assert (refresh(first).open_amount, refresh(second).open_amount) == (30, 0)
    with scope(creditor=creditor):
        assert WriteDownItem.objects.get(document=first).problem == "balance_changed"


def test_a_castigo_leaves_the_ageing_and_stays_owed(creditor, chief, manager):
    document = make_document(make_customer(creditor), 5_000)
    proposal = propose(
        creditor, "write_off", day=DAY, reason="incobrable", by=chief, documents=[document.pk]
    )
    decide(proposal, approve=True, by=manager, now=NOW)
    row = refresh(document)
    assert (row.open_amount, row.written_off_on) == (5_000, DAY)
    after = date(2026, 5, 2)
    with pytest.raises(Problem, match="write_down_in_future"):
        undo_write_off(row, on=after, today=DAY, reason="apareció", by=manager)
    undo_write_off(row, on=after, today=after, reason="apareció", by=manager)
    assert refresh(document).written_off_on is None


def test_only_a_condonation_extinguishes(creditor, chief, manager):
    document = make_document(make_customer(creditor), 5_000)
    proposal = propose(
        creditor, "forgiveness", day=DAY, reason="acuerdo", by=chief, documents=[document.pk]
    )
    decide(proposal, approve=True, by=manager, now=NOW)
    assert refresh(document).open_amount == 0
    with scope(creditor=creditor):
        assert Credit.objects.get().kind == "forgiveness"


def test_a_refusal_says_why_and_moves_nothing(creditor, chief, manager):
    document = make_document(make_customer(creditor), 50)
    proposal = propose(creditor, "small_balance", day=DAY, reason="cierre", by=chief)
    with pytest.raises(Problem) as refused:
        decide(proposal, approve=False, by=manager, now=NOW)
    assert refused.value.code == "reason_missing"
    decide(proposal, approve=False, note="todavía no", by=manager, now=NOW)
    assert refresh(document).open_amount == 50
    with pytest.raises(Problem) as refused:
        decide(proposal, approve=True, by=manager, now=NOW)
    assert refused.value.code == "write_down_decided"


def test_a_collector_decides_nothing_and_the_database_wants_two_people(creditor, chief):
    make_document(make_customer(creditor), 50)
    proposal = propose(creditor, "small_balance", day=DAY, reason="cierre", by=chief)
    with pytest.raises(Problem) as refused:
        decide(proposal, approve=True, by=make_member(creditor, Role.COLLECTOR), now=NOW)
    assert refused.value.code == "write_down_right"
    with scope(creditor=creditor), pytest.raises(IntegrityError):
        WriteDown.objects.filter(pk=proposal.pk).update(decided_by=chief)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once():
    creditor = make_creditor(small_balance=Decimal(100))
    chief = make_member(creditor)
    deciders = [make_member(creditor, Role.MANAGER) for _ in range(4)]
    document = make_document(make_customer(creditor), 50)
    proposal = propose(creditor, "small_balance", day=DAY, reason="cierre", by=chief)
    ends = at_once(
        *[lambda who=who: decide(proposal, approve=True, by=who, now=NOW).done for who in deciders]
    )
    assert sorted(map(str, ends)) == ["1", *["write_down_decided"] * 3]
    assert refresh(document).open_amount == 0


def test_a_ceded_document_is_not_ours_until_it_comes_back(creditor, chief):
    document = make_document(make_customer(creditor), 50)
    assert (
        cede(creditor, [document.pk], to="Factor SA", on=DAY, today=DAY, by=chief, origin="test")
        == 1
    )
    assert refresh(document).ceded_on == DAY
    with pytest.raises(Problem) as refused:
        cede(creditor, [document.pk], to="Otro", on=DAY, today=DAY, by=chief, origin="test")
    assert refused.value.code == "already_ceded"
    undo_cession(
        creditor, [document.pk], on=DAY, today=DAY, reason="devuelta", by=chief, origin="test"
    )
    assert refresh(document).ceded_on is None


def test_a_threshold_that_no_column_holds_is_said(creditor, chief):
    with pytest.raises(Problem, match="credit_too_large"):
        how = {"day": DAY, "reason": "cierre", "by": chief}
        propose(creditor, "small_balance", threshold=Decimal(10) ** 14, **how)


def test_what_was_ceded_since_the_proposal_is_not_forgiven_for_its_new_owner(
    creditor, chief, manager
):
    document = make_document(make_customer(creditor), 50)
    proposal = propose(
        creditor, "forgiveness", day=DAY, reason="acuerdo", by=chief, documents=[document.pk]
    )
    cede(creditor, [document.pk], to="Factor SA", on=DAY, today=DAY, by=chief, origin="test")
    done = decide(proposal, approve=True, by=manager, now=NOW)
    assert (done.done, done.left_out, refresh(document).open_amount) == (0, 1, 50)
    with scope(creditor=creditor):
        assert WriteDownItem.objects.get().problem == "ceded"


@pytest.mark.parametrize("ahead", [0, 1])
def test_nothing_is_ceded_ahead_of_its_day(creditor, chief, ahead):
    """It would leave the chase today and could not come back before the day that was typed."""
    document = make_document(make_customer(creditor), 50)
    how = {"on": DAY + timedelta(days=ahead), "today": DAY, "by": chief, "origin": "test"}
    if not ahead:
        assert cede(creditor, [document.pk], to="Factor SA", **how) == 1
        return
    with pytest.raises(Problem, match="cession_in_future"):
        cede(creditor, [document.pk], to="Factor SA", **how)
    assert refresh(document).ceded_on is None
    happen(document, "ceded", on=DAY)
    with pytest.raises(Problem, match="cession_in_future"):
        undo_cession(creditor, [document.pk], reason="devuelta", **how)


def test_what_is_ceded_or_in_several_currencies_is_not_proposed_together(creditor, chief):
    customer = make_customer(creditor)
    pesos, dollars = make_document(customer, 50), make_document(customer, 50, currency="USD")
    named = [pesos.pk, dollars.pk]
    with pytest.raises(Problem) as refused:
        propose(creditor, "forgiveness", day=DAY, reason="x", by=chief, documents=named)
    assert refused.value.code == "write_down_currencies"
    only = propose(creditor, "write_off", day=DAY, reason="x", by=chief, documents=[dollars.pk])
    assert only.currency == "USD"
    cede(creditor, [pesos.pk], to="Factor SA", on=DAY, today=DAY, by=chief, origin="test")
    with pytest.raises(Problem) as refused:
        propose(creditor, "forgiveness", day=DAY, reason="x", by=chief, documents=[pesos.pk])
    assert refused.value.code == "already_ceded"


def test_a_small_balance_of_interest_that_falls_pays_nothing_else(chief, manager, creditor):
    """Only what was there to be adjusted is: an adjustment is no money of the customer's."""
    creditor.country, creditor.small_balance = "MX", Decimal(1000)
    creditor.save()
    charge_interest(creditor)
    customer = make_customer(creditor)
    make_document(customer, 10_000, due_on="2026-03-01", number="A")
    other = make_document(customer, 50_000, due_on="2026-12-30", number="B")
    fix(customer, "2026-03-31")  # 300 of interest
    proposal = propose(creditor, "small_balance", day=DAY, reason="cierre", by=chief)
    assert decide(proposal, approve=True, by=manager, now=NOW).total == 300
    receive_on(customer, 10_000, "2026-03-06")  # dated back: five days of interest, 50
    with scope(creditor=creditor):
        adjusted = Credit.objects.get(source="write_down")
        (charge,) = Document.objects.filter(kind="charge")
    assert (adjusted.amount, adjusted.unapplied, charge.amount) == (50, 0, 50)
    assert refresh(other).open_amount == 50_000
    assert check_ledger(creditor) == []
