"""The whole database into a file and back; half a backup never passes for one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from recaudo.core.problems import Problem
from recaudo.database.backup import backup, restore
from recaudo.database.binaries import candidates
from recaudo.database.check import check
from recaudo.database.dsn import Dsn
from recaudo.database.launcher import ensure_running, release

SYSTEM_15 = Path("/usr/lib/postgresql/15/bin")
LEDGER = """
    CREATE EXTENSION btree_gist;
    CREATE SCHEMA aparte;
    CREATE TABLE document (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      number text NOT NULL UNIQUE,
      amount numeric(18,4) NOT NULL CHECK (amount > 0)
    );
    CREATE TABLE aparte."dos palabras" (document bigint REFERENCES document, texto text);
    CREATE VIEW large AS SELECT * FROM document WHERE amount > 100;
    CREATE FUNCTION insert_only() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'insert only'; END $$;
    CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON document
      FOR EACH ROW EXECUTE FUNCTION insert_only();
    INSERT INTO document (number, amount)
      SELECT 'F-' || n, n * 1.0001 FROM generate_series(1, 20000) AS n;
    INSERT INTO aparte."dos palabras" VALUES (1, E'ñandú\\n\\\\.\\t''')
"""
SUMS = """
    SELECT (SELECT count(*) FROM document), (SELECT sum(amount) FROM document),
           (SELECT count(*) FROM large), (SELECT texto FROM aparte."dos palabras")
"""


def ask(dsn: Dsn, question: str) -> tuple[object, ...] | None:
    with psycopg.connect(dsn.conninfo) as connection:
        return connection.execute(question).fetchone()


def fill(dsn: Dsn) -> None:
    with psycopg.connect(dsn.conninfo) as connection:
        connection.execute(LEDGER)


def test_a_backup_restored_into_an_empty_home_holds_everything(
    home: Path, outside: Path, use_home: Callable[[Path], Path]
) -> None:
    dsn = ensure_running()
    fill(dsn)
    sums = ask(dsn, SUMS)
    saved = backup(dsn, outside / "cartera.dump")

    use_home(outside / "second")
    there = ensure_running()
    tables = restore(there, outside / "cartera.dump")

    assert there.host != dsn.host
    assert ask(there, SUMS) == sums
    assert tables == saved.tables == 2
    assert saved.file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.errors.RaiseException, match="insert only"):
        ask(there, "DELETE FROM document RETURNING id")
    assert sorted(path.name for path in outside.iterdir()) == ["cartera.dump", "home", "second"]


def test_a_database_with_something_in_it_is_replaced_only_by_force(
    home: Path, outside: Path
) -> None:
    dsn, other = ensure_running(), ensure_running("otra")
    fill(dsn)
    file = outside / "b.dump"
    backup(dsn, file)
    with psycopg.connect(other.conninfo) as connection:
        connection.execute("CREATE TABLE mine (); CREATE SCHEMA aparte")

    with pytest.raises(Problem) as refused:
        restore(other, file)
    assert refused.value.code == "restore_not_empty"
    assert refused.value.facts["first"] == "public.mine"

    restore(other, file, force=True)
    assert ask(other, SUMS) == ask(dsn, SUMS)
    assert ask(other, "SELECT to_regclass('public.mine')") == (None,)


def test_a_backup_cut_off_anywhere_changes_nothing(home: Path, outside: Path) -> None:
    dsn, other = ensure_running(), ensure_running("otra")
    fill(dsn)
    backup(dsn, outside / "whole.dump")
    whole = (outside / "whole.dump").read_bytes()
    cut = outside / "cut.dump"
    with psycopg.connect(other.conninfo) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 1 AS one")

    for kept in (0, 10, len(whole) // 3, len(whole) * 2 // 3, len(whole) - 2000):
        cut.write_bytes(whole[:kept])
        with pytest.raises(Problem) as refused:
            restore(other, cut, force=True)
        assert refused.value.code == "backup_unreadable"
    assert ask(other, "SELECT one FROM mine") == (1,)
    assert ask(other, "SELECT to_regclass('document')") == (None,)


def test_a_restore_gives_up_where_somebody_will_not_let_go(home: Path, outside: Path) -> None:
    dsn = ensure_running()
    fill(dsn)
    backup(dsn, outside / "b.dump")
    with psycopg.connect(dsn.conninfo) as busy:
        busy.execute("SELECT * FROM document LIMIT 1")
        with pytest.raises(Problem) as refused:
            restore(dsn, outside / "b.dump", force=True, lock_wait_seconds=1)
    assert refused.value.code == "restore_failed"
    assert "lock timeout" in str(refused.value.facts["detail"])


def test_a_backup_that_fails_keeps_the_one_before(home: Path, outside: Path) -> None:
    dsn = ensure_running()
    file = outside / "b.dump"
    file.write_text("the one before")
    with pytest.raises(Problem) as failed:
        backup(dsn.named("nowhere"), file)
    assert failed.value.code == "database_unreachable"
    with pytest.raises(Problem) as failed:
        backup(dsn, outside / "no" / "folder.dump")
    assert failed.value.code == "backup_file_not_writable"
    assert file.read_text() == "the one before"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_on_a_full_disk_the_backup_before_stays_and_no_server_is_half_made(
    home: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = ensure_running()
    fill(dsn)
    small = outside / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k,mode=755", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        (small / "b.dump").write_text("the one before")
        with pytest.raises(Problem) as failed:
            backup(dsn, small / "b.dump")
        assert failed.value.code == "backup_failed"
        assert "No space left" in str(failed.value.facts["detail"])
        assert [path.read_text() for path in small.iterdir()] == ["the one before"]

        monkeypatch.setenv("RECAUDO_HOME", str(small / "home"))
        with pytest.raises(Problem) as failed:
            ensure_running()
        assert failed.value.code == "database_not_created"
        assert not list(small.glob("home/postgres/*/PG_VERSION"))
        assert "disk_low" in {finding.code for finding in check(dsn)}
    finally:
        release()
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not installed")
def test_a_server_15_is_backed_up_and_restored_with_newer_programs(
    new_home: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECAUDO_PG_BIN", str(SYSTEM_15))
    dsn, other = ensure_running(), ensure_running("otra")
    fill(dsn)
    monkeypatch.delenv("RECAUDO_PG_BIN")
    monkeypatch.setenv("RECAUDO_PG_BIN", str(dict(candidates())["wheel"]))

    backup(dsn, outside / "b.dump")
    restore(other, outside / "b.dump")

    assert ask(other, SUMS) == ask(dsn, SUMS)


@pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not installed")
def test_programs_older_than_the_server_are_refused(
    home: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = ensure_running()
    monkeypatch.setenv("RECAUDO_PG_BIN", str(SYSTEM_15))
    with pytest.raises(Problem) as refused:
        backup(dsn, outside / "b.dump")
    assert refused.value.code == "database_tools_too_old"
