"""Keeping the files of a document: its PDF, its XML, the purchase order, the delivery note (F26).

What a file is, its first bytes say; its name says only what to call it. The path is ours.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from secrets import token_hex

from django.core.files.storage import default_storage
from django.db import transaction
from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Document, DocumentFile

KINDS = ("pdf", "xml", "order", "delivery_note", "other")
SIZE_MAX = 15_000_000
FILES_MAX = 40
NAME_MAX = 100
#: How a file begins → what it is, and the ending of its name.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"<?xml", "application/xml", ".xml"),
)
_BOM = b"\xef\xbb\xbf"
_UNSAFE = set('\\/:*?"<>|')


def store_file(
    document: Document,
    *,
    kind: str,
    name: str,
    chunks: Iterable[bytes],
    by: User | None,
    origin: str = "web",
) -> DocumentFile:
    """Keep the file; the same bytes again give back the first row.

    Raises Problem ``file_kind_unknown``, ``document_file_empty``, ``document_file_too_large``,
    ``file_type_refused``
    (only PDF, XML, PNG and JPEG; a ``pdf`` is a PDF and an ``xml`` an XML), ``files_too_many``,
    ``disk_full``. Nothing is kept then.
    """
    if kind not in KINDS:
        raise Problem("file_kind_unknown", kind=kind)
    body = _read(chunks)
    content_type, ending = what_it_is(body)
    if kind in ("pdf", "xml") and ending != f".{kind}":
        raise Problem("file_type_refused", kind=kind)
    digest = hashlib.sha256(body).hexdigest()
    creditor = document.creditor
    with scope(creditor=creditor), transaction.atomic():
        Document.objects.select_for_update(no_key=True).get(pk=document.pk)
        known = DocumentFile.objects.filter(document=document)
        same: DocumentFile | None = known.filter(sha256=digest).first()
        if same is not None:
            return same
        if known.count() >= FILES_MAX:
            raise Problem("files_too_many", limit=FILES_MAX)
        path = f"documents/{creditor.pk}/{document.pk}/{digest[:16]}-{token_hex(4)}{ending}"
        row = DocumentFile.objects.create(
            creditor=creditor,
            document=document,
            kind=kind,
            name=safe_name(name, ending),
            content_type=content_type,
            size=len(body),
            sha256=digest,
            path=path,
        )
        record_change(
            "document_file_added",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="document",
            subject_id=document.pk,
            file_kind=kind,
            size=len(body),
            sha256=digest,
        )
        write_whole(Path(default_storage.path(path)), body)
    return row


def what_it_is(body: bytes) -> tuple[str, str]:
    """(content type, ending) by the first bytes. Raises Problem ``file_type_refused``."""
    head = body[:64].removeprefix(_BOM).lstrip(b" \t\r\n")
    for magic, content_type, ending in _MAGIC:
        if head.startswith(magic):
            return content_type, ending
    raise Problem("file_type_refused", kind="")


def safe_name(name: str, ending: str) -> str:
    """What the file is called: no folders, no control or direction characters, our ending."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        letter
        for letter in unicodedata.normalize("NFC", last)
        if letter not in _UNSAFE and not unicodedata.category(letter).startswith("C")
    )
    stem = kept.strip(" .")
    for known in (ending, ".jpeg") if ending == ".jpg" else (ending,):
        if stem.lower().endswith(known):
            stem = stem[: -len(known)]
    return f"{stem.strip(' .')[: NAME_MAX - len(ending)] or 'documento'}{ending}"


def _read(chunks: Iterable[bytes]) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > SIZE_MAX:
            raise Problem("document_file_too_large", limit=SIZE_MAX // 1_000_000)
        parts.append(chunk)
    if not size:
        raise Problem("document_file_empty")
    return b"".join(parts)


def write_whole(path: Path, body: bytes) -> None:
    """Complete, and on the disk, under another name first: a file that is there is whole. Raises
    Problem ``disk_full``."""
    partial = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with partial.open("xb") as file:
            partial.chmod(0o600)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise Problem("disk_full") from error
