"""Jobs of the outbox: one at a time for each creditor, on any number of workers.

A job names the creditor by number only. Commands and more processes may send beside it: what keeps
a message from leaving twice is its lease, not the job.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from recaudo.access.models import Creditor
from recaudo.contact.outbox.dispatching import dispatch

log = logging.getLogger(__name__)

#: Messages of one job; then other creditors have their turn.
AT_ONCE = 2_000
#: Creditors with something due, or left behind by a dead worker, or too late to send.
BUSY = """
SELECT c.id FROM access_creditor c WHERE c.is_active AND c.released_at IS NOT NULL AND (
  EXISTS (
    SELECT FROM contact_message m WHERE m.creditor_id = c.id AND m.state = 'planned'
      AND (m.channel = 'email' AND m.not_before <= %(now)s
          AND (m.next_try_at IS NULL OR m.next_try_at <= %(now)s)
        OR m.not_after <= %(now)s))
  OR EXISTS (
    SELECT FROM contact_message m WHERE m.creditor_id = c.id
      AND m.state IN ('rendered', 'attempted') AND m.leased_until <= %(now)s))
ORDER BY c.id
"""


def dispatch_due(now: datetime) -> list[int]:
    """Ask for a job for each creditor that needs one and has none waiting; their ids."""
    with connection.cursor() as cursor:
        cursor.execute(BUSY, {"now": now})
        busy = [row[0] for row in cursor.fetchall()]
    for creditor_id in busy:
        ask_for_dispatch(creditor_id)
    return busy


def ask_for_dispatch(creditor_id: int) -> None:
    """A job that sends what is due, unless one waits already."""
    name = f"outbox.{creditor_id}"
    try:
        dispatch_creditor.configure(lock=name, queueing_lock=name).defer(creditor_id=creditor_id)
    except AlreadyEnqueued:
        log.debug("dispatch of creditor %s is already asked for", creditor_id)


@app.task(name="outbox.dispatch")
def dispatch_creditor(creditor_id: int) -> None:
    creditor = Creditor.objects.get(pk=creditor_id)
    figures = dispatch(creditor, now=timezone.now(), limit=AT_ONCE)
    if figures["uncertain"] or figures["failed"] or figures["window_passed"]:
        log.warning("outbox of creditor %s: %s", creditor_id, figures)
    if figures["ended"] == "limit":
        ask_for_dispatch(creditor_id)
