"""The whole database into one file and back: pg_dump's custom format, nothing of our own in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from recaudo.core.problems import Problem
from recaudo.database.binaries import Binaries, client_binaries
from recaudo.database.dsn import Dsn

HEAD_BYTES = 64 * 1024  # a restore script sets its parameters well within this

_TABLE = re.compile(r"^\d+; \d+ \d+ TABLE (?!DATA |ATTACH )", re.MULTILINE)  # of pg_restore --list
_SCHEMAS = """
    SELECT nspname FROM pg_namespace
     WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'
     ORDER BY nspname
"""
_OBJECTS = """
    SELECT n.nspname || '.' || c.relname
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind = ANY ('{r,p,v,m,f,S}')
       AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
       AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
     ORDER BY 1
"""
_TABLES_MUST_BE = f"""
DO $$ DECLARE
  wanted CONSTANT int := {{wanted}};
  found CONSTANT int := (
    SELECT count(*) FROM ({_OBJECTS.replace(",v,m,f,S", "")}) AS restored
  );
BEGIN
  IF found <> wanted THEN
    RAISE EXCEPTION '% tables restored of %', found, wanted;
  END IF;
END $$;
"""


@dataclass(frozen=True)
class Saved:
    file: Path
    bytes: int
    tables: int


def backup(dsn: Dsn, file: Path) -> Saved:
    """One consistent snapshot of ``dsn`` in ``file``, while others work on.

    ``file`` appears, or is replaced, only when complete, read through once and on disk; nobody
    else may read it. Problems ``backup_failed``, ``backup_file_not_writable``,
    ``database_unreachable`` and those of `client_binaries`.
    """
    major = _major(dsn)
    tools = client_binaries(at_least=major)
    try:
        number, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.absolute().parent)
    except OSError as error:
        raise _not_writable(file, error) from error
    new = Path(name)
    try:
        os.close(number)
        _run(
            [tools.path("pg_dump"), "--format=custom", f"--file={new}", *_reach(dsn)],
            dsn,
            Problem("backup_failed", file=str(file)),
        )
        tables = _count_tables(tools, new)
        _run(
            [tools.path("pg_restore"), f"--file={os.devnull}", str(new)],
            dsn,
            Problem("backup_failed", file=str(file)),
        )
        _to_disk(new)
        new.replace(file)
        _to_disk(file.absolute().parent)
    except OSError as error:
        raise _not_writable(file, error) from error
    finally:
        new.unlink(missing_ok=True)
    return Saved(file, file.stat().st_size, tables)


def restore(dsn: Dsn, file: Path, *, force: bool = False, lock_wait_seconds: int = 15) -> int:
    """Fill the empty database ``dsn`` from ``file``: all of it or nothing. Gives back its tables.

    ``force`` first drops every schema and all that is in them, in the same transaction; it gives
    up when others do not let go of a table within ``lock_wait_seconds``. Tables
    whose definition is older than the program are brought up to date by the migrations after.
    Problems ``backup_missing``, ``backup_unreadable``, ``restore_not_empty``,
    ``restore_failed``, ``database_unreachable`` and those of `client_binaries`.
    """
    if not file.is_file():
        raise Problem("backup_missing", file=str(file))
    tools = client_binaries(at_least=_major(dsn), newest=True)
    tables = _count_tables(tools, file)
    with _connect(dsn) as connection:
        present = [row[0] for row in connection.execute(_OBJECTS)]
        if present and not force:
            raise Problem(
                "restore_not_empty", database=dsn.shown, count=len(present), first=present[0]
            )
        begin = _beginning(connection, lock_wait_seconds) if present else "BEGIN;\n"
    _play(tools, dsn, file, begin, _TABLES_MUST_BE.replace("{wanted}", str(tables)) + "COMMIT;\n")
    return tables


def _play(tools: Binaries, dsn: Dsn, file: Path, begin: str, end: str) -> None:
    """``begin``, the script of ``file`` and ``end`` through psql.

    ``end`` commits, and is sent only when pg_restore has read the file to its end: a damaged
    file stops in the midst of a table's rows, which psql would take for all of them.
    """
    script = [tools.path("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    player = [tools.path("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *_reach(dsn)]
    env = _environment(dsn)
    with (
        tempfile.TemporaryFile() as read_errors,
        tempfile.TemporaryFile() as play_errors,
        subprocess.Popen(
            script, stdout=subprocess.PIPE, stderr=read_errors, stdin=subprocess.DEVNULL, env=env
        ) as reader,
        subprocess.Popen(
            player, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=play_errors, env=env
        ) as psql,
    ):
        assert reader.stdout and psql.stdin
        try:
            psql.stdin.write(begin.encode())
            psql.stdin.write(_for_older_servers(reader.stdout.read(HEAD_BYTES)))
            shutil.copyfileobj(reader.stdout, psql.stdin, 1 << 20)
            if reader.wait() != 0:
                psql.kill()  # before it sees the end of its input: nothing is committed
                raise Problem("backup_unreadable", file=str(file), detail=_told(read_errors))
            psql.stdin.write(end.encode())
            psql.stdin.close()
        except BrokenPipeError:
            reader.kill()  # psql ended at an error; it says below why
        except BaseException:
            reader.kill()
            psql.kill()
            raise
        finally:
            _close_quietly(psql.stdin)
        if psql.wait() != 0:
            raise Problem("restore_failed", file=str(file), detail=_told(play_errors))


def _close_quietly(pipe: IO[bytes]) -> None:
    """What is left in the buffer of a pipe whose reader is gone cannot be written."""
    try:
        pipe.close()
    except BrokenPipeError:
        return


def _for_older_servers(head: bytes) -> bytes:
    """pg_restore ≥ 17 sets a parameter that servers before 17 do not know."""
    return head.replace(b"SET transaction_timeout = 0;\n", b"", 1)


def _beginning(connection: psycopg.Connection, lock_wait_seconds: int) -> str:
    """Empty the database, inside the transaction that fills it again."""
    drop = sql.SQL("DROP SCHEMA {} CASCADE;\n")
    return "".join(
        [
            f"BEGIN;\nSET LOCAL lock_timeout = '{lock_wait_seconds}s';\n",
            *(
                drop.format(sql.Identifier(schema)).as_string(connection)
                for (schema,) in connection.execute(_SCHEMAS)
            ),
            "CREATE SCHEMA public;\n",
        ]
    )


def _count_tables(tools: Binaries, file: Path) -> int:
    """How many a backup holds; Problem ``backup_unreadable``."""
    listing = _run(
        [tools.path("pg_restore"), "--list", str(file)],
        None,
        Problem("backup_unreadable", file=str(file)),
    )
    return len(_TABLE.findall(listing))


def _run(command: Sequence[str], dsn: Dsn | None, otherwise: Problem) -> str:
    """What the program wrote; ``otherwise`` with its last line as ``detail`` when it failed."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=_environment(dsn),
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [str(done.returncode)]
        raise Problem(otherwise.code, **otherwise.facts, detail=lines[-1])
    return done.stdout


