"""The page of rates: what holds, what is missing, and loading a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from factories import make_member
from recaudo.access.models import Role, User
from recaudo.payments.actions.rates import load_rates
from recaudo.payments.models import ReferenceRate

from .conftest import World

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
HEADING = "serie;desde;hasta;valor;cotizada;fuente\n"
IBC = "CO.ibc.consumo_ordinario"


def line(world: World, *, first: int, last: int | None, value: str = "16,24") -> str:
    """Valid from so many days from today until so many."""
    start = world.today + timedelta(days=first)
    end = "" if last is None else world.today + timedelta(days=last)
    return f"{IBC};{start};{end};{value};EA;Resolución 1\n"


def given(world: World, *lines: str) -> None:
    assert not load_rates(world.creditor, (HEADING + "".join(lines)).encode()).refused


def send(desk: Client, world: World, text: str, **fields: str) -> str:
    file = SimpleUploadedFile("tasas.csv", text.encode())
    answer = desk.post(world.path("tasas/cargar/"), {"file": file, **fields}, follow=True)
    assert answer.status_code in (200, 400)
    return answer.content.decode()


def read(desk: Client, world: World) -> str:
    answer = desk.get(world.path("tasas/"))
    assert answer.status_code == 200
    return answer.content.decode()


def count(world: World) -> int:
    with scope(creditor=world.creditor):
        return ReferenceRate.objects.count()


def test_it_says_what_holds_today_and_where_it_stands(desk: Client, andina: World) -> None:
    given(andina, line(andina, first=-30, last=30))

    text = read(desk, andina)

    assert "16,24 %" in text and "efectiva anual" in text and "Resolución 1" in text
    assert "falta desde" not in text and "vale solo hasta" not in text


def test_a_needed_series_that_nobody_loaded_is_a_warning(desk: Client, andina: World) -> None:
    text = read(desk, andina)
    assert IBC in text and "no se ha cargado" in text


@pytest.mark.parametrize(
    ("last", "said"),
    [(-1, "falta desde"), (0, "vale solo hasta"), (6, "vale solo hasta"), (7, "")],
)
def test_it_warns_before_and_after_a_rate_ends(
    desk: Client, andina: World, last: int, said: str
) -> None:
    given(andina, line(andina, first=-30, last=last))

    text = read(desk, andina)

    for warning in ("falta desde", "vale solo hasta"):
        assert (warning in text) is (warning == said)


def test_a_hole_between_two_rates_is_shown(desk: Client, andina: World) -> None:
    given(andina, line(andina, first=-60, last=-40), line(andina, first=-30, last=None))
    assert "Hueco:" in read(desk, andina)


def test_a_supervisor_loads_a_file_and_twice_is_once(desk: Client, andina: World) -> None:
    text = HEADING + line(andina, first=-30, last=30)

    assert "Se cargó 1 tasa." in send(desk, andina, text)
    assert "1 ya estaba igual" in send(desk, andina, text)
    assert count(andina) == 1


def test_only_looking_writes_nothing(desk: Client, andina: World) -> None:
    told = send(desk, andina, HEADING + line(andina, first=-30, last=30), check="yes")
    assert "Se cargaría 1 tasa." in told
    assert count(andina) == 0


def test_every_bad_line_is_told_and_nothing_is_written(desk: Client, andina: World) -> None:
    bad = line(andina, first=-9, last=None, value="<script>")
    told = send(desk, andina, HEADING + line(andina, first=-30, last=-10) + bad)

    assert "no se puede tomar" in told and "Línea 3:" in told
    assert "<script>»" not in told and "&lt;script&gt;" in told
    assert count(andina) == 0


def test_correcting_a_rate_needs_a_reason(desk: Client, andina: World) -> None:
    given(andina, line(andina, first=-30, last=30))
    other = HEADING + line(andina, first=-30, last=30, value="17,24")

    assert "rate_differs" not in send(desk, andina, other)
    assert "escriba el motivo" in send(desk, andina, other, replace="yes")
    assert count(andina) == 1
    told = send(desk, andina, other, replace="yes", reason="fe de erratas")
    assert "17,24 %" in told and count(andina) == 2


def test_without_a_file_nothing_happens(desk: Client, andina: World) -> None:
    answer = desk.post(andina.path("tasas/cargar/"))
    assert answer.status_code == 400 and "Elija un archivo" in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "sees", "loads"),
    [
        (Role.COLLECTOR, 403, 403),
        (Role.MANAGER, 200, 403),
        (Role.SUPERVISOR, 200, 400),
        (Role.ADMINISTRATOR, 200, 400),
    ],
)
def test_who_sees_and_who_loads(
    enter: Enter, andina: World, role: Role, sees: int, loads: int
) -> None:
    client = enter(make_member(andina.creditor, role))

    assert client.get(andina.path("tasas/")).status_code == sees
    assert client.post(andina.path("tasas/cargar/")).status_code == loads
    if sees == 200:
        assert ("Cargar tasas" in read(client, andina)) is (loads == 400)


def test_three_series_cost_no_more_than_one(desk: Client, andina: World) -> None:
    with CaptureQueriesContext(connection) as one:
        read(desk, andina)
    more = [line(andina, first=-30, last=30).replace(IBC, f"CO.otra_{n}") for n in range(3)]
    given(andina, line(andina, first=-30, last=30), *more)
    with CaptureQueriesContext(connection) as many:
        read(desk, andina)
    assert len(many) == len(one)
