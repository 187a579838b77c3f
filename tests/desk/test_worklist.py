"""The worklist: its filters, saved views and exports."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django_scopes import scope

from factories import make_customer, make_member
from recaudo.access.models import Role, User
from recaudo.audit.models import ChangeEvent
from recaudo.desk.models import SavedView

from .conftest import World

Enter = Callable[[User], Client]


def names(desk: Client, world: World, **query: str) -> list[str]:
    answer = desk.get(world.path("trabajo/"), query)
    return [row.line.name for row in answer.context["rows"]]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({"q": "tornillo"}, True),
        ({"q": "no existe"}, False),
        ({"condition": "max_dpd > 90"}, True),
        ({"condition": "max_dpd > 96"}, False),
        ({"condition": "max_dpd > 90 OR balance = 0", "least": "1000000"}, True),
        ({"least": "4500000"}, True),
        ({"least": "4500001"}, False),
        ({"work": "task"}, True),
        ({"work": "held"}, False),
        ({"bucket": "1"}, False),
        ({"order": "name"}, True),
    ],
)
def test_filters_narrow_the_list(
    query: dict[str, str], is_found: bool, ran: World, desk: Client
) -> None:
    ran.task()  # on a day off the run asks nobody to call
    assert names(desk, ran, **query) == ([ran.customer.name] if is_found else [])


def test_a_search_finds_who_owes_nothing_too(ran: World, desk: Client) -> None:
    paid = make_customer(ran.creditor, name="Librería Pagada")
    answer = desk.get(ran.path("trabajo/"), {"q": "pagada"})
    assert [each.id for each in answer.context["others"]] == [paid.id]
    assert "Librería Pagada" in answer.content.decode()


@pytest.mark.parametrize(
    "condition", ["max_dpd >", "no_es_un_dato > 3", "balance; DROP TABLE x", "1 / 0 > 2"]
)
def test_a_condition_that_makes_no_sense_is_told_and_breaks_nothing(
    condition: str, ran: World, desk: Client
) -> None:
    answer = desk.get(ran.path("trabajo/"), {"condition": condition})
    assert answer.status_code == 200
    assert answer.context["refused"]


def test_a_page_that_was_not_ours_is_told(ran: World, desk: Client) -> None:
    answer = desk.get(ran.path("trabajo/"), {"after": "xyz"})
    assert answer.status_code == 200
    assert answer.context["refused"]


def test_a_saved_view_is_found_again_and_only_ones_own_is_dropped(
    ran: World, desk: Client, enter: Enter
) -> None:
    desk.post(
        ran.path("trabajo/vistas/"),
        {"name": "Grandes", "query": "least=1000000&after=zzz&order=overdue&evil=1"},
    )
    with scope(creditor=ran.creditor):
        view = SavedView.objects.get()
    assert view.query == "least=1000000&order=overdue"
    assert "Grandes" in desk.get(ran.path("trabajo/")).content.decode()

    colleague = enter(make_member(ran.creditor, Role.SUPERVISOR))
    assert "Grandes" not in colleague.get(ran.path("trabajo/")).content.decode()
    assert colleague.post(ran.path(f"trabajo/vistas/{view.id}/borrar/")).status_code == 404
    desk.post(ran.path(f"trabajo/vistas/{view.id}/borrar/"))
    with scope(creditor=ran.creditor):
        assert not SavedView.objects.exists()


def test_a_supervisor_shares_a_view_and_a_collector_cannot(ran: World, enter: Enter) -> None:
    collector = make_member(ran.creditor, Role.COLLECTOR)
    given = {"name": "Para todos", "query": "work=task", "shared": "1"}
    enter(collector).post(ran.path("trabajo/vistas/"), given)
    enter(ran.supervisor).post(ran.path("trabajo/vistas/"), given)
    with scope(creditor=ran.creditor):
        shared = dict(SavedView.objects.values_list("user_id", "is_shared"))
    assert shared == {collector.id: False, ran.supervisor.id: True}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_has_the_filtered_rows_and_is_written_down(
    kind: str, ran: World, desk: Client
) -> None:
    answer = desk.get(ran.path(f"trabajo/exportar/{kind}/"), {"condition": "max_dpd > 30"})
    assert answer.status_code == 200
    assert f".{kind}" in answer["Content-Disposition"]
    if kind == "csv":
        text = answer.content.decode("utf-8-sig")
        assert ran.customer.name in text
        assert len(text.splitlines()) == 2
    event = ChangeEvent.objects.get(kind="worklist_exported")
    assert event.by == ran.supervisor
    assert event.facts["rows"] == 1


def test_a_kind_of_file_that_does_not_exist_is_not_found(ran: World, desk: Client) -> None:
    assert desk.get(ran.path("trabajo/exportar/exe/")).status_code == 404
