"""The first who needs the server starts it, the last stops it, however the others ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from recaudo.core.problems import Problem
from recaudo.database.launcher import ensure_running, release, stop
from recaudo.database.server import postmaster

from .conftest import WAITS, User, place


def test_the_first_user_starts_the_server_and_the_last_one_stops_it(home: Path) -> None:
    first = User().ready()
    second = User().ready()
    server = postmaster(place())

    first.leave()
    assert postmaster(place()) == server
    second.leave()
    assert postmaster(place()) is None


def test_four_processes_racing_to_start_get_one_server(new_home: Path) -> None:
    users = [User() for _ in range(4)]
    for user in users:
        user.ready()

    started = place().log.read_text().count("starting PostgreSQL")
    for user in users:
        user.process.stdin.close()  # all leave at once
    for user in users:
        user.process.wait(30)
        user.process.stdout.close()

    assert started == 1
    assert postmaster(place()) is None


def test_a_killed_user_leaves_the_server_to_the_next_one_who_stops_it(home: Path) -> None:
    User().ready().kill()
    assert postmaster(place()) is not None

    User().ready().leave()
    assert postmaster(place()) is None


def test_a_user_killed_while_making_the_server_spoils_nothing(new_home: Path) -> None:
    for delay in (0.25, 0.4, 0.6, 0.9):  # importing, initdb, starting
        user = User()
        time.sleep(delay)
        user.kill()

    dsn = ensure_running()
    with psycopg.connect(dsn.conninfo) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    dsn = ensure_running()
    with psycopg.connect(dsn.conninfo) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    killed = postmaster(place())
    os.kill(killed, signal.SIGKILL)

    again = ensure_running()

    assert postmaster(place()) not in (None, killed)
    with psycopg.connect(again.conninfo) as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(7,)]


@pytest.mark.skipif(sys.platform != "linux", reason="subreapers are Linux's")
def test_a_killed_server_that_nobody_reaps_is_not_taken_for_a_live_one(home: Path) -> None:
    keeps_zombies = "import ctypes; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)\n"  # as a slow PID 1
    parent = User(keeps_zombies + WAITS).ready()
    killed = postmaster(place())
    os.kill(killed, signal.SIGKILL)
    while psutil.Process(killed).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)

    began = time.monotonic()
    ensure_running()

    assert psutil.Process(killed).status() == psutil.STATUS_ZOMBIE
    assert postmaster(place()) not in (None, killed)
    assert time.monotonic() - began < 10
    parent.leave()


def test_after_a_restart_of_the_machine_a_stranger_may_have_the_servers_old_id(
    home: Path,
) -> None:
    User().ready().kill()
    here = place()
    server = psutil.Process(postmaster(here))
    family = [server, *server.children()]
    for process in family:  # the power goes
        process.kill()
    psutil.wait_procs(family)
    shutil.rmtree(here.sockets)
    account = here.account
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", user=account.uid if account else None)
    note = here.data / "postmaster.pid"
    note.write_text("\n".join([str(stranger.pid), *note.read_text().splitlines()[1:]]) + "\n")

    try:
        with psycopg.connect(ensure_running().conninfo) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


FORKS = """
import os, sys, time
from recaudo.database.launcher import ensure_running
ensure_running()
child = os.fork()
if child == 0:
    {child}
    sys.exit()
print("ready", flush=True)
{parent}
"""


def test_a_forked_child_that_ends_leaves_the_parents_server_running(home: Path) -> None:
    user = User(
        FORKS.format(
            child="pass",
            parent="os.waitpid(child, 0)\nprint('ready', flush=True)\nsys.stdin.read()",
        )
    )
    user.ready().ready()
    assert postmaster(place()) is not None
    user.leave()
    assert postmaster(place()) is None


def test_a_forked_child_that_outlives_its_parent_keeps_the_server_until_it_ends(
    home: Path,
) -> None:
    user = User(FORKS.format(child="sys.stdin.read()", parent=""))
    user.ready()
    user.process.wait(30)
    assert postmaster(place()) is not None

    user.process.stdin.close()
    user.process.stdout.read()  # until the child is gone
    user.process.stdout.close()
    assert postmaster(place()) is None


def test_ctrl_c_at_the_terminal_does_not_reach_the_server(home: Path) -> None:
    ensure_running()
    user = User("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + WAITS).ready()
    os.killpg(user.process.pid, signal.SIGINT)
    assert postmaster(place()) is not None
    user.leave()


def test_stop_stops_whoever_uses_it_and_says_when_there_was_nothing_to_stop(home: Path) -> None:
    assert stop() is False
    user = User().ready()
    assert stop() is True
    assert stop() is False
    assert postmaster(place()) is None
    user.leave()


def test_a_server_stopped_under_its_user_is_started_again_when_asked_for(home: Path) -> None:
    ensure_running()
    stop()
    with psycopg.connect(ensure_running().conninfo) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_with_a_database_url_nothing_is_started_nor_made(
    new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ana:s%40l@db.example:5433/cartera")
    dsn = ensure_running()
    assert (dsn.host, dsn.port, dsn.user, dsn.password) == ("db.example", 5433, "ana", "s@l")
    assert not new_home.exists()


def test_the_password_is_asked_for_and_nobody_else_may_read_it(home: Path) -> None:
    dsn = ensure_running()
    assert (home / "postgres.password").stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(dsn.without_password.conninfo)

    (home / "postgres.password").write_text("another\n")
    with pytest.raises(Problem) as refused:
        ensure_running()
    assert refused.value.code == "database_refused"


@pytest.mark.parametrize("name", ["Mi cartera $HOME 'ñandú' `x` \"y\", z", "x" * 120])
def test_any_path_will_do_as_a_home(
    outside: Path, use_home: Callable[[Path], Path], name: str
) -> None:
    use_home(outside / name / "home")
    dsn = ensure_running()
    assert len(os.fsencode(f"{dsn.host}/.s.PGSQL.5432")) < 100
    with psycopg.connect(dsn.conninfo) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_a_socket_folder_that_somebody_else_made_is_not_used(
    outside: Path, use_home: Callable[[Path], Path]
) -> None:
    use_home(outside / ("x" * 120))
    ensure_running()
    sockets = place().sockets
    release()
    os.chown(sockets, 12345, 12345)
    with pytest.raises(Problem) as refused:
        ensure_running()
    assert refused.value.code == "database_folder_taken"
    os.chown(sockets, place().uid, -1)


def test_a_bare_environment_is_enough(new_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from recaudo.database import ensure_running; ensure_running()"],
        env={"HOME": str(new_home), "PATH": os.environ["PATH"], "RECAUDO_HOME": str(new_home)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert postmaster(place()) is None


def test_two_databases_live_in_one_server(home: Path) -> None:
    main, other = ensure_running(), ensure_running("otra")
    assert (main.dbname, other.dbname, main.host) == ("recaudo", "otra", other.host)
