"""A picture of a made-up receipt, drawn here: bars on paper, as a photograph of a slip looks."""

from __future__ import annotations

import struct
import zlib

WIDTH, HEIGHT = 240, 320
PAPER, INK, BAND = b"\xf7\xf7\xf2", b"\x44\x44\x4c", b"\x2f\x6f\x5e"
#: From top to bottom: where a line of "text" begins, and how wide it is.
LINES = ((84, 150), (108, 96), (132, 170), (156, 120), (196, 190), (220, 84), (264, 140))


def receipt_image() -> bytes:
    """A PNG, always the same bytes."""
    rows = b"".join(b"\x00" + _row(y) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 9)), _chunk(b"IEND", b""))
    )


def _row(y: int) -> bytes:
    if y < 56:
        return BAND * WIDTH
    for top, width in LINES:
        if top <= y < top + 9:
            return PAPER * 24 + INK * width + PAPER * (WIDTH - 24 - width)
    return PAPER * WIDTH


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
