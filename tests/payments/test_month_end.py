"""Charges at each month's end: all that is due, once, whatever month was missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import make_creditor, make_customer, make_document
from recaudo.access.models import Creditor
from recaudo.config import schedule
from recaudo.core.calendar import local_day
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions import month_end
from recaudo.payments.actions.month_end import month_end_before, post_charges, post_month_ends
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.terms import Wanted, set_terms
from recaudo.payments.models import Charge
from recaudo.payments.queries.charges import preview
from recaudo.payments.queries.check import check_ledger

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 31, 15, tzinfo=UTC)


@pytest.fixture
def creditor() -> Creditor:
    found = make_creditor(country="MX", currency="MXN", timezone="America/Mexico_City")
    wanted = Wanted(
        from_on=date(2020, 1, 1),
        source="c. 7",
        interest="computed",
        annual_rate=Decimal("36.5"),
        rate_quote="nominal_annual",
    )
    set_terms(found, wanted, by=None, origin="test")
    return found


def charges(creditor: Creditor) -> list[tuple[date, Decimal]]:
    with scope(creditor=creditor):
        rows = Charge.objects.select_related("document").order_by("id")
        return [(row.until_on, row.document.amount) for row in rows]


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2026-03-30", "2026-02-28"),
        ("2026-03-31", "2026-03-31"),
        ("2026-04-01", "2026-03-31"),
        ("2026-01-01", "2025-12-31"),
    ],
)
def test_which_month_is_over(day: str, end: str) -> None:
    assert month_end_before(date.fromisoformat(day)) == date.fromisoformat(end)


def test_each_month_is_posted_once_and_a_missed_one_is_made_up(creditor: Creditor) -> None:
    make_document(make_customer(creditor), 10_000, due_on="2026-03-21")
    post_month_ends(creditor, date(2026, 4, 2), now=NOW)
    post_month_ends(creditor, date(2026, 4, 20), now=NOW)
    assert charges(creditor) == [(date(2026, 3, 31), 100)]
    post_month_ends(creditor, date(2026, 6, 30), now=NOW)  # April and May were missed
    assert charges(creditor)[1:] == [
        (date(2026, 4, 30), 300),
        (date(2026, 5, 31), 310),
        (date(2026, 6, 30), 300),
    ]
    assert check_ledger(creditor) == []


def test_one_bad_account_is_recorded_and_the_rest_go_on(
    creditor: Creditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = [make_customer(creditor) for _ in range(3)]
    for customer in customers:
        make_document(customer, 10_000, due_on="2026-03-21")
    # A rule of the ledger that one account breaks, whatever else it is posted with.
    real = month_end.fix_many

    def guarded(creditor, ids, **given):  # type: ignore[no-untyped-def]
        if customers[1].pk in ids:
            raise Problem("ledger_guarded", rule="test")
        return real(creditor, ids, **given)

    monkeypatch.setattr(month_end, "fix_many", guarded)
    posted = post_charges(creditor, date(2026, 3, 31), now=NOW)
    assert [(each.customer, each.code) for each in posted.failed] == [
        (customers[1].pk, "ledger_guarded")
    ]
    assert posted.charges == 2
    monkeypatch.undo()
    assert post_charges(creditor, date(2026, 3, 31), now=NOW).charges == 1


@pytest.mark.parametrize("ahead", [0, 1])
def test_no_interest_of_days_to_come_is_posted(creditor: Creditor, ahead: int) -> None:
    """From whatever door: a year typed wrong would charge years of it at once."""
    make_document(make_customer(creditor), 1000, due_on="2026-12-01")
    day = date(2026, 12, 31) + timedelta(days=ahead)
    if not ahead:
        assert post_charges(creditor, day, because="hand", now=NOW).charges == 1
        return
    with pytest.raises(Problem, match="charges_day_ahead"):
        post_charges(creditor, day, because="hand", now=NOW)
    with scope(creditor=creditor):
        assert not Charge.objects.exists()


def test_only_creditors_whose_terms_charge_something() -> None:
    creditor = make_creditor()
    make_document(make_customer(creditor), 10_000, due_on="2026-03-21")
    assert post_month_ends(creditor, date(2026, 4, 2), now=NOW) == []


def test_the_preview_is_what_is_posted(creditor: Creditor) -> None:
    for n in range(3):
        customer = make_customer(creditor)
        make_document(customer, 10_000 + n, due_on="2026-03-21")
    told = preview(creditor, date(2026, 3, 31))
    post_charges(creditor, date(2026, 3, 31), now=NOW)
    assert told.totals() == {"MXN": sum(amount for _, amount in charges(creditor))}
    assert preview(creditor, date(2026, 3, 31)).lines == ()


def test_what_was_paid_late_meanwhile_is_charged_at_the_months_end(creditor: Creditor) -> None:
    customer = make_customer(creditor)
    document = make_document(customer, 10_000, due_on="2026-03-01")
    paid = receive(
        customer,
        Money(Decimal(10_100), "MXN"),
        value_on=date(2026, 3, 11),
        source="test",
        external_id="1",
        now=NOW,
    )
    assert not paid.applied.remainder
    assert charges(creditor) == [(date(2026, 3, 11), 100)]
    post_charges(creditor, date(2026, 3, 31), now=NOW)
    assert charges(creditor) == [(date(2026, 3, 11), 100)], document


def test_the_job_posts_by_the_creditors_own_day(creditor: Creditor) -> None:
    from django.utils import timezone

    today = local_day(timezone.now(), creditor.timezone)
    make_document(make_customer(creditor), 10_000, due_on=today - timedelta(days=40))
    schedule.charges_of_the_month.func(0)
    schedule.charges_of_the_month.func(0)
    ((until, _),) = charges(creditor)
    assert until == month_end_before(today)
