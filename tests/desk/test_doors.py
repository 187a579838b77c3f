"""Logging in, headers, languages and forms: what holds for every page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from factories import make_creditor, make_user
from recaudo.access.models import Membership, User

from .conftest import World

Enter = Callable[[User], Client]
PASSWORD = "una-clave-bien-larga"


@pytest.fixture(autouse=True)
def forget_attempts() -> None:
    cache.clear()


def login(client: Client, email: str, password: str = PASSWORD, **headers: str):  # type: ignore[no-untyped-def]
    return client.post("/cuenta/entrar/", {"login": email, "password": password}, **headers)


def test_logging_in_leads_to_the_only_creditor(andina: World) -> None:
    user = make_user("ana@example.com", password=PASSWORD)
    Membership.objects.create(user=user, creditor=andina.creditor, role="manager")
    client = Client()
    assert login(client, "ANA@example.com")["Location"] == "/"
    assert client.get("/")["Location"] == "/andina/"


def test_somebody_with_two_creditors_chooses(andina: World, enter: Enter) -> None:
    other = make_creditor("otro", name="Otro Acreedor")
    Membership.objects.create(user=andina.supervisor, creditor=other, role="auditor")
    shown = enter(andina.supervisor).get("/").content.decode()
    assert "/andina/" in shown and "/otro/" in shown


def test_somebody_without_creditors_is_told_whom_to_ask(stranger: User, enter: Enter) -> None:
    answer = enter(stranger).get("/")
    assert "administrador" in answer.content.decode()


def test_a_creditor_that_was_switched_off_is_not_found(andina: World, enter: Enter) -> None:
    andina.creditor.is_active = False
    andina.creditor.save()
    assert enter(andina.supervisor).get("/andina/").status_code == 404


def test_a_user_that_was_switched_off_is_out_at_once(andina: World, enter: Enter) -> None:
    desk = enter(andina.supervisor)
    andina.supervisor.is_active = False
    andina.supervisor.save()
    assert desk.get("/andina/ayuda/").status_code == 302


def test_nobody_signs_up_by_themselves(db: None) -> None:
    Client().post("/cuenta/registro/", {"email": "x@example.com", "password1": PASSWORD})
    assert not User.objects.filter(email="x@example.com").exists()


def test_the_sixth_wrong_password_is_refused_whatever_it_is(db: None) -> None:
    make_user("ana@example.com", password=PASSWORD)
    client = Client()
    for _ in range(5):
        login(client, "ana@example.com", "no-es-esta-clave")
    assert login(client, "ana@example.com").status_code != 302


def test_a_form_without_its_token_is_refused_with_what_to_do(andina: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(andina.supervisor)
    answer = client.post("/andina/trabajo/vistas/", {"name": "Mía"})
    assert answer.status_code == 403
    assert "El formulario caducó" in answer.content.decode()


@pytest.mark.parametrize("path", ["/cuenta/entrar/", "/andina/ayuda/", "/andina/nada/"])
def test_every_answer_carries_the_security_headers(path: str, andina: World, enter: Enter) -> None:
    answer = enter(andina.supervisor).get(path, follow=False)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_pages_with_debts_are_kept_by_no_cache(desk: Client) -> None:
    assert "no-store" in desk.get("/andina/ayuda/")["Cache-Control"]


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(andina: World) -> None:
    make_user("ana@example.com", password=PASSWORD)
    client = Client()
    login(client, "ana@example.com")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]  # ends with the desk


def test_spanish_comes_first_whatever_the_browser_prefers(db: None) -> None:
    answer = Client().get("/cuenta/entrar/", headers={"accept-language": "en-US,en"})
    assert '<html lang="es">' in answer.content.decode()


def test_the_language_switch_is_remembered_with_the_user(desk: Client, andina: World) -> None:
    answer = desk.post("/idioma/", {"language": "en", "next": "/andina/ayuda/"})
    assert answer["Location"] == "/andina/ayuda/"
    andina.supervisor.refresh_from_db()
    assert andina.supervisor.language == "en"
    assert '<html lang="en">' in desk.get("/andina/ayuda/").content.decode()


def test_spanish_is_the_creditors_own(desk: Client) -> None:
    assert '<html lang="es-co">' in desk.get("/andina/ayuda/").content.decode()


def test_the_language_switch_leads_nowhere_else(desk: Client) -> None:
    answer = desk.post("/idioma/", {"language": "es", "next": "https://example.org/"})
    assert answer["Location"] == "/"


def test_an_unknown_page_says_what_to_do(desk: Client) -> None:
    answer = desk.get("/andina/no-hay/")
    assert answer.status_code == 404
    assert "No encontramos esa página" in answer.content.decode()


def test_a_nul_sign_is_not_understood_wherever_it_stands(desk: Client, andina: World) -> None:
    charges = andina.path("cargos/")
    for answer in (
        desk.get(f"{charges}?q=%00"),
        desk.post(andina.path("cargos/condiciones/guardar/"), {"source": "c. \x00 7"}),
        desk.post(andina.path("lotes/grupo/"), {"rows": "F1\x00;2", "payer": "x"}),
    ):
        assert answer.status_code == 400
        assert "No entendimos esa petición" in answer.content.decode()
