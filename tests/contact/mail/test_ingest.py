"""What a mail that came in changes, and what it does not; never lost, never twice."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from django_scopes import scope

from factories import make_creditor, make_customer, refresh
from recaudo.access.models import Creditor
from recaudo.contact.mail.ingest import ingest
from recaudo.contact.models import InboundFile, InboundMessage, MailAccount, Message
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Consent

from . import mails
from .conftest import make_account, make_message

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def account(andina: Creditor) -> MailAccount:
    return make_account(andina)


@pytest.fixture
def take(andina: Creditor, account: MailAccount) -> Callable[[bytes], InboundMessage]:
    return lambda raw: ingest(andina, account, raw, now=NOW)


Take = Callable[[bytes], InboundMessage]


def state_of(message: Message) -> tuple[str, str]:
    refresh(message)
    return message.state, refresh(message.contact_point).state


def test_a_reply_is_kept_with_what_they_wrote_and_answers_the_message(
    message: Message, take: Take
) -> None:
    raw = mails.reply(
        message, "Ya pagué ayer.\n\nEl 20 nov 2026, Andina escribió:\n> Su saldo es $ 1\n"
    )
    row = take(raw)

    assert (row.kind, row.state, row.matched_by) == ("reply", "new", "headers")
    assert (row.message_id, row.customer_id) == (message.pk, message.customer_id)
    assert row.own_text == "Ya pagué ayer."
    assert "Su saldo" in row.text
    assert row.from_value == "pagos@tornillo.example.com"
    assert state_of(message)[0] == "answered"
    assert Path(default_storage.path(row.raw_path)).read_bytes() == raw


def test_the_same_mail_twice_is_one(message: Message, take: Take, andina: Creditor) -> None:
    raw = mails.reply(message)
    assert take(raw).pk == take(raw).pk
    with scope(creditor=andina):
        assert InboundMessage.objects.count() == 1


def test_attachments_lie_beside_the_mail_under_our_own_names(take: Take, andina: Creditor) -> None:
    raw = (
        b"From: a@b.co\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nVa la foto\r\n"
        b'--b\r\nContent-Type: image/jpeg; name="../../etc/passwd\x00.jpg"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ\r\n--b--\r\n"
    )
    row = take(raw)
    with scope(creditor=andina):
        file = InboundFile.objects.get(inbound=row)
    assert "/" not in file.name
    assert file.name.endswith(".jpg")
    assert file.path.startswith(f"mail/{andina.code}/")
    assert ".." not in file.path
    assert Path(default_storage.path(file.path)).read_bytes() == b"\xff\xd8\xff\xe0\x00\x10"


def test_a_final_report_bounces_the_message_and_marks_a_dead_address(
    message: Message, take: Take
) -> None:
    row = take(mails.dsn(message))
    assert (row.kind, row.state, row.code) == ("bounce", "done", "bounce_dead_address")
    assert row.facts["status"] == "5.1.1"
    assert row.facts["final"] is True
    assert state_of(message) == ("bounced", "invalid")


@pytest.mark.parametrize("make", [mails.qmail, mails.exim])
def test_reports_of_servers_that_never_read_the_standard_count_as_well(
    message: Message, take: Take, make: Callable[[Message], bytes]
) -> None:
    row = take(make(message))
    assert (row.kind, row.code) == ("bounce", "bounce_dead_address")
    assert state_of(message) == ("bounced", "invalid")


def test_a_full_mailbox_bounces_the_message_but_the_address_stays(
    message: Message, take: Take
) -> None:
    take(mails.dsn(message, status="5.2.2", diagnostic="smtp; 552 5.2.2 mailbox full"))
    assert state_of(message) == ("bounced", "unknown")


def test_a_delay_changes_nothing(message: Message, take: Take) -> None:
    row = take(mails.dsn(message, action="delayed", status="4.4.1"))
    assert row.code == "bounce_delayed"
    assert state_of(message) == ("sent", "unknown")


def test_a_report_of_success_says_delivered(message: Message, take: Take) -> None:
    take(mails.dsn(message, action="delivered", status="2.0.0"))
    assert state_of(message)[0] == "delivered"


def test_the_message_is_found_by_return_path_or_envelope_id(andina: Creditor, take: Take) -> None:
    customer = make_customer(andina)
    for n, given in enumerate(["to", "envelope_id"]):
        message = make_message(customer, f"pagos{n}@tornillo.example.com")
        value = (
            f"rebotes+{message.token}@{mails.OURS}" if given == "to" else str(message.token)
        )
        take(mails.dsn(None, recipient=f"pagos{n}@tornillo.example.com", **{given: value}))
        assert state_of(message)[0] == "bounced", given


def test_forged_reports_change_nothing(message: Message, take: Take) -> None:
    """One names no message of ours; one names a message that we wrote to somebody else."""
    unknown = take(mails.dsn(None))
    other = take(mails.dsn(message, recipient="victima@otra.example.com"))
    assert (unknown.kind, unknown.code) == ("bounce", "bounce_unknown")
    assert (other.code, other.message_id) == ("bounce_other_recipient", None)
    assert other.facts["claims"] == message.pk
    assert state_of(message) == ("sent", "unknown")


def test_a_forwarded_address_is_known_by_its_original(message: Message, take: Take) -> None:
    take(
        mails.dsn(
            message, recipient="buzon@interno.example.com", original="pagos@tornillo.example.com"
        )
    )
    assert state_of(message)[0] == "bounced"


def test_a_report_about_what_never_left_changes_nothing(andina: Creditor, take: Take) -> None:
    message = make_message(make_customer(andina), "x@y.example.com", state="planned")
    row = take(mails.dsn(message, recipient="x@y.example.com"))
    assert row.code == "bounce_not_sent"
    assert state_of(message)[0] == "planned"


def test_a_message_of_another_creditor_is_out_of_reach(take: Take) -> None:
    other = make_message(make_customer(make_creditor()), "pagos@tornillo.example.com")
    assert take(mails.dsn(other)).code == "bounce_unknown"
    assert take(mails.reply(other)).customer_id is None
    assert state_of(other) == ("sent", "unknown")


@pytest.mark.parametrize(
    ("headers", "kind", "code"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto_reply", "auto_submitted"),
        ({"Auto_Submitted": "no"}, "reply", ""),
        ({"X_Autoreply": "yes"}, "auto_reply", "auto_header"),
        ({"Precedence": "auto_reply"}, "auto_reply", "auto_header"),
        ({"Subject": "Respuesta automática: Su estado"}, "auto_reply", "auto_subject"),
        ({"Subject": "Fuera de la oficina"}, "auto_reply", "auto_subject"),
        ({"Subject": "Automatic reply: account"}, "auto_reply", "auto_subject"),
        ({"Subject": "Re: estoy en la oficina"}, "reply", ""),
        ({"From": "cobranza@andina.example.com"}, "loop", "mail_own"),
        ({"From": "COBRANZA@Andina.example.com"}, "loop", "mail_own"),
    ],
)
def test_machines_are_told_from_people(
    take: Take, headers: dict[str, str], kind: str, code: str
) -> None:
    row = take(mails.reply(None, **headers))
    assert (row.kind, row.code) == (kind, code)


def test_our_own_mail_that_comes_back_is_a_loop(message: Message, take: Take) -> None:
    own = mails.reply(None, Message_ID=f"<{message.token}@{mails.OURS}>")
    assert take(own).kind == "loop"
    assert state_of(message)[0] == "sent"


def test_two_machines_that_thank_each_other_are_a_loop(andina: Creditor, take: Take) -> None:
    ids = " ".join(f"<{n:032x}@{mails.OURS}>" for n in (1, 2))
    row = take(mails.reply(None, References=ids, Auto_Submitted="auto-replied"))
    assert (row.kind, row.code, row.state) == ("loop", "mail_ping_pong", "done")


def test_who_presses_spam_is_not_written_to_again(message: Message, take: Take) -> None:
    raw = (
        mails.dsn(message)
        .replace(b"report-type=delivery-status", b"report-type=feedback-report")
        .replace(b"message/delivery-status", b"message/feedback-report")
    )
    row = take(raw)
    assert row.code == "spam_complaint"
    assert state_of(message) == ("sent", "unknown")
    with scope(creditor=message.creditor):
        consent = Consent.objects.get()
    assert (consent.is_granted, consent.channel) == (False, "email")


def test_a_mail_that_breaks_us_is_kept_for_a_person(
    message: Message, take: Take, monkeypatch: pytest.MonkeyPatch, andina: Creditor
) -> None:
    def broken(*given: Any, **facts: Any) -> None:
        Message.objects.filter(pk=message.pk).update(state="answered")
        raise Problem("invented")

    # The fault is ours, wherever it lies: what was half done must not stay.
    monkeypatch.setattr(sys.modules["recaudo.contact.mail.ingest"], "_take_in", broken)
    row = take(mails.reply(message))
    assert (row.kind, row.state, row.code) == ("unreadable", "new", "mail_not_applied")
    assert row.facts["reason"] == "invented"
    assert row.own_text == "Ya pagué ayer."
    assert state_of(message)[0] == "sent"


def test_a_database_that_goes_away_leaves_the_mail_for_later(
    take: Take, monkeypatch: pytest.MonkeyPatch, andina: Creditor
) -> None:
    def gone(*given: Any, **facts: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(sys.modules["recaudo.contact.mail.ingest"], "_take_in", gone)
    with pytest.raises(OperationalError):
        take(mails.reply(None))
    with scope(creditor=andina):
        assert InboundMessage.objects.count() == 0


def test_nothing_readable_is_still_a_row(take: Take) -> None:
    row = take(b"  \r\n")
    assert (row.kind, row.code, row.state) == ("unreadable", "mail_empty", "new")


def test_a_thirty_megabyte_mail_is_kept_whole_and_read_in_part(take: Take) -> None:
    photo = b"\r\n".join([b"A" * 76] * 400_000)
    raw = (
        b"From: a@b.co\r\nSubject: foto\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nVa la foto del pago\r\n"
        b"--b\r\nContent-Type: image/jpeg; name=foto.jpg\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + photo + b"\r\n--b--\r\n"
    )
    row = take(raw)
    assert len(raw) > 30_000_000
    assert (row.kind, row.code, row.size) == ("reply", "mail_cut", len(raw))
    assert row.own_text == "Va la foto del pago"
    assert Path(default_storage.path(row.raw_path)).stat().st_size == len(raw)
