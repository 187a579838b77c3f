"""What a file is, from its bytes: kind, encoding, delimiter. Ruined files are named, not opened.

Reading is bounded: no line longer than ``LINE_LIMIT`` is ever held, no archive is unpacked before
its directory was looked at.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from pathlib import Path

from recaudo.core.problems import Problem
from recaudo.intake.reading.contract import Source
from recaudo.intake.reading.headings import score

LINE_LIMIT = 1_000_000  # bytes
HEAD = 256 * 1024  # bytes from which delimiter and headings are judged
DELIMITERS = (",", ";", "\t", "|", "^", "~")
UNPACKED_LIMIT = 2_000_000_000  # bytes of one workbook, unpacked
RATIO_LIMIT = 200  # unpacked to packed; a real sheet stays below 30
_CHUNK = 1 << 20
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"
#: Beginnings of things that are no tables, and what people call them.
_OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"SQLite format": "SQLite",
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"{\\rtf": "RTF",
}
# Letters of Spanish and Portuguese where each encoding keeps them.
_LETTERS = "áéíóúñüÁÉÍÓÚÑÜ¿¡°ºªçãõâêôÇ"
_MARKS = {
    name: frozenset(byte for letter in _LETTERS for byte in letter.encode(name, "ignore"))
    for name in ("cp1252", "cp850", "mac_roman")
}


def sniff(path: str | Path, *, encoding: str = "", delimiter: str = "") -> Source:
    """What ``path`` is. ``encoding`` and ``delimiter``, where given, are taken as they are.

    Problems: ``file_missing``, ``file_empty``, ``file_binary``, ``file_kind_unread`` (PDF, …),
    ``line_too_long``, ``csv_in_csv``, ``zip_bomb``, ``workbook_encrypted``, ``workbook_broken``,
    ``encoding_broken``.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise Problem("file_missing", file=path.name, detail=error.strerror or "") from error
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Problem(
            "file_binary" if head.strip(b" \r\n\t") and b"\x00" in head else "file_empty",
            file=path.name,
        )
    if head.startswith(_ZIP):
        return _archive(path, size)
    if head.startswith(_OLE):
        return _ole(path, size)
    for start, kind in _OTHERS.items():
        if head.startswith(start):
            raise Problem("file_kind_unread", file=path.name, kind=kind)
    return _text(path, size, head, encoding, delimiter)


def _archive(path: Path, size: int) -> Source:
    """XLSX or ODS, after a look at the directory: sizes and ratio, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {each.filename for each in entries}
            unpacked = sum(each.file_size for each in entries)
            packed = max(1, sum(each.compress_size for each in entries))
            is_locked = any(each.flag_bits & 1 for each in entries)
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, KeyError) as error:
        raise Problem("workbook_broken", file=path.name, detail=str(error)[:200]) from error
    if unpacked > UNPACKED_LIMIT or (unpacked > 20_000_000 and unpacked / packed > RATIO_LIMIT):
        raise Problem("zip_bomb", file=path.name, unpacked=unpacked, packed=packed)
    if is_locked:
        raise Problem("workbook_encrypted", file=path.name)
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return Source(str(path), "xlsx", size)
    if b"opendocument.spreadsheet" in kind:
        return Source(str(path), "ods", size)
    raise Problem("file_kind_unread", file=path.name, kind="ZIP")


def _ole(path: Path, size: int) -> Source:
    """Old XLS, or a new workbook behind a password (its package inside an OLE container)."""
    wanted = {name: name.encode("utf-16-le") for name in ("EncryptedPackage", "Workbook", "Book")}
    found: set[str] = set()
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found |= {name for name, mark in wanted.items() if mark in before + chunk}
            before = chunk[-64:]
    if "EncryptedPackage" in found:
        raise Problem("workbook_encrypted", file=path.name)
    if not found:
        raise Problem("file_kind_unread", file=path.name, kind="OLE")
    return Source(str(path), "xls", size)


def _text(path: Path, size: int, head: bytes, encoding: str, delimiter: str) -> Source:
    encoding = encoding or _encoding(path, head)
    _check_lines(path, encoding)
    text = decode_head(head, encoding)
    start = text.lstrip()[:2000].casefold()
    if start.startswith(("<html", "<!doctype html", "<table", "<meta", "<head")) or (
        start.startswith("<") and "<table" in start
    ):
        return Source(str(path), "html", size, encoding)
    if start.startswith(("<?xml", "mime-version")):
        kind = "XML (Excel 2003)" if "spreadsheet" in start else "XML o MHTML"
        raise Problem("file_kind_unread", file=path.name, kind=kind)
    if re.match(r'\{\s*"|\[\s*\{\s*"', start):
        raise Problem("file_kind_unread", file=path.name, kind="JSON")
    if delimiter:
        return Source(str(path), "csv", size, encoding, delimiter)
    lines = text.splitlines()[:200] if len(head) < HEAD else text.splitlines()[:-1][:200]
    if _is_nested(lines):
        raise Problem("csv_in_csv", file=path.name, example=lines[min(1, len(lines) - 1)][:80])
    return Source(str(path), "csv", size, encoding, _delimiter(lines))


def decode_head(head: bytes, encoding: str) -> str:
    """``head`` as text; a character cut in two at its end is left out."""
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)


def _encoding(path: Path, head: bytes) -> str:
    """utf-8, utf-8-sig, utf-16, cp1252, cp850, mac_roman or latin-1."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:4096]
    if b"\x00" in head:
        half = len(sample) // 2 * 0.4
        if sample[1::2].count(0) > half and not sample[0::2].count(0):
            return "utf-16-le"
        if sample[0::2].count(0) > half and not sample[1::2].count(0):
            return "utf-16-be"
        raise Problem("file_binary", file=path.name)
    strange = sum(1 for byte in sample if byte < 32 and byte not in (9, 10, 12, 13, 26))
    if strange * 50 > len(sample):
        raise Problem("file_binary", file=path.name)
    counts = [0] * 256
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if chunk.isascii():
                continue
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
            if not is_utf8:
                for byte in chunk.translate(None, bytes(range(128))):
                    counts[byte] += 1
                if sum(counts) > 20_000:
                    break
    return "utf-8" if is_utf8 else _eight_bits(counts, len(head))


