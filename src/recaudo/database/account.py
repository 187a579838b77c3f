"""As whom the embedded server runs: PostgreSQL refuses root, so root lends it another account."""

from __future__ import annotations

import errno
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recaudo.core.problems import Problem
from recaudo.database.home import is_root

try:
    import pwd
except ImportError:  # no such accounts there, and no root
    pwd = None  # type: ignore[assignment]

PREFERRED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    def reaches(self, folder: Path) -> bool:
        """Whether this account can enter ``folder``: tried, so that ACLs count too."""
        return run(["/bin/sh", "-c", 'cd "$0"', str(folder)], self).returncode == 0


def account_for(data: Path) -> Account | None:
    """None: as ourselves. For root: the owner of ``data`` if it exists, else `PREFERRED`.

    Problems ``database_of_another_user`` (not root, and ``data`` is not ours),
    ``database_account_missing``.
    """
    owner = data.stat().st_uid if data.exists() else 0
    if not is_root():
        if data.exists() and owner != os.geteuid():
            raise Problem("database_of_another_user", folder=str(data), owner=_name(owner))
        return None
    wanted = [_name(owner)] if owner else PREFERRED
    for name in wanted:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise Problem("database_account_missing", account=" / ".join(wanted))


def run(command: list[str], account: Account | None = None) -> subprocess.CompletedProcess[str]:
    """A short program of the system or of PostgreSQL, as ``account``; output in ``stdout``.

    Out of the terminal's reach (Ctrl-C is ours to treat), from a folder everybody can enter.
    Problem ``database_account_unusable`` where root may not become somebody else; OSError when
    the program is not there or ``account`` cannot reach it.
    """
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/",
            env=environment(),
            start_new_session=True,
            **become(account),
        )
    except PermissionError as error:
        if account is None or error.errno != errno.EPERM:
            raise
        raise Problem("database_account_unusable", account=account.name) from error


def become(account: Account | None) -> dict[str, Any]:
    """The arguments of subprocess that change to ``account``."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def environment() -> dict[str, str]:
    """Ours without what libpq would read out of it (PGHOST, PGOPTIONS …); messages in English."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**ours, "LC_ALL": "C.UTF-8"}


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
