"""The texts of a field in a batch of raw rows: trimmed, blanks as null, ids cleaned."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from recaudo.intake.reading.amounts import BLANKS
from recaudo.intake.reading.contract import BY_NAME
from recaudo.intake.reading.dates import NUMBER
from recaudo.intake.reading.delimited import RawBatch
from recaudo.intake.reading.tables import Table

_BLANKS = pa.array(["", *BLANKS])
#: What a lookup in Excel leaves where it found nothing. As a name it says nothing; as an amount or
#: a day it is an error that nobody may read as 'none'.
_NOT_FOUND = pa.array(["#N/A", "#N/D"])
#: Between the parts of a key made of several columns.
KEY_JOIN = "·"
_NEUTRALISED = r"^'([=+\-@\t])"
_FLOAT_ID = r"^(-?\d+)\.0+$"


def raw_text(table: Table, batch: RawBatch, field: str) -> pa.Array | None:
    """What the file says in ``field``, trimmed; null where blank; None where it has no column.

    Numbers of a workbook keep their mark.
    """
    if field in table.fields:
        texts = trimmed(batch.columns[table.fields[field]])
        if BY_NAME[field].kind in {"money", "date", "int", "rate"}:
            return texts
        return _null_where(texts, pc.is_in(texts, _NOT_FOUND))
    if field in table.keys:
        parts = [unmarked(trimmed(batch.columns[each])) for each in table.keys[field]]
        made = pc.binary_join_element_wise(
            *parts, KEY_JOIN, null_handling="replace", null_replacement=""
        )
        return _null_where(made, pc.match_substring_regex(made, f"^{KEY_JOIN}*$"))
    return None


def trimmed(values: pa.Array) -> pa.Array:
    """Without spaces around; the words for nothing ('-', 'N/A', 'NULL') are null.

    The apostrophe that ``rejects`` puts before a formula goes again.
    """
    values = pc.utf8_trim_whitespace(values)
    if pc.any(pc.starts_with(values, "'")).as_py():
        values = pc.replace_substring_regex(values, _NEUTRALISED, r"\1")
    return _null_where(values, pc.is_in(values, _BLANKS))


def _null_where(values: pa.Array, mask: pa.Array) -> pa.Array:
    return pc.if_else(mask, pa.scalar(None, pa.string()), values)


def unmarked(values: pa.Array) -> pa.Array:
    return pc.replace_substring(values, NUMBER, "")


def unmark(text: str) -> str:
    return text.removeprefix(NUMBER)


def clean_text(values: pa.Array, field: str, *, is_float_id: bool, zero_fill: int) -> pa.Array:
    """``values`` as the ledger keeps them: one space between words, ids without '.0'."""
    values = unmarked(values)
    if pc.any(pc.match_substring_regex(values, r"\s\s|[\t\r\n]")).as_py():
        values = pc.replace_substring_regex(values, r"\s+", " ")
    if BY_NAME[field].kind == "code" and is_float_id:
        values = pc.replace_substring_regex(values, _FLOAT_ID, r"\1")
    if zero_fill:
        digits = pc.match_substring_regex(values, r"^\d+$")
        values = pc.if_else(digits, pc.utf8_lpad(values, zero_fill, "0"), values)
    return values


def shown(cell: str) -> str:
    """A raw cell as a person wrote it, for files of rejected rows and messages."""
    return re.sub(r"\.0+$", "", cell[1:]) if cell.startswith(NUMBER) else cell
