"""No faster than the sender may: all workers together take their turns from one row."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from recaudo.contact.models import MailAccount

# The turn is the later of now and the next free moment; the row moves on by one interval. Nothing
# is taken where the turn would come too late.
TURN = """
INSERT INTO contact_sendingpace AS p (creditor_id, account_id, channel, next_at)
VALUES (%(creditor)s, %(account)s, %(channel)s, %(now)s + %(interval)s)
ON CONFLICT (account_id, channel) DO UPDATE
SET next_at = GREATEST(p.next_at, %(now)s) + %(interval)s
WHERE p.next_at <= %(latest)s
RETURNING next_at - %(interval)s
"""


def turn(
    account: MailAccount, channel: str, *, now: datetime, patience: timedelta
) -> datetime | None:
    """When this worker may send one message: now, or up to ``patience`` later; None where not.

    In no minute do more than ``account.per_minute`` turns come, however many workers ask.
    """
    if not account.per_minute:
        return now
    given = {
        "creditor": account.creditor_id,
        "account": account.pk,
        "channel": channel,
        "now": now,
        "interval": timedelta(minutes=1) / account.per_minute,
        "latest": now + patience,
    }
    with connection.cursor() as cursor:
        cursor.execute(TURN, given)
        row = cursor.fetchone()
    return row[0] if row else None
