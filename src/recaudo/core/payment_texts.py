"""What a payer wrote, as keys that can be looked up: numbers of documents, references, tax ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_TOKEN = re.compile(r"[A-Z0-9]+")
_DIGIT = re.compile(r"[0-9]")
_RF = re.compile(r"\bRF(\d{2})\s?([A-Z0-9 ]{1,26})\b")
#: Shorter keys name nothing in free text; a reference field may be as short as a person's number.
SHORTEST = 3
LONGEST = 40
#: Words put together at most ('FE 2026 1234').
JOINED = 3
#: What is left of a number that was cut says something from so many signs, and digits, on.
CUT_SHORTEST = 5
CUT_DIGITS = 3


def key_of(number: str) -> str:
    """Letters and digits, without leading zeros: ``FE-00123`` is ``FE00123``, ``00123`` is 123."""
    return re.sub(r"[^A-Z0-9]", "", number.upper()).lstrip("0")


def is_creditor_reference(text: str) -> bool:
    """Is it an ISO 11649 creditor reference with its right check digits?"""
    plain = re.sub(r"\s", "", text.upper())
    if not re.fullmatch(r"RF\d{2}[A-Z0-9]{1,21}", plain):
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def creditor_references(text: str) -> list[str]:
    """The bodies of the valid RF references in ``text``, without ``RF`` and check digits.

    A reference ends where a word ends: one beginning in 97 of any text has the right digits.
    """
    found = []
    for match in _RF.finditer(text.upper()):
        words = match[2].split()
        for count in range(len(words), 0, -1):
            body = "".join(words[:count])
            if is_creditor_reference(f"RF{match[1]}{body}"):
                found.append(body.lstrip("0"))
                break
    return found


def keys_in(text: str, references: Iterable[str]) -> set[str]:
    """Every key that the line may carry: words with a digit, neighbours put together, whole
    references, and what stands in RF references."""
    keys = set(creditor_references(text))
    for reference in references:
        keys.add(key_of(reference))
        keys.update(creditor_references(reference))
    for part in (text, *references):
        keys.update(word.lstrip("0") for word in _words(part) if _DIGIT.search(word))
    return {key for key in keys if SHORTEST <= len(key) <= LONGEST}


def cut_keys(text: str, references: Iterable[str]) -> set[str]:
    """Words, and neighbours put together, that may be a number that somebody cut: five signs or
    more, three of them digits. Leading zeros count: they are what is left of the number."""
    return {
        word
        for part in (text, *references)
        for word in _words(part)
        if CUT_SHORTEST <= len(word) <= LONGEST and len(_DIGIT.findall(word)) >= CUT_DIGITS
    }


def _words(part: str) -> Iterator[str]:
    """Each word, alone and put together with its next neighbours."""
    tokens = _TOKEN.findall(part.upper())
    for at, word in enumerate(tokens):
        yield word
        for neighbour in tokens[at + 1 : at + JOINED]:
            word += neighbour
            yield word


def may_be_cut_from(key: str, whole: str) -> bool:
    """Is ``key`` the beginning or the end of ``whole``, and most of it?"""
    return (
        len(key) < len(whole)
        and 2 * len(key) >= len(whole)
        and (whole.startswith(key) or whole.endswith(key))
    )
