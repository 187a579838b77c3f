"""The embedded server for whoever needs it: the first starts it, the last stops it.

Every process that uses the server holds ``users.lock`` shared for its lifetime. At its end it
tries to get that lock alone: whoever succeeds was the last and stops the server, and newcomers
wait at the lock until it has stopped. A process that is killed loses the lock by the kernel's
hand; then the next one that ends is the last. A forked child takes a lock of its own.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading

from recaudo.core.problems import Problem
from recaudo.database import locks
from recaudo.database.dsn import Dsn
from recaudo.database.home import home, make_home
from recaudo.database.locks import alone
from recaudo.database.place import Place, existing_place, make_place
from recaudo.database.server import answers, bring_down, bring_up

__all__ = ["ensure_running", "home", "make_home", "release", "stop"]

log = logging.getLogger("recaudo.database")

_held: dict[Place, int] = {}  # the places this process uses → the descriptor of users.lock
_threads = threading.RLock()
_for_child: dict[Place, int] = {}


def ensure_running(name: str = "recaudo") -> Dsn:
    """``DATABASE_URL`` if set; else the database ``name`` of the embedded server, running.

    Makes home, server and database the first time (about 1.5 s), starts it when it is down
    (0.2 s), else costs one connection. Problems: of `Dsn.parse`, `make_place` and `bring_up`;
    ``database_platform_unsupported``.
    """
    if url := os.environ.get("DATABASE_URL"):
        return Dsn.parse(url)
    if not locks.available:
        raise Problem("database_platform_unsupported")
    with _threads:
        place = make_place()
        _hold(place)
        if not answers(place, name):
            with alone(place.start_lock):
                bring_up(place, name)
        return place.dsn(name)


def stop() -> bool:
    """Stop this home's server whoever uses it. False: it was not running.

    Problem ``database_not_stopped``.
    """
    with _threads:
        place = existing_place() if locks.available else None
        if place is None:
            return False
        with alone(place.start_lock):
            return bring_down(place)


def release() -> None:
    """This process uses the server no more; stops it if nobody else does. Runs at exit."""
    with _threads:
        for place, lock in _held.items():
            if locks.try_lock_alone(lock):
                _stop_quietly(place)
            os.close(lock)
        _held.clear()


def _hold(place: Place) -> None:
    if place not in _held:
        lock = locks.open_lock(place.users_lock)
        locks.lock_shared(lock)
        _held[place] = lock


def _stop_quietly(place: Place) -> None:
    if not place.folder.is_dir():
        return  # the home was deleted under us
    try:
        with alone(place.start_lock):
            bring_down(place)
    except (Problem, OSError) as error:
        log.warning("the embedded database was left running: %s", error)


def _before_fork() -> None:
    """A lock belongs to the open file, which parent and child would share: open one for it."""
    _threads.acquire()
    for place in _held:
        lock = locks.open_lock(place.users_lock)
        locks.lock_shared(lock)
        _for_child[place] = lock


def _after_fork_in_parent() -> None:
    for lock in _for_child.values():
        os.close(lock)
    _for_child.clear()
    _threads.release()


def _after_fork_in_child() -> None:
    for lock in _held.values():
        os.close(lock)
    _held.clear()
    _held.update(_for_child)
    _for_child.clear()
    _threads.release()


atexit.register(release)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
