"""Where this installation keeps what is its own: ``RECAUDO_HOME``."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from recaudo.core.problems import Problem


def home() -> Path:
    """``RECAUDO_HOME``; else ``.recaudo`` of the checkout; else the user's data folder.

    Absolute, links resolved. Only names it: `make_home` creates it.
    """
    if named := os.environ.get("RECAUDO_HOME"):
        return Path(named).expanduser().resolve()
    checkout = _checkout()
    if checkout:
        return checkout / ".recaudo"
    return Path(platformdirs.user_data_dir("recaudo", appauthor=False)).resolve()


def make_home() -> Path:
    """`home`, created when missing; an existing folder's mode is never touched.

    Nobody else may list it. Root's may be crossed, since root's server runs as another account.
    Problem ``home_not_writable``.
    """
    folder = home()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o711 if is_root() else 0o700, exist_ok=True)
    except OSError as error:
        raise Problem("home_not_writable", home=str(folder), detail=error.strerror) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Problem("home_not_writable", home=str(folder), detail="no write permission")
    return folder


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _checkout() -> Path | None:
    source = Path(__file__).resolve().parents[2]
    project = source.parent / "pyproject.toml"
    if source.name == "src" and project.is_file() and 'name = "recaudo"' in project.read_text():
        return source.parent
    return None
