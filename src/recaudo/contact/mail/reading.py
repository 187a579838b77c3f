"""Reading a mailbox: everything new, once, without changing or deleting anything there."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django_scopes import scope
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from recaudo.contact.mail.connecting import open_imap
from recaudo.contact.mail.ingest import ingest_kept
from recaudo.contact.mail.keeping import keep_mail
from recaudo.contact.models import InboundMessage, MailAccount
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor

log = logging.getLogger(__name__)

#: Bytes fetched at a time: a mail of any size never lies in memory whole.
CHUNK = 1_000_000
#: Mails of one visit; the rest wait for the next minute.
AT_MOST = 500
#: Mails that were there before the account was added are nobody's answer to us.
BEFORE_DAYS = 1


@dataclass
class Read:
    """``seen``: mails looked at; ``kept``: new ones; ``unreadable``: of these, for a person."""

    seen: int = 0
    kept: int = 0
    unreadable: int = 0
    is_more: bool = False


def read_mailbox(account: MailAccount, *, now: datetime, at_most: int = AT_MOST) -> Read:
    """Ingest what came since last time, oldest first, each mail in a transaction of its own.

    What broke off goes on next time; a mail that was recorded is never recorded again, also where
    the server numbers its mails anew. Problems with the mailbox are kept on the account
    (``last_error``) and raised.
    """
    with scope(creditor=account.creditor):
        try:
            with open_imap(account) as client:
                done = _read(client, account, now, at_most)
        except Problem as problem:
            _note(account, now, problem.code)
            raise
        except (IMAPClientError, OSError) as error:
            _note(account, now, "imap_lost")
            raise Problem(
                "imap_lost", host=account.imap_host, port=account.imap_port, detail=""
            ) from error
        account.last_read_at = now
        account.save(update_fields=["last_read_at"])
        if account.last_error.startswith("imap_"):
            _note(account, None, "")
    return done


def _read(client: IMAPClient, account: MailAccount, now: datetime, at_most: int) -> Read:
    validity = int(client.folder_status(account.imap_folder, ["UIDVALIDITY"])[b"UIDVALIDITY"])
    if account.uid_validity != validity:
        # New numbers: everything is looked at again; fingerprints know what was there before.
        account.uid_validity, account.last_uid = validity, 0
        account.save(update_fields=["uid_validity", "last_uid"])
    since = (account.created_at - timedelta(days=BEFORE_DAYS)).date()
    found = client.search(["UID", f"{account.last_uid + 1}:*", "SINCE", since])
    # 'n:*' also names the last mail where there is nothing newer.
    waiting = sorted(uid for uid in found if uid > account.last_uid)
    done = Read(is_more=len(waiting) > at_most)
    for uid in waiting[:at_most]:
        row, is_new = _take(client, account, uid, now)
        done.seen += 1
        if is_new:
            done.kept += 1
            done.unreadable += row.kind == "unreadable"
        account.last_uid = uid
        account.save(update_fields=["last_uid"])
    return done


def _take(
    client: IMAPClient, account: MailAccount, uid: int, now: datetime
) -> tuple[InboundMessage, bool]:
    """The mail's row, and whether it is new to us."""
    creditor = account.creditor
    last = InboundMessage.objects.order_by("-id").values_list("id", flat=True).first() or 0
    try:
        kept = keep_mail(creditor, _chunks(client, uid), now=now)
    except (OSError, IMAPClientAbortError):
        raise  # the line is gone, not the mail
    except IMAPClientError as error:
        row = _not_fetched(creditor, account, uid, now, type(error).__name__)
    else:
        row = ingest_kept(creditor, account, kept, now=now)
    return row, row.pk > last


def _chunks(client: IMAPClient, uid: int) -> Iterator[bytes]:
    """The mail piece by piece. PEEK: it stays unread for whoever reads there."""
    at = 0
    while True:
        answer = client.fetch([uid], [f"BODY.PEEK[]<{at}.{CHUNK}>"]).get(uid, {})
        piece = answer.get(f"BODY[]<{at}>".encode())
        if piece is None:
            if at == 0:
                raise IMAPClientError("no body")
            return
        yield piece
        if len(piece) < CHUNK:
            return
        at += len(piece)


def _not_fetched(
    creditor: Creditor, account: MailAccount, uid: int, now: datetime, reason: str
) -> InboundMessage:
    """The server does not give this mail away: told to a person, once, and the others go on."""
    name = f"{account.pk}:{account.uid_validity}:{uid}"
    log.warning("account %s: mail %s was not fetched: %s", account.pk, uid, reason)
    with transaction.atomic():
        row, _ = InboundMessage.objects.get_or_create(
            creditor=creditor,
            fingerprint=hashlib.sha256(name.encode()).hexdigest(),
            defaults={
                "account": account,
                "channel": "email",
                "kind": "unreadable",
                "code": "mail_not_fetched",
                "facts": {"uid": uid, "reason": reason},
                "received_at": now,
            },
        )
    return row


def _note(account: MailAccount, at: datetime | None, code: str) -> None:
    account.last_error, account.last_error_at = code, at
    account.save(update_fields=["last_error", "last_error_at"])
