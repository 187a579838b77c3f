"""`recaudo`: what a person types and what scripts use.

Exit code 0 done, 1 refused (with a code and a sentence), 2 misuse. ``--json`` prints one JSON
object, also for a refusal: ``{"error": code, "sentence": …, facts…}``.
"""

from __future__ import annotations

import importlib
import os
import sys

import typer

from recaudo.cli import output
from recaudo.core.problems import Problem

AREAS = (
    "server",
    "intake",
    "bank",
    "contact",
    "contacts",
    "templates",
    "outcomes",
    "mail",
    "strategy",
    "reports",
    "law",
    "people",
    "demo",
    "statement",
    "rates",
    "payments",
    "charges",
    "papers",
    "keys",
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Recaudo: gestión de cobranza y recuperación de cartera.",
)


def main() -> None:
    """Run one command. A refusal is told in a sentence; only a mistake of ours shows a trace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    for area in AREAS:
        importlib.import_module(f"recaudo.cli.{area}").register(app)
    try:
        app()
    except Problem as problem:
        output.refuse(problem)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        problem_found = output.database_problem(error)
        if problem_found is None:
            raise
        output.refuse(problem_found)
        sys.exit(1)
