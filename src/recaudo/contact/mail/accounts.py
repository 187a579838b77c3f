"""Which account writes, and how each is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_scopes import scope

from recaudo.contact.models import MailAccount

if TYPE_CHECKING:
    from recaudo.access.models import Creditor


def account_for(creditor: Creditor) -> MailAccount | None:
    """The account that the creditor's mails leave from: the default, else its oldest active one;
    None where no server is configured, and mails wait."""
    with scope(creditor=creditor):
        return MailAccount.objects.filter(is_active=True).order_by("-is_default", "id").first()


def accounts_read() -> list[MailAccount]:
    """Every active account, of all active creditors, with a mailbox to read."""
    from django_scopes import scopes_disabled

    with scopes_disabled():
        return list(
            MailAccount.objects.filter(is_active=True, creditor__is_active=True)
            .exclude(imap_host="")
            .select_related("creditor")
            .order_by("id")
        )
