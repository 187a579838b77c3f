"""Addresses of mails: how they are written on the wire, and where ours hide a token."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import idna

from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.contact.models import MailAccount

#: What a message's token looks like.
TOKEN = r"[A-Za-z0-9_-]{16,32}"
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\[\]\x00-\x1f\x7f]+@[^\s@<>(),;:\"\\\[\]\x00-\x1f\x7f]+")


def on_the_wire(address: str) -> str:
    """``address`` with its domain in ASCII (IDNA). Raises Problem ``mail_address_unusable``."""
    if len(address) > 320 or not _ADDRESS.fullmatch(address):
        raise Problem("mail_address_unusable")
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """Raises Problem ``mail_address_unusable``."""
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise Problem("mail_address_unusable") from error


def domain_of(address: str) -> str:
    return ascii_domain(address.rpartition("@")[2])


def same_address(one: str, other: str) -> bool:
    """Do both name one mailbox? Letter case and the domain's way of writing do not count."""
    try:
        return on_the_wire(one.strip()).casefold() == on_the_wire(other.strip()).casefold()
    except Problem:
        return False


def envelope_from(account: MailAccount, token: str) -> str:
    """Where reports about the message come to: it names the message where the server lets it."""
    address = account.bounce_address.replace("{token}", token) or account.from_address
    return on_the_wire(address)


def bounce_tokens(account_bounce_address: str, address: str) -> list[str]:
    """The token inside an address that was made from ``bounce_address``; empty for any other."""
    if "{token}" not in account_bounce_address:
        return []
    before, after = account_bounce_address.split("{token}", 1)
    pattern = f"{re.escape(before)}({TOKEN}){re.escape(after)}"
    found = re.fullmatch(pattern, address.strip(), re.IGNORECASE)
    return [found[1]] if found else []


def unsubscribe_mailto(account: MailAccount, token: str) -> str:
    """A mail to this address says BAJA: who has no browser can stop us as well."""
    to = on_the_wire(account.reply_to or account.from_address)
    return f"mailto:{quote(to, safe='@')}?subject=BAJA%20{token}"


def without_addresses(text: str) -> str:
    """``text`` for logs and events: no mail address stays in it."""
    return re.sub(r"[^\s@<>]+@[^\s@<>]+", "…", text)
