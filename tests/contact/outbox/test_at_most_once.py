"""Workers, the database and the mail server are killed at random: nothing leaves twice.

On a database server of its own, since it is killed too. `RECAUDO_OUTBOX_MESSAGES=20000` and
`RECAUDO_OUTBOX_SEED=…` make it longer.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from .conftest import Sink

MESSAGES = int(os.environ.get("RECAUDO_OUTBOX_MESSAGES", "2000"))
SEED = int(os.environ.get("RECAUDO_OUTBOX_SEED", "20261128"))
WORKERS = 2
HERE = Path(__file__).parent
ROOT = HERE.parents[2]

FILL = """
import sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from contact.outbox.book import many, sending_creditor
now = timezone.now()
creditor = sending_creditor(int(sys.argv[2]), now=now, code="andina")
many(creditor, int(sys.argv[3]), now=now)
"""
LOOK = """
import json, sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from django_scopes import scope
from contact.outbox.standins import parts
from recaudo.access.models import Creditor
from recaudo.contact.models import Interaction, Message
from recaudo.contact.outbox import dispatch, recover
creditor = Creditor.objects.get(code="andina")
later = timezone.now() + timedelta(hours=1)
with scope(creditor=creditor):
    recover(creditor, now=later)
    Message.objects.filter(state="planned").update(next_try_at=None)
while dispatch(creditor, now=later, parts=parts())["waiting"]:
    with scope(creditor=creditor):
        Message.objects.filter(state="planned").update(next_try_at=None)
with scope(creditor=creditor):
    rows = list(Message.objects.values_list("state", "token", "id"))
    contacts = list(Interaction.objects.values_list("message_id", flat=True))
print(json.dumps({"messages": rows, "contacts": contacts}))
"""


class Server:
    """An embedded PostgreSQL with a home of its own, and the processes that use it."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30
        self.home = (memory if roomy else Path("/tmp")) / f"ro-{secrets.token_hex(3)}"
        self.home.mkdir()
        self.home.chmod(0o755)
        gone = {"DATABASE_URL", "RECAUDO_PG_BIN"}
        self.env = {name: value for name, value in os.environ.items() if name not in gone}
        self.env |= {
            "RECAUDO_HOME": str(self.home / "home"),
            "DJANGO_SETTINGS_MODULE": "recaudo.config.test_settings",
            "RECAUDO_LOG_LEVEL": "CRITICAL",
        }
        # Holds the server for as long as the test: a worker's end must not stop it.
        self.holder = self.python("-c", HOLDS, stdin=subprocess.PIPE)
        assert self.holder.stdout is not None
        self.conninfo = self.holder.stdout.readline().strip()

    def python(self, *arguments: str, **options: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=self.env,
            stdout=subprocess.PIPE,
            text=True,
            **options,  # type: ignore[call-overload]
        )

    def output(self, *arguments: str) -> str:
        process = self.python(*arguments)
        told, _ = process.communicate(timeout=600)
        assert process.returncode == 0
        return told

    def worker(self) -> subprocess.Popen[str]:
        return self.python(str(HERE / "worker.py"), "andina")

    def kill_postgres(self) -> None:
        """kill -9 of the whole server, then up again as the next command would bring it up."""
        with psycopg.connect(self.conninfo) as link:
            row = link.execute("SELECT pg_backend_pid()").fetchone()
            assert row is not None
            postmaster = psutil.Process(row[0]).parent()
        assert postmaster is not None
        family = [postmaster, *postmaster.children()]
        for each in family:
            each.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=20)
        self.output("-c", "from recaudo.database.launcher import ensure_running; ensure_running()")

    def stop(self) -> None:
        self.holder.communicate(timeout=60)
        shutil.rmtree(self.home, ignore_errors=True)


HOLDS = """
import sys
from recaudo.database.launcher import ensure_running
print(ensure_running().conninfo, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


def test_whatever_is_killed_nothing_leaves_twice_and_nothing_is_lost(
    server: Server, new_sink: Callable[[], Sink]
) -> None:
    chance = random.Random(SEED)
    sink = new_sink().start(seed=SEED)
    server.output("-c", FILL, str(ROOT / "tests"), str(sink.port), str(MESSAGES))
    workers = [server.worker() for _ in range(WORKERS)]
    deaths = ["worker"] * 5 + ["postgres"] * 2 + ["sink"] * 3
    chance.shuffle(deaths)
    for what in deaths:
        # Never on a schedule: somewhere in the middle of the next few messages.
        wait_for(sink, more=chance.randrange(1, max(2, MESSAGES // (2 * len(deaths)))))
        time.sleep(chance.uniform(0, 0.05))
        if what == "worker":
            place = chance.randrange(WORKERS)
            end(workers[place])
            workers[place] = server.worker()
        elif what == "sink":
            sink.kill()
            time.sleep(chance.uniform(0, 0.2))
            sink.start(seed=chance.randrange(1 << 30))
        else:
            server.kill_postgres()
    wait_for(sink, more=10)
    for each in workers:
        end(each)
    sink.kill()
    sink.start()
    told = json.loads(server.output("-c", LOOK, str(ROOT / "tests")).splitlines()[-1])

    kept = sink.kept()
    assert "?" * 32 not in kept
    state = {token: name for name, token, _ in told["messages"] if token}
    assert max(kept.values()) == 1  # nothing twice
    assert set(kept) <= set(state)
    by_state = {
        name: {t for t, n in state.items() if n == name} for name in ("sent", "uncertain", "failed")
    }
    left = set(state.values()) - {"sent", "uncertain", "failed"}
    assert left == set()  # nothing forgotten on its way
    assert len(told["messages"]) == MESSAGES
    assert by_state["sent"] <= set(kept)  # nothing lost
    assert set(kept) - by_state["sent"] <= by_state["uncertain"]  # what nobody knows is listed
    contacts = {number for name, _, number in told["messages"] if name in ("sent", "uncertain")}
    assert sorted(told["contacts"]) == sorted(contacts)
    # It was worth the trouble: something was in the air when its world went away.
    assert by_state["uncertain"]


def wait_for(sink: Sink, *, more: int) -> None:
    """Until the sink has accepted ``more`` messages; not for ever, should none be left."""
    goal, patience = sum(sink.kept().values()) + more, time.monotonic() + 20
    while sum(sink.kept().values()) < goal and time.monotonic() < patience:
        time.sleep(0.01)


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
