"""Mails that no person wrote: automatic answers, read receipts, lists."""

from __future__ import annotations

import re
from email.header import decode_header
from email.message import Message as Mail

from recaudo.contact.mail.bodies import clean, text_of

_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Reply", "X-Mail-Autoreply")
_PRECEDENCE = {"auto_reply", "auto-reply", "bulk", "junk", "list"}
_SUBJECTS = re.compile(
    r"^\s*(?:(?:re|rv|fwd?|aut|auto)\s*:\s*)*(?:"
    r"out of (?:the )?office|automatic reply|auto(?:matic)?[ -]?(?:reply|response)|autoreply"
    r"|away from (?:the )?office|on vacation|vacation (?:reply|response)|i am (?:away|on leave)"
    r"|fuera de (?:la )?oficina|respuesta autom[áa]tica|contestaci[óo]n autom[áa]tica"
    r"|auto ?respuesta|mensaje autom[áa]tico|ausente|ausencia|(?:estoy )?de vacaciones|vacaciones"
    r")",
    re.IGNORECASE,
)


def robot_code(mail: Mail, subject: str) -> str:
    """Why this is no person's mail: a code; empty where it may be one."""
    kind = str(mail.get("Content-Type", ""))[:1_000].lower()
    if "feedback-report" in kind:
        return "spam_complaint"
    if "disposition-notification" in kind:
        return "read_receipt"
    submitted = str(mail.get("Auto-Submitted", "")).split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return "auto_submitted"
    if any(mail.get(name) for name in _HEADERS):
        return "auto_header"
    if str(mail.get("Precedence", "")).strip().lower() in _PRECEDENCE:
        return "auto_header"
    if _SUBJECTS.search(subject):
        return "auto_subject"
    return ""


def decoded(value: str) -> str:
    """A raw header, as a person reads it."""
    try:
        pieces = decode_header(value[:2_000])
    except Exception:  # half an encoded word
        return clean(value)
    return clean("".join(p if isinstance(p, str) else text_of(p, c) for p, c in pieces))
