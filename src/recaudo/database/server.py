"""One PostgreSQL server in its place: is it there, start it, stop it.

Whoever starts holds ``place.start_lock`` alone. Nothing here knows who uses the server.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from recaudo.core.problems import Problem
from recaudo.database.account import become, environment, run
from recaudo.database.binaries import Binaries, server_binaries
from recaudo.database.place import SOCKET, USER, Place

START_SECONDS_MAX = 300  # after a crash it first replays up to max_wal_size
STOP_SECONDS_MAX = 120  # it writes what is in memory first
LEFTOVERS_SECONDS_MAX = 30  # a killed server's own processes end by themselves
LOG_BYTES_MAX = 10_000_000
SOCKET_SECONDS_MAX = 5  # a server that says it is ready listens at once
NO_SUCH_PID = 2**22 + 1  # above the kernel's highest

_TRANSIENT = re.compile(r"pre-existing shared memory block|lock file .* already exists")
_BUSY = re.compile(r"starting up|shutting down|not yet accepting|recovery mode")
_NO_DATABASE = re.compile(r'database ".*" does not exist')


def answers(place: Place, dbname: str) -> bool:
    """Whether the server takes connections to ``dbname``, created if the server is up.

    Waits while it is still starting. Problem ``database_refused`` where it answers with a no.
    """
    deadline = time.monotonic() + START_SECONDS_MAX
    while _listens(place):
        try:
            psycopg.connect(place.dsn(dbname).conninfo, connect_timeout=10).close()
            return True
        except psycopg.OperationalError as error:
            said = str(error)
        if _NO_DATABASE.search(said):
            _create_database(place, dbname)
        elif _BUSY.search(said) and time.monotonic() < deadline:
            time.sleep(0.05)
        elif _listens(place):
            raise Problem("database_refused", detail=said.strip().splitlines()[-1])
    return False


def bring_up(place: Place, dbname: str) -> None:
    """Start the server, made first if there is none, until `answers`.

    Problems ``database_not_created``, ``database_not_started``, ``database_socket_lost``,
    ``database_damaged`` and those of `server_binaries`.
    """
    began = time.monotonic()
    while not answers(place, dbname):
        if postmaster(place):
            _wait_for_it(place, since=began)
            continue
        major = _major(place)
        binaries = server_binaries(place.account, major)
        if major is None:
            _create(place, binaries)
        said = _start(place, binaries)
        if said is None or answers(place, dbname):
            continue
        if not _TRANSIENT.search(said) or time.monotonic() > began + LEFTOVERS_SECONDS_MAX:
            raise Problem("database_not_started", log=str(place.log), detail=_reason(said))
        time.sleep(0.2)


def bring_down(place: Place) -> bool:
    """Stop the server; connections are cut, what was committed is safe. False: it did not run.

    Problem ``database_not_stopped``.
    """
    pid = postmaster(place)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while postmaster(place) == pid:
        if time.monotonic() > deadline:
            raise Problem("database_not_stopped", pid=pid, log=str(place.log))
        time.sleep(0.01)
    return True


def postmaster(place: Place) -> int | None:
    """The process id of the server that really runs on this data.

    A zombie is none, nor is a stranger who got the noted id after a restart of the machine.
    """
    pid = _noted_pid(place.data / "postmaster.pid")
    try:
        process = psutil.Process(pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return None
        if process.name() not in ("postgres", "postmaster"):
            return None
        try:
            ours = Path(process.cwd()) == place.data.resolve()
        except psutil.AccessDenied:  # root in a container often may not look there
            ours = f"cluster_name={_cluster_name(place)}" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        return None
    return pid if ours else None


def _wait_for_it(place: Place, since: float) -> None:
    """A server that runs and does not listen: somebody who died began to start it, or it stops."""
    waited = time.monotonic() - since
    with suppress(OSError):
        note = (place.data / "postmaster.pid").read_text().splitlines()
        if waited > SOCKET_SECONDS_MAX and len(note) > 7 and note[7].strip() == "ready":
            raise Problem("database_socket_lost", folder=str(place.sockets))
    if waited > START_SECONDS_MAX:
        raise Problem("database_not_started", log=str(place.log), detail=f"{waited:.0f} s")
    time.sleep(0.05)


def _listens(place: Place) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(place.sockets / SOCKET))
        except OSError:
            return False
    return True


def _create_database(place: Place, dbname: str) -> None:
    with psycopg.connect(place.dsn("postgres").conninfo, autocommit=True) as connection:
        name = psycopg.sql.Identifier(dbname)
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(name))


def _major(place: Place) -> int | None:
    """The major version that made the data; None when there is no data yet."""
    if not place.data.exists():
        return None
    try:
        return int((place.data / "PG_VERSION").read_text())
    except (OSError, ValueError) as error:
        raise Problem("database_damaged", folder=str(place.data)) from error


def _create(place: Place, binaries: Binaries) -> None:
    """Make the data folder; it appears under its name only when complete."""
    for unfinished in place.folder.glob("new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    new = place.owned(place.folder / f"new-{secrets.token_hex(4)}")
    password = new / "password"
    shutil.copyfile(place.home / "postgres.password", password)
    password.chmod(0o600)
    if place.account:
        os.chown(password, place.account.uid, place.account.gid)
    options = [
        *("--pgdata", str(new / "data"), "--username", USER, "--pwfile", str(password)),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"),
        *("--data-checksums", "--no-instructions"),
        *(["--no-sync"] if _fast() else []),
    ]
    try:
        done = run([binaries.path("initdb"), *options], place.account)
        if done.returncode:
            raise Problem("database_not_created", folder=str(new), detail=_reason(done.stdout))
        (new / "data").rename(place.data)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _start(place: Place, binaries: Binaries) -> str | None:
    """None: it runs. Else what it wrote into its log."""
    sockets = place.owned(place.sockets)
    _retire(place.data / "postmaster.pid")
    _retire(sockets / f"{SOCKET}.lock")
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES_MAX:
        place.log.rename(place.log.with_suffix(".log.old"))
    before = place.log.stat().st_size if place.log.exists() else 0
    options = [f"-c {name}={_quoted(value)}" for name, value in _settings(place).items()]
    # Its own session: Ctrl-C at our terminal must not reach the server. No pipe: it would
    # inherit it and keep us waiting.
    done = subprocess.run(
        [
            *(binaries.path("pg_ctl"), "start", "-w", "-t", str(START_SECONDS_MAX)),
            *("-D", ".", "-l", place.log.name, "-o", " ".join(options)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=place.data,  # so that no path of ours passes through pg_ctl's shell
        env=environment(),
        start_new_session=True,
        umask=0o077,
        **become(place.account),
    )
    if done.returncode == 0:
        return None
    if not place.log.exists():
        return f"pg_ctl: {done.returncode}"
    with place.log.open("rb") as log:
        log.seek(before)
        return log.read().decode(errors="replace")


def _settings(place: Place) -> dict[str, str]:
    """For one company's ledger beside the application on one machine."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": '"{}"'.format(str(place.sockets).replace('"', '""')),
        "unix_socket_permissions": "0700",
        "port": "5432",
        "cluster_name": _cluster_name(place),
        "shared_buffers": "256MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_level": "minimal",  # nobody replicates from here
        "max_wal_senders": "0",
        "synchronous_commit": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "log_checkpoints": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    shared = Path("/dev/shm")
    if not shared.is_dir() or shutil.disk_usage(shared).total < 256 << 20:
        settings["dynamic_shared_memory_type"] = "mmap"  # containers often give 64 MB
    if _fast():
        settings |= {"fsync": "off", "full_page_writes": "off"}
    return settings


