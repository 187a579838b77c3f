"""Text messages: which letters cost one place, and how many messages a text takes.

A message in the GSM alphabet (3GPP TS 23.038) holds 160 places, 153 each where there are several;
with any other letter 70 and 67. Accents that the alphabet lacks (á, í, ó, ú) would halve the room,
so they are dropped; é, ñ, ü, ¿ and ¡ are in it and stay.
"""

from __future__ import annotations

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: They take two places.
EXTENDED = frozenset("^{}\\[~]|€\f")
_PLAIN = str.maketrans(
    {
        "á": "a",
        "í": "i",
        "ó": "o",
        "ú": "u",
        "Á": "A",
        "Í": "I",
        "Ó": "O",
        "Ú": "U",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "•": "-",
        "…": "...",
        "\u00a0": " ",
        "\t": " ",
    }
)


def as_sms(text: str) -> str:
    """``text`` in letters that cost one place, where only accents and quotes change."""
    return text.translate(_PLAIN)


def segments(text: str) -> int:
    """How many messages ``text`` takes; 0 of nothing."""
    if not text:
        return 0
    if all(letter in GSM or letter in EXTENDED for letter in text):
        places = sum(2 if letter in EXTENDED else 1 for letter in text)
        return 1 if places <= 160 else -(-places // 153)
    places = len(text.encode("utf-16-le")) // 2
    return 1 if places <= 70 else -(-places // 67)
