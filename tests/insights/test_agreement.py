"""The reports and the run of the day read the same ledger: their figures are the same figures."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django_scopes import scope

from factories import happen, make_credit, make_customer, make_document, make_rate, pay
from recaudo.insights.queries.ageing import ageing
from recaudo.insights.queries.status import by_status
from recaudo.portfolio.models import Document
from strategy.portfolio import DAY, mixed_portfolio, ready_creditor, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def creditor():
    """Every age, a write-off, a cession, dollars, advances, a part payment, an invoice dated ahead.

    All of it known on the day: what is dated ahead counts from the day it was recorded.
    """
    creditor = ready_creditor()
    customers = mixed_portfolio(creditor)
    make_rate(creditor, "USD", "4000.125")
    special = make_customer(creditor, "ESPECIAL")
    happen(make_document(special, 700, due_on="2025-01-31"), "written_off", on="2026-01-31")
    happen(make_document(special, 900, due_on="2026-03-01"), "ceded", on="2026-03-15")
    make_document(special, "12.5", currency="USD", due_on="2026-04-01")
    make_document(special, 55, issued_on="2026-04-20", due_on="2026-05-20")
    make_credit(special, "1.1", currency="USD", value_on="2026-04-02")
    make_credit(customers[5], 1234, value_on="2026-04-10")
    pay(make_document(special, 100, due_on="2026-03-01"), "30.0001", on="2026-03-20")
    with scope(creditor=creditor):
        Document.objects.update(recorded_at=datetime(2026, 4, 1, tzinfo=UTC))
    run(creditor)
    return creditor


def sums(creditor, *columns):
    """Totals of the facts, from ten-thousandths."""
    wanted = ", ".join(f"COALESCE(SUM({name}), 0) * 0.0001" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {wanted} FROM strategy_customer_facts WHERE creditor_id = %s", [creditor.pk]
        )
        return dict(zip(columns, cursor.fetchone(), strict=True))


def test_the_reports_and_the_run_tell_the_same_balances_buckets_and_states(creditor):
    report = ageing(creditor, DAY)
    assert sums(
        creditor,
        "balance",
        "overdue_balance",
        "unapplied",
        "net_balance",
        "written_off_balance",
        "ceded_balance",
    ) == {
        "balance": report.whole.gross,
        "overdue_balance": report.overdue,
        "unapplied": report.whole.unapplied,
        "net_balance": report.whole.total,
        "written_off_balance": report.whole.written_off.balance,
        "ceded_balance": report.whole.ceded.balance,
    }
    slots = [f"balance_slot_{number}" for number, _ in enumerate(report.whole.buckets, 1)]
    assert list(sums(creditor, *slots).values()) == [part.balance for part in report.whole.buckets]
    states = by_status(creditor)
    assert sum(state.balance for state in states) == report.whole.gross
    assert sum(state.customers for state in states) == 19
