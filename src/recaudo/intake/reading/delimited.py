"""Rows of delimited files: at once with Arrow where the file is a plain table, else one by one."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as arrow_csv

from recaudo.core.problems import Problem
from recaudo.intake.reading.contract import Source
from recaudo.intake.reading.sniffing import LINE_LIMIT

BLOCK = 8 << 20  # bytes parsed at a time; a row longer than this is refused
ROWS = 100_000  # rows of one batch, at most


@dataclass(frozen=True)
class RawBatch:
    """Texts of some rows by column, their row numbers, and rows whose width did not fit."""

    columns: tuple[pa.Array, ...]
    row_no: pa.Array
    ragged: tuple[tuple[int, list[str]], ...] = ()

    def cells(self, index: int) -> list[str]:
        return [each[index].as_py() or "" for each in self.columns]


def rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """(row number from 1, cells) of the whole file; a quoted cell may hold line breaks.

    Problems: ``encoding_broken``, ``quote_not_closed`` (of ``row`` 0: somewhere).
    """
    csv.field_size_limit(LINE_LIMIT)
    row_no = 0
    try:
        with Path(source.path).open(encoding=source.encoding, newline="") as file:
            for row_no, cells in enumerate(csv.reader(file, delimiter=source.delimiter), start=1):
                yield row_no, cells
    except UnicodeError as error:
        raise _encoding_broken(source) from error
    except csv.Error as error:
        raise Problem("quote_not_closed", file=_name(source), row=row_no) from error


def batches(source: Source, header_row: int, width: int) -> Iterator[RawBatch]:
    """The rows below ``header_row`` (from 1) as columns of text, ``width`` of them.

    Rows of another width come in ``ragged``. Problems as ``rows``.
    """
    with Path(source.path).open("rb") as file:
        encoding = _skip(file, source, header_row)
        try:
            yield from _read(file, source, encoding, header_row, width)
        except _OpenQuote as quote:
            raise Problem("quote_not_closed", file=_name(source), row=quote.args[0]) from quote


_MARKS = {
    "utf-8-sig": (b"\xef\xbb\xbf", "utf-8"),
    "utf-16": (b"\xff\xfe", "utf-16-le"),
}


def _skip(file: BinaryIO, source: Source, header_row: int) -> str:
    """Leave ``file`` after ``header_row`` rows; gives the encoding to go on with."""
    head = file.read(BLOCK)
    mark, encoding = _MARKS.get(source.encoding, (b"", source.encoding))
    if source.encoding == "utf-16" and head.startswith(b"\xfe\xff"):
        mark, encoding = b"\xfe\xff", "utf-16-be"
    consumed = len(mark)
    text = io.StringIO(head[consumed:].decode(encoding, errors="ignore"), newline="")

    def counted() -> Iterator[str]:
        nonlocal consumed
        for line in text:
            consumed += len(line.encode(encoding))
            yield line

    reader = csv.reader(counted(), delimiter=source.delimiter)
    for _ in range(header_row):
        next(reader, None)
    file.seek(consumed)
    return encoding


def _read(
    file: BinaryIO, source: Source, encoding: str, header_row: int, width: int
) -> Iterator[RawBatch]:
    names = [str(position) for position in range(width)]
    odd: deque[tuple[int, str]] = deque()

    def keep(row: arrow_csv.InvalidRow) -> str:
        odd.append((row.number, row.text))
        return "skip"

    try:
        stream = arrow_csv.open_csv(
            file,
            # One thread: only then does Arrow say which row was odd.
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=BLOCK, column_names=names, encoding=encoding
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=source.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        yield from _numbered(stream, odd, source.delimiter, header_row)
    except UnicodeError as error:
        raise _encoding_broken(source) from error
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            raise _encoding_broken(source) from error
        if "Empty CSV" not in str(error):
            # No line is too long (``sniff`` looked), so a quote swallowed the lines after it.
            raise Problem("quote_not_closed", file=_name(source), row=0) from error
    if odd:
        ragged = [
            (number + header_row, _cells(text, source.delimiter, number + header_row))
            for number, text in odd
        ]
        yield _raw([], [], ragged, width)


def _numbered(
    stream: Iterator[pa.RecordBatch], odd: deque[tuple[int, str]], delimiter: str, header_row: int
) -> Iterator[RawBatch]:
    """Give rows their numbers; the odd ones take theirs out of the sequence."""
    number = 1  # of the next row below the headings
    for read in stream:
        for start in range(0, max(read.num_rows, 1), ROWS):
            part = read.slice(start, ROWS)
            numbers: list[int] = []
            ragged: list[tuple[int, list[str]]] = []
            while len(numbers) < part.num_rows or (odd and odd[0][0] == number):
                if odd and odd[0][0] == number:
                    text = odd.popleft()[1]
                    ragged.append(
                        (number + header_row, _cells(text, delimiter, number + header_row))
                    )
                    number += 1
                    continue
                until = odd[0][0] if odd else number + part.num_rows
                count = min(part.num_rows - len(numbers), until - number)
                numbers.extend(range(number + header_row, number + header_row + count))
                number += count
            yield RawBatch(tuple(part.columns), pa.array(numbers, pa.int64()), tuple(ragged))


def _cells(text: str, delimiter: str, row_no: int) -> list[str]:
    """One odd row split. With an odd number of quotes it runs to the end of the file."""
    if text.count('"') % 2 and "\n" in text.strip():
        raise _OpenQuote(row_no)
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


class _OpenQuote(Exception):
    """A quote that is never closed, in the row given."""


def from_rows(
    found: Iterator[tuple[int, list[str]]], width: int, skipped: dict[str, int]
) -> Iterator[RawBatch]:
    """Rows as batches of columns: shorter ones filled up, blank ones counted in ``skipped``."""
    kept: list[list[str]] = []
    numbers: list[int] = []
    ragged: list[tuple[int, list[str]]] = []
    for row_no, cells in found:
        if not any(cell and not cell.isspace() for cell in cells):
            skipped["blank"] = skipped.get("blank", 0) + 1
        elif len(cells) > width and any(cell.strip() for cell in cells[width:]):
            ragged.append((row_no, cells))
        else:
            kept.append((cells + [""] * (width - len(cells)))[:width])
            numbers.append(row_no)
        if len(kept) + len(ragged) >= ROWS // 2:
            yield _raw(kept, numbers, ragged, width)
            kept, numbers, ragged = [], [], []
    if kept or ragged:
        yield _raw(kept, numbers, ragged, width)


def _raw(
    kept: list[list[str]], numbers: list[int], ragged: list[tuple[int, list[str]]], width: int
) -> RawBatch:
    columns = zip(*kept, strict=True) if kept else [()] * width
    return RawBatch(
        tuple(pa.array(each, pa.string()) for each in columns),
        pa.array(numbers, pa.int64()),
        tuple(ragged),
    )


def _encoding_broken(source: Source) -> Problem:
    return Problem("encoding_broken", file=_name(source), encoding=source.encoding)


def _name(source: Source) -> str:
    return Path(source.path).name
