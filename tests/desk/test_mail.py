"""The pages of mail accounts: what they show, to whom, and what never comes out again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from factories import make_member
from recaudo.access.models import Role, User
from recaudo.contact.mail.figures import Figures, sender_figures
from recaudo.contact.mail.secrets import unseal
from recaudo.contact.models import MailAccount, Message

from .conftest import World

Enter = Callable[[User], Client]
FORM = {
    "name": "Cobranza",
    "from_name": "Andina",
    "from_address": "cobranza@andina.example.com",
    "smtp_host": "127.0.0.1",
    "smtp_port": "1",
    "smtp_security": "none",
    "smtp_user": "cobranza",
    "smtp_secret": "clave-secreta",
    "imap_port": "993",
    "imap_security": "tls",
    "imap_folder": "INBOX",
    "is_active": "on",
}


@pytest.fixture
def admin(andina: World, enter: Enter) -> Client:
    return enter(make_member(andina.creditor, Role.ADMINISTRATOR))


def make(world: World, **fields: Any) -> MailAccount:
    defaults = {
        "name": "Cobranza",
        "from_name": "Andina",
        "from_address": "cobranza@andina.example.com",
        "smtp_host": "127.0.0.1",
        "smtp_port": 1,
        "smtp_security": "none",
    }
    with scope(creditor=world.creditor):
        return MailAccount.objects.create(creditor=world.creditor, **defaults | fields)


def sent(world: World, account: MailAccount, state: str, days_ago: float = 1) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    with scope(creditor=world.creditor):
        Message.objects.create(
            creditor=world.creditor,
            customer=world.customer,
            step_key="x",
            channel="email",
            template_key="x",
            state=state,
            currency="COP",
            balance=Decimal(1),
            not_before=at,
            not_after=at,
            state_at=at,
            account=account,
        )


def test_an_administrator_adds_an_account_and_the_password_never_comes_back(
    andina: World, admin: Client
) -> None:
    answer = admin.post(andina.path("correo/nueva/"), FORM)
    with scope(creditor=andina.creditor):
        account = MailAccount.objects.get()
    assert answer.status_code == 302
    assert account.is_default
    assert unseal(account.smtp_secret, account="x") == "clave-secreta"
    pages = ("correo/", f"correo/{account.pk}/", f"correo/{account.pk}/cambiar/")
    for page in pages:
        text = admin.get(andina.path(page)).content.decode()
        assert "clave-secreta" not in text
        assert account.smtp_secret not in text


def test_an_empty_password_keeps_the_old_one_and_a_new_server_forgets_it(
    andina: World, admin: Client
) -> None:
    admin.post(andina.path("correo/nueva/"), FORM)
    with scope(creditor=andina.creditor):
        account = MailAccount.objects.get()
    page = andina.path(f"correo/{account.pk}/cambiar/")
    admin.post(page, FORM | {"smtp_secret": "", "from_name": "Otra"})
    with scope(creditor=andina.creditor):
        account.refresh_from_db()
    assert unseal(account.smtp_secret, account="x") == "clave-secreta"
    assert account.from_name == "Otra"
    admin.post(page, FORM | {"smtp_secret": "", "smtp_host": "localhost"})
    with scope(creditor=andina.creditor):
        account.refresh_from_db()
    assert account.smtp_secret == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"smtp_host": "mail.example.com"}, "Sin cifrado solo se permite"),
        ({"from_address": "sin arroba"}, "no se puede usar"),
        ({"bounce_address": "rebotes@{token}.com"}, "dirección de rebotes"),
        ({"imap_host": "mail.example.com"}, "usuario de IMAP"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(
    andina: World, admin: Client, change: dict[str, str], told: str
) -> None:
    answer = admin.post(andina.path("correo/nueva/"), FORM | change)
    assert answer.status_code == 400
    assert told in answer.content.decode()
    with scope(creditor=andina.creditor):
        assert MailAccount.objects.count() == 0


def test_two_accounts_of_one_name_are_refused(andina: World, admin: Client) -> None:
    admin.post(andina.path("correo/nueva/"), FORM)
    answer = admin.post(andina.path("correo/nueva/"), FORM)
    assert "Ya hay una cuenta" in answer.content.decode()


def test_trying_an_account_says_what_failed(andina: World, admin: Client) -> None:
    account = make(andina)
    answer = admin.post(andina.path(f"correo/{account.pk}/probar/"), follow=True)
    assert "no responde en el puerto 1" in answer.content.decode()


def test_a_new_key_shows_its_record_and_the_next_one_gets_another_name(
    andina: World, admin: Client
) -> None:
    account = make(andina)
    page = andina.path(f"correo/{account.pk}/")
    answer = admin.post(f"{page}llave/", {"selector": "recaudo1"}, follow=True)
    text = answer.content.decode()
    assert "recaudo1._domainkey.andina.example.com" in text
    assert "v=DKIM1; k=rsa; p=MII" in text
    assert 'value="recaudo2"' in text
    assert "PRIVATE KEY" not in text
    refused = admin.post(f"{page}llave/", {"selector": "../x"}, follow=True)
    assert "no sirve de selector" in refused.content.decode()


def test_a_supervisor_reads_and_changes_nothing(andina: World, enter: Enter) -> None:
    browser, account = enter(andina.supervisor), make(andina)
    page = browser.get(andina.path(f"correo/{account.pk}/"))
    assert page.status_code == 200
    assert "Probar la conexión" not in page.content.decode()
    assert browser.post(andina.path(f"correo/{account.pk}/probar/")).status_code == 403
    assert browser.get(andina.path(f"correo/{account.pk}/cambiar/")).status_code == 403


def test_an_error_of_the_mailbox_stands_where_it_is_looked_for(andina: World, enter: Enter) -> None:
    make(
        andina,
        imap_host="imap.example.com",
        imap_user="x",
        last_error="imap_auth",
        last_error_at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    text = enter(andina.supervisor).get(andina.path("correo/")).content.decode()
    assert "rechazó el usuario o la contraseña del buzón" in text


def test_the_page_warns_of_bounces_in_plain_percent(andina: World, enter: Enter) -> None:
    account = make(andina)
    for state in ("sent", "sent", "sent", "bounced"):
        sent(andina, account, state)
    text = enter(andina.supervisor).get(andina.path(f"correo/{account.pk}/")).content.decode()
    assert "Rebotó el 25,0" in text


def test_figures_count_what_left_and_warn_above_five_percent(andina: World) -> None:
    account = make(andina)
    for state in ("sent", "delivered", "answered", "bounced", "failed", "uncertain"):
        sent(andina, account, state)
    sent(andina, account, "sent", days_ago=20)
    sent(andina, account, "sent", days_ago=31)
    with scope(creditor=andina.creditor):
        week, month = sender_figures([account.pk], now=timezone.now())[account.pk]
    assert week == Figures(7, sent=4, failed=1, bounced=1, uncertain=1)
    assert (month.sent, month.bounced) == (5, 1)


@pytest.mark.parametrize(("bounced", "warns"), [(4, False), (5, False), (6, True)])
def test_five_percent_is_the_limit(bounced: int, warns: bool) -> None:
    assert Figures(30, sent=100, bounced=bounced).is_bouncing is warns


def test_the_list_asks_as_often_for_three_as_for_one(andina: World, enter: Enter) -> None:
    browser = enter(andina.supervisor)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get(andina.path("correo/")).status_code == 200
        return len(asked)

    make(andina)
    queries()
    one = queries()
    make(andina, name="Dos")
    make(andina, name="Tres")
    assert queries() == one
