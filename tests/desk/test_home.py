"""The home page: what is said when, and the run of the day from the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django_scopes import scope
from procrastinate.contrib.django.models import ProcrastinateJob

from factories import make_creditor, make_member
from recaudo.access.models import Role, User
from recaudo.desk.tasks import RUN_TASK, run_today
from recaudo.intake.models import ImportBatch
from recaudo.strategy.actions.books import activate_preset
from recaudo.strategy.actions.runs import run_day
from recaudo.strategy.models import Run

from .conftest import World

Enter = Callable[[User], Client]


@pytest.fixture(autouse=True)
def forget() -> None:
    cache.clear()


def imported(world: World, days_ago: int) -> None:
    with scope(creditor=world.creditor):
        ImportBatch.objects.create(
            creditor=world.creditor,
            file_name="corte.csv",
            sha256="0" * 64,
            mode="snapshot",
            state="done",
            as_of=world.today - timedelta(days=days_ago),
        )


@pytest.mark.parametrize(("days_ago", "is_stale"), [(0, False), (9, True)])
def test_an_old_ledger_is_told(days_ago: int, is_stale: bool, ran: World, desk: Client) -> None:
    imported(ran, days_ago)
    shown = desk.get(ran.path()).content.decode()
    assert ("La cartera está desactualizada" in shown) is is_stale
    assert "saldos con corte al" in shown


def test_the_first_run_waits_for_somebody_who_may_release_it(andina: World, enter: Enter) -> None:
    with scope(creditor=andina.creditor):
        activate_preset(andina.creditor, by=None, origin="test")
        run_day(andina.creditor, andina.today, today=andina.today, engine="postgres", origin="test")
    manager = enter(make_member(andina.creditor, Role.MANAGER))
    shown = manager.get(andina.path()).content.decode()
    assert "espera aprobación" in shown
    assert "Aprobar la propuesta" not in shown
    assert manager.post(andina.path("proceso/soltar/")).status_code == 403

    desk = enter(andina.supervisor)
    assert "Aprobar la propuesta" in desk.get(andina.path()).content.decode()
    answer = desk.post(andina.path("proceso/soltar/"), follow=True)
    assert "Propuesta aprobada" in answer.content.decode()
    assert "espera aprobación" not in answer.content.decode()
    again = desk.post(andina.path("proceso/soltar/"), follow=True)
    assert [message.level_tag for message in again.context["messages"]] == ["error"]


def test_a_run_is_asked_for_once(andina: World, desk: Client) -> None:
    for _ in range(2):
        desk.post(andina.path("proceso/correr/"))
    assert ProcrastinateJob.objects.filter(task_name=RUN_TASK).count() == 1
    assert "en cola" in desk.get(andina.path()).content.decode()
    waiting = desk.get(andina.path("proceso/"))
    assert "HX-Refresh" not in waiting


def test_a_run_that_is_refused_says_why_on_the_page(andina: World, desk: Client) -> None:
    run_today.func(andina.creditor.id, andina.supervisor.id)  # there is no strategy book
    with scope(creditor=andina.creditor):
        assert not Run.objects.exists()
    answer = desk.get(andina.path())
    assert answer.context["refusal"]
    assert desk.get(andina.path("proceso/"))["HX-Refresh"] == "true"


def test_the_figures_are_those_of_the_ledger(ran: World, desk: Client) -> None:
    answer = desk.get(ran.path())
    assert answer.context["figures"].overdue == 4_500_000
    assert [bar.documents for bar in answer.context["bars"]][:2] == [1, 1]
    assert "75,0 %" in answer.content.decode()


def test_a_missing_rate_is_told_instead_of_a_wrong_sum(ran: World, desk: Client) -> None:
    from factories import make_document

    make_document(ran.customer, "100", due_on=ran.today, currency="USD")
    answer = desk.get(ran.path())
    assert answer.status_code == 200
    assert "USD" in answer.context["figures_refusal"]


def test_an_auditor_looks_and_has_no_buttons(ran: World, enter: Enter) -> None:
    auditor = enter(make_member(ran.creditor, Role.AUDITOR))
    assert "Ejecutar el proceso" not in auditor.get(ran.path()).content.decode()
    page = auditor.get(ran.page).content.decode()
    assert "Poner una pausa" not in page
    assert "Corregir" not in page


def test_two_creditors_of_one_user_do_not_mix(ran: World, enter: Enter) -> None:
    other = make_creditor("otro", name="Otro Acreedor")
    user = make_member(other, Role.SUPERVISOR)
    user.memberships.create(creditor=ran.creditor, role=Role.AUDITOR)
    desk = enter(user)
    assert ran.customer.name in desk.get(ran.path("trabajo/")).content.decode()
    shown = desk.get("/otro/trabajo/").content.decode()
    assert ran.customer.name not in shown
    assert desk.get(f"/otro/clientes/{ran.customer.id}/").status_code == 404
    assert desk.post(ran.path("proceso/correr/")).status_code == 403
    assert desk.post("/otro/proceso/correr/").status_code == 302
