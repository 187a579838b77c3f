"""Reading files: from bytes to typed rows. See ``contract`` for what comes out."""

from recaudo.intake.reading.contract import (
    SCHEMA,
    Batch,
    Hints,
    Notice,
    Question,
    Reading,
    Reject,
    Summary,
)
from recaudo.intake.reading.mapping import Mapping, fingerprint, load_mapping, parse_mapping
from recaudo.intake.reading.reading import open_file

__all__ = [
    "SCHEMA",
    "Batch",
    "Hints",
    "Mapping",
    "Notice",
    "Question",
    "Reading",
    "Reject",
    "Summary",
    "fingerprint",
    "load_mapping",
    "open_file",
    "parse_mapping",
]
