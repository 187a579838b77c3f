"""File locks between processes: the kernel frees them however the holder dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recaudo.database.home import is_root

try:
    import fcntl
except ImportError:  # no flock there; the embedded server says so before it comes here
    fcntl = None  # type: ignore[assignment]

available = fcntl is not None


def open_lock(path: Path) -> int:
    """A descriptor to lock; not inherited by programs we start, so a server never holds it."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if is_root():  # root may visit a user's home: what it leaves there must stay the user's
        owner = path.parent.stat()
        os.fchown(lock, owner.st_uid, owner.st_gid)
    return lock


def lock_shared(lock: int) -> None:
    """Waits while somebody holds it alone."""
    fcntl.flock(lock, fcntl.LOCK_SH)


def try_lock_alone(lock: int) -> bool:
    """Never waits. A shared lock held before is lost when this fails."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Waits until nobody else is in here with the same ``path``."""
    lock = open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
