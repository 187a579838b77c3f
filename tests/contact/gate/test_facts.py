"""What stands before a contact whatever the law says: balance, wishes, persons, ways, windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django_scopes import scope

from factories import (
    happen,
    make_contact_point,
    make_credit,
    make_creditor,
    make_document,
    make_hold,
    make_obligation,
    make_rate,
    pay,
)
from recaudo.contact.gate import look
from recaudo.core.problems import Problem
from recaudo.intake.models import ImportBatch

from .conftest import THURSDAY, Debt, allow, contacted, local, owe, tie, withdraw


def imported(debt: Debt, on: str) -> None:
    with scope(creditor=debt.creditor):
        ImportBatch.objects.create(
            creditor=debt.creditor,
            file_name="c.csv",
            sha256="0" * 64,
            mode="snapshot",
            state="done",
            as_of=on,
        )


def test_what_is_owed_may_be_asked_for(debt: Debt):
    word = debt.look()
    assert (word.is_allowed, word.kind, word.rule, word.earliest_at) == (
        True,
        "law",
        "allowed",
        None,
    )
    assert word.article and word.pack.startswith("CO@") and word.regime == "consumer"


# -- the ledger's age (F7) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        ("2026-11-19", "allowed"),
        ("2026-11-18", "allowed"),  # one business day: the limit
        ("2026-11-17", "ledger_stale"),
    ],
)
def test_a_message_waits_for_a_ledger_that_is_too_old(debt: Debt, day: str, rule: str):
    imported(debt, day)
    assert debt.look("email").rule == rule


def test_calls_go_on_with_an_old_ledger_and_so_do_answers(debt: Debt):
    imported(debt, "2026-11-01")
    assert debt.look("phone").is_allowed
    assert debt.look("email", purpose="service").is_allowed
    stale = debt.look("whatsapp")
    assert stale.facts["limit"] == 1 and stale.may_change and stale.earliest_at is None


def test_where_nothing_was_ever_imported_nothing_is_old(debt: Debt):
    assert debt.look("email").is_allowed


# -- the balance, read again ---------------------------------------------------------------------


def test_what_was_paid_meanwhile_is_not_asked_for(debt: Debt):
    pay(debt.document, on="2026-11-18")
    word = debt.look()
    assert (word.rule, word.kind, word.earliest_at) == ("paid", "fact", None)


def test_a_message_goes_on_with_the_documents_that_are_left(debt: Debt):
    other = make_document(debt.customer, 50, due_on="2026-10-05")
    pay(debt.document, on="2026-11-18")
    word = debt.look(document_ids=(debt.document.pk, other.pk))
    assert word.is_allowed and word.facts["documents"] == [other.pk]
    assert "documents" not in debt.look(document_ids=(other.pk,)).facts


def test_ceded_documents_are_somebody_elses(debt: Debt):
    happen(debt.document, "ceded", on="2026-11-19")
    assert debt.look().rule == "ceded"
    assert debt.look(at="2026-11-18 10:00").is_allowed


@pytest.mark.parametrize(
    ("amount", "allowed"), [(99_999, True), (100_000, False), (100_001, False)]
)
def test_credits_that_cover_what_is_overdue_stop_the_chase(debt: Debt, amount: int, allowed: bool):
    make_document(debt.customer, 70_000, due_on="2026-12-24")  # not due: does not count
    make_credit(debt.customer, amount, value_on="2026-11-19")
    word = debt.look()
    assert word.is_allowed is allowed and (allowed or word.rule == "credits_cover")


def test_what_falls_due_today_is_not_overdue_yet(creditor):
    debt = owe(creditor)
    pay(debt.document, on="2026-11-01")
    make_document(debt.customer, 100, due_on="2026-11-19")
    make_document(debt.customer, 50, due_on="2026-11-25")
    make_credit(debt.customer, 149, value_on="2026-11-01")
    assert debt.look().is_allowed  # nothing overdue: all that is open counts, 150
    assert debt.look(at="2026-11-20 10:00").rule == "credits_cover"


def test_credits_in_another_currency_count_at_the_newest_rate(debt: Debt):
    make_rate(debt.creditor, "USD", 3_000, valid_on="2026-01-01")
    make_credit(debt.customer, 30, value_on="2026-11-01", currency="USD")
    assert debt.look().is_allowed
    make_rate(debt.creditor, "USD", 4_000, valid_on="2026-11-19")
    assert debt.look().rule == "credits_cover"


def test_a_credit_without_a_rate_covers_nothing(debt: Debt):
    make_credit(debt.customer, 10_000_000, value_on="2026-11-01", currency="EUR")
    assert debt.look().is_allowed


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("reported_paid", "reported_paid"),
        ("disputed", "disputed"),
        ("manual", "on_hold"),
        ("reply_pending", "on_hold"),
        ("situation", "on_hold"),
        ("instrument", "on_hold"),
        ("legal", "on_hold"),
    ],
)
def test_a_hold_on_everything_stops_collection_and_not_service(debt: Debt, kind: str, rule: str):
    make_hold(debt.customer, kind)
    word = debt.look("email")
    assert (word.rule, word.facts["hold"], word.earliest_at) == (rule, kind, None)
    assert debt.look("email", purpose="service", origin="reply").is_allowed


def test_a_hold_ends_on_its_day(debt: Debt):
    make_hold(debt.customer, "reported_paid", until_on="2026-11-20")
    word = debt.look()
    assert word.rule == "reported_paid" and word.earliest_at == local("2026-11-20 07:00")
    assert debt.look(at="2026-11-20 06:59").rule == "hours"
    assert debt.look(at="2026-11-20 07:00").is_allowed


def test_a_hold_on_a_document_leaves_the_others(debt: Debt):
    other = make_document(debt.customer, 50, due_on="2026-10-05")
    make_hold(debt.customer, "disputed", document=debt.document)
    assert debt.look().facts["documents"] == [other.pk]
    assert debt.look(document_ids=(debt.document.pk,)).rule == "disputed"


def test_the_first_document_to_come_free_says_when(debt: Debt):
    other = make_document(debt.customer, 50, due_on="2026-10-05")
    make_hold(debt.customer, "disputed", document=debt.document, until_on="2026-11-27")
    make_hold(debt.customer, "disputed", document=other, until_on="2026-11-25")
    make_hold(debt.customer, "manual", document=other)
    assert debt.look().earliest_at == local("2026-11-27 07:00")


def test_a_hold_of_a_channel_stops_that_channel(debt: Debt):
    make_hold(debt.customer, "manual", channel="whatsapp", until_on="2026-11-20")
    word = debt.look("whatsapp")
    assert word.rule == "channel_on_hold" and word.earliest_at == local("2026-11-20 07:00")
    assert debt.look("phone").is_allowed


@pytest.mark.parametrize(("least", "allowed"), [(99_999, True), (100_000, True), (100_001, False)])
def test_below_the_creditors_minimum_nobody_is_chased(least: int, allowed: bool, db):
    debt = owe(make_creditor(small_balance=least))
    word = debt.look()
    assert word.is_allowed is allowed and (
        allowed or (word.kind, word.rule) == ("house", "small_balance")
    )


# -- wishes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "allowed"), [("2026-11-18", False), ("2026-11-19", False), ("2026-11-20", True)]
)
@pytest.mark.parametrize("purpose", ["collection", "service"])
def test_do_not_contact_binds_from_its_day_whatever_the_purpose(creditor, since, allowed, purpose):
    debt = owe(creditor, do_not_contact_since=since)
    assert debt.look(purpose=purpose).is_allowed is allowed


def test_who_withdrew_a_channel_is_reached_by_the_others(debt: Debt):
    withdraw(debt.customer, "email")
    assert debt.look("email").rule == "consent_withdrawn"
    assert debt.look("email", purpose="service").rule == "consent_withdrawn"
    assert debt.look("phone").is_allowed


def test_a_wish_counts_from_the_day_it_was_said(debt: Debt):
    withdraw(debt.customer, "email", on="2026-11-20")
    assert debt.look("email").is_allowed
    assert not debt.look("email", at="2026-11-20 10:00").is_allowed


def test_only_a_word_as_particular_lifts_a_withdrawal(debt: Debt):
    point = make_contact_point(debt.customer, "email", "a@example.com")
    withdraw(debt.customer, "email", contact_point=point, on="2026-02-01")
    allow(debt.customer, "*", on="2026-03-01")
    allow(debt.customer, "email", on="2026-03-02")
    assert debt.look("email", contact_point_id=point.pk).rule == "consent_withdrawn"
    allow(debt.customer, "email", contact_point=point, on="2026-03-03")
    assert debt.look("email", contact_point_id=point.pk).is_allowed


def test_who_stopped_everything_starts_one_channel_by_allowing_it(debt: Debt):
    withdraw(debt.customer, "*", on="2026-02-01")
    assert not debt.look("email").is_allowed and not debt.look("phone").is_allowed
    allow(debt.customer, "email", on="2026-03-01")
    assert debt.look("email").is_allowed and not debt.look("phone").is_allowed


def test_another_address_of_theirs_is_not_bound_by_the_one_withdrawn(debt: Debt):
    one = make_contact_point(debt.customer, "email", "a@example.com")
    other = make_contact_point(debt.customer, "email", "b@example.com")
    withdraw(debt.customer, "email", contact_point=one)
    assert debt.look("email", contact_point_id=other.pk).is_allowed


# -- persons and ways ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("reference", False),
        ("contact", False),
        ("co_debtor", True),
        ("guarantor", True),
        ("legal_representative", True),
    ],
)
def test_of_a_persons_debt_only_those_who_answer_for_it_are_spoken_to(creditor, role, allowed):
    debt = owe(creditor, kind="person")
    word = debt.look(party_id=tie(debt.customer, role).pk)
    assert word.is_allowed is allowed and (allowed or word.rule == "third_party")


def test_a_company_is_reached_through_its_contact_and_never_through_a_reference(creditor):
    debt = owe(creditor, kind="company")
    assert debt.look(party_id=tie(debt.customer, "contact").pk).is_allowed
    assert debt.look(party_id=tie(debt.customer, "reference").pk).rule == "third_party"


def test_a_references_number_is_a_third_partys_even_if_nobody_names_the_person(debt: Debt):
    reference = tie(debt.customer, "reference")
    point = make_contact_point(debt.customer, "phone", "+573001112233", party=reference)
    assert debt.look(contact_point_id=point.pk).rule == "third_party"


def test_a_party_of_another_customer_is_refused(debt: Debt):
    other = owe(debt.creditor)
    assert debt.look(party_id=tie(other.customer, "co_debtor").pk).rule == "party_other"


def test_who_answers_for_one_credit_is_not_asked_about_another(debt: Debt):
    mine, other = make_obligation(debt.customer), make_obligation(debt.customer)
    document = make_document(debt.customer, 10, due_on="2026-10-01", obligation=mine)
    foreign = make_document(debt.customer, 10, due_on="2026-10-01", obligation=other)
    who = tie(debt.customer, "co_debtor", obligation=mine)
    assert debt.look(party_id=who.pk, document_ids=(document.pk,)).is_allowed
    assert debt.look(party_id=who.pk, document_ids=(foreign.pk,)).rule == "party_not_liable"


def test_a_contact_point_of_somebody_else_is_refused(debt: Debt):
    other = owe(debt.creditor)
    theirs = make_contact_point(other.customer, "phone", "+573001112233")
    assert debt.look(contact_point_id=theirs.pk).rule == "contact_point_other"
    who = tie(debt.customer, "co_debtor")
    own = make_contact_point(debt.customer, "phone", "+573001112244")
    assert debt.look(contact_point_id=own.pk, party_id=who.pk).rule == "contact_point_other"


@pytest.mark.parametrize("fields", [{"state": "invalid"}, {"is_active": False}])
def test_a_wrong_contact_point_is_not_used(debt: Debt, fields):
    point = make_contact_point(debt.customer, "phone", "+573001112233", **fields)
    assert debt.look(contact_point_id=point.pk).rule == "contact_point_invalid"


def test_a_number_serves_calls_sms_and_whatsapp_and_an_address_nothing_else(debt: Debt):
    number = make_contact_point(debt.customer, "phone", "+573001112233")
    mail = make_contact_point(debt.customer, "email", "a@example.com")
    assert debt.look("whatsapp", contact_point_id=number.pk).is_allowed
    assert debt.look("email", contact_point_id=number.pk).rule == "contact_point_invalid"
    assert debt.look("phone", contact_point_id=mail.pk).rule == "contact_point_invalid"


# -- the window that the run gave (S2-01) --------------------------------------------------------


def test_not_before_is_in_the_window_and_not_after_is_not(debt: Debt):
    window = {"not_before": local("2026-11-19 09:00"), "not_after": local("2026-11-19 12:00")}
    early = debt.look(at="2026-11-19 08:59", **window)
    assert (early.rule, early.earliest_at) == ("window_not_open", local("2026-11-19 09:00"))
    assert debt.look(at="2026-11-19 09:00", **window).is_allowed
    assert debt.look(at="2026-11-19 11:59", **window).is_allowed
    late = debt.look(at="2026-11-19 12:00", **window)
    assert (late.rule, late.earliest_at) == ("window_passed", None)


def test_what_comes_too_late_for_its_window_has_no_earliest(debt: Debt):
    contacted(debt.customer, "2026-11-19 08:00")
    window = {"not_before": THURSDAY, "not_after": local("2026-11-20 07:00")}
    assert debt.look(**window).earliest_at is None
    window["not_after"] += timedelta(minutes=1)
    assert debt.look(**window).earliest_at == local("2026-11-20 07:00")


# -- questions that make no sense ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"channel": "pigeon"}, "contact_channel_unknown"),
        ({"purpose": "gossip"}, "contact_purpose_unknown"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(debt: Debt, more, code):
    with pytest.raises(Problem) as refused:
        debt.look(**{"channel": "phone"} | more)
    assert refused.value.code == code


def test_another_creditors_customer_is_nobody_here(debt: Debt, db):
    with pytest.raises(Problem) as refused:
        look(make_creditor(), debt.request(), at=datetime(2026, 11, 19, 15, tzinfo=UTC))
    assert refused.value.code == "customer_not_ours"
