"""Which account writes, and how each is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_scopes import scope, scopes_disabled

from recaudo.contact.models import MailAccount

if TYPE_CHECKING:
    from recaudo.access.models import Creditor


def account_for(creditor: Creditor) -> MailAccount | None:
    """The account that the creditor's mails leave from: the default, else its oldest active one;
    None where no server is configured, and mails wait."""
    with scope(creditor=creditor):
        return MailAccount.objects.filter(is_active=True).order_by("-is_default", "id").first()


def accounts_in_use() -> list[MailAccount]:
    """Every active account, of all active creditors."""
    with scopes_disabled():
        return list(
            MailAccount.objects.filter(is_active=True, creditor__is_active=True)
            .select_related("creditor")
            .order_by("id")
        )


def accounts_read() -> list[MailAccount]:
    """Those of ``accounts_in_use`` with a mailbox to read."""
    return [each for each in accounts_in_use() if each.imap_host]
