"""What is this mail? Pure: bytes in, a plain value out; no database, no clock.

Never raises: a mail that cannot be understood is ``unreadable``, with what could be read of it.
"""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.header import decode_header
from email.message import Message as Mail
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from typing import Literal

from recaudo.contact.mail import reports, robots
from recaudo.contact.mail.addresses import TOKEN, bounce_tokens, same_address
from recaudo.contact.mail.bodies import clean, html_text, own_part, text_of
from recaudo.contact.mail.reports import Report

Kind = Literal["reply", "bounce", "auto_reply", "loop", "unreadable"]

#: Bytes of a mail that are looked at; the rest is kept on disk only.
PARSED_MAX = 12_000_000
HEAD_MAX = 1_000_000
TEXT_MAX = 200_000
FILES_MAX = 20
FILE_BYTES_MAX = 10_000_000
PARTS_MAX = 300
_OUR_ID = re.compile(rf"<?({TOKEN})@([^\s<>@]+)")


@dataclass(frozen=True)
class Ours:
    """How our own mails are known: the account's addresses and the domain of its Message-IDs."""

    addresses: tuple[str, ...]
    bounce_address: str
    domain: str


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Parsed:
    """``tokens`` name messages of ours, the surest first; ``matched_by`` says by what the first was
    found: ``token`` (return path, subject) or ``headers``. ``code`` says what was odd."""

    kind: Kind
    code: str = ""
    subject: str = ""
    from_address: str = ""
    to_address: str = ""
    text: str = ""
    own_text: str = ""
    header_id: str = ""
    tokens: tuple[str, ...] = ()
    matched_by: str = ""
    report: Report | None = None
    files: tuple[File, ...] = ()
    #: Attachments that were too many or too large to keep apart; they are in the raw mail.
    files_left: int = 0


def parse(raw: bytes, ours: Ours) -> Parsed:
    """The mail as far as it can be understood. ``raw`` may be cut at ``PARSED_MAX``."""
    if not raw.strip():
        return Parsed("unreadable", "mail_empty")
    try:
        known = _headers(BytesHeaderParser(policy=compat32).parsebytes(raw[:HEAD_MAX]), ours)
    except Exception:  # whatever a parser trips over: the raw mail stays
        known = Parsed("unreadable")
    try:
        mail = email.message_from_bytes(raw[:PARSED_MAX], policy=compat32)
        return _judged(mail, known, ours, is_cut=len(raw) > PARSED_MAX)
    except Exception:  # nested a thousand times, for one
        return replace(known, kind="unreadable", code="mail_broken")


