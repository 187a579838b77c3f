"""Each page with its rows, in a number of queries that does not grow with them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from factories import assign, make_creditor, make_document, make_hold, make_member
from recaudo.access.models import Role, User
from recaudo.contact.models import Message
from recaudo.portfolio.models import Customer
from recaudo.strategy.actions.runs import run_day

from .conftest import World, add_customer, run

Enter = Callable[[User], Client]
PAGES = [
    "",
    "trabajo/",
    "mensajes/",
    "estrategia/",
    "informes/seller/",
    "informes/kpis/",
    "informes/methods/",
    "cargas/",
    "cargas/conflictos/",
    "ayuda/",
    "ley/",
]


def queries_of(desk: Client, path: str) -> int:
    desk.get(path)  # what is read once a process is read
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = desk.get(path)
    assert answer.status_code == 200
    return len(seen)


@pytest.mark.parametrize("page", PAGES)
def test_lists_cost_the_same_with_one_customer_and_with_three(
    page: str, andina: World, desk: Client
) -> None:
    run(andina)
    plan_message(andina, andina.customer)
    with_one = queries_of(desk, andina.path(page))
    for name in ("Papelería Dos", "Droguería Tres"):
        plan_message(andina, add_customer(andina.creditor, name, andina.today))
    run_again(andina)
    assert queries_of(desk, andina.path(page)) == with_one
    assert with_one < 25


def plan_message(world: World, customer: Customer) -> None:
    with scope(creditor=world.creditor):
        Message.objects.create(
            creditor=world.creditor,
            customer=customer,
            run_id=0,
            step_key="aviso_8",
            channel="email",
            template_key="vencida",
            state="planned",
            currency=world.creditor.currency,
            balance=1,
            not_before=timezone.now(),
            not_after=timezone.now(),
        )


def run_again(world: World) -> None:
    from django_scopes import scope

    with scope(creditor=world.creditor):
        run_day(world.creditor, world.today, today=world.today, engine="postgres", origin="test")


def test_the_customer_page_costs_the_same_however_much_there_is(ran: World, desk: Client) -> None:
    before = queries_of(desk, ran.page)
    for days in (20, 30, 50, 200):
        document = make_document(ran.customer, "90000", due_on=ran.today)
        make_hold(ran.customer, "manual", document=document, from_on=ran.today, reason=f"r{days}")
    assert queries_of(desk, ran.page) == before
    # A dozen of them are the gate's, asked once for all contact points and tasks together.
    assert before < 40


@pytest.mark.parametrize("page", PAGES)
def test_empty_pages_say_what_to_do_next(page: str, enter: Enter, db: None) -> None:
    creditor = make_creditor("vacia")
    answer = enter(make_member(creditor, Role.SUPERVISOR)).get(f"/vacia/{page}")
    assert answer.status_code == 200


def test_a_new_creditor_is_led_to_its_first_file(enter: Enter, db: None) -> None:
    creditor = make_creditor("vacia")
    shown = enter(make_member(creditor, Role.SUPERVISOR)).get("/vacia/").content.decode()
    assert "Todavía no hay cartera" in shown
    assert "/vacia/cargas/nueva/" in shown


def test_no_page_leads_to_an_address_that_is_not_there(ran: World, desk: Client) -> None:
    walked: set[str] = set()
    waiting = [ran.path()]
    while waiting and len(walked) < 120:
        path = waiting.pop()
        walked.add(path)
        answer = desk.get(path)
        assert answer.status_code in {200, 204, 302}, f"{path}: {answer.status_code}"
        if "text/html" not in answer["Content-Type"]:
            continue
        for link in re.findall(r'(?:href|hx-get)="(/[^"#]*)', answer.content.decode()):
            link = link.replace("&amp;", "&")
            if not link.startswith("/static/") and link not in walked:
                waiting.append(link)


def test_a_collector_sees_figures_of_their_own_customers_only(ran: World, enter: Enter) -> None:
    user = make_member(ran.creditor, Role.COLLECTOR)
    mine = add_customer(ran.creditor, "Papelería Mía", ran.today)
    assign(mine, user, from_on=ran.today)
    run_again(ran)
    home = enter(user).get(ran.path())
    assert home.context["figures"].documents == 4
    assert home.context["work"].customers == 1
    shown = enter(user).get(ran.path("trabajo/")).content.decode()
    assert "Papelería Mía" in shown
    assert ran.customer.name not in shown
