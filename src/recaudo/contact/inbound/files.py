"""Pictures and papers that customers send: kept by what they are, never by what they say they are.

A file lies under the installation's files by the sha256 of its bytes, so the same picture is kept
once. Its kind is read from its first bytes; only pictures that a browser draws safely are shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from django.core.files.storage import default_storage

from recaudo.access.models import Creditor
from recaudo.contact.models import InboundFile, InboundMessage
from recaudo.core.problems import Problem

MAX_MB = 10
#: Shown inside a page; everything else is downloaded.
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")
KINDS: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypheic", 4, "image/heic"),
    (b"%PDF-", 0, "application/pdf"),
)
UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Kept:
    path: str
    sha256: str
    content_type: str
    size: int


def kind_of(first_bytes: bytes) -> str:
    """What the bytes are; ``application/octet-stream`` where they are none of what we know."""
    for mark, at, kind in KINDS:
        if first_bytes[at : at + len(mark)] == mark:
            return kind
    return UNKNOWN


def keep_receipt(creditor: Creditor, chunks: Iterable[bytes]) -> Kept:
    """Keep an uploaded picture or PDF of a receipt.

    Raises Problem ``receipt_kind``, ``receipt_too_big``, ``receipt_not_kept``; then nothing is.
    """
    whole = bytearray()
    for chunk in chunks:
        whole += chunk
        if len(whole) > MAX_MB * 1_000_000:
            raise Problem("receipt_too_big", max_mb=MAX_MB)
    kind = kind_of(bytes(whole[:16]))
    if kind == UNKNOWN:
        raise Problem("receipt_kind")
    digest = hashlib.sha256(whole).hexdigest()
    stored_as = f"receipts/{creditor.code}/{digest[:2]}/{digest}"
    path = Path(default_storage.path(stored_as))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.is_file():
            # Whole or not at all, whoever else keeps the same picture at this moment.
            part = path.with_name(f"{digest}.{token_hex(4)}")
            part.write_bytes(whole)
            part.chmod(0o600)
            part.replace(path)
    except OSError as error:
        raise Problem("receipt_not_kept") from error
    return Kept(stored_as, digest, kind, len(whole))


def add_file(inbound: InboundMessage, kept: Kept, name: str) -> InboundFile:
    """``kept`` belongs to ``inbound``; the same picture twice is one."""
    file: InboundFile
    file, _ = InboundFile.objects.get_or_create(
        creditor_id=inbound.creditor_id,
        inbound=inbound,
        sha256=kept.sha256,
        defaults={
            "name": Path(name.replace("\\", "/")).name[-120:] or "foto",
            "content_type": kept.content_type,
            "size": kept.size,
            "path": kept.path,
        },
    )
    return file


def stored(path: str) -> Path | None:
    """Where a kept file stands; None where it is not there any more, or outside our files."""
    root = Path(default_storage.path("")).resolve()
    found = (root / path).resolve()
    return found if path and found.is_relative_to(root) and found.is_file() else None
