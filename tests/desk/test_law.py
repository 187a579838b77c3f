"""The law in words, as a collector reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django_scopes import scope

from factories import make_member
from recaudo.access.models import Role, User
from recaudo.contact.models import HousePolicy

from .conftest import World

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]

HOUSE = """
[[caps]]
channels = ["call"]
max = 2
per = "week"
kind = "attempt"
scope = "debtor"
"""


def read(desk: Client, world: World, query: str = "") -> str:
    answer = desk.get(world.path(f"ley/{query}"))
    assert answer.status_code == 200
    return answer.content.decode()


def policy(world: World, toml: str, *, version: int, from_days: int) -> None:
    with scope(creditor=world.creditor):
        HousePolicy.objects.create(
            creditor=world.creditor,
            version=version,
            toml=toml,
            from_on=world.today + timedelta(days=from_days),
            reason="prueba",
        )


def test_it_says_article_grade_and_where_it_was_read(desk: Client, andina: World) -> None:
    text = read(desk, andina)

    assert "lunes a viernes 07:00–19:00" in text
    assert "Ley 2300 de 2023, art. 3" in text
    assert "Artículo citado por otros" in text
    assert "de memoria, sin verificar" in text
    assert 'rel="noopener noreferrer external"' in text


def test_a_regime_has_its_own_page_and_courtesy_hours_are_no_law(
    desk: Client, andina: World
) -> None:
    text = read(desk, andina, "?regimen=company")

    assert "regla propia, no es ley" in text
    assert "Ley 2300 de 2023, art. 6" not in text
    assert "No se halló ningún tope" in text


def test_another_country_may_be_read(desk: Client, andina: World) -> None:
    assert "Lei RJ 7.868/2018" in read(desk, andina, "?pais=BR-RJ")
    assert "lo más estricto" in read(desk, andina, "?pais=BR")
    assert "Nadie ha investigado" in read(desk, andina, "?pais=default")


def test_what_does_not_exist_falls_back_to_the_creditors(desk: Client, andina: World) -> None:
    text = read(desk, andina, "?pais=<script>&regimen=vip")

    assert "Ley 2300 de 2023, art. 3" in text
    assert "<script>&" not in text


def test_the_creditors_own_limits_stand_apart(desk: Client, andina: World) -> None:
    assert "No hay límites propios" in read(desk, andina)
    policy(andina, HOUSE, version=1, from_days=0)
    policy(andina, HOUSE.replace("max = 2", "max = 9"), version=2, from_days=1)

    text = read(desk, andina)

    assert "Llamada: como máximo 2 a la semana" in text
    assert "como máximo 9" not in text  # from tomorrow


def test_a_policy_that_cannot_be_read_is_said_and_the_law_still_stands(
    desk: Client, andina: World
) -> None:
    policy(andina, "[[hours", version=1, from_days=0)

    text = read(desk, andina)

    assert "La política propia no se entiende" in text
    assert "Ley 2300 de 2023, art. 3" in text


def test_every_role_may_read_it(andina: World, enter: Enter) -> None:
    for role in Role:
        assert "07:00–19:00" in read(enter(make_member(andina.creditor, role)), andina)
