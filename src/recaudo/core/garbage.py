"""Let Python's collector of cycles rest while many objects are made that all stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting() -> Iterator[None]:
    """Inside, no collection begins by itself: a bulk step would be walked through again and again
    although nothing of it is garbage yet. Afterwards it is as before; where it rested already,
    it goes on resting."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
