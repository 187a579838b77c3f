"""The files of documents: which there are, and their bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from django.core.files.storage import default_storage

from recaudo.core.problems import Problem
from recaudo.portfolio.models import DocumentFile

#: As a person asks for them: the invoice first.
ORDER = {"pdf": 0, "xml": 1, "order": 2, "delivery_note": 3, "other": 4}


def files_of(document_ids: Collection[int]) -> dict[int, list[DocumentFile]]:
    """By document, the newest of each kind (all of kind ``other``), in the creditor's scope."""
    found: dict[int, list[DocumentFile]] = defaultdict(list)
    seen: set[tuple[int, str]] = set()
    for row in DocumentFile.objects.filter(document__in=document_ids).order_by("-id"):
        key = (row.document_id, row.kind)
        if row.kind == "other" or key not in seen:
            seen.add(key)
            found[row.document_id].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (ORDER[row.kind], -row.pk))
    return found


def file_path(file: DocumentFile) -> Path:
    """Where the bytes lie. Raises Problem ``file_gone``."""
    path = Path(default_storage.path(file.path))
    if not path.is_file():
        raise Problem("file_gone", name=file.name)
    return path


def read_file(file: DocumentFile) -> bytes:
    """The bytes, as they were kept. Raises Problem ``file_gone``."""
    return file_path(file).read_bytes()
