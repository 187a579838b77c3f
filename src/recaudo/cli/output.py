"""How the command line speaks: one result, as words or as JSON, and a refusal as a sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor

#: In a pipe or a file nobody wraps lines: room for a table of ages beside names.
WIDE = 240

console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
errors = Console(stderr=True, highlight=False)


def setup() -> None:
    """Make Django ready. Every command that reads or writes data calls it first."""
    import django

    django.setup()


def emit(result: Any, *, as_json: bool, text: Any = None) -> None:
    """Print ``result`` as JSON, or ``text`` (a string or something rich can draw) for people."""
    if as_json:
        sys.stdout.write(json.dumps(result, default=_plain, ensure_ascii=False) + "\n")
    else:
        console.print(text if text is not None else result)


def _plain(value: object) -> object:
    """Amounts as strings, days as ISO."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def refuse(problem: Problem) -> None:
    """Say why not and what to do; as JSON on standard output where ``--json`` was asked."""
    from recaudo.words import sentence

    told = sentence(problem)
    if "--json" in sys.argv:
        sys.stdout.write(
            json.dumps(
                {**problem.facts, "error": problem.code, "sentence": told},
                default=_plain,
                ensure_ascii=False,
            )
            + "\n"
        )
    errors.print(f"[bold red]{problem.code}[/] {told}", soft_wrap=True)


def database_problem(error: BaseException) -> Problem | None:
    """A database that is away, full or not yet prepared, as a Problem; None for anything else."""
    from django.db import OperationalError, ProgrammingError
    from psycopg import errors as pg

    cause = error.__cause__
    if isinstance(error, ProgrammingError) and isinstance(cause, pg.UndefinedTable):
        return Problem("not_initialised")
    if isinstance(cause, pg.DiskFull):
        return Problem("disk_full")
    if isinstance(error, OperationalError | pg.OperationalError):
        return Problem("database_gone", detail=str(error).strip().splitlines()[0])
    return None


def find_creditor(code: str) -> Creditor:
    """The creditor with this code. Raises Problem ``unknown_creditor`` naming the known ones."""
    from recaudo.access.models import Creditor

    creditor = Creditor.objects.filter(code=code).first()
    if creditor is None:
        known = list(Creditor.objects.order_by("code").values_list("code", flat=True)[:20])
        raise Problem("unknown_creditor", creditor=code, known=known)
    return creditor


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Any]:
    """Shows a bar on the terminal; yields ``advance(done, total)``. Silent where nobody looks."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=quiet or not errors.is_terminal,
    ) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
