"""The jobs of mail, and its commands: twice is as once, and one bad account stops nobody."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, connections
from django_scopes import scope
from typer.testing import CliRunner

from factories import make_creditor, refresh
from recaudo.access.models import Creditor
from recaudo.cli.mail import mail as commands
from recaudo.contact.actions.accounts import save_account
from recaudo.contact.mail.accounts import account_for, accounts_read
from recaudo.contact.mail.ingest import ingest
from recaudo.contact.mail.secrets import unseal
from recaudo.contact.models import InboundMessage, MailAccount
from recaudo.contact.tasks import check_domains, read_account, read_soon

from . import mails
from .conftest import make_account
from .smtp_servers import whole_server
from .test_parse_anything import SEEDS

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM procrastinate_jobs WHERE task_name = 'mail.read'")
        return int(cursor.fetchone()[0])


def test_a_mailbox_waits_in_the_queue_once(andina: Creditor) -> None:
    account = make_account(andina, imap_host="127.0.0.1")
    read_soon(account)
    read_soon(account)
    assert jobs() == 1


def test_only_mailboxes_in_use_are_read(andina: Creditor) -> None:
    read = make_account(andina, imap_host="127.0.0.1")
    make_account(andina, is_default=False)
    make_account(andina, imap_host="127.0.0.1", is_active=False, is_default=False)
    make_account(make_creditor(is_active=False), imap_host="127.0.0.1")
    assert accounts_read() == [read]


def test_a_mailbox_that_fails_says_so_on_its_account_and_the_job_ends_well(
    andina: Creditor,
) -> None:
    account = make_account(andina, imap_host="127.0.0.1", imap_port=1, imap_user="x")
    read_account(account_id=account.pk)
    assert refresh(account).last_error == "imap_unreachable"


def test_every_domain_is_asked_although_one_breaks_us(
    andina: Creditor, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DNS_SERVER = "127.0.0.1:1"
    monkeypatch.setattr("recaudo.contact.mail.dns.PATIENCE", 0.1)
    broken = make_account(andina, from_address="sin-arroba")
    good = make_account(make_creditor())
    counts = check_domains(NOW)
    assert counts == {"checked": 2, "failed": 0}
    assert refresh(good).health["spf"]["code"] == "dns_silent"
    assert refresh(broken).health["spf"]["state"] == "unknown"


def test_the_default_account_writes_and_without_any_nobody_does(andina: Creditor) -> None:
    assert account_for(andina) is None
    values = {
        "from_name": "Andina",
        "from_address": "cobranza@andina.example.com",
        "smtp_host": "127.0.0.1",
        "smtp_security": "none",
    }
    first = save_account(andina, values | {"name": "Uno"}, origin="test")
    second = save_account(andina, values | {"name": "Dos", "is_default": True}, origin="test")
    assert account_for(andina) == second
    save_account(andina, {"is_active": False}, account=second, origin="test")
    assert account_for(andina) == first


@pytest.mark.parametrize("start", range(3))
def test_whatever_comes_in_is_one_row_each(andina: Creditor, start: int) -> None:
    """Mutated mails through the whole way in: none lost, none twice, nothing raised."""
    account, chance, sent = make_account(andina), random.Random(start), set()
    for n in range(40):
        raw = bytearray(chance.choice(SEEDS))
        for _ in range(chance.randrange(1, 25)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(4)] = chance.randbytes(chance.randrange(4))
        sent.add(bytes(raw))
        ingest(andina, account, bytes(raw), now=NOW)
        if n % 5 == 0:
            ingest(andina, account, bytes(raw), now=NOW)
    with scope(creditor=andina):
        assert InboundMessage.objects.count() == len(sent)


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_mail_record_it_once() -> None:
    creditor = make_creditor()
    account = make_account(creditor)
    raw = mails.reply(None)

    def take(_: int) -> int:
        try:
            return int(ingest(creditor, account, raw, now=NOW).pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        rows = set(pool.map(take, range(8)))
    with scope(creditor=creditor):
        assert InboundMessage.objects.count() == 1
    assert len(rows) == 1


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[int, Any]]]:
    monkeypatch.setenv("RECAUDO_SMTP_PASSWORD", "clave-secreta")

    def run(*words: str) -> tuple[int, Any]:
        result = CliRunner().invoke(commands, [*words, "--json"])
        assert "clave-secreta" not in result.output
        return result.exit_code, json.loads(result.output)

    yield run


def test_an_account_is_added_listed_and_tried_from_the_command_line(
    andina: Creditor, say: Callable[..., tuple[int, Any]]
) -> None:
    with whole_server(tls="none", login=False) as sink:
        code, added = say(
            *("add", "Cobranza", "--creditor", andina.code, "--smtp-security", "none"),
            *("--from-address", "cobranza@andina.example.com", "--smtp-host", "127.0.0.1"),
            *("--smtp-port", str(sink.port)),
        )
        assert (code, added["default"], added["active"]) == (0, True, True)
        assert say("list", "--creditor", andina.code)[1] == [added]
        code, tried = say("test", "Cobranza", "--creditor", andina.code)
    assert (code, tried[0]["ok"]) == (0, True)
    code, tried = say("test", "Cobranza", "--creditor", andina.code)
    assert (code, tried[0]["error"]) == (1, "smtp_unreachable")
    with scope(creditor=andina):
        account = MailAccount.objects.get()
    assert unseal(account.smtp_secret, account="x") == "clave-secreta"
