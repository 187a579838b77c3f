"""The public page of a certificate: whether it stands, and nothing of anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django_scopes import scope

from factories import make_creditor, make_customer
from recaudo.payments.actions.clearances import issue_clearance, void_clearance
from recaudo.payments.models import Clearance
from recaudo.portal.pages import UNKNOWN_A_MINUTE

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)


@pytest.fixture
def clearance(db: None, settings: Any, tmp_path: Path) -> Clearance:
    cache.clear()
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    creditor = make_creditor("andina", name="Distribuciones Andina")
    customer = make_customer(creditor, "C-77", name="Ferretería El Tornillo", tax_id="900123456")
    return issue_clearance(customer, date(2026, 6, 1), by=None, now=NOW, origin="test")


def address(clearance: Clearance) -> str:
    return f"/paz-y-salvo/{clearance.token}/"


def test_it_says_that_the_certificate_stands_and_nothing_else(clearance: Clearance) -> None:
    answer = Client().get(address(clearance))
    text = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("vigente", "Distribuciones Andina", "Paz y salvo", "N.º 1", "1 de junio de 2026"):
        assert shown in text
    for hidden in ("Tornillo", "C-77", "900123456", "$", "COP", "Recaudo", "<nav", "<script"):
        assert hidden not in text, hidden


def test_one_that_was_taken_back_says_since_when_and_not_why(clearance: Clearance) -> None:
    void_clearance(clearance, on=date(2026, 7, 4), reason="Cheque devuelto", by=None, origin="test")
    text = Client().get(address(clearance)).content.decode()
    assert "quedó sin efecto" in text
    assert "4 de julio de 2026" in text
    assert "vigente" not in text
    assert "Cheque" not in text


@pytest.mark.parametrize(
    ("country", "title"),
    [
        ("CO", "Paz y salvo"),
        ("MX", "Carta de no adeudo"),
        ("PE", "Carta de no adeudo"),
        ("CL", "Certificado de no deuda"),
    ],
)
def test_it_is_called_as_in_the_country(clearance: Clearance, country: str, title: str) -> None:
    type(clearance.creditor).objects.filter(pk=clearance.creditor_id).update(country=country)
    assert title in Client().get(address(clearance)).content.decode()


def test_nothing_is_kept_by_browsers_robots_or_caches(clearance: Clearance) -> None:
    answer = Client().get(address(clearance))
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert not answer.cookies


@pytest.mark.parametrize("token", ["f" * 32, "corto", "a" * 40, "%00" * 8, "ñ" * 20])
def test_every_unknown_link_gets_the_same_answer(clearance: Clearance, token: str) -> None:
    answer, other = (
        Client().get(f"/paz-y-salvo/{token}/"),
        Client().get(f"/paz-y-salvo/{'e' * 32}/"),
    )
    assert answer.status_code == other.status_code == 404
    assert answer.content == other.content
    assert "Andina" not in answer.content.decode()


def test_guessing_is_slowed_down_and_real_links_are_not(clearance: Clearance) -> None:
    guesser = Client()
    tried = [
        guesser.get(f"/paz-y-salvo/{n:032x}/").status_code for n in range(UNKNOWN_A_MINUTE + 1)
    ]
    assert tried == [404] * UNKNOWN_A_MINUTE + [429]
    assert guesser.get(address(clearance)).status_code == 200


def test_it_only_answers_questions(clearance: Clearance) -> None:
    assert Client().head(address(clearance)).status_code == 200
    assert Client().post(address(clearance)).status_code == 405


def test_a_creditor_cannot_take_the_address(clearance: Clearance) -> None:
    make_creditor("paz-y-salvo")
    assert Client().get(address(clearance)).status_code == 200


def test_it_speaks_the_customers_language(clearance: Clearance) -> None:
    with scope(creditor=clearance.creditor):
        clearance.customer.language = "en"
        clearance.customer.save(update_fields=["language"])
    assert Client().get(address(clearance))["Content-Language"] == "en"
