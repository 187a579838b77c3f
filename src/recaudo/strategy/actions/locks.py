"""One run a creditor at a time; the database knows who is at it, and forgets them if they die."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.utils import Error

from recaudo.access.models import Creditor
from recaudo.core.problems import Problem

#: The first half of the advisory lock's key: runs; the second is the creditor.
RUNS = 0x5245


@contextmanager
def run_lock(creditor: Creditor) -> Iterator[None]:
    """Raises Problem ``run_in_progress`` where somebody else holds it."""
    with connection.cursor() as cursor:
        # A server that works for a client that is gone should find out soon.
        cursor.execute("SET client_connection_check_interval = '1s'")
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUNS, creditor.pk])
        (taken,) = cursor.fetchone()
    if not taken:
        raise Problem("run_in_progress", creditor=creditor.code)
    try:
        yield
    finally:
        _let_go(creditor)


def _let_go(creditor: Creditor) -> None:
    """A lost connection has let go by itself; a broken transaction does when it ends."""
    if connection.connection is None or connection.needs_rollback:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUNS, creditor.pk])
    except Error:
        connection.close()


def holds_until_commit(creditor: Creditor) -> bool:
    """Take the same lock for the rest of this transaction; False where somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [RUNS, creditor.pk])
        (taken,) = cursor.fetchone()
    return bool(taken)
