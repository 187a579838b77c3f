"""Contact's jobs."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from recaudo.contact.mail.accounts import accounts_in_use
from recaudo.contact.mail.health import check_health
from recaudo.contact.mail.reading import read_mailbox
from recaudo.contact.models import MailAccount
from recaudo.core.problems import Problem

log = logging.getLogger(__name__)


def read_soon(account: MailAccount) -> None:
    """Ask for the mailbox to be read. One visit at a time, and at most one more waiting."""
    name = f"mail.read:{account.pk}"
    try:
        with transaction.atomic():
            read_account.configure(lock=name, queueing_lock=name).defer(account_id=account.pk)
    except AlreadyEnqueued:
        log.debug("%s is already asked for", name)


def check_domains(now: datetime) -> dict[str, int]:
    """Ask again about every active account's domain: ``{"checked", "failed"}``. A domain that
    cannot be asked says so on its page; one that breaks us stops nobody else."""
    counts = {"checked": 0, "failed": 0}
    for account in accounts_in_use():
        try:
            check_health(account, now=now)
            counts["checked"] += 1
        except Exception:
            log.exception("domain of account %s was not checked", account.pk)
            counts["failed"] += 1
    return counts


@app.task(name="mail.read")
def read_account(account_id: int) -> None:
    """What is wrong with a mailbox stands on its account; it is tried again a minute later."""
    with scopes_disabled():
        account = MailAccount.objects.select_related("creditor").get(pk=account_id)
    if not account.is_active:
        return
    try:
        done = read_mailbox(account, now=timezone.now())
    except Problem as problem:
        log.warning("mailbox %s: %s", account_id, problem.code)
        return
    if done.is_more:
        log.info("mailbox %s: more is waiting", account_id)
