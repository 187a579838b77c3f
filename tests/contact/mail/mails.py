"""Mails as they come in the wild, small enough to read."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from recaudo.contact.models import Message

OURS = "andina.example.com"


def reply(message: Message | None = None, text: str = "Ya pagué ayer.", **headers: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = headers.pop("From", "Señora Ruiz <pagos@tornillo.example.com>")
    mail["To"] = headers.pop("To", f"cobranza@{OURS}")
    mail["Subject"] = headers.pop("Subject", "Re: Su estado de cuenta")
    mail["Message-ID"] = headers.pop("Message_ID", "<r1@tornillo.example.com>")
    if message is not None:
        mail["In-Reply-To"] = f"<{message.token}@{OURS}>"
        mail["References"] = f"<{message.token}@{OURS}>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def dsn(
    message: Message | None,
    *,
    recipient: str = "pagos@tornillo.example.com",
    action: str = "failed",
    status: str = "5.1.1",
    to: str = "",
    envelope_id: str = "",
    original: str = "",
    diagnostic: str = "smtp; 550 5.1.1 unknown",
) -> bytes:
    """A report as RFC 3464 wants it, with the headers of what came back."""
    token = message.token if message is not None else "f" * 32
    lines = [
        "Return-Path: <>",
        f"From: Mail Delivery System <MAILER-DAEMON@{OURS}>",
        f"To: {to or f'cobranza@{OURS}'}",
        "Subject: Undelivered Mail Returned to Sender",
        "Message-ID: <dsn1@mx.example.com>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "This is the mail system. Your message could not be delivered.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.com",
        *([f"Original-Envelope-Id: {envelope_id}"] if envelope_id else []),
        "",
        *([f"Original-Recipient: rfc822;{original}"] if original else []),
        *([f"Final-Recipient: rfc822; {recipient}"] if recipient else []),
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: {diagnostic}",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"From: cobranza@{OURS}",
        *([f"Message-ID: <{token}@{OURS}>"] if message is not None else []),
        "Subject: Su estado de cuenta",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def qmail(message: Message, recipient: str = "pagos@tornillo.example.com") -> bytes:
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: cobranza@{OURS}
Subject: failure notice
Message-ID: <q1@mx.example.net>

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{recipient}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <cobranza@{OURS}>
From: cobranza@{OURS}
To: {recipient}
Message-ID: <{message.token}@{OURS}>
Subject: Su estado de cuenta

Hola
""".replace("\n", "\r\n").encode()


def exim(message: Message, recipient: str = "pagos@tornillo.example.com") -> bytes:
    """Says in Spanish that the host is unknown; names the recipient in a header of its own."""
    return f"""Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@hosting.example.cl>
X-Failed-Recipients: {recipient}
Auto-Submitted: auto-replied
To: rebotes+{message.token}@{OURS}
Subject: =?utf-8?q?Fallo_en_la_entrega_del_mensaje?=
Message-ID: <E1@hosting.example.cl>

No se pudo entregar su mensaje:

  {recipient}
    550 El usuario no existe

""".replace("\n", "\r\n").encode()
