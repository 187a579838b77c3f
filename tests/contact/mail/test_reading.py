"""Reading a real mailbox (Dovecot): everything new, once, and nothing there changes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.utils import timezone
from django_scopes import scope
from imapclient.exceptions import IMAPClientError

from factories import make_creditor, refresh
from recaudo.access.models import Creditor
from recaudo.contact.mail.reading import read_mailbox
from recaudo.contact.models import InboundMessage, MailAccount, Message
from recaudo.core.problems import Problem

from . import mails
from .conftest import make_account
from .dovecot import USER, Mailbox, dovecot
from .smtp_servers import PASSWORD, Authority

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[Mailbox]:
    with dovecot(tmp_path_factory.mktemp("dovecot"), authority) as box:
        yield box


@pytest.fixture
def mailbox(server: Mailbox) -> Mailbox:
    """The same server, its mailbox empty."""
    with server.open() as client:
        for _, _, name in client.list_folders():
            client.select_folder(name)
            client.delete_messages(client.search())
            client.expunge()
            if name != "INBOX":
                client.unselect_folder()
                client.delete_folder(name)
    return server


@pytest.fixture
def account(andina: Creditor, mailbox: Mailbox) -> MailAccount:
    return make_account(
        andina,
        imap_host="127.0.0.1",
        imap_port=mailbox.tls_port,
        imap_security="tls",
        imap_user=USER,
        imap_secret=PASSWORD,
    )


def kinds(creditor: Creditor) -> list[str]:
    with scope(creditor=creditor):
        return list(InboundMessage.objects.order_by("id").values_list("kind", flat=True))


def test_what_came_is_read_once_and_stays_as_it_was(
    mailbox: Mailbox, account: MailAccount, message: Message
) -> None:
    mailbox.append(mails.reply(message))
    mailbox.append(mails.dsn(None))

    first = read_mailbox(account, now=NOW)
    second = read_mailbox(account, now=NOW)
    mailbox.append(mails.reply(None, Message_ID="<r2@x.example.com>"))
    third = read_mailbox(account, now=NOW)

    assert (first.seen, first.kept, second.seen, third.kept) == (2, 2, 0, 1)
    assert kinds(account.creditor) == ["reply", "bounce", "reply"]
    with mailbox.open() as client:
        client.select_folder("INBOX")
        assert len(client.search()) == 3
        assert len(client.search("UNSEEN")) == 3
    assert refresh(message).state == "answered"


@pytest.mark.parametrize("security", ["none", "starttls"])
def test_it_reads_over_starttls_and_on_loopback_in_clear(
    mailbox: Mailbox, account: MailAccount, security: str
) -> None:
    account.imap_port, account.imap_security = mailbox.port, security
    mailbox.append(mails.reply(None))
    assert read_mailbox(account, now=NOW).kept == 1


def test_where_the_server_numbers_anew_nothing_comes_in_twice(
    mailbox: Mailbox, account: MailAccount
) -> None:
    account.imap_folder = "Cobranza"
    with mailbox.open() as client:
        client.create_folder("Cobranza")
    mailbox.append(mails.reply(None), folder="Cobranza")
    mailbox.append(mails.dsn(None), folder="Cobranza")
    read_mailbox(account, now=NOW)
    before = account.uid_validity
    mailbox.number_anew("Cobranza")
    mailbox.append(mails.reply(None, Message_ID="<new@x.example.com>"), folder="Cobranza")
    again = read_mailbox(account, now=NOW)

    assert account.uid_validity != before
    assert (again.seen, again.kept) == (3, 1)
    assert kinds(account.creditor) == ["reply", "bounce", "reply"]


def test_mails_from_before_the_account_are_nobodys_answer(
    mailbox: Mailbox, account: MailAccount
) -> None:
    mailbox.append(mails.reply(None), at=timezone.now() - timedelta(days=30))
    mailbox.append(mails.reply(None, Message_ID="<new@x.example.com>"))
    assert read_mailbox(account, now=NOW).kept == 1


def test_a_mail_of_thirty_megabytes_comes_in_piece_by_piece(
    mailbox: Mailbox, account: MailAccount
) -> None:
    raw = mails.reply(None, "grande") + b"\r\n".join([b"A" * 76] * 400_000) + b"\r\n"
    mailbox.append(raw)
    read_mailbox(account, now=NOW)
    with scope(creditor=account.creditor):
        row = InboundMessage.objects.get()
    assert (row.size, row.code) == (len(raw), "mail_cut")
    assert Path(default_storage.path(row.raw_path)).read_bytes() == raw


def test_a_mail_that_breaks_us_does_not_stop_the_next(
    mailbox: Mailbox, account: MailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["recaudo.contact.mail.ingest"]
    real = module._take_in  # type: ignore[attr-defined]

    def broken(row: InboundMessage, *rest: Any) -> None:
        if "bomba" in row.subject:
            raise RuntimeError("ours")
        real(row, *rest)

    monkeypatch.setattr(module, "_take_in", broken)
    mailbox.append(mails.reply(None, Subject="bomba", Message_ID="<1@x.example.com>"))
    mailbox.append(mails.reply(None))
    done = read_mailbox(account, now=NOW)
    assert (done.kept, done.unreadable) == (2, 1)
    assert kinds(account.creditor) == ["unreadable", "reply"]


def test_a_mail_that_the_server_does_not_give_away_is_told_once(
    mailbox: Mailbox, account: MailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    import recaudo.contact.mail.reading as reading

    real, calls = reading._chunks, []

    def refused(client: Any, uid: int) -> Iterator[bytes]:
        calls.append(uid)
        if len(calls) == 1:
            raise IMAPClientError("[SERVERBUG]")
        return real(client, uid)

    monkeypatch.setattr(reading, "_chunks", refused)
    mailbox.append(mails.reply(None))
    mailbox.append(mails.dsn(None))
    read_mailbox(account, now=NOW)
    with scope(creditor=account.creditor):
        codes = list(InboundMessage.objects.order_by("id").values_list("code", flat=True))
    assert codes == ["mail_not_fetched", "bounce_unknown"]


def test_what_broke_off_goes_on_next_time(
    mailbox: Mailbox, account: MailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["recaudo.contact.mail.ingest"]
    real, calls = module._recorded, []  # type: ignore[attr-defined]

    def gone(*given: Any) -> InboundMessage:
        calls.append(1)
        if len(calls) == 2:
            raise OperationalError("server closed the connection")
        return real(*given)

    monkeypatch.setattr(module, "_recorded", gone)
    for n in range(3):
        mailbox.append(mails.reply(None, Message_ID=f"<{n}@x.example.com>"))
    with pytest.raises(OperationalError):
        read_mailbox(account, now=NOW)
    read_mailbox(account, now=NOW)
    assert kinds(account.creditor) == ["reply"] * 3


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"imap_port": 1}, "imap_unreachable"),
        ({"imap_host": "no-hay.invalid"}, "imap_host_unknown"),
        ({"imap_folder": "Nada"}, "imap_folder"),
        ({"imap_secret": ""}, "imap_auth"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_named_and_kept(
    account: MailAccount, fields: dict[str, object], code: str
) -> None:
    for name, value in fields.items():
        setattr(account, name, value)
    with pytest.raises(Problem) as refused:
        read_mailbox(account, now=NOW)
    assert refused.value.code == code
    assert refresh(account).last_error == code
    assert account.last_error_at == NOW


def test_two_creditors_may_read_the_same_mailbox_without_each_others_rows(
    mailbox: Mailbox, account: MailAccount
) -> None:
    other = make_account(
        make_creditor(),
        imap_host="127.0.0.1",
        imap_port=mailbox.tls_port,
        imap_security="tls",
        imap_user=USER,
        imap_secret=PASSWORD,
    )
    mailbox.append(mails.reply(None))
    assert read_mailbox(account, now=NOW).kept == read_mailbox(other, now=NOW).kept == 1
    assert kinds(account.creditor) == kinds(other.creditor) == ["reply"]
