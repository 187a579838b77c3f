"""A worker in a process of its own: dispatches until it is killed or told to end.

    python worker.py CREDITOR [once]

With ``once`` it ends when nothing is due any more. It forgets its connection when the database is
gone, and tries again, as the job of the next minute would.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))

import django  # noqa: E402

django.setup()

from django.db import Error, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from contact.outbox.standins import parts  # noqa: E402
from recaudo.access.models import Creditor  # noqa: E402
from recaudo.contact.outbox import dispatch  # noqa: E402


def work(code: str) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        try:
            dispatch(Creditor.objects.get(code=code), now=timezone.now(), parts=parts())
        except Error:
            connection.close()
        time.sleep(0.05)


work(sys.argv[1])
