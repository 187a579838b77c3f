"""How texts are compared: without accents, case, punctuation and doubled spaces."""

from __future__ import annotations

import re
import unicodedata

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_INITIALS = re.compile(r"\b([a-z]) (?=[a-z]\b)")
_OTHER = re.compile(r"[^0-9a-z%#$+<>]+")


def fold(text: str) -> str:
    """``'  Razón   Social.'`` → ``'razon social'``; letters keep their base, ñ becomes n."""
    text = text.replace("º", "").replace("°", "")
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return _OTHER.sub(" ", plain.casefold()).strip()


def fold_heading(text: str) -> str:
    """Like ``fold``, and ``InvoiceDate`` or ``due_in_date`` become words, ``C.C.`` one."""
    return _INITIALS.sub(r"\1", fold(_CAMEL.sub(" ", text.replace("\n", " "))))
