"""The bytes that leave: read back with the standard library, signatures checked by dkimpy."""

from __future__ import annotations

import email
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import dkim
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as at_most
from hypothesis import strategies as st

from recaudo.access.models import Creditor
from recaudo.contact.mail import addresses
from recaudo.contact.mail.compose import Attachment, compose
from recaudo.contact.mail.dkim import generate_dkim_key, sign
from recaudo.contact.mail.secrets import seal, unseal
from recaudo.contact.models import MailAccount
from recaudo.core.problems import Problem

from .conftest import make_account

TOKEN = "0123456789abcdef0123456789abcdef"
AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
KEY = generate_dkim_key("andina.example.com", "recaudo")


@dataclass
class Written:
    subject: str = "Su estado de cuenta"
    text: str = "Buenos días:\n\nSu saldo con corte al 20 de noviembre es $ 1.500.000.\n"
    html: str = ""
    attachments: list[int] = field(default_factory=list)


def read(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    assert mail.defects == []
    return mail


@pytest.fixture
def account(andina: Creditor) -> MailAccount:
    return make_account(andina, from_name="Compañía Ñandú, S.A.", reply_to="cartera@andina.co")


def test_a_mail_says_who_writes_what_it_answers_and_how_to_stop_it(account: MailAccount) -> None:
    written = Written(subject="Señor Muñoz: su factura 🙂", html="<p>Señor <b>Muñoz</b></p>")
    raw = compose(
        account,
        written,
        to="pagos@tornillo.example.com",
        token=TOKEN,
        in_reply_to="<abc@mail.example.com>",
        references=["<zero@mail.example.com>", "<abc@mail.example.com>"],
        files=[Attachment("factura 1.pdf", "application/pdf", b"%PDF-1.4 ...")],
        at=AT,
    )
    mail = read(raw)

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert mail["From"].addresses[0].addr_spec == "cobranza@andina.example.com"
    assert mail["From"].addresses[0].display_name == "Compañía Ñandú, S.A."
    assert mail["Reply-To"] == "cartera@andina.co"
    assert mail["Subject"] == "Señor Muñoz: su factura 🙂"
    assert mail["Message-ID"] == f"<{TOKEN}@andina.example.com>"
    assert mail["In-Reply-To"] == "<abc@mail.example.com>"
    assert mail["References"].split() == ["<zero@mail.example.com>", "<abc@mail.example.com>"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"<https://cobros.example.com/baja/{TOKEN}/>" in mail["List-Unsubscribe"]
    assert f"<mailto:cartera@andina.co?subject=BAJA%20{TOKEN}>" in mail["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Date"].datetime == AT
    assert mail.get_body(("plain",)).get_content().replace("\r", "") == written.text
    assert "<b>Muñoz</b>" in mail.get_body(("html",)).get_content()
    [file] = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("factura 1.pdf", b"%PDF-1.4 ...")


def test_without_a_public_address_only_the_mail_link_remains(
    account: MailAccount, settings: object
) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"  # type: ignore[attr-defined]
    mail = read(compose(account, Written(), to="a@b.co", token=TOKEN, is_automatic=False))
    assert mail["List-Unsubscribe"].startswith("<mailto:")
    assert mail["List-Unsubscribe-Post"] is None
    assert mail["Auto-Submitted"] is None


@pytest.mark.parametrize("sent", ["Hola\r\nBcc: otro@example.com", "Hola\nBcc: x@y.z", "\x0b\x85"])
def test_nobody_adds_a_header_through_a_text(andina: Creditor, sent: str) -> None:
    account = make_account(andina, from_name=sent)
    raw = compose(
        account,
        Written(subject=sent),
        to="a@b.co",
        token=TOKEN,
        in_reply_to=f"<x@y>\r\n{sent}",
        files=[Attachment(sent, "text/plain\r\nX: y", b"x")],
    )
    mail = read(raw)
    assert mail["Bcc"] is None
    assert mail["X"] is None


@pytest.mark.parametrize("to", ["", "sin-arroba", "a@b.co\r\nBcc: c@d.co", "a b@c.co", "<a@b.co>"])
def test_what_is_no_address_is_refused(account: MailAccount, to: str) -> None:
    with pytest.raises(Problem, match="mail_address_unusable"):
        compose(account, Written(), to=to, token=TOKEN)


def test_domains_of_other_alphabets_travel_in_ascii(account: MailAccount) -> None:
    mail = read(compose(account, Written(), to="pagos@ñandú.cl", token=TOKEN))
    assert mail["To"] == "pagos@xn--and-6ma2c.cl"


def test_reports_come_to_an_address_that_names_the_message(andina: Creditor) -> None:
    account = make_account(andina)
    address = addresses.envelope_from(account, TOKEN)
    assert address == f"rebotes+{TOKEN}@andina.example.com"
    assert addresses.bounce_tokens(account.bounce_address, address) == [TOKEN]
    assert addresses.bounce_tokens(account.bounce_address, "rebotes@andina.example.com") == []
    plain = make_account(andina, bounce_address="", is_default=False)
    assert addresses.envelope_from(plain, TOKEN) == "cobranza@andina.example.com"


def verified(raw: bytes) -> bool:
    return bool(dkim.verify(raw, dnsfunc=lambda name, timeout=5: KEY.value.encode()))


def test_the_signature_holds_and_breaks_with_any_change(andina: Creditor) -> None:
    account = make_account(
        andina, dkim_domain="andina.example.com", dkim_selector="recaudo", dkim_key=KEY.private_pem
    )
    raw = compose(
        account,
        Written(subject="Ñandú " * 20, html="<p>Hola</p>"),
        to="a@b.co",
        token=TOKEN,
        references=[f"<{n}{'x' * 60}@y.co>" for n in range(9)],
        in_reply_to="<9@y.co>",
    )
    assert verified(raw)
    assert not verified(raw.replace(b"Hola", b"Hole"))
    assert not verified(raw.replace(b"To: a@b.co", b"To: c@b.co"))
    head, _, body = raw.partition(b"\r\nSubject: ")
    assert not verified(head + b"\r\nSubject: otro\r\nSubject: " + body)


@given(st.text(max_size=200), st.binary(max_size=300))
@at_most(max_examples=60, deadline=None)
def test_every_body_is_signed_as_others_read_it(subject: str, body: bytes) -> None:
    words = "".join(c if c.isprintable() and c.isascii() else " " for c in subject)
    lines = body.replace(b"\r", b" \t ").replace(b"\n", b"\r\n") + b"\r\n"
    raw = b"From: a@b.co\r\nSubject:  " + words.encode() + b" \r\n\t x\r\n\r\n" + lines
    signed = sign(raw, domain="b.co", selector="s", private_pem=KEY.private_pem)
    assert verified(signed)


@given(name=st.text(max_size=120), subject=st.text(max_size=300), text=st.text(max_size=500))
@at_most(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_makes_a_mail_that_can_be_read_back(name: str, subject: str, text: str) -> None:
    account = MailAccount(name="x", from_name=name, from_address="cobranza@andina.example.com")
    text = text.encode("utf-8", "ignore").decode()
    subject = subject.encode("utf-8", "ignore").decode()
    account.from_name = name.encode("utf-8", "ignore").decode()
    raw = compose(account, Written(subject, text, f"<p>{text}</p>"), to="a@b.co", token=TOKEN)
    mail = read(raw)
    assert mail["From"].addresses[0].addr_spec == "cobranza@andina.example.com"
    assert raw.count(b"\r\nSubject:") == 1
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_secrets_are_kept_encrypted_and_a_new_key_is_told(settings: object) -> None:
    sealed = seal("contraseña")
    assert "contraseña" not in sealed
    assert unseal(sealed, account="x") == "contraseña"
    settings.SECRET_KEY = "otra"  # type: ignore[attr-defined]
    with pytest.raises(Problem) as refused:
        unseal(sealed, account="Cobranza")
    assert (refused.value.code, refused.value.facts) == (
        "mail_secret_locked",
        {"account": "Cobranza"},
    )