def _headers(mail: Mail, ours: Ours) -> Parsed:
    """What the headers alone say."""
    senders = _addresses(mail, "From", "Sender")
    receivers = _addresses(mail, "Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
    subject = header(mail, "Subject")
    returned = [
        token for each in receivers for token in bounce_tokens(ours.bounce_address, each)
    ] + re.findall(rf"\bBAJA[ +_]+({TOKEN})\b", subject, re.IGNORECASE)
    threaded = our_tokens(header(mail, "In-Reply-To") + " " + header(mail, "References"), ours)
    tokens = tuple(dict.fromkeys([*returned, *threaded]))
    return Parsed(
        "reply",
        subject=subject[:998],
        from_address=senders[0] if senders else "",
        to_address=receivers[0] if receivers else "",
        header_id=header(mail, "Message-ID")[:998],
        tokens=tokens,
        matched_by="token" if returned else "headers" if threaded else "",
    )


def _judged(mail: Mail, known: Parsed, ours: Ours, *, is_cut: bool) -> Parsed:
    parts = list(_leaves(mail))
    text, markup = _body(parts)
    text = text or html_text(markup)
    found = replace(
        known,
        text=text[:TEXT_MAX],
        own_text=own_part(text)[:TEXT_MAX],
        code="mail_cut" if is_cut else "",
    )
    files, left = _files(parts)
    found = replace(found, files=files, files_left=left)
    report = reports.report_of(mail, parts, text)
    if report is not None:
        named = our_tokens(report.returned_ids, ours) + envelope_tokens(report.envelope_id)
        tokens = tuple(dict.fromkeys([*known.tokens, *named]))
        by = known.matched_by or ("headers" if named else "")
        return replace(found, kind="bounce", report=report, tokens=tokens, matched_by=by)
    if is_ours(known, ours):
        return replace(found, kind="loop", code="mail_own")
    robot = robots.robot_code(mail, known.subject)
    if robot == "spam_complaint":
        named = our_tokens(reports.id_lines(reports.returned_source(parts)), ours)
        tokens = tuple(dict.fromkeys([*known.tokens, *named]))
        return replace(found, kind="auto_reply", code=robot, tokens=tokens, matched_by="headers")
    if robot:
        answers_robots = len(our_tokens(header(mail, "References"), ours)) > 1
        if answers_robots:  # two machines thanking each other
            return replace(found, kind="loop", code="mail_ping_pong")
        return replace(found, kind="auto_reply", code=robot)
    return replace(found, kind="reply")


def is_ours(known: Parsed, ours: Ours) -> bool:
    """Our own mail has come back: by its Message-ID or by its sender."""
    if our_tokens(known.header_id, ours):
        return True
    return any(same_address(known.from_address, each) for each in ours.addresses)


def our_tokens(text: str, ours: Ours) -> list[str]:
    """Tokens of Message-IDs that have our form and our domain, newest (last) first."""
    found = [
        token
        for token, domain in _OUR_ID.findall(text[:20_000])
        if domain.rstrip(".").lower() == ours.domain
    ]
    return found[::-1]


def envelope_tokens(envelope_id: str) -> list[str]:
    return [envelope_id] if re.fullmatch(TOKEN, envelope_id) else []


def header(mail: Mail, name: str) -> str:
    """A header as text in one line, decoded as far as it can be."""
    value = mail.get(name)
    if value is None:
        return ""
    raw = str(value)[:20_000]
    try:
        pieces = decode_header(raw)
    except Exception:  # half an encoded word: shown as it came
        return " ".join(clean(raw).split())
    told = "".join(
        piece if isinstance(piece, str) else text_of(piece, charset) for piece, charset in pieces
    )
    return " ".join(clean(told).split())


def _addresses(mail: Mail, *names: str) -> list[str]:
    found = []
    for name in names:
        for value in mail.get_all(name) or []:
            for _, address in getaddresses([str(value)[:5_000]]):
                plain = clean(address).strip()[:320]
                if "@" in plain:
                    found.append(plain)
    return found


def _leaves(mail: Mail) -> Iterator[Mail]:
    """Parts that hold something, in order; forwarded mails are one part. Without recursion: mails
    nested a thousand times exist."""
    waiting: list[Mail] = [mail]
    for _ in range(PARTS_MAX):
        if not waiting:
            return
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [each for each in inner if isinstance(each, Mail)]
        else:
            yield part


def _body(parts: list[Mail]) -> tuple[str, str]:
    """(the plain text, the HTML) of what was written, attachments aside."""
    plain, markup = "", ""
    for part in parts:
        if _is_file(part):
            continue
        kind = part.get_content_type()
        if kind == "text/html" and not markup:
            markup = content_text(part)
        elif part.get_content_maintype() == "text" and kind != "text/html" and not plain:
            plain = content_text(part)
    return plain, markup


def content_text(part: Mail) -> str:
    return clean(text_of(content_of(part), part.get_content_charset()))


def content_of(part: Mail) -> bytes:
    """The bytes of a part; of a forwarded mail, its source."""
    inner = part.get_payload()
    if isinstance(inner, list):
        return b"\n".join(each.as_bytes() for each in inner[:3] if isinstance(each, Mail))
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _is_file(part: Mail) -> bool:
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return True
    return part.get_content_maintype() not in {"text", "multipart"}


def _files(parts: list[Mail]) -> tuple[tuple[File, ...], int]:
    kept: list[File] = []
    left = 0
    for number, part in enumerate(parts, 1):
        if not _is_file(part) or part.get_content_type() == "message/delivery-status":
            continue
        content = content_of(part)
        if not content:
            continue
        if len(kept) == FILES_MAX or len(content) > FILE_BYTES_MAX:
            left += 1
            continue
        kind = part.get_content_type()
        kept.append(File(file_name(part.get_filename(), kind, number), clean(kind)[:100], content))
    return tuple(kept), left


def file_name(given: object, content_type: str, number: int) -> str:
    """Their name, harmless: no path, no control or direction-changing character, at most 120."""
    try:
        pieces = decode_header(str(given or ""))
        text = "".join(p if isinstance(p, str) else text_of(p, c) for p, c in pieces)
    except Exception:  # half an encoded word
        text = str(given or "")
    text = re.split(r"[/\\]", clean(text))[-1]
    name = "".join(c for c in text if c.isprintable() and c not in '<>:"|?*').strip(" .")
    if len(name) > 120:
        stem, dot, ending = name.rpartition(".")
        name = stem[: 119 - len(ending)] + dot + ending if dot and len(ending) < 10 else name[:120]
    return (
        name or f"adjunto-{number}.{re.sub(r'[^a-z0-9]', '', content_type.partition('/')[2])[:8]}"
    )
