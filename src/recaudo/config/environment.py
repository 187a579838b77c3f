"""What a deployment sets: environment variables, with the file that `recaudo init` writes behind.

The table of all of them stands in docs/operations.md.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from recaudo.config import translations
from recaudo.core.problems import Problem
from recaudo.database import launcher


def home() -> Path:
    """Where this installation keeps its own files."""
    return launcher.home()


def env_file() -> Path:
    return home() / "recaudo.env"


def load() -> None:
    """Put what `recaudo init` wrote into the environment; what is set already wins."""
    translations.compile_stale()
    if not env_file().is_file():
        return
    for line in env_file().read_text(encoding="utf-8").splitlines():
        name, sign, value = line.partition("=")
        if sign and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())


def write_secrets() -> bool:
    """Make the secrets file once, readable by its owner only. True where it was made now."""
    path = env_file()
    if path.exists():
        return False
    launcher.make_home()
    key = secrets.token_urlsafe(50)
    text = f"# Made by `recaudo init`. Keep it secret.\nRECAUDO_SECRET_KEY={key}\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return True


def secret_key() -> str:
    """The signing key. Raises Problem ``secret_missing`` where `recaudo init` was not run."""
    key = os.environ.get("RECAUDO_SECRET_KEY", "")
    if not key:
        raise Problem("secret_missing", file=str(env_file()))
    return key


def flag(name: str, *, default: bool) -> bool:
    return os.environ.get(name, str(int(default))).lower() in {"1", "true", "yes", "si", "sí"}


def words(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else list(default)


def database() -> dict[str, Any]:
    """Django's settings for ``DATABASE_URL``, or for the embedded server, started if need be."""
    return {
        **launcher.ensure_running().django(),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
