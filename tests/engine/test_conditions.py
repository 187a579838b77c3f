"""What a person may write as a condition, and how the rest is refused."""

from __future__ import annotations

import pytest
import sqlglot
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.portfolios import PLAN, customer, document, email, judged_engine
from recaudo.core.problems import Problem
from recaudo.engine.conditions import compile_condition
from recaudo.engine.facts import Fact, facts_about
from recaudo.words import sentence

FACTS = facts_about("customer")


def wide(part: str) -> str:
    """Arithmetic is done in 38 digits."""
    return f"CAST({part} AS DECIMAL(38, 0))"


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("max_dpd > 30", "max_dpd > 30"),
        ("MAX_DPD > 30 and balance >= 1000000", "max_dpd > 30 AND balance >= 10000000000"),
        ("balance >= 12.3456", "balance >= 123456"),
        ("balance between 1 and 2.5", "balance BETWEEN 10000 AND 25000"),
        ("100 < balance", "1000000 < balance"),
        ("net_balance < -5", "net_balance < (-50000)"),
        ("balance - unapplied > 7", f"{wide('balance')} - {wide('unapplied')} > 70000"),
        ("2 * overdue_balance > balance", f"{wide('overdue_balance')} * {wide('2')} > balance"),
        ("balance + 100 > 300", f"{wide('balance')} + {wide('1000000')} > 3000000"),
        ("balance in (1, 2)", "balance IN (10000, 20000)"),
        ("product in ('card', 'o''key')", "product IN ('card', 'o''key')"),
        ("not can_email", "NOT (can_email)"),
        ("can_email = false", "can_email = FALSE"),
        ("last_payment_on is null", "last_payment_on IS NULL"),
        ("last_payment_on is not null", "NOT (last_payment_on IS NULL)"),
        ("oldest_due_on < '2020-01-01'", "oldest_due_on < 18262"),
        ("oldest_due_on + 30 < newest_due_on", "oldest_due_on + 30 < newest_due_on"),
        ("newest_due_on - oldest_due_on > 60", "newest_due_on - oldest_due_on > 60"),
        ("attempts_7d + 1 > 2", f"{wide('attempts_7d')} + {wide('1')} > 2"),
        ("max_dpd > 3 -- a remark", "max_dpd > 3"),
        ("(max_dpd > 3) or (hold = '')", "(max_dpd > 3) OR (hold = '')"),
    ],
)
def test_what_is_written_and_what_is_run(written: str, run: str) -> None:
    assert compile_condition(written, FACTS).sql == f"COALESCE(({run}), FALSE)"


@pytest.mark.parametrize(
    ("written", "code", "position"),
    [
        ("", "condition_empty", 1),
        ("   ", "condition_empty", 1),
        ("max_dpd >", "condition_unreadable", 9),
        ("max_dpd > 'x", "condition_unreadable", 1),
        ("max_dpd > 3; DROP TABLE portfolio_customer", "condition_several", 12),
        ("1=1; drop table x", "condition_several", 4),
        ("max_dp > 3", "condition_unknown_fact", 1),
        ("max_dpd > 3 AND other.balance > 3", "condition_unknown_fact", 17),
        ("balance > 3 AND max_dpd / 0 > 1", "condition_divides", 17),
        ("max_dpd % 2 = 1", "condition_divides", 1),
        ("balance > (SELECT 1)", "condition_not_allowed", 19),
        ("hold IN (SELECT 1)", "condition_not_allowed", 1),
        ("hold LIKE 'a%'", "condition_not_allowed", 1),
        ("pg_sleep(10) IS NULL", "condition_not_allowed", 1),
        ("max_dpd::text = '3'", "condition_not_allowed", 1),
        ("CASE WHEN can_email THEN TRUE END", "condition_not_allowed", 11),
        ("hold IS DISTINCT FROM 'a'", "condition_not_allowed", 1),
        ("can_email > can_sms", "condition_not_allowed", 1),
        ("hold = 'a\\'", "condition_not_allowed", 8),
        ("balance > max_dpd", "condition_type_mismatch", 1),
        ("balance > 'a'", "condition_type_mismatch", 1),
        ("hold = 3", "condition_type_mismatch", 1),
        ("balance * unapplied > 1", "condition_type_mismatch", 1),
        ("can_email = 1", "condition_type_mismatch", 1),
        ("balance", "condition_not_a_condition", 1),
        ("can_email AND 3", "condition_not_a_condition", 15),
        ("balance > 0.00001", "condition_too_fine", 1),
        ("max_dpd > 2.5", "condition_too_fine", 1),
        ("balance * 0.5 > 1", "condition_too_fine", 1),
        ("balance * 99999999 * 999999999999 > 1", "condition_too_large", 1),
        ("99999999999999 * 99999999999999 * 99999999999999 > max_dpd", "condition_too_large", 1),
        ("oldest_due_on > '2026-02-30'", "condition_bad_day", 1),
        ("x" * 2001, "condition_too_long", 2001),
        ("(" * 900 + "can_email" + ")" * 900, "condition_too_long", 1),
    ],
)
def test_what_is_refused_and_where(written: str, code: str, position: int) -> None:
    with pytest.raises(Problem) as refused:
        compile_condition(written, FACTS)
    assert (refused.value.code, refused.value.facts["position"]) == (code, position)
    assert code not in sentence(refused.value), "every refusal has its own sentence"


