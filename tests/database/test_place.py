"""As whom the server runs, from which programs, and where its data lies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from recaudo.core.problems import Problem
from recaudo.database.binaries import SYSTEM_PLACE, candidates
from recaudo.database.check import check
from recaudo.database.launcher import ensure_running, release
from recaudo.database.server import postmaster

from .conftest import place

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="what only root meets")
SYSTEM_15 = Path("/usr/lib/postgresql/15/bin")


def modes(folder: Path) -> list[int]:
    return [path.stat().st_mode for path in (folder, *folder.parents)]


@as_root
def test_root_below_a_closed_folder_gets_a_server_and_no_folder_is_opened(
    outside: Path, use_home: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = outside / "root"
    package = dict(candidates())["wheel"].parents[1]
    for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
        to = closed / part.relative_to(package.parent)
        shutil.copytree(part, to, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    monkeypatch.setenv("RECAUDO_PG_BIN", str(closed / package.name / "pginstall" / "bin"))
    closed.chmod(0o700)
    before = modes(closed)
    home = use_home(closed / "checkout" / ".recaudo")

    dsn = ensure_running()

    assert modes(closed) == before
    assert place().folder.is_relative_to(SYSTEM_PLACE)
    assert (home / "postgres.place").read_text().strip() == str(place().folder)
    server = psutil.Process(postmaster(place()))
    assert server.uids().real == place().uid != 0
    moved = [finding for finding in check(dsn) if finding.code == "database_elsewhere"]
    assert moved[0].facts["folder"] == str(place().folder)
    program = Path(server.exe())
    release()
    shutil.rmtree(program.parents[3])


@as_root
def test_a_deleted_home_starts_afresh_and_what_it_left_is_named(
    outside: Path, use_home: Callable[[Path], Path]
) -> None:
    outside.chmod(0o700)
    home = use_home(outside / "home")
    with psycopg.connect(ensure_running().conninfo) as connection:
        connection.execute("CREATE TABLE mine ()")
    release()
    left = place().folder
    shutil.rmtree(home)

    dsn = ensure_running()

    with psycopg.connect(dsn.conninfo) as connection:
        assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)
    named = [f.facts["folder"] for f in check(dsn) if f.code == "database_orphan"]
    assert str(left) in named
    shutil.rmtree(left)


@as_root
def test_data_that_went_missing_is_not_replaced_by_an_empty_ledger(
    outside: Path, use_home: Callable[[Path], Path]
) -> None:
    outside.chmod(0o700)
    home = use_home(outside / "home")
    ensure_running()
    release()
    shutil.rmtree(place().folder)

    with pytest.raises(Problem) as refused:
        ensure_running()

    assert refused.value.code == "database_place_missing"
    (home / "postgres.place").unlink()


@as_root
def test_root_runs_the_server_as_the_owner_of_the_data(home: Path) -> None:
    ensure_running()
    release()
    here = place().folder
    for folder in (here / "data", here / "run"):
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534)

    ensure_running()

    assert psutil.Process(postmaster(place())).uids().real == 65534


def test_data_of_another_major_version_is_refused(home: Path) -> None:
    ensure_running()
    release()
    (place().data / "PG_VERSION").write_text("14\n")

    with pytest.raises(Problem) as refused:
        ensure_running()

    assert refused.value.code == "database_major_differs"
    assert refused.value.facts["data"] == 14
    (place().data / "PG_VERSION").write_text("18\n")


@pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not installed")
def test_data_of_an_older_version_finds_its_own_programs(
    new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECAUDO_PG_BIN", str(SYSTEM_15))
    ensure_running()
    release()
    monkeypatch.delenv("RECAUDO_PG_BIN")

    with psycopg.connect(ensure_running().conninfo) as connection:
        assert connection.info.server_version // 10000 == 15


def test_a_setting_without_programs_is_named(
    new_home: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECAUDO_PG_BIN", str(outside))
    with pytest.raises(Problem) as refused:
        ensure_running()
    assert refused.value.code == "database_binaries_setting_wrong"


def test_what_an_interrupted_creation_left_is_cleared_away(new_home: Path) -> None:
    half = new_home / "postgres" / "new-0000" / "data"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    ensure_running()
    assert not half.parent.exists()
