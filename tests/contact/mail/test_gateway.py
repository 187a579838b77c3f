"""The gateway's word, against servers that keep to the dialogue and servers that break off."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from recaudo.access.models import Creditor
from recaudo.contact.mail.gateway import Gateway

from .conftest import make_account
from .smtp_servers import (
    ORDINARY,
    PASSWORD,
    USER,
    Authority,
    Script,
    make_authority,
    scripted_server,
    whole_server,
)

RAW = b"From: a@andina.example.com\r\nTo: b@example.com\r\nSubject: x\r\n\r\nHola.\r\n.solo\r\n"
FROM, TO = "cobranza@andina.example.com", "pagos@tornillo.example.com"


def test_many_mails_leave_on_one_encrypted_connection(
    andina: Creditor, authority: Authority
) -> None:
    with whole_server(authority) as sink:
        account = make_account(
            andina,
            smtp_port=sink.port,
            smtp_security="starttls",
            smtp_user=USER,
            smtp_secret=PASSWORD,
        )
        with Gateway(account) as gateway:
            words = [gateway.send(FROM, TO, RAW) for _ in range(5)]

    assert {word.state for word in words} == {"sent"}
    assert sink.connections == 1
    assert len(sink.mails) == 5
    assert sink.mails[0].original_content == RAW
    assert sink.mails[0].mail_from == FROM


def test_tls_from_the_first_byte_works_as_well(andina: Creditor, authority: Authority) -> None:
    with whole_server(authority, tls="tls", login=False) as sink:
        account = make_account(andina, smtp_port=sink.port, smtp_security="tls")
        with Gateway(account) as gateway:
            assert gateway.send(FROM, TO, RAW).state == "sent"


def test_a_refused_recipient_does_not_stop_the_next(andina: Creditor) -> None:
    with whole_server(tls="none", login=False) as sink:
        sink.refused = {
            "nadie@example.com": "550 5.1.1 nadie@example.com unknown",
            "lleno@example.com": "452 4.2.2 full",
        }
        with Gateway(make_account(andina, smtp_port=sink.port)) as gateway:
            nobody = gateway.send(FROM, "nadie@example.com", RAW)
            full = gateway.send(FROM, "lleno@example.com", RAW)
            good = gateway.send(FROM, TO, RAW)

    assert (nobody.state, nobody.code) == ("refused", "5.1.1")
    assert nobody.detail.startswith("550 5.1.1")
    assert "@" not in nobody.detail
    assert (full.state, full.code) == ("not_left", "smtp_later")
    assert good.state == "sent"
    assert sink.connections == 1


@pytest.mark.parametrize(
    ("step", "answer", "state", "code", "taken"),
    [
        ("CONNECT", None, "not_left", "smtp_lost", 0),
        ("CONNECT", "554 go away", "not_left", "smtp_greeting", 0),
        ("EHLO", None, "not_left", "smtp_lost", 0),
        ("MAIL", None, "not_left", "smtp_lost", 0),
        ("MAIL", "421 closing", "not_left", "smtp_lost", 0),
        ("MAIL", "451 later", "not_left", "smtp_later", 0),
        ("MAIL", "550 not you", "refused", "smtp_sender_refused", 0),
        ("RCPT", None, "not_left", "smtp_lost", 0),
        ("RCPT", "450 greylisted", "not_left", "smtp_later", 0),
        ("RCPT", "550 nobody", "refused", "smtp_recipient_refused", 0),
        ("RCPT", "what?", "not_left", "smtp_nonsense", 0),
        ("DATA", None, "not_left", "smtp_lost", 0),
        ("DATA", "451 later", "not_left", "smtp_later", 0),
        ("DATA", "554 no", "refused", "smtp_mail_refused", 0),
        ("DATA", "250 what?", "not_left", "smtp_nonsense", 0),
        ("DOT", None, "uncertain", "smtp_no_answer", 1),
        ("DOT", "25…", "uncertain", "smtp_no_answer", 1),
        ("DOT", "what?", "uncertain", "smtp_no_answer", 1),
        ("DOT", "354 more", "uncertain", "smtp_no_answer", 1),
        ("DOT", "250-half", "uncertain", "smtp_no_answer", 1),
        ("DOT", "451 later", "not_left", "smtp_later", 1),
        ("DOT", "552 too long", "refused", "smtp_mail_refused", 1),
        ("DOT", "250 taken", "sent", "", 1),
    ],
)
def test_wherever_a_server_breaks_off_the_word_is_exact(
    andina: Creditor, step: str, answer: str | None, state: str, code: str, taken: int
) -> None:
    # A half answer is followed by silence: the gateway's own patience ends it.
    with scripted_server(lambda n: ORDINARY | {step: answer}) as server:
        with Gateway(make_account(andina, smtp_port=server.port), timeout=0.7) as gateway:
            word = gateway.send(FROM, TO, RAW)
    assert (word.state, word.code) == (state, code)
    assert len(server.taken) == taken


def test_a_line_that_breaks_while_the_mail_goes_out_has_not_left(andina: Creditor) -> None:
    """More than any buffer holds, and the server hangs up in the middle of it."""
    big = RAW + b"x" * 76 + b"\r\n"
    big += (b"y" * 76 + b"\r\n") * 400_000
    with scripted_server(lambda n: ORDINARY | {"BODY": None}) as server:
        with Gateway(make_account(andina, smtp_port=server.port), timeout=5) as gateway:
            word = gateway.send(FROM, TO, big)
    assert (word.state, word.code) == ("not_left", "smtp_lost")


def test_a_server_that_hung_up_on_an_idle_line_is_called_again(andina: Creditor) -> None:
    """The second mail finds the first line dead; MAIL was never answered, so a new line is safe."""

    def script(number: int) -> Script:
        return ORDINARY if number > 1 else ORDINARY | {"RSET": None}

    with scripted_server(script) as server:
        with Gateway(make_account(andina, smtp_port=server.port), timeout=2) as gateway:
            assert gateway.send(FROM, TO, RAW).state == "sent"
            assert gateway._server is not None
            gateway._server.sock.shutdown(socket.SHUT_WR)
            assert gateway.send(FROM, TO, RAW).state == "sent"
    assert server.connections == 2
    assert len(server.taken) == 2


def test_a_silent_server_is_not_waited_for_for_ever(andina: Creditor) -> None:
    with scripted_server(lambda n: ORDINARY | {"DOT": ""}) as server:
        with Gateway(make_account(andina, smtp_port=server.port), timeout=0.3) as gateway:
            word = gateway.send(FROM, TO, RAW)
    assert (word.state, word.code) == ("uncertain", "smtp_no_answer")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"smtp_host": "no-hay.invalid"}, "smtp_host_unknown"),
        ({"smtp_port": 1}, "smtp_unreachable"),
        ({"smtp_security": "starttls"}, "smtp_no_tls"),
        ({"smtp_host": "mail.example.com"}, "mail_not_loopback"),
    ],
)
def test_what_stands_in_the_way_of_a_connection_is_named(
    andina: Creditor, fields: dict[str, object], code: str
) -> None:
    with whole_server(tls="none", login=False) as sink:
        if "smtp_host" in fields and fields["smtp_host"] != "mail.example.com":
            fields = {**fields, "smtp_security": "tls"}
        account = make_account(andina, **{"smtp_port": sink.port} | fields)
        with Gateway(account, timeout=5) as gateway:
            word = gateway.send(FROM, TO, RAW)
    assert (word.state, word.code) == ("not_left", code)
    assert sink.mails == []


def test_a_wrong_password_and_a_foreign_certificate_are_told_apart(
    andina: Creditor, authority: Authority, tmp_path: Path
) -> None:
    with whole_server(authority) as sink:
        wrong = make_account(
            andina,
            smtp_port=sink.port,
            smtp_security="starttls",
            smtp_user=USER,
            smtp_secret="otra",
        )
        with Gateway(wrong) as gateway:
            assert gateway.send(FROM, TO, RAW).code == "smtp_auth"
    foreign = make_authority(tmp_path)
    with whole_server(foreign) as sink:
        account = make_account(
            andina,
            smtp_port=sink.port,
            smtp_security="starttls",
            smtp_user=USER,
            smtp_secret=PASSWORD,
            is_default=False,
        )
        with Gateway(account) as gateway:
            assert gateway.send(FROM, TO, RAW).code == "smtp_tls"
    assert sink.mails == []


def test_an_address_cannot_smuggle_a_command(andina: Creditor) -> None:
    with whole_server(tls="none", login=False) as sink:
        with Gateway(make_account(andina, smtp_port=sink.port)) as gateway:
            word = gateway.send(FROM, "a@b.co>\r\nRCPT TO:<c@d.co", RAW)
    assert (word.state, word.code) == ("refused", "mail_address_unusable")
    assert sink.connections == 0
