"""Calling a customer: the gate's answer, then the number, then what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from factories import allow, assign, make_contact_point, make_member
from hours import may_be_contacted_now, may_not_be_contacted_now
from recaudo.access.models import Role, User
from recaudo.audit.models import ChangeEvent
from recaudo.contact.models import Interaction, Verdict
from recaudo.portfolio.models import ContactPoint, Party
from recaudo.strategy.actions.runs import refresh_customers
from recaudo.strategy.models import Task

from .conftest import World, add_customer

Enter = Callable[[User], Client]


@pytest.fixture
def phone(ran: World) -> ContactPoint:
    allow(ran.customer)
    with scope(creditor=ran.creditor):
        return ran.customer.contact_points.get(channel="phone")


def shown(desk: Client, world: World) -> str:
    return desk.get(world.page).content.decode()


def test_the_number_is_not_there_before_the_gate_was_asked(
    ran: World, desk: Client, phone: ContactPoint
) -> None:
    may_be_contacted_now(ran.customer)
    ran.task()
    page = shown(desk, ran)
    assert "Llamar al" in page
    assert phone.value not in page
    answer = desk.post(f"{ran.page}llamar/{phone.id}/").content.decode()
    assert f'href="tel:{phone.normalised}"' in answer
    with scope(creditor=ran.creditor):
        assert Verdict.objects.get().is_allowed
    assert ChangeEvent.objects.filter(kind="identifier_revealed").count() == 1


def test_at_a_forbidden_hour_the_reason_stands_where_the_number_would(
    ran: World, desk: Client, phone: ContactPoint
) -> None:
    may_not_be_contacted_now(ran.customer)
    ran.task()
    page = shown(desk, ran)
    assert "Llamar al" not in page
    assert "Se podrá desde" in page
    answer = desk.post(f"{ran.page}llamar/{phone.id}/").content.decode()
    assert phone.value not in answer
    assert phone.normalised not in answer
    assert "Se podrá desde" in answer
    with scope(creditor=ran.creditor):
        assert not Verdict.objects.get().is_allowed
        assert Interaction.objects.count() == 0


def test_the_law_is_not_set_aside_by_anybody(ran: World, desk: Client, phone: ContactPoint) -> None:
    may_not_be_contacted_now(ran.customer)
    given = {"override_reason": "Es urgente"}
    assert phone.value not in desk.post(f"{ran.page}llamar/{phone.id}/", given).content.decode()


def test_a_small_balance_is_the_houses_own_rule_and_a_supervisor_sets_it_aside(
    ran: World, desk: Client, enter: Enter, phone: ContactPoint
) -> None:
    may_be_contacted_now(ran.customer)
    ran.creditor.small_balance = 100_000_000
    ran.creditor.save()
    collector = make_member(ran.creditor, Role.COLLECTOR, can_see_identifiers=True)
    assign(ran.customer, collector)
    given = {"override_reason": "Pidió que lo llamaran hoy"}
    address = f"{ran.page}llamar/{phone.id}/"
    assert phone.value not in enter(collector).post(address, given).content.decode()
    assert "Llamar de todas formas" in shown(desk, ran)
    assert "Llamar de todas formas" not in shown(enter(collector), ran)
    assert phone.value in desk.post(address, given).content.decode()
    with scope(creditor=ran.creditor):
        assert Verdict.objects.latest("id").override_reason == "Pidió que lo llamaran hoy"


def test_whoever_may_not_see_numbers_is_told_and_may_still_record(
    ran: World, enter: Enter, phone: ContactPoint
) -> None:
    may_be_contacted_now(ran.customer)
    plain = enter(make_member(ran.creditor, Role.SUPERVISOR))
    answer = plain.post(f"{ran.page}llamar/{phone.id}/").content.decode()
    assert phone.normalised not in answer
    assert "permiso aparte" in answer
    assert plain.post(f"{ran.page}gestion/", {"at_once": "no_answer"}).status_code == 302


def test_figures_stand_only_behind_the_titular_and_no_debt_word_before(
    ran: World, desk: Client, phone: ContactPoint
) -> None:
    may_be_contacted_now(ran.customer)
    page = desk.post(f"{ran.page}llamar/{phone.id}/").content.decode()
    script = page[page.index('<div class="script">') : page.index('class="results')]
    before, after = script.split('<div class="for-titular">')
    assert "$" in after
    assert "$" not in before
    for word in ("deuda", "mora", "vencid", "cobr", "pago", "saldo"):
        assert word not in before.lower()


def test_nobody_asks_why_where_the_law_forbids_it(
    ran: World, desk: Client, phone: ContactPoint
) -> None:
    ran.task()
    page = shown(desk, ran)
    assert "lo que el cliente cuente por su cuenta" in page
    assert "¿Por qué" not in page


def test_no_answer_is_one_key_and_on_to_the_next_customer(ran: World, desk: Client) -> None:
    other = add_customer(ran.creditor, "Papelería Dos", ran.today)
    task = ran.task()
    mine, ran.customer = ran.customer, other
    ran.task()
    ran.customer = mine
    with scope(creditor=ran.creditor):
        refresh_customers(ran.creditor, [other.pk, mine.pk], today=ran.today)
    page = shown(desk, ran)
    assert 'name="at_once" value="no_answer"' in page
    assert 'data-key="n"' in page
    answer = desk.post(f"{ran.page}gestion/", {"task": task.id, "at_once": "no_answer"})
    assert answer["Location"] == ran.path(f"clientes/{other.id}/")
    with scope(creditor=ran.creditor):
        made = Interaction.objects.get()
        task.refresh_from_db()
    assert (made.task_id, made.outcome, task.state) == (task.id, "no_answer", "done")


def test_a_contact_is_not_lost_when_the_task_was_closed_meanwhile(ran: World, desk: Client) -> None:
    task = ran.task()
    for _ in range(2):
        desk.post(f"{ran.page}gestion/", {"task": task.id, "outcome": "talked", "note": "Dos"})
    with scope(creditor=ran.creditor):
        assert Interaction.objects.filter(outcome="talked").count() == 2


def test_a_forbidden_call_back_keeps_what_was_typed_and_offers_the_nearest_hour(
    ran: World, desk: Client, phone: ContactPoint
) -> None:
    may_not_be_contacted_now(ran.customer)
    task = ran.task()
    zone = ZoneInfo(ran.creditor.timezone)
    late = (timezone.now() + timedelta(days=1)).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    given = {"task": task.id, "outcome": "callback", "callback_at": late, "note": "Después"}
    answer = desk.post(f"{ran.page}gestion/", given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A esa hora no se puede llamar" in page
    assert 'value="Después"' in page
    assert f'value="{late}"' not in page
    with scope(creditor=ran.creditor):
        assert Interaction.objects.count() == 0
        task.refresh_from_db()
    assert task.state == "open"


def test_an_agreed_call_of_today_stands_above_the_worklist(ran: World, desk: Client) -> None:
    task = ran.task()
    with scope(creditor=ran.creditor):
        Task.objects.filter(pk=task.pk).update(due_at=timezone.now(), note="Con la tesorera")
    page = desk.get(ran.path("trabajo/")).content.decode()
    assert page.index("Llamadas acordadas") < page.index("Con la tesorera")


def test_a_reference_is_never_called(ran: World, desk: Client) -> None:
    with scope(creditor=ran.creditor):
        party = Party.objects.create(
            creditor=ran.creditor, customer=ran.customer, role="reference", name="Tía Rosa"
        )
    point = make_contact_point(ran.customer, "phone", "+573009998877", party=party)
    assert f"llamar/{point.id}/" not in shown(desk, ran)
    assert desk.post(f"{ran.page}llamar/{point.id}/").status_code == 404


def test_what_nobody_attended_is_the_supervisors_to_take(
    ran: World, desk: Client, enter: Enter
) -> None:
    task = ran.task()
    with scope(creditor=ran.creditor):
        Task.objects.filter(pk=task.pk).update(escalated_at=timezone.now())
    for page in ("", "trabajo/", "trabajo/sin-atender/"):
        assert "in atender" in desk.get(ran.path(page)).content.decode()
    desk.post(ran.path(f"trabajo/sin-atender/{task.id}/"), {"to": ran.supervisor.id})
    with scope(creditor=ran.creditor):
        task.refresh_from_db()
    assert (task.assigned_to, task.escalated_at) == (ran.supervisor, None)
    collector = make_member(ran.creditor, Role.COLLECTOR)
    assert enter(collector).get(ran.path("trabajo/sin-atender/")).status_code == 403


def test_the_customer_page_asks_the_gate_as_often_for_one_number_as_for_three(
    ran: World, desk: Client
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            desk.get(ran.page)
        return len(queries)

    shown(desk, ran)
    one = cost()
    for number in ("+573001112233", "+573001112244"):
        make_contact_point(ran.customer, "phone", number)
    assert cost() == one


def test_a_whole_value_is_shown_only_where_it_might_be_used(ran: World, desk: Client) -> None:
    allow(ran.customer)
    may_not_be_contacted_now(ran.customer)
    answer = desk.post(f"{ran.page}datos/{ran.contact.id}/ver/").content.decode()
    assert ran.contact.value not in answer
    assert "Se podrá desde" in answer
    mending = {"for": "correcting"}
    answer = desk.post(f"{ran.page}datos/{ran.contact.id}/ver/", mending).content.decode()
    assert ran.contact.value in answer
    assert "mailto:" not in answer
    may_be_contacted_now(ran.customer)
    answer = desk.post(f"{ran.page}datos/{ran.contact.id}/ver/").content.decode()
    assert ran.contact.value in answer
