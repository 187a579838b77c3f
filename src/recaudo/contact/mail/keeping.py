"""Where raw mails and their attachments lie: under the installation's files, by our own names."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage

from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor


@dataclass(frozen=True)
class Kept:
    """A raw mail on disk: ``path`` is relative to the installation's files."""

    path: str
    fingerprint: str
    size: int

    def beginning(self, size: int) -> bytes:
        with _absolute(self.path).open("rb") as file:
            return file.read(size)


def keep_mail(creditor: Creditor, chunks: Iterable[bytes], *, now: datetime) -> Kept:
    """Write a mail as it comes, whatever its size. The same mail again is the same file.

    It is on disk, whole, before anybody may count on it. Raises Problem ``disk_full``.
    """
    folder = f"mail/{creditor.code}/{now:%Y/%m}"
    digest, size = hashlib.sha256(), 0
    coming = _absolute(f"{folder}/coming-{token_hex(8)}")
    try:
        coming.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        fingerprint = digest.hexdigest()
        path = f"{folder}/{fingerprint}.eml"
        coming.replace(_absolute(path))
    except OSError as error:
        raise Problem("disk_full") from error
    finally:
        coming.unlink(missing_ok=True)
    return Kept(path, fingerprint, size)


def keep_file(kept: Kept, number: int, content: bytes) -> str:
    """An attachment beside its mail; the path, relative to the installation's files."""
    path = f"{kept.path.removesuffix('.eml')}.files/{number}"
    target = _absolute(path)
    coming = target.with_name(f"{number}-{token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        coming.replace(target)
    except OSError as error:
        raise Problem("disk_full") from error
    finally:
        coming.unlink(missing_ok=True)
    return path


def let_go(kept: Kept) -> None:
    """A mail that was kept before under another month: this copy is not needed."""
    _absolute(kept.path).unlink(missing_ok=True)
    shutil.rmtree(_absolute(kept.path.removesuffix(".eml") + ".files"), ignore_errors=True)


def _absolute(path: str) -> Path:
    return Path(default_storage.path(path))
