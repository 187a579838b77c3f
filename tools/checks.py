"""Checks of our own: missing migrations, documents whose examples or links are not true."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"^\s*(?:\$ )?recaudo ([a-z]+)(?: ([a-z]+))?", re.MULTILINE)
FENCE = re.compile(r"^```(?:sh|console|bash|text)?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def broken_links() -> list[str]:
    """Links to files of the project that are not there."""
    found = []
    for document in documents():
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (document.parent / target).exists():
                found.append(f"{document.relative_to(ROOT)}: no such file: {target}")
    return found


def unknown_commands() -> list[str]:
    """`recaudo …` in a code block must be a command that exists."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.test_settings")
    import importlib

    import typer

    from recaudo.cli import main

    for area in main.AREAS:
        importlib.import_module(f"recaudo.cli.{area}").register(main.app)
    known = typer.main.get_command(main.app).commands
    found = []
    for document in documents():
        for block in FENCE.findall(document.read_text(encoding="utf-8")):
            for name, sub in COMMAND.findall(block):
                command = known.get(name)
                subs = getattr(command, "commands", None)
                if command is None or (subs is not None and sub and sub not in subs):
                    where = document.relative_to(ROOT)
                    found.append(f"{where}: no such command: recaudo {name} {sub}".rstrip())
    return found


def missing_migrations() -> list[str]:
    """Models and migrations must say the same."""
    code = subprocess.call(
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "-v1"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "recaudo.config.test_settings"},
    )
    return ["a migration is missing (see above)"] if code else []


def main() -> int:
    wrong = [*broken_links(), *unknown_commands(), *missing_migrations()]
    for line in wrong:
        print(line)
    print(f"documents and migrations: {len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
