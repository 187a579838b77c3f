"""Writes of the intake: files into the ledger."""

from recaudo.intake.actions.imports import import_file
from recaudo.intake.actions.uploads import (
    discard_upload,
    preview_upload,
    receive_upload,
    start_import,
)

__all__ = ["discard_upload", "import_file", "preview_upload", "receive_upload", "start_import"]
