"""Rows by the thousand: COPY in and ids beforehand, where the ORM would take minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def take_ids(table: str, count: int) -> list[int]:
    """``count`` fresh ids of ``table``, rising."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NEXTVAL(PG_GET_SERIAL_SEQUENCE(%s, 'id')) FROM GENERATE_SERIES(1, %s)",
            [table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write ``rows`` in one statement: triggers run once, constraints refuse all or nothing."""
    listed = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def temporary_words(name: str, words: Iterable[str]) -> None:
    """A temporary table ``name (key text)`` of words of letters and digits, which need no care: by
    the hundred thousand in a quarter of the time."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} (key text)")
        with cursor.copy(f"COPY {name} FROM STDIN") as copy:
            copy.write("".join(f"{word}\n" for word in words))
        cursor.execute(f"ANALYZE {name}")


def temporary(name: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """A temporary table of these rows, with statistics: the planner must know how many."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
        with cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"ANALYZE {name}")
