"""What is wrong with the database, if anything: findings with a level, never an exception."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg

from recaudo.database.binaries import OLDEST
from recaudo.database.dsn import Dsn
from recaudo.database.home import home
from recaudo.database.place import existing_place, orphans

Level = Literal["ok", "warn", "error"]

SKEW_SECONDS_MAX = 5  # dates are decided by our clock, stamps made by the server's
DISK_WARN_MB, DISK_ERROR_MB = 2_000, 300


@dataclass(frozen=True)
class Finding:
    code: str
    level: Level
    facts: dict[str, object] = field(default_factory=dict)


def check(dsn: Dsn, *, zones: Sequence[str] = (), pending: Sequence[str] = ()) -> list[Finding]:
    """Every point looked at, good or bad, in the order to mend them.

    ``zones``: the creditors' time zones (``America/Bogota``). ``pending``: names of migrations
    not yet applied, which only Django can tell.
    """
    found = [*_disk(), *_embedded()]
    try:
        with psycopg.connect(
            dsn.conninfo, connect_timeout=10, autocommit=True, client_encoding="utf8"
        ) as connection:
            found += _server(connection)
            found += _clock(connection)
            for zone in zones:
                found.append(_zone(connection, zone))
    except psycopg.Error as error:
        detail = str(error).strip().splitlines()[-1]
        found.append(Finding("database_unreachable", "error", {"at": dsn.shown, "detail": detail}))
        return found
    if pending:
        facts = {"count": len(pending), "first": pending[0]}
        found.append(Finding("migrations_pending", "error", facts))
    else:
        found.append(Finding("migrations_applied", "ok"))
    return found


def _disk() -> Iterator[Finding]:
    """Room where we write: the home, and the embedded server's data if elsewhere."""
    place = None if os.environ.get("DATABASE_URL") else existing_place()
    seen = set()
    for folder in (home(), place.folder if place else home()):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        yield _room(there)


def _room(folder: Path) -> Finding:
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    facts: dict[str, object] = {"folder": str(folder), "free_mb": free_mb}
    if free_mb < DISK_WARN_MB:
        return Finding("disk_low", "error" if free_mb < DISK_ERROR_MB else "warn", facts)
    return Finding("disk_enough", "ok", facts)


def _embedded() -> Iterator[Finding]:
    if os.environ.get("DATABASE_URL"):
        return
    place = existing_place()
    if place:
        account = place.account.name if place.account else ""
        facts: dict[str, object] = {"folder": str(place.folder), "account": account}
        moved = place.folder.parent != place.home
        kind = "elsewhere" if moved else "in_home"
        yield Finding(f"database_{kind}", "ok", facts)
        if os.environ.get("RECAUDO_PG_FAST") == "1":
            yield Finding("database_unsafe_for_real_use", "warn")
    for folder in orphans():
        yield Finding("database_orphan", "warn", {"folder": str(folder)})


def _server(connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute(
        """
        SELECT pg_encoding_to_char(encoding),
               has_database_privilege(current_database(), 'CREATE'),
               has_schema_privilege(coalesce(current_schema(), 'public'), 'CREATE'),
               current_user
          FROM pg_database
         WHERE datname = current_database()
        """
    ).fetchone()
    assert row is not None  # the database we are connected to is in the list
    encoding, may_extend, may_create, user = row
    number = connection.info.server_version  # 180006
    version = f"{number // 10000}.{number % 10000}"
    yield _judge(
        number >= OLDEST * 10000,
        ("database_version_good", "database_version_old"),
        {"version": version, "oldest": OLDEST},
    )
    yield _judge(
        encoding == "UTF8",
        ("database_encoding_good", "database_encoding_wrong"),
        {"encoding": encoding},
    )
    yield _judge(
        may_create and may_extend,
        ("database_rights_good", "database_rights_missing"),
        {"user": user, "database": connection.info.dbname},
    )


def _clock(connection: psycopg.Connection) -> Iterator[Finding]:
    before = datetime.now(UTC)
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    after = datetime.now(UTC)
    assert row is not None
    apart = abs(row[0] - (before + (after - before) / 2)).total_seconds()
    seconds = round(apart)
    good = apart <= SKEW_SECONDS_MAX + (after - before).total_seconds() / 2
    level: Level = "ok" if good else ("warn" if seconds < 60 else "error")
    yield Finding("clock_good" if good else "clock_skewed", level, {"seconds": seconds})


def _zone(connection: psycopg.Connection, zone: str) -> Finding:
    """Both sides must know the zone and agree on it: days begin and end by it."""
    facts: dict[str, object] = {"zone": zone}
    try:
        ours = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Finding("creditor_zone_unknown", "error", facts)
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    moments = [noon, noon + timedelta(days=182)]  # a winter's and a summer's day
    try:
        rows = connection.execute(
            "SELECT t AT TIME ZONE %s FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS m(t, n)"
            " ORDER BY n",
            (zone, moments),
        ).fetchall()
    except psycopg.errors.InvalidParameterValue:
        return Finding("zone_unknown_to_server", "error", facts)
    agreed = [moment.astimezone(ours).replace(tzinfo=None) for moment in moments]
    if [row[0] for row in rows] != agreed:
        return Finding("zone_differs", "warn", facts)
    return Finding("zone_good", "ok", facts)


def _judge(good: bool, codes: tuple[str, str], facts: dict[str, object]) -> Finding:
    return Finding(codes[0], "ok", facts) if good else Finding(codes[1], "error", facts)
