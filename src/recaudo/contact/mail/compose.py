"""From a written text to the bytes of a mail: headers, alternatives, attachments, signature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, quote
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlparse

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from recaudo.contact.mail import dkim, parts
from recaudo.contact.mail.addresses import domain_of, on_the_wire, unsubscribe_mailto
from recaudo.contact.mail.parts import Attachment
from recaudo.contact.mail.secrets import unseal
from recaudo.core.problems import Problem
from recaudo.portfolio.models import DocumentFile

if TYPE_CHECKING:
    from recaudo.contact.models import MailAccount

#: Characters of a subject; what is longer is cut.
SUBJECT_MAX = 250
NAME_MAX = 100
ID_MAX = 250
REFERENCES_MAX = 20


class Text(Protocol):
    """What ``compose`` reads of ``texts.Written``."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


def compose(
    account: MailAccount,
    written: Text,
    *,
    to: str,
    token: str,
    in_reply_to: str = "",
    references: Sequence[str] = (),
    files: Sequence[Attachment] | None = None,
    is_automatic: bool = True,
    at: datetime | None = None,
) -> bytes:
    """The mail, ready for the wire (CRLF, seven bits), signed where the account has a DKIM key.

    ``Message-ID`` is ``<token@domain>`` of the sender. ``files`` are read from
    ``written.attachments`` (ids of document files) where not given. ``is_automatic``: planned by a
    run, so that no robot answers it. ``at``: the ``Date``, now unless given.
    Raises Problem ``mail_address_unusable``, ``mail_file_missing``, ``mail_secret_locked``.
    """
    address = on_the_wire(to)
    headers = {
        "From": mailbox(on_the_wire(account.from_address), account.from_name),
        "To": address,
        "Subject": _words(written.subject, "Subject", SUBJECT_MAX),
        "Date": format_datetime(at or timezone.now()),
        "Message-ID": message_id(account, token),
        **_thread(in_reply_to, references),
        **unsubscribe_headers(account, token),
    }
    if account.reply_to and account.reply_to != account.from_address:
        headers["Reply-To"] = on_the_wire(account.reply_to)
    if is_automatic:
        headers["Auto-Submitted"] = "auto-generated"
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    attached = files_of(written) if files is None else files
    content = parts.body(written.text, written.html, attached, boundary=token)
    return _signed(account, head.encode() + content)


def message_id(account: MailAccount, token: str) -> str:
    return f"<{token}@{domain_of(account.from_address)}>"


def unsubscribe_headers(account: MailAccount, token: str) -> dict[str, str]:
    """RFC 2369 and, where our address is https and public, RFC 8058."""
    mailto = f"<{unsubscribe_mailto(account, token)}>"
    link = unsubscribe_link(token)
    if not link:
        return {"List-Unsubscribe": mailto}
    return {
        "List-Unsubscribe": f"<{link}>, {mailto}",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def unsubscribe_link(token: str) -> str:
    """The page where a customer stops us; empty where nobody outside could open it."""
    address = urlparse(settings.PUBLIC_URL)
    if address.scheme != "https" or address.hostname in {None, "localhost", "127.0.0.1", "::1"}:
        return ""
    return settings.PUBLIC_URL.rstrip("/") + reverse("portal:unsubscribe", args=[token])


def files_of(written: Any) -> list[Attachment]:
    """The document files that the text names. Raises Problem ``mail_file_missing``."""
    ids = list(getattr(written, "attachments", ()))
    found = DocumentFile.objects.in_bulk(ids) if ids else {}
    read = []
    for each in ids:
        row = found.get(each)
        try:
            if row is None:
                raise FileNotFoundError(each)
            content = Path(default_storage.path(row.path)).read_bytes()
        except OSError as error:
            raise Problem("mail_file_missing", file=each) from error
        read.append(Attachment(row.name, row.content_type, content))
    return read


def one_line(text: str) -> str:
    """No line break or control character survives: nobody adds a header through a name."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def mailbox(address: str, name: str) -> str:
    """``"Name" <address>``, with the name encoded where it is not ASCII."""
    shown = one_line(name)[:NAME_MAX]
    if not shown:
        return address
    if shown.isascii():
        return f'"{quote(shown)}" <{address}>'
    return f"{_words(shown, 'From', NAME_MAX)} <{address}>"


def _words(text: str, header: str, limit: int) -> str:
    """``text`` as one header's value: encoded (RFC 2047) and folded where it is not ASCII."""
    shown = one_line(text)[:limit]
    if shown.isascii() and "=?" not in shown:
        return shown
    return Header(shown, "utf-8", maxlinelen=75, header_name=header).encode(linesep="\r\n")


def _thread(in_reply_to: str, references: Sequence[str]) -> dict[str, str]:
    """What the mail answers. ``references`` end with the mail answered, as in theirs."""
    if not in_reply_to:
        return {}
    answered = _id(in_reply_to)
    chain = [_id(each) for each in references[-REFERENCES_MAX:]]
    return {
        "In-Reply-To": answered,
        "References": "\r\n ".join([*(each for each in chain if each != answered), answered]),
    }


def _id(text: str) -> str:
    """A Message-ID of theirs, fit for a header of ours."""
    kept = "".join(c for c in text if c.isascii() and c.isprintable() and c not in " <>")
    return f"<{kept[:ID_MAX]}>"


def _signed(account: MailAccount, raw: bytes) -> bytes:
    if not (account.dkim_key and account.dkim_selector):
        return raw
    return dkim.sign(
        raw,
        domain=account.dkim_domain or domain_of(account.from_address),
        selector=account.dkim_selector,
        private_pem=unseal(account.dkim_key, account=account.name),
    )