def test_a_misspelt_fact_is_told_with_the_nearest_ones() -> None:
    with pytest.raises(Problem) as refused:
        compile_condition("overdue_balence > 3", FACTS)
    assert "overdue_balance" in refused.value.facts["nearest"]


def test_every_fact_may_be_asked_about() -> None:
    for fact in FACTS.values():
        compiled = compile_condition(f"{fact.name} IS NULL OR {_plain(fact)}", FACTS)
        assert compiled.facts == (fact.name,)


def _plain(fact: Fact) -> str:
    values = {"text": "= 'a'", "bool": "= TRUE", "day": "= '2026-01-01'"}
    return f"{fact.name} {values.get(fact.type, '= 1')}"


def test_a_fact_that_is_missing_makes_the_condition_false_and_can_be_counted() -> None:
    ledger = {
        "customers": [customer(1), customer(2)],
        "open_documents": [document(1, 1, age=3)],
        "contact_points": [email(1)],
    }
    compiled = compile_condition("NOT (oldest_due_on > '2030-01-01')", FACTS)
    with judged_engine(ledger, PLAN) as engine:
        rows = engine._connection.execute(
            f"SELECT {compiled.sql}, {compiled.is_unknown_sql} FROM customer_facts ORDER BY 1"
        ).fetchall()
    assert rows == [(False, True), (True, False)]


@pytest.mark.django_db
def test_the_same_condition_filters_the_table_in_postgresql() -> None:
    for fact in FACTS.values():
        compiled = compile_condition(f"{fact.name} IS NULL OR {_plain(fact)}", FACTS)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM strategy_customer_facts WHERE {compiled.sql}")
            assert cursor.fetchone() == (0,)


def test_only_the_common_subset_is_written() -> None:
    written = (
        "NOT (balance * 2 > 3 OR product IN ('a') AND max_dpd BETWEEN 1 AND 2 OR hold IS NULL)"
    )
    compiled = compile_condition(written, FACTS)
    for dialect in ("duckdb", "spark", "postgres"):
        assert len(sqlglot.parse(f"SELECT {compiled.sql}", dialect=dialect)) == 1


VOCABULARY = """
balance max_dpd oldest_due_on product can_email p_pay nothing 0 1 12.5 1e3 'a' '2026-01-01' TRUE
NULL AND OR NOT IN BETWEEN IS = <> < >= + - * / % ( ) , ; -- || :: . LIKE SELECT FROM CASE WHEN
THEN END EXISTS pg_sleep $1 ? " ' \\ é
"""
TOKENS = st.sampled_from([*VOCABULARY.split(), "\x00", "\n"])


@pytest.mark.django_db
@settings(max_examples=400, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(words=st.lists(TOKENS, min_size=1, max_size=9))
def test_whatever_is_typed_is_refused_or_runs(words: list[str]) -> None:
    try:
        compiled = compile_condition(" ".join(words), FACTS)
    except Problem as refused:
        assert 1 <= int(str(refused.facts["position"])) <= len(" ".join(words)) + 1
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM strategy_customer_facts WHERE {compiled.sql}")