def _environment(dsn: Dsn | None) -> dict[str, str]:
    """Ours, since a DATABASE_URL may count on PGPASSFILE and the like; messages in English."""
    secret = {"PGPASSWORD": dsn.password} if dsn and dsn.password else {}
    return {**os.environ, "LC_ALL": "C.UTF-8", **secret}


def _reach(dsn: Dsn) -> list[str]:
    """The database for a program's command line, where the password must not stand."""
    return ["--no-password", f"--dbname={dsn.without_password.conninfo}"]


def _connect(dsn: Dsn) -> psycopg.Connection:
    try:
        return psycopg.connect(dsn.conninfo, connect_timeout=10, autocommit=True)
    except psycopg.OperationalError as error:
        detail = str(error).strip().splitlines()[-1]
        raise Problem("database_unreachable", at=dsn.shown, detail=detail) from error


def _major(dsn: Dsn) -> int:
    with _connect(dsn) as connection:
        return connection.info.server_version // 10000


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _told(errors: IO[bytes]) -> str:
    """The first line that names the error: what follows it is only its consequence."""
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    telling = [line for line in lines if re.search(r"ERROR|FATAL|error:", line)]
    return (telling or lines or ["?"])[0]


def _not_writable(file: Path, error: OSError) -> Problem:
    return Problem("backup_file_not_writable", file=str(file), detail=error.strerror or str(error))
