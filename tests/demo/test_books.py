"""The made-up books, before any database: right ids, every age, and stories true on any day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from stdnum.cl import rut
from stdnum.co import nit
from stdnum.mx import rfc
from stdnum.pe import ruc

from recaudo.core.payment_days import next_payment_day, read_calendar
from recaudo.demo.book import make_world
from recaudo.demo.creditors import ANDINA, AUSTRAL, BAJIO, INTI, PLANS, Plan
from recaudo.demo.stories import STORIES, tell_all
from recaudo.demo.world import Client, Debit, World

DAY = date(2026, 11, 24)
JUDGES = {"CO": nit, "CL": rut, "MX": rfc, "PE": ruc}


def is_valid_id(country: str, tax_id: str) -> bool:
    """Persons of CO and PE may have an id without a check digit (cédula, DNI)."""
    if country == "CO" and len(tax_id) == 10 and tax_id.isdigit():
        return tax_id.startswith("10")
    if country == "PE" and len(tax_id) == 8:
        return tax_id.isdigit()
    return bool(JUDGES[country].is_valid(tax_id))


@cache
def whole(plan: Plan) -> World:
    return make_world(plan, DAY)


def of_story(plan: Plan, day: date, code: str) -> tuple[Client, list[Debit]]:
    world = plan.world(day)
    tell_all(world, plan)
    client = next(each for each in world.clients if each.code == code)
    return client, [debit for debit in world.debits if debit.client is client]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.code)
def test_every_tax_id_has_its_right_check_digit(plan: Plan) -> None:
    world = whole(plan)
    assert is_valid_id(plan.country, plan.tax_id)
    wrong = [
        c.person.tax_id for c in world.clients if not is_valid_id(plan.country, c.person.tax_id)
    ]
    assert wrong == []


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.code)
def test_the_same_day_gives_the_same_books(plan: Plan) -> None:
    assert make_world(plan, DAY) == whole(plan)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.code)
def test_every_age_has_somebody_and_nobody_pays_tomorrow(plan: Plan) -> None:
    world = whole(plan)
    owed: Counter[str] = Counter()
    for debit in world.debits:
        if debit.open_on(DAY) > 0:
            days = (DAY - debit.due_on).days
            ages = (0, 30, 60, 90, 120, 180, 360)
            owed[next((f"up to {n}" for n in ages if days <= n), "over 360")] += 1
    assert len(owed) == 8, owed
    assert all(each.on < DAY for debit in world.debits for each in debit.payments)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.code)
def test_parts_add_up_and_nothing_is_paid_twice(plan: Plan) -> None:
    for debit in whole(plan).debits:
        assert not debit.parts or sum(debit.parts.values(), Decimal(0)) == debit.amount
        assert 0 <= debit.open_on(DAY) <= debit.amount
        assert debit.issued_on <= debit.due_on


def test_there_are_ten_stories_and_each_creditor_has_one() -> None:
    assert len(STORIES) == 10
    assert {story.plan.code for story in STORIES} == {plan.code for plan in PLANS}
    assert all(story.note.count("\n") == 1 for story in STORIES)


@pytest.mark.parametrize("day", [DAY + timedelta(days=n) for n in range(7)], ids=str)
def test_whatever_the_weekday_the_friday_payer_still_has_a_friday_ahead(day: date) -> None:
    client, debits = of_story(ANDINA, day, "H-3")
    late = [debit for debit in debits if debit.open_on(day) and debit.due_on <= day]
    calendar = read_calendar(client.pay_days)
    assert len(late) == 1
    assert next_payment_day(calendar, late[0].due_on) >= day


@pytest.mark.parametrize("day", [DAY + timedelta(days=31 * n) for n in range(12)], ids=str)
def test_in_any_month_three_of_twelve_instalments_are_late(day: date) -> None:
    _, debits = of_story(AUSTRAL, day, "H-7")
    late = [d.instalment for d in debits if d.open_on(day) and d.due_on < day]
    ahead = [d.instalment for d in debits if d.open_on(day) and d.due_on > day]
    assert (late, ahead) == (["6", "7", "8"], ["9", "10", "11", "12"])


@pytest.mark.parametrize("day", [DAY + timedelta(days=31 * n) for n in range(12)], ids=str)
def test_in_any_month_the_promise_is_about_two_instalments(day: date) -> None:
    _, debits = of_story(INTI, day, "H-9")
    assert len([d for d in debits if d.open_on(day) and d.due_on < day]) == 2


@pytest.mark.parametrize("day", [DAY + timedelta(days=n) for n in range(14)], ids=str)
def test_the_cheque_was_paid_in_before_the_first_corte(day: date) -> None:
    _, debits = of_story(ANDINA, day, "H-1")
    cheques = [each for d in debits for each in d.payments if each.method.startswith("Cheque")]
    assert len(cheques) == 2
    assert all(each.on <= day - timedelta(days=7) for each in cheques)


def test_what_is_left_of_the_small_balance_is_below_the_creditors_limit() -> None:
    _, debits = of_story(BAJIO, DAY, "H-6")
    assert 0 < sum((d.open_on(DAY) for d in debits), Decimal(0)) < BAJIO.small_balance
