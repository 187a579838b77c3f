"""Mail accounts: saving one, trying it out, giving it a DKIM key."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django_scopes import scope

from recaudo.audit.actions import record_change
from recaudo.contact.mail.addresses import domain_of, on_the_wire
from recaudo.contact.mail.connecting import only_loopback, open_imap, open_smtp
from recaudo.contact.mail.dkim import generate_dkim_key
from recaudo.contact.mail.secrets import seal
from recaudo.contact.models import MailAccount
from recaudo.contact.models.mail import SECURITY
from recaudo.core.problems import N_, Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User

REQUIRED = {
    "name": N_("Nombre de la cuenta"),
    "from_name": N_("Nombre de quien escribe"),
    "from_address": N_("Dirección de quien escribe"),
    "smtp_host": N_("Servidor de envío"),
}
PLAIN = (
    *REQUIRED,
    "reply_to",
    "bounce_address",
    "smtp_port",
    "smtp_security",
    "smtp_user",
    "per_minute",
    "imap_host",
    "imap_port",
    "imap_security",
    "imap_user",
    "imap_folder",
    "is_default",
    "is_active",
)
SECRET = ("smtp_secret", "imap_secret")
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?")


@dataclass(frozen=True)
class Tried:
    """One part of an account, tried: ``part`` is ``smtp`` or ``imap``."""

    part: str
    is_good: bool
    code: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def save_account(
    creditor: Creditor,
    values: dict[str, Any],
    *,
    account: MailAccount | None = None,
    by: User | None = None,
    origin: str = "web",
) -> MailAccount:
    """Add an account, or change one. ``values``: the fields' names, of those that change.

    A secret that is empty or not given stays as it was; a changed server forgets it, so that a
    password never goes to a host that it was not typed for. The first account becomes the default.
    Raises Problem ``mail_account_field``, ``mail_account_name_taken``, ``mail_address_unusable``,
    ``mail_bounce_address``, ``mail_not_loopback``, ``mail_own_mailbox_missing``, ``mail_port``,
    ``mail_security_unknown``.
    """
    changed = account or MailAccount(creditor=creditor)
    hosts = {part: getattr(changed, f"{part}_host") for part in ("smtp", "imap")}
    for name in PLAIN:
        if name in values:
            value = values[name]
            setattr(changed, name, value.strip() if isinstance(value, str) else value)
    for name in SECRET:
        part = name.partition("_")[0]
        if values.get(name):
            setattr(changed, name, seal(values[name]))
        elif hosts[part] and hosts[part] != getattr(changed, f"{part}_host"):
            setattr(changed, name, "")
    check(changed)
    try:
        with scope(creditor=creditor), transaction.atomic():
            others = MailAccount.objects.filter(is_active=True).exclude(pk=changed.pk)
            if changed.is_active and not others.filter(is_default=True).exists():
                changed.is_default = True
            elif changed.is_default and changed.is_active:
                others.filter(is_default=True).update(is_default=False)
            if not changed.is_active:
                changed.is_default = False
            changed.save()
            record_change(
                "mail_account_saved",
                creditor=creditor,
                by=by,
                origin=origin,
                subject="mail_account",
                subject_id=changed.pk,
                fields=sorted(set(values) & {*PLAIN, *SECRET}),
            )
    except IntegrityError as error:
        raise Problem("mail_account_name_taken", name=changed.name) from error
    return changed


def check(account: MailAccount) -> None:
    """Can this be an account? Raises as ``save_account``."""
    for name, title in REQUIRED.items():
        if not getattr(account, name):
            raise Problem("mail_account_field", field=title)
    on_the_wire(account.from_address)
    if account.reply_to:
        on_the_wire(account.reply_to)
    _check_bounce(account.bounce_address)
    for part in ("smtp", "imap"):
        security, port = getattr(account, f"{part}_security"), getattr(account, f"{part}_port")
        if security not in SECURITY:
            raise Problem("mail_security_unknown", security=security)
        if not (isinstance(port, int) and 0 < port < 65_536):
            raise Problem("mail_port", port=port)
        if getattr(account, f"{part}_host"):
            only_loopback(security, getattr(account, f"{part}_host"))
    if account.imap_host and not account.imap_user:
        raise Problem("mail_own_mailbox_missing")


def _check_bounce(address: str) -> None:
    if not address:
        return
    local = address.partition("@")[0]
    if address.count("{token}") > 1 or ("{token}" in address and "{token}" not in local):
        raise Problem("mail_bounce_address")
    try:
        on_the_wire(address.replace("{token}", "0" * 32))
    except Problem as error:
        raise Problem("mail_bounce_address") from error


def try_account(account: MailAccount, *, timeout: float = 15) -> list[Tried]:
    """Log in at each of the account's servers and out again; nothing is sent or read."""
    tried = []
    try:
        open_smtp(account, timeout=timeout).quit()
        tried.append(Tried("smtp", True))
    except Problem as problem:
        tried.append(Tried("smtp", False, problem.code, problem.facts))
    if account.imap_host:
        try:
            with open_imap(account, timeout=timeout):
                tried.append(Tried("imap", True))
        except Problem as problem:
            tried.append(Tried("imap", False, problem.code, problem.facts))
    return tried


def give_dkim_key(
    account: MailAccount, *, selector: str, by: User | None = None, origin: str = "web"
) -> None:
    """A new key for the account's domain, under ``selector``. Mails are signed with it from now on:
    publish its record first under a new selector, and keep the old record for a week.

    Raises Problem ``dkim_selector``.
    """
    chosen = selector.strip().lower()
    if not _SELECTOR.fullmatch(chosen):
        raise Problem("dkim_selector", selector=selector)
    domain = domain_of(account.from_address)
    key = generate_dkim_key(domain, chosen)
    with scope(creditor=account.creditor), transaction.atomic():
        account.dkim_domain, account.dkim_selector = domain, chosen
        account.dkim_key = seal(key.private_pem)
        account.save(update_fields=["dkim_domain", "dkim_selector", "dkim_key"])
        record_change(
            "dkim_key_made",
            creditor=account.creditor,
            by=by,
            origin=origin,
            subject="mail_account",
            subject_id=account.pk,
            selector=chosen,
        )