def _eight_bits(counts: list[int], size: int) -> str:
    """The one-byte encoding in which most of the upper bytes are letters of our languages."""
    total = sum(counts)
    told = {name: sum(counts[byte] for byte in marks) for name, marks in _MARKS.items()}
    best = max(told, key=lambda name: told[name])
    if total * 4 > size and told[best] * 2 < total:
        return "latin-1"
    if best == "cp1252" and any(counts[byte] for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)):
        return "latin-1"
    return best


def _check_lines(path: Path, encoding: str) -> None:
    """Stop at the first line longer than ``LINE_LIMIT`` and at NUL bytes in one-byte text."""
    is_wide = encoding.startswith("utf-16")
    length = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            firsts = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
            before = length + min(firsts, default=len(chunk))
            length = len(chunk) - last if last >= 0 else before
            if max(before, length) > LINE_LIMIT:
                raise Problem("line_too_long", file=path.name, limit=LINE_LIMIT)
            if not is_wide and b"\x00" in chunk:
                raise Problem("file_binary", file=path.name)


def _is_nested(lines: list[str]) -> bool:
    """Is a whole CSV line quoted as the one cell of another CSV ('"35;""gestor"";…"')?"""
    full = [line for line in lines if line.strip()][:50]
    wrapped = [line for line in full if re.fullmatch(r'".*"[,;]*', line.strip())]
    if len(full) < 2 or len(wrapped) * 2 < len(full):
        return False
    inner = [next(csv.reader([line]), [""]) for line in wrapped]
    return all(
        len([cell for cell in cells if cell]) == 1 and re.search(r"[;,|\t]", cells[0])
        for cells in inner
    )


def _delimiter(lines: list[str]) -> str:
    """The delimiter under which headings are best recognised and rows are most alike."""
    sample = "\n".join(lines)
    return max(DELIMITERS, key=lambda each: _fitness(sample, each))


def _fitness(sample: str, delimiter: str) -> tuple[int, float, int]:
    """Headings recognised in the best row, share of rows with the most common width, width."""
    try:
        rows = [row for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row]
    except csv.Error:
        return (0, 0.0, 0)
    widths = [len(row) for row in rows if len(row) > 1]
    if not widths:
        return (0, 0.0, 0)
    common = max(set(widths), key=widths.count)
    recognised = max(score(row) for row in rows[:60])
    return (recognised, widths.count(common) / len(rows), common)
