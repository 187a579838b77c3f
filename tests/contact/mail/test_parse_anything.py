"""Whatever comes in: never a crash, never a lost mail."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as at_most
from hypothesis import strategies as st

from recaudo.contact.mail.bodies import html_text, own_part
from recaudo.contact.mail.parse import Ours, Parsed, file_name, parse
from recaudo.contact.models import Message

from . import mails

OURS = Ours(("cobranza@andina.example.com",), "rebotes+{token}@andina.example.com", "andina.example.com")
HEAD = b"From: a@b.co\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


def storable(parsed: Parsed) -> None:
    """Everything of it fits into the database."""
    texts = [parsed.subject, parsed.from_address, parsed.to_address, parsed.text, parsed.own_text]
    texts += [parsed.header_id, *(file.name for file in parsed.files)]
    for text in texts:
        assert "\x00" not in text
        text.encode("utf-8")
    for file in parsed.files:
        assert "/" not in file.name and "\\" not in file.name and len(file.name) <= 120


SEEDS: list[bytes] = [
    mails.reply(None, "Señor, ya pagué 🙂"),
    mails.dsn(None),
    HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative;"
    b" boundary=c\r\n\r\n--c\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nSe\xf1or\r\n--c\r\n"
    b"Content-Type: text/html\r\n\r\n<p>Hola<br>mundo</p>\r\n--c--\r\n--b\r\nContent-Type: image/png;"
    b" name*=utf-8''f%C3%B3to.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n--b--\r\n",
]


@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False), st.integers(1, 30))
@at_most(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_mails_are_read_or_called_unreadable(
    seed: bytes, chance: random.Random, times: int
) -> None:
    raw = bytearray(seed)
    for _ in range(times):
        at = chance.randrange(len(raw) or 1)
        match chance.randrange(5):
            case 0:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del raw[at : at + chance.randrange(40)]
            case 2:
                raw[at:at] = raw[chance.randrange(len(raw) or 1) :][: chance.randrange(200)]
            case 3:
                raw[at:at] = b"=?utf-8?b?w7E?= \x00\xff"
            case 4:
                raw[at:at] = b"\r\n"
    storable(parse(bytes(raw), OURS))


@given(st.binary(max_size=2_000))
@at_most(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_called_unreadable(raw: bytes) -> None:
    storable(parse(raw, OURS))
    storable(parse(HEAD + b"\r\n" + raw, OURS))


@given(st.text(max_size=400))
@at_most(max_examples=100, deadline=None)
def test_any_text_gives_own_words(text: str) -> None:
    assert own_part(text).strip() or not text.strip()
    assert "\x00" not in html_text(text)


def nested(depth: int) -> bytes:
    return HEAD + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(depth)
    )


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Type: text/plain; charset=no-such\r\n\r\nSe\xf1or",
        HEAD + b"Content-Type: text/plain; charset=hex\r\n\r\n4142",
        HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+AGE-",
        HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!=x",
        HEAD + b"Content-Type: text/plain\r\n\r\nNUL \x00 adentro",
        HEAD + b"Content-Type: multipart/mixed\r\n\r\nsin boundary",
        b"Subject: =?utf-8?b?w7E\r\nFrom: =?x?q?=?= <a@b.co>\r\n\r\nx",
        b"Subject: " + b"x" * 900_000 + b"\r\nFrom: a@b.co\r\n\r\nhola",
        b"From: a@b.co\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\nhola",
        b"References: " + b"<a@b> " * 100_000 + b"\r\nFrom: a@b.co\r\n\r\nhola",
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000 + b"hola",
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 3_000 + b"hola",
        HEAD + b"\r\n" + b"On " * 60_000 + b"wrote:",
        HEAD + b"\r\n" + b"> " * 100_000,
        HEAD + b"\r\n" + b"From: a\nSent: b\n" * 5_000,
        HEAD + b"\r\n" + b"____________\n" * 5_000,
        HEAD + b"\r\n" + b" " * 200_000 + b"x",
        HEAD + b"\r\n" + b"- a\n" * 5_000,
        HEAD + b"\r\n" + b"a@" * 100_000,
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5_000,
        nested(50),
        nested(3_000),
    ],
)
def test_hostile_mails_are_read_in_a_moment(raw: bytes) -> None:
    started = monotonic()
    parsed = parse(raw, OURS)
    assert monotonic() - started < 10
    storable(parsed)
    assert parsed.from_address in {"a@b.co", ""}
    assert parsed.kind in {"reply", "unreadable"}


def test_broken_charsets_still_give_the_words() -> None:
    latin = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\nSe\xf1or Mu\xf1oz"
    assert parse(latin, OURS).own_text == "Señor Muñoz"


def test_html_alone_becomes_text() -> None:
    raw = HEAD + b"Content-Type: text/html\r\n\r\n<style>x{}</style><p>Ya <b>pagu\xc3\xa9</b></p>"
    assert parse(raw, OURS).own_text == "Ya pagué"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Ya pagué\n\nEl jue, 20 nov 2026 a las 9:00, Andina <x@y.co> escribió:\n> saldo", "Ya pagué"),
        ("Paid\n\nOn Thu, Nov 20, 2026 at 9:00 AM Andina <x@y.co> wrote:\n> balance", "Paid"),
        ("Ya pagué\n\nDe: Andina\nEnviado: jueves\nPara: yo\nAsunto: saldo\n\nSu saldo", "Ya pagué"),
        ("Ya pagué\n-----Mensaje original-----\nDe: x\nSu saldo", "Ya pagué"),
        ("De: la factura 3 no sé nada", "De: la factura 3 no sé nada"),
        ("> todo citado", "> todo citado"),
        ("BAJA", "BAJA"),
    ],
)
def test_own_words_are_told_from_quoted_ones(text: str, own: str) -> None:
    assert own_part(text) == own


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\comprobante.pdf", "comprobante.pdf"),
        ("=?utf-8?q?recibo_=C3=B1.pdf?=", "recibo ñ.pdf"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("\x00..", "adjunto-1.jpeg"),
        (None, "adjunto-1.jpeg"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_names_of_attachments_are_harmless(given_name: str | None, kept: str) -> None:
    assert file_name(given_name, "image/jpeg", 1) == kept