def _fast() -> bool:
    """Tests only: a crash of the machine (not of the server) may lose the data."""
    return os.environ.get("RECAUDO_PG_FAST") == "1"


def _cluster_name(place: Place) -> str:
    return f"recaudo_{place.key}"


def _quoted(value: str) -> str:
    """For the shell through which pg_ctl passes its options."""
    return "'" + value.replace("'", "'\\''") + "'"


def _noted_pid(file: Path) -> int:
    """The first line of a PostgreSQL lock file; -1 when there is none."""
    try:
        return abs(int(file.read_text().split()[0]))
    except (OSError, IndexError, ValueError):
        return -1


def _retire(file: Path) -> None:
    """Let PostgreSQL see that the noted process, which `postmaster` found dead, is dead.

    It takes a zombie, or any process of its own account, for a live server. Only the id is
    changed: the shared memory noted beside it must still be checked for processes left behind.
    """
    pid = _noted_pid(file)
    if pid > 0 and psutil.pid_exists(pid):
        text = file.read_text()
        with file.open("r+") as same:  # keeps its owner
            same.write(re.sub(r"^-?\d+", str(NO_SUCH_PID), text))
            same.truncate()


def _reason(said: str) -> str:
    """The line that says why, of a server's log or a program's output."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"FATAL|PANIC|[Ee]rror|could not", line)]
    return (telling or lines or ["?"])[-1]
