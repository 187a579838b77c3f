"""The worklist and the day's figures: in order, filtered by any fact, only what one may see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from factories import assign, make_hold, make_member
from recaudo.access.models import Role
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Customer
from recaudo.strategy.queries.today import today
from recaudo.strategy.queries.worklist import Filter, every_line, worklist, worklist_count
from strategy.portfolio import DAY, mixed_portfolio, owing, ready_creditor, run

pytestmark = pytest.mark.django_db

ORDERS = ("priority", "overdue", "dpd", "balance", "next_on", "name")


@pytest.fixture
def creditor():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    run(creditor)
    return creditor


def codes(page):
    return [line.code for line in page.lines]


def test_the_most_valuable_and_the_critical_come_first(creditor):
    lines = every_line(creditor, None, as_of=DAY)
    assert [line.priority for line in lines] == sorted((x.priority for x in lines), reverse=True)
    assert lines[0].max_dpd > 90


@pytest.mark.parametrize("order", ORDERS)
def test_pages_together_are_the_whole_list_in_every_order(creditor, order):
    whole = [line.code for line in every_line(creditor, None, as_of=DAY, order=order)]
    paged, after = [], None
    while True:
        page = worklist(creditor, None, as_of=DAY, order=order, after=after, size=5)
        paged += codes(page)
        after = page.next
        if after is None:
            break
    assert paged == whole
    assert len(whole) == worklist_count(creditor, None, as_of=DAY)


def test_it_is_filtered_by_any_fact(creditor):
    where = Filter(condition="max_dpd BETWEEN 15 AND 45 AND claimable_balance >= 300000")
    found = worklist(creditor, None, as_of=DAY, where=where, order="dpd")
    assert [line.max_dpd for line in found.lines] == [45, 30, 16, 15, 15]
    assert worklist_count(creditor, None, as_of=DAY, where=where) == 5


def test_a_percent_sign_in_a_condition_is_only_a_sign(creditor):
    assert worklist_count(creditor, None, as_of=DAY, where=Filter(condition="product = '50%'")) == 0


def test_a_condition_that_names_no_fact_is_refused(creditor):
    with pytest.raises(Problem, match="condition_unknown_fact"):
        worklist(creditor, None, as_of=DAY, where=Filter(condition="mora > 3"))


def test_it_is_filtered_by_segment_work_kind_and_search(creditor):
    def found(**parts):
        return set(codes(worklist(creditor, None, as_of=DAY, where=Filter(**parts))))

    assert found(segment="dificil_cobro") == {"M15", "M16"}
    assert "SIN-DATOS" in found(kind="fix_contact")
    assert found(search="SIN-") == {"SIN-DATOS"}
    assert found(search="cliente m15") == {"M15"}
    assert found(search="100%") == set()
    tasks, messages = found(work="task"), found(work="message")
    assert tasks and messages and not tasks & messages


def test_a_hidden_tax_id_cannot_be_found_out_digit_by_digit(creditor):
    with scope(creditor=creditor):
        Customer.objects.filter(code="M15").update(tax_id="900123456")

    def found(piece):
        return codes(worklist(creditor, None, as_of=DAY, where=Filter(search=piece)))

    assert not any("M15" in found("900123456"[:length]) for length in range(1, 6))
    assert found("900123") == found("900123456") == ["M15"]


def test_held_customers_are_a_list_of_their_own():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=8)
    make_hold(customer)
    owing(creditor, "B", dpd=8)
    run(creditor)
    assert codes(worklist(creditor, None, as_of=DAY, where=Filter(work="held"))) == ["A"]


def test_a_collector_sees_only_their_own():
    creditor = ready_creditor()
    mine, _ = owing(creditor, "MIO", dpd=15)
    owing(creditor, "AJENO", dpd=15)
    collector = make_member(creditor, Role.COLLECTOR)
    assign(mine, collector)
    run(creditor)
    assert codes(worklist(creditor, collector, as_of=DAY)) == ["MIO"]
    assert worklist_count(creditor, collector, as_of=DAY) == 1
    figures = today(creditor, collector, as_of=DAY)
    assert figures.customers == 1
    assert [(count.code, count.count) for count in figures.tasks] == [("call", 1)]


def test_another_creditors_people_see_nothing(creditor):
    stranger = make_member(ready_creditor())
    assert worklist(creditor, stranger, as_of=DAY).lines == []
    assert today(creditor, stranger, as_of=DAY).customers == 0


def test_an_order_or_page_that_is_not_ours_is_refused(creditor):
    with pytest.raises(Problem, match="order_unknown"):
        worklist(creditor, None, as_of=DAY, order="color")  # type: ignore[arg-type]
    for wrong in ("x", "////", "bnVsbA=="):
        with pytest.raises(Problem, match="page_unknown"):
            worklist(creditor, None, as_of=DAY, after=wrong)


def test_a_page_of_another_order_is_refused(creditor):
    after = worklist(creditor, None, as_of=DAY, order="name", size=2).next
    with pytest.raises(Problem, match="page_unknown"):
        worklist(creditor, None, as_of=DAY, order="priority", after=after)


def test_a_page_is_one_statement_whatever_it_holds(creditor):
    with CaptureQueriesContext(
        connection,
    ) as one:
        worklist(creditor, None, as_of=DAY, size=1)
    with CaptureQueriesContext(connection) as many:
        worklist(creditor, None, as_of=DAY, size=50)
    assert len(one) == len(many) == 1


def test_the_days_figures_add_up_to_the_run(creditor):
    figures = today(creditor, None, as_of=DAY)
    whole = every_line(creditor, None, as_of=DAY)
    assert figures.customers == len(whole)
    assert sum(count.count for count in figures.segments) == len(whole)
    assert sum(count.balance for count in figures.reasons) == sum(line.balance for line in whole)
    assert figures.unassigned == len(whole)
    assert figures.uncovered == 0
    assert figures.last_run.as_of == DAY
    assert not figures.is_released


def test_before_the_first_run_the_figures_are_empty():
    figures = today(ready_creditor(), None, as_of=DAY)
    assert figures.last_run is None
    assert (figures.customers, figures.tasks, figures.segments) == (0, [], [])
