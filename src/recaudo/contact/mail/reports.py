"""Reports that a mail did not arrive (RFC 3464, and those of servers that never read it)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message as Mail
from typing import Literal

from recaudo.contact.mail.bodies import clean, text_of
from recaudo.contact.mail.robots import decoded

Action = Literal["failed", "delayed", "delivered"]

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?:[ -]|$)", re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_SENDERS = re.compile(r"mailer-daemon|postmaster|mail delivery|correo devuelto", re.IGNORECASE)
_SUBJECTS = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|incomplete|delayed)|mail delivery failed"
    r"|returned mail|failure notice|delivery notification|message not delivered"
    r"|no se (?:ha )?(?:pudo|podido|puede) entreg|no entregad|devuelto|error de entrega"
    r"|fallo (?:en|de) la entrega|entrega (?:fallida|retrasada)",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"\bdelayed\b|retrasad|will (?:continue|keep) (?:trying|to try)|still trying"
    r"|seguir[áe]mos intentando|\bwarning: message still undelivered",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"user (?:is )?unknown|unknown user|no such (?:user|mailbox|address|recipient)"
    r"|does(?:n't| not) exist|mailbox (?:unavailable|not found)|invalid (?:recipient|mailbox)"
    r"|recipient (?:address )?rejected|address not found|no existe|usuario desconocido"
    r"|host (?:or domain name )?not found|unrouteable address|account (?:is )?disabled",
    re.IGNORECASE,
)
_ID_LINES = re.compile(
    r"^(?:message-id|in-reply-to|references):[^\n]*(?:\n[ \t][^\n]*)*", re.I | re.M
)
LOOKED_AT = 60_000
#: Status codes that say the address itself is wrong, not the moment or the message.
_DEAD = re.compile(r"5\.1\.(?:0|1|2|3|6|10)|5\.2\.1|5\.4\.4|5\.4\.310")


@dataclass(frozen=True)
class Report:
    """``recipients``: whom it is about, lower case, empty where it does not say. ``status`` is the
    enhanced code or empty. ``is_dead``: the address itself is wrong."""

    action: Action
    status: str
    recipients: tuple[str, ...]
    diagnostic: str
    is_dead: bool
    is_standard: bool
    envelope_id: str = ""
    #: The Message-ID lines of the mail that came back.
    returned_ids: str = ""

    @property
    def is_final(self) -> bool:
        return self.action == "failed"


def report_of(mail: Mail, parts: list[Mail], text: str) -> Report | None:
    """The report that this mail is, or None for any other mail."""
    returned = returned_source(parts) + "\n" + text
    status_part = next((p for p in parts if p.get_content_type() in _STATUS_TYPES), None)
    if status_part is not None:
        return _standard(status_part, returned)
    if _is_report_like(mail):
        return _free_text(mail, text, returned)
    return None


_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}


def _standard(part: Mail, returned: str) -> Report:
    fields = _fields(_source(part))
    recipients, actions, statuses, diagnostics = [], [], [], []
    for name, value in fields:
        if name in {"final-recipient", "original-recipient"}:
            found = _ADDRESS.search(value.partition(";")[2] or value)
            recipients += [found[0].lower()] if found else []
        elif name == "action":
            actions.append(value.split()[0].lower() if value.split() else "")
        elif name == "status":
            statuses += _STATUS.findall(value)[:1]
        elif name == "diagnostic-code":
            diagnostics.append(value)
    envelope = next((value for name, value in fields if name == "original-envelope-id"), "")
    diagnostic = " ".join(diagnostics)[:500]
    status = statuses[0] if statuses else next(iter(_STATUS.findall(diagnostic)), "")
    return Report(
        _action(actions, status),
        status,
        tuple(dict.fromkeys(recipients)),
        diagnostic,
        _is_dead(status, diagnostic),
        is_standard=True,
        envelope_id=envelope.strip(),
        returned_ids=id_lines(returned),
    )


def _action(actions: list[str], status: str) -> Action:
    """A report about several: failed if any failed."""
    if "failed" in actions:
        return "failed"
    if "delayed" in actions:
        return "delayed"
    if set(actions) & {"delivered", "relayed", "expanded"}:
        return "delivered"
    return "delayed" if status.startswith("4") else "delivered" if status[:1] == "2" else "failed"


def _is_report_like(mail: Mail) -> bool:
    """No standard report, but from the post office, about a failure."""
    if mail.get("X-Failed-Recipients"):
        return True
    sender, subject = str(mail.get("From", "")), str(mail.get("Subject", ""))
    kind = str(mail.get("Content-Type", "")).lower()
    if "disposition-notification" in kind or "feedback-report" in kind:
        return False
    is_report = mail.get_content_type() == "multipart/report"
    has_no_sender = str(mail.get("Return-Path", "x")).strip() in {"<>", ""}
    from_post_office = bool(_SENDERS.search(sender))
    if is_report:
        return True
    return (from_post_office or has_no_sender) and (
        bool(_SUBJECTS.search(decoded(subject))) or "qmail-send" in _first_text(mail)
    )


def _free_text(mail: Mail, text: str, returned: str) -> Report:
    about = text[:LOOKED_AT]
    named = str(mail.get("X-Failed-Recipients", ""))
    # Whom it is about stands before the returned mail, which names others too.
    before = re.split(r"(?im)^(?:received|return-path|from|message-id):", about)[0]
    recipients = _ADDRESS.findall(named) or _ADDRESS.findall(before)
    status = next(iter(_STATUS.findall(before)), "")
    code = next(iter(_REPLY_CODE.findall(before)), "")
    is_delay = bool(_DELAY.search(decoded(str(mail.get("Subject", ""))) + " " + before)) or (
        status.startswith("4") or (not status and code.startswith("4"))
    )
    return Report(
        "delayed" if is_delay else "failed",
        status,
        tuple(dict.fromkeys(each.lower().rstrip(".") for each in recipients)),
        " ".join(before.split())[:500],
        not is_delay and _is_dead(status, before),
        is_standard=False,
        returned_ids=id_lines(returned),
    )


def _is_dead(status: str, diagnostic: str) -> bool:
    if _DEAD.fullmatch(status):
        return True
    return (not status or status.startswith(("5.0", "5.5"))) and bool(_NOBODY.search(diagnostic))


def returned_source(parts: list[Mail]) -> str:
    """The source of what came back with the report, its beginning."""
    kinds = {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
    return "\n".join(_source(each) for each in parts if each.get_content_type() in kinds)


def id_lines(source: str) -> str:
    return " ".join(" ".join(_ID_LINES.findall(source[:LOOKED_AT])).split())


def _source(part: Mail) -> str:
    inner = part.get_payload()
    if isinstance(inner, list):
        blocks = []
        for each in inner[:50]:
            if not isinstance(each, Mail):
                continue
            lines = [f"{name}: {value}" for name, value in each.items()]
            tail = each.get_payload()
            blocks.append("\n".join(lines) + "\n\n" + (tail if isinstance(tail, str) else ""))
        return clean("\n".join(blocks))[:LOOKED_AT]
    decoded = part.get_payload(decode=True)
    if isinstance(decoded, bytes):
        return clean(text_of(decoded, part.get_content_charset())).replace("\r\n", "\n")[:LOOKED_AT]
    return ""


def _fields(source: str) -> list[tuple[str, str]]:
    unfolded = re.sub(r"\n[ \t]+", " ", source)
    pairs = (line.partition(":") for line in unfolded.splitlines())
    return [(name.strip().lower(), value.strip()) for name, colon, value in pairs if colon]


def _first_text(mail: Mail) -> str:
    inner = mail.get_payload()
    return inner[:2_000] if isinstance(inner, str) else ""
