"""Where one embedded server keeps its data, socket and locks."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from recaudo.core.problems import Problem
from recaudo.database.account import Account, account_for
from recaudo.database.binaries import system_place
from recaudo.database.dsn import Dsn
from recaudo.database.home import home, is_root, make_home
from recaudo.database.locks import alone

SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_MAX = 100  # bytes; the kernel's limit is 107
USER = "recaudo"


@dataclass(frozen=True)
class Place:
    home: Path
    folder: Path  # holds data/, run/ and the locks; in the home, or below SYSTEM_PLACE
    account: Account | None  # None: the server runs as ourselves

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def key(self) -> str:
        return hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]

    @property
    def uid(self) -> int:
        return self.account.uid if self.account else os.geteuid()

    @property
    def sockets(self) -> Path:
        """``run/`` beside the data; a folder in /tmp where that path is too long for a socket.

        Or has a comma, at which libpq would split it into two hosts.
        """
        inside = self.folder / "run"
        if len(os.fsencode(inside / SOCKET)) < SOCKET_PATH_MAX and "," not in str(inside):
            return inside
        return Path(f"/tmp/recaudo-{self.uid}-{self.key}")

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the server, for its lifetime."""
        return self.folder / "users.lock"

    @property
    def start_lock(self) -> Path:
        """Held alone while starting or stopping."""
        return self.folder / "start.lock"

    def dsn(self, dbname: str) -> Dsn:
        password = (self.home / "postgres.password").read_text().strip()
        return Dsn(str(self.sockets), 5432, USER, password, dbname)

    def owned(self, folder: Path) -> Path:
        """``folder``, created for the server's account alone.

        Problem ``database_folder_taken`` when it is there and somebody else's (/tmp is shared).
        """
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            if self.account:
                os.chown(folder, self.account.uid, self.account.gid)
        if folder.is_symlink() or folder.stat().st_uid != self.uid:
            raise Problem("database_folder_taken", folder=str(folder))
        return folder


def existing_place() -> Place | None:
    """The place of this home if it has one; creates nothing."""
    folder = _noted(home())
    if folder is None or not (folder / "data").exists():
        return None
    return Place(home(), folder, account_for(folder / "data"))


def make_place() -> Place:
    """The place of this home, chosen and noted the first time, with its password.

    Problems of `make_home`, `account_for` and `system_place`; ``database_place_missing`` when
    the noted folder is gone (an empty ledger must never appear in place of a full one).
    """
    ours = make_home()
    with alone(ours / "postgres.lock"):
        _write_password(ours / "postgres.password")
        folder = _noted(ours)
        if folder is None:
            folder = _choose(ours)
        elif not folder.is_dir():
            raise Problem("database_place_missing", folder=str(folder), note=str(_note(ours)))
        return Place(ours, folder, account_for(folder / "data"))


def _noted(ours: Path) -> Path | None:
    note = _note(ours)
    if note.exists():
        return Path(note.read_text().strip())
    inside = ours / "postgres"
    return inside if inside.is_dir() else None


def _note(ours: Path) -> Path:
    return ours / "postgres.place"


def _choose(ours: Path) -> Path:
    """``home/postgres``; below SYSTEM_PLACE where root's server account cannot enter the home."""
    inside = ours / "postgres"
    account = account_for(inside / "data")
    if account is None or account.reaches(ours):
        inside.mkdir(mode=0o755 if account else 0o700)
        if account:
            inside.chmod(0o755)
        return inside
    # A new name each time: data left behind by a deleted home is not taken over, nor lost.
    folder = system_place(f"{ours.parent.name or 'home'}-{secrets.token_hex(6)}")
    (folder / "home").write_text(f"{ours}\n")
    if not account.reaches(folder):
        raise Problem("database_place_unreachable", folder=str(folder), account=account.name)
    _note(ours).write_text(f"{folder}\n")
    return folder


def _write_password(path: Path) -> None:
    """Once; nobody else may read it."""
    if path.exists():
        return
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{secrets.token_urlsafe(24)}\n")
    if is_root():
        owner = path.parent.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
    new.rename(path)


def orphans() -> list[Path]:
    """Data folders below SYSTEM_PLACE whose home is gone or points elsewhere."""
    found = []
    for note in sorted(Path("/var/lib/recaudo").glob("*/home")):
        theirs = Path(note.read_text().strip())
        if _noted(theirs) != note.parent:
            found.append(note.parent)
    return found
