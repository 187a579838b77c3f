"""The facts are written down once, and everything that has them as columns agrees."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from engine.portfolios import TODAY, UNIT, a_day, customer, decide, document
from recaudo.core.scorecard import contributions, house_scorecard, probability_ppm
from recaudo.engine.facts import POSTGRES, facts_about
from recaudo.engine.lookups import day_number
from recaudo.engine.result import CUSTOMER_FACTS, DOCUMENT_FACTS

T = day_number(TODAY)


@pytest.mark.django_db
def test_the_table_in_postgresql_has_the_columns_that_are_written_down() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns "
            "WHERE table_name = 'strategy_customer_facts' ORDER BY ordinal_position"
        )
        found = cursor.fetchall()
    wanted = [("creditor_id", "integer", False), ("customer_id", "bigint", False)]
    for fact in facts_about("customer").values():
        wanted.append((fact.name, POSTGRES[fact.type], fact.null is not None))
    assert found == wanted


def test_every_fact_has_a_label_and_a_meaning() -> None:
    for about in ("customer", "document"):
        for fact in facts_about(about).values():  # type: ignore[arg-type]
            assert fact.label and fact.meaning.endswith("."), fact.name


def test_the_scorecard_reads_facts_that_there_are() -> None:
    used = {fact for fact, _, _ in contributions(house_scorecard(), {})}
    assert used <= set(facts_about("customer"))


def test_no_column_could_hold_a_name_or_a_contact_value() -> None:
    columns = {*CUSTOMER_FACTS.names, *DOCUMENT_FACTS.names}
    assert not columns & {"name", "code", "tax_id", "phone", "email", "address", "value"}


def test_the_facts_of_one_customer_by_hand() -> None:
    """Three documents, two of them overdue, a paid history, a few calls."""
    ledger = {
        "customers": [customer(since_day=T - 400, credit_limit=4000 * UNIT)],
        "open_documents": [
            document(1, age=40, amount=300, product="b", regime=5),
            document(2, age=10, amount=500, product="a", regime=3),
            document(3, age=-7, amount=400, product="b", regime=5),
        ],
        "closed_documents": [
            _closed(due=100, closed=100, amount=600),
            _closed(due=100, closed=94, amount=200),
        ],
        "credits_unapplied": [_credit(50)],
        "last_payments": [{"customer_id": 1, "paid_day": T - 12}],
        "interactions": [
            _talk(80, is_answered=1, is_effective=1), _talk(20), _talk(5), _talk(5),
            _talk(0, out=0), _talk(0, at=9),
        ],
        "contact_points": [{"customer_id": 1, "channel": n} for n in (1, 1, 3)],
    }  # fmt: skip
    (facts,) = decide(ledger)["customer_facts"].to_pylist()
    money = {
        "balance": 1200, "overdue_balance": 800, "unapplied": 50, "net_balance": 1150,
        "catch_up_amount": 750, "claimable_balance": 1200, "balance_slot_1": 400,
        "balance_slot_2": 500, "balance_slot_3": 300, "balance_slot_4": 0, "credit_limit": 4000,
        "rolls_this_month": 400, "critical_balance": 0,
    }  # fmt: skip
    assert {name: facts[name] for name in money} == {n: v * UNIT for n, v in money.items()}
    # late: 300 by 40, 500 by 10, 200 by 6, 600 on time: 18,200 days over 1,600.
    others = {
        "open_documents": 3, "overdue_documents": 2, "max_dpd": 40,
        "weighted_dpd": (300 * 40 + 500 * 10) // 800, "oldest_due_on": T - 40,
        "newest_due_on": T + 7, "bucket_slot": 3, "bucket_slot_month_start": 2,
        "rolls_on": T + 8, "weighted_days_late_12m": 18_200 // 1600,
        "on_time_share_ppm_12m": 600 * 10**6 // 1600, "closed_documents_12m": 2,
        "days_since_last_payment": 12, "customer_age_days": 400, "product": "b",
        "regime": "small_company", "limit_use_ppm": 300_000, "attempts_7d": 3, "attempts_30d": 4,
        "attempts_90d": 5, "effective_90d": 1, "effective_7d": 0, "attempts_no_answer_row": 1,
        "last_contact_on": T, "last_effective_on": T - 80, "reachable_channels": 2,
        "can_email": True, "can_sms": False, "ledger_age_days": 0, "consent": "unknown",
    }  # fmt: skip
    assert {name: facts[name] for name in others} == others
    assert facts["p_pay"] == probability_ppm(house_scorecard(), facts)


def _closed(*, due: int, closed: int, amount: int) -> dict[str, object]:
    return {
        "customer_id": 1, "due_day": T - due, "closed_day": T - closed,
        "amount": amount * UNIT, "currency": None,
    }  # fmt: skip


def _credit(amount: int) -> dict[str, object]:
    return {
        "credit_id": 1, "customer_id": 1, "value_day": T - 3, "amount": amount * UNIT,
        "currency": None,
    }  # fmt: skip


def _talk(ago: int, *, out: int = 1, at: int = 0, **fields: int) -> dict[str, object]:
    return {
        "customer_id": 1, "at_us": (T - ago) * 10 + at, "day": T - ago, "is_out": out,
        "is_effective": 0, "is_answered": 0, **fields,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("age", "slot", "rolls_in"),
    [(-3, 1, 4), (0, 1, 1), (1, 2, 30), (30, 2, 1), (31, 3, 30), (360, 7, 1), (361, 8, None)],
)
def test_a_document_lies_in_the_slot_of_its_age(age: int, slot: int, rolls_in: int | None) -> None:
    """S4-03, F22: the default table; due today is current."""
    result = decide({"customers": [customer()], "open_documents": [document(age=age)]})
    (facts,) = result["document_facts"].to_pylist()
    assert facts["bucket_slot"] == slot
    assert facts["rolls_on"] == (None if rolls_in is None else T + rolls_in)


def test_each_product_has_its_own_bucket_table() -> None:
    """The consumer table counts up to 30 days as its first slot."""
    result = decide(
        {"customers": [customer()], "open_documents": [document(age=30, product="card")]}
    )
    (facts,) = result["document_facts"].to_pylist()
    assert (facts["bucket_slot"], facts["rolls_on"]) == (1, T + 1)


def test_a_weekend_counts_no_business_days_for_the_age_of_the_ledger() -> None:
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    result = decide({"customers": [customer()]}, day=a_day(monday, ledger_on=friday))
    (facts,) = result["customer_facts"].to_pylist()
    assert facts["ledger_age_days"] == 1


def test_a_tiny_limit_does_not_stop_the_run() -> None:
    ledger = {
        "customers": [customer(credit_limit=1)],
        "open_documents": [document(age=1, open_amount=9 * 10**16)],
    }
    (facts,) = decide(ledger)["customer_facts"].to_pylist()
    assert facts["limit_use_ppm"] == 2_000_000_000
