"""Hours, caps and regimes as the packs say, over histories read by person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django_scopes import scope

from factories import make_contact_point, make_creditor, make_document, make_member
from recaudo.access.models import Role
from recaudo.contact.actions.policy import save_policy
from recaudo.contact.models import Message, Verdict
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Party

from .conftest import BOGOTA, THURSDAY, TODAY, Debt, contacted, local, owe, sign, tie

NIT = "CO:900123456"


# -- hours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "rule", "earliest"),
    [
        ("2026-11-19 06:59", "hours", "2026-11-19 07:00"),
        ("2026-11-19 07:00", "allowed", None),
        ("2026-11-19 18:59", "allowed", None),
        ("2026-11-19 19:00", "hours", "2026-11-20 07:00"),
        ("2026-11-21 14:59", "allowed", None),  # Saturday
        ("2026-11-21 15:00", "hours", "2026-11-23 07:00"),
        ("2026-11-22 10:00", "hours", "2026-11-23 07:00"),  # Sunday
        ("2026-11-16 10:00", "hours", "2026-11-17 07:00"),  # Independencia de Cartagena
    ],
)
def test_hours_of_a_consumer_in_colombia(debt: Debt, at: str, rule: str, earliest: str | None):
    word = debt.look(at=at)
    assert (word.rule, word.kind) == (rule, "law")
    assert word.earliest_at == (local(earliest) if earliest else None)
    assert "2300" in word.article and word.grade == "quoted"


def test_hours_are_those_of_the_customers_own_zone(creditor):
    debt = owe(creditor, timezone="Europe/Madrid")  # six hours ahead
    assert debt.look(at="2026-11-19 12:59").is_allowed
    word = debt.look(at="2026-11-19 13:00")
    assert word.rule == "hours" and word.facts["zone"] == "Europe/Madrid"


def test_who_may_live_in_several_zones_is_asked_when_all_of_them_allow_it(db):
    creditor = make_creditor(country="MX", currency="MXN", timezone="America/Mexico_City")
    debt = owe(creditor)
    seven = local("2026-11-19 08:00")  # 07:00 in Mexico City, 05:00 or 06:00 in Tijuana
    assert not debt.look(at=seven).is_allowed
    known = owe(creditor, timezone="America/Mexico_City")
    assert known.look(at=seven).is_allowed


def test_the_law_is_the_one_of_the_customers_country(creditor):
    debt = owe(creditor, country="CL", timezone="America/Santiago")
    assert debt.look().pack.startswith("CL@")


def test_an_answer_to_the_customers_message_waits_for_the_hours_and_not_for_the_caps(debt: Debt):
    contacted(debt.customer, "2026-11-19 08:00")
    assert not debt.look("email").is_allowed
    answer = {"origin": "reply", "purpose": "service"}
    assert debt.look("email", **answer).is_allowed
    assert debt.look("email", at="2026-11-19 06:00", **answer).rule == "hours"
    # To ask for the money in an answer is to collect; a receipt nobody asked for is a contact.
    assert not debt.look("email", origin="reply").is_allowed
    assert not debt.look("email", purpose="service").is_allowed


# -- caps ----------------------------------------------------------------------------------------


def test_one_contact_a_day_and_one_channel_a_week_in_colombia(debt: Debt):
    contacted(debt.customer, "2026-11-18 10:00", "email")
    assert debt.look("email").is_allowed
    other = debt.look("phone")
    assert (other.rule, other.facts["fixed"]) == ("one_channel_a_week", "email")
    assert other.earliest_at == local("2026-11-25 07:00")
    assert debt.look("phone", at="2026-11-24 10:00").rule == "one_channel_a_week"
    assert debt.look("phone", at="2026-11-25 07:00").is_allowed
    contacted(debt.customer, "2026-11-19 07:30", "email")
    again = debt.look("email")
    assert (again.rule, again.earliest_at) == ("cap_day", local("2026-11-20 07:00"))


def test_what_the_customer_did_counts_for_nothing(debt: Debt):
    contacted(debt.customer, "2026-11-19 08:00", direction="in")
    assert debt.look().is_allowed


def test_a_visit_is_forbidden_and_no_time_helps(debt: Debt):
    word = debt.look("address", visit=True)
    assert (word.rule, word.kind, word.earliest_at) == ("channel_forbidden", "law", None)


def test_the_earliest_moment_is_the_first_one(debt: Debt):
    for day in ("17", "18", "19"):
        contacted(debt.customer, f"2026-11-{day} 09:00", "email")
    for channel in ("email", "phone"):
        earliest = debt.look(channel).earliest_at
        assert earliest is not None
        assert debt.look(channel, at=earliest).is_allowed
        assert not debt.look(channel, at=earliest - timedelta(minutes=1)).is_allowed


def test_a_person_is_one_whichever_creditor_asks(debt: Debt, db):
    here, there = owe(debt.creditor, person_key=NIT), owe(make_creditor(), person_key=NIT)
    contacted(there.customer, "2026-11-19 08:00", "email")
    word = here.look("email")
    assert word.rule == "cap_day" and word.earliest_at == local("2026-11-20 07:00")
    assert debt.look("email").is_allowed  # somebody else


def test_nothing_of_the_other_creditor_is_told(debt: Debt, db):
    """Not when, not by what, not how often, not by whom."""
    here, there = owe(debt.creditor, person_key=NIT), owe(make_creditor(), person_key=NIT)
    contacted(there.customer, "2026-11-17 08:00", "whatsapp", debts=[there.document.pk], note="x")
    word = here.look("email")
    assert word.rule == "one_channel_a_week"
    assert word.facts == {"is_law": True, "zone": "America/Bogota"}
    contacted(there.customer, "2026-11-19 08:00", "whatsapp")
    capped = here.look("whatsapp")
    assert capped.facts == {"max": 1, "is_law": True, "zone": "America/Bogota"}
    kept = here.admit("whatsapp")
    with scope(creditor=here.creditor):
        row = Verdict.objects.get(pk=kept.verdict_id)
    assert row.facts == capped.facts and row.party_id is None


def test_customers_without_a_tax_id_are_each_their_own(debt: Debt):
    other = owe(debt.creditor)
    contacted(other.customer, "2026-11-19 08:00")
    assert debt.look().is_allowed


def test_a_cap_on_a_debt_counts_what_was_said_about_that_debt(db):
    creditor = make_creditor(country="DO", currency="DOP", timezone="America/Santo_Domingo")
    debt = owe(creditor, person_key="DO:101")
    other = make_document(debt.customer, 10, due_on="2026-10-01")
    foreign = owe(make_creditor(), person_key="DO:101")
    for minute in range(5):
        contacted(debt.customer, f"2026-11-19 09:0{minute}", debts=[debt.document.pk])
        contacted(foreign.customer, f"2026-11-19 09:1{minute}")
    assert debt.look(document_ids=(debt.document.pk,)).rule == "cap_day"
    assert debt.look(document_ids=(other.pk,)).is_allowed
    contacted(debt.customer, "2026-11-19 09:20")  # about no debt in particular: about each
    for minute in range(4):
        contacted(debt.customer, f"2026-11-19 09:3{minute}", debts=[other.pk])
    assert debt.look(document_ids=(other.pk,)).rule == "cap_day"


# -- co-debtors (F17) ----------------------------------------------------------------------------


def co_debtor(debt: Debt, key: str = "CO:52123456") -> Party:
    return tie(debt.customer, "co_debtor", person_key=key)


def test_a_contact_with_the_co_debtor_counts_for_both(debt: Debt):
    who = co_debtor(debt)
    contacted(debt.customer, "2026-11-19 08:00", party=who)
    assert debt.look().rule == "cap_day"
    assert debt.look(party_id=who.pk).rule == "cap_day"


def test_a_contact_with_the_debtor_counts_for_the_debtor_and_so_stops_the_co_debtors(debt: Debt):
    contacted(debt.customer, "2026-11-19 08:00")
    assert debt.look(party_id=co_debtor(debt).pk).rule == "cap_day"


def test_a_co_debtor_is_the_same_person_in_every_role_and_under_every_creditor(debt: Debt, db):
    who = co_debtor(debt, NIT)
    owes_elsewhere = owe(make_creditor(), person_key=NIT)
    contacted(owes_elsewhere.customer, "2026-11-19 08:00")
    assert debt.look(party_id=who.pk).rule == "cap_day"
    assert debt.look().is_allowed  # the debtor had no contact today
    contacted(debt.customer, "2026-11-20 08:00", party=who)
    assert owes_elsewhere.look(at="2026-11-20 10:00").rule == "cap_day"


def test_who_owes_and_guarantees_is_counted_once_for_one_contact(db):
    creditor = make_creditor(country="CL", currency="CLP", timezone="America/Santiago")
    debt = owe(creditor, person_key="CL:1", timezone="America/Santiago")
    who = tie(debt.customer, "guarantor", person_key="CL:1")
    contacted(debt.customer, "2026-11-17 10:00", "email", party=who)
    assert debt.look("email").is_allowed  # two a week: one was had, not two


# -- regimes (F8) --------------------------------------------------------------------------------


def test_a_company_is_judged_as_consumer_until_the_creditor_signs(creditor):
    debt = owe(creditor, regime="company")
    contacted(debt.customer, "2026-11-19 08:00")
    assert (debt.look().rule, debt.look().regime) == ("cap_day", "consumer")
    sign(creditor)
    assert (debt.look().is_allowed, debt.look().regime) == (True, "company")
    sign(creditor, granted=False)
    assert debt.look().rule == "cap_day"


def test_signing_for_companies_loosens_nothing_for_consumers(debt: Debt):
    sign(debt.creditor)
    contacted(debt.customer, "2026-11-19 08:00")
    assert debt.look().rule == "cap_day"


def test_where_debts_of_several_regimes_are_asked_for_all_their_rules_bind(creditor):
    sign(creditor)
    debt = owe(creditor, regime="company")
    consumer = make_document(debt.customer, 10, due_on="2026-10-01", regime="consumer")
    contacted(debt.customer, "2026-11-19 08:00")
    assert debt.look(document_ids=(debt.document.pk,)).is_allowed
    both = debt.look(document_ids=(debt.document.pk, consumer.pk))
    assert (both.rule, both.regime) == ("cap_day", "consumer")


def test_a_person_who_guarantees_a_company_is_protected_as_guarantor(creditor):
    sign(creditor)
    debt = owe(creditor, regime="company")
    contacted(debt.customer, "2026-11-19 08:00")
    word = debt.look(party_id=co_debtor(debt).pk)
    assert (word.rule, word.regime) == ("cap_day", "guarantor")


def test_consent_is_needed_where_the_pack_says_so_and_not_between_companies(creditor):
    debt = owe(creditor, regime="company", consents=False)
    word = debt.look("email")
    assert (word.rule, word.kind, word.is_allowed) == ("consent_missing", "law", False)
    assert "2300" in word.article
    assert debt.look("email", purpose="service", origin="reply").is_allowed
    sign(creditor)
    assert debt.look("email").is_allowed


# -- what is on its way --------------------------------------------------------------------------


def message(debt: Debt, state: str, **fields) -> Message:
    with scope(creditor=debt.creditor):
        return Message.objects.create(
            creditor=debt.creditor,
            customer=debt.customer,
            step_key="x",
            channel="email",
            template_key="x",
            state=state,
            currency="COP",
            balance=1,
            not_before=THURSDAY,
            not_after=THURSDAY + timedelta(days=1),
            **fields,
        )


@pytest.mark.parametrize(
    ("state", "minutes", "counts"),
    [
        ("planned", None, False),
        ("rendered", 1, True),
        ("rendered", 0, False),  # the lease is over: nothing left, somebody else may take it
        ("attempted", None, True),
        ("attempted", -5, True),  # nobody knows whether it left
        ("failed", None, False),
        ("withdrawn", None, False),
    ],
)
def test_a_message_under_way_counts(debt: Debt, state: str, minutes: int | None, counts: bool):
    until = None if minutes is None else THURSDAY + timedelta(minutes=minutes)
    moving = message(debt, state, leased_until=until)
    assert debt.look("email").is_allowed is not counts
    assert debt.look("email", message_id=moving.pk).is_allowed  # itself is not before itself


def test_a_message_to_the_co_debtor_under_way_counts_for_both(debt: Debt, db):
    who = co_debtor(debt, NIT)
    point = make_contact_point(debt.customer, "email", "c@example.com", party=who)
    message(debt, "attempted", contact_point=point)
    assert debt.look("email").rule == "cap_day"
    assert owe(make_creditor(), person_key=NIT).look("email").rule == "cap_day"


def test_an_answer_that_was_sent_counts_for_nothing(debt: Debt):
    sent = message(debt, "sent", origin="reply", purpose="service")
    contacted(debt.customer, "2026-11-19 08:00", "email", purpose="service", message_id=sent.pk)
    assert debt.look("email").is_allowed
    receipt = message(debt, "sent", origin="run", purpose="service")
    contacted(debt.customer, "2026-11-19 08:30", "email", purpose="service", message_id=receipt.pk)
    assert debt.look("email").rule == "cap_day"


# -- the house -----------------------------------------------------------------------------------

LATE_START = """
[[hours]]
channels = ["call"]
weekday = [["09:00", "17:00"]]
saturday = []
sunday = []
holiday = []
"""


def test_the_house_may_be_stricter_and_is_told_as_such(debt: Debt):
    save_policy(debt.creditor, LATE_START, from_on=TODAY, today=TODAY, reason="x")
    early = debt.look(at="2026-11-19 08:59")
    assert (early.rule, early.kind, early.article, early.grade) == ("hours", "house", "", "house")
    assert early.earliest_at == local("2026-11-19 09:00")
    assert debt.look(at="2026-11-19 09:00").is_allowed
    assert debt.look("email", at="2026-11-19 08:59").is_allowed
    night = debt.look(at="2026-11-19 19:00")
    assert (night.kind, night.earliest_at) == ("law", local("2026-11-20 09:00"))


def test_a_wider_house_policy_loosens_nothing(debt: Debt):
    wide = LATE_START.replace("09:00", "00:00").replace("17:00", "23:59")
    save_policy(debt.creditor, wide, from_on=TODAY, today=TODAY, reason="x")
    assert debt.look(at="2026-11-19 06:59").kind == "law"


def test_a_policy_counts_from_its_day(debt: Debt):
    day = TODAY
    save_policy(debt.creditor, LATE_START, from_on=day + timedelta(1), today=day, reason="x")
    assert debt.look(at="2026-11-19 08:59").is_allowed
    assert debt.look(at="2026-11-20 08:59").kind == "house"


def test_who_leads_may_set_the_house_aside_with_a_reason_and_the_law_never(debt: Debt):
    save_policy(debt.creditor, LATE_START, from_on=TODAY, today=TODAY, reason="x")
    chief, collector = make_member(debt.creditor), make_member(debt.creditor, Role.COLLECTOR)
    early = "2026-11-19 08:00"
    assert not debt.admit(at=early, by=chief).word.is_allowed
    with pytest.raises(Problem) as refused:
        debt.admit(at=early, by=collector, override_reason="Pidió que lo llamen a las 8")
    assert refused.value.code == "override_not_yours"
    freed = debt.admit(at=early, by=chief, override_reason="Pidió que lo llamen a las 8")
    assert (freed.word.is_allowed, freed.word.overrode) == (True, "hours")
    with scope(creditor=debt.creditor):
        row = Verdict.objects.get(pk=freed.verdict_id)
    assert (row.by, row.overrode) == (chief, "hours")
    assert row.override_reason == "Pidió que lo llamen a las 8"
    unlawful = debt.admit(at="2026-11-19 06:00", by=chief, override_reason="Urgente").word
    assert (unlawful.is_allowed, unlawful.kind, unlawful.overrode) == (False, "law", "")


def test_times_of_the_other_zone_are_the_same_instants(debt: Debt):
    """The gate is asked in UTC by workers and in Bogotá by people."""
    from datetime import UTC

    assert debt.look(at=local("2026-11-19 06:59").astimezone(UTC)).rule == "hours"
    assert debt.look(at=local("2026-11-19 07:00").astimezone(UTC)).is_allowed
    assert BOGOTA.key == "America/Bogota"
