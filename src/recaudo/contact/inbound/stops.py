"""Does the customer ask not to be contacted, so clearly that it acts at once?

Pure. A stop word that stands alone, or a phrase that can mean nothing else (the heaviest ones of
``[stop]`` in ``phrases.toml``). A wish about the hour ("no me llamen tan temprano"), or about
something else that ends ("denme de baja del plan"), is left to a person. docs/rules/replies.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recaudo.contact.inbound.classify import (
    BREAK,
    Token,
    evidence,
    own_words,
    tokens_of,
    word_list,
)

#: From this weight on a phrase of ``[stop]`` is clearly meant.
CLEAR = 95
#: How many words around a phrase are looked at.
AROUND = 5
#: A stop word and at most so many more words ("STOP SMS", "baja ya").
FEW = 3

ALONE = word_list("alone")
COURTESY = word_list("courtesy")
STOP_WORDS = frozenset({"baja", "stop", "unsubscribe", "desuscribir"})
#: What makes of a stop word another matter: "baja temporal", "baja del servicio", "stop payment".
ENDS_ELSE = word_list("ends_else")
OTHER_MATTER = ENDS_ELSE | word_list("other_matter")
#: After a phrase: it was about when, not about whether.
ABOUT_WHEN = word_list("about_when")
#: Before a phrase: it was a condition.
CONDITIONS = word_list("conditions")

Scope = Literal["all", "channel", "point"]
EVERYTHING = ("contact", "molest", "busc", "bother", "hostig", "acos")
NAMED = {
    "email": ("correo", "mail", "email"),
    "whatsapp": ("whatsapp", "wasap", "whats"),
    "sms": ("sms", "text"),
    "phone": ("llam", "marc", "marqu", "call", "telefon"),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """``rule``: ``alone`` or ``phrase``. ``channel`` of the portfolio, empty for the one that the
    message came by. ``scope`` ``point``: only the address or number that it came from."""

    rule: str
    scope: Scope
    channel: str
    words: str


def stop_of(text: str) -> Stop | None:
    """The refusal of contact in ``text``, None where there is none or it is not clear."""
    own = own_words(text)
    tokens = tokens_of(own)
    if alone := _alone(own, tokens):
        return Stop("alone", "channel", "", alone)
    for weight, first, last in evidence("stop", tokens):
        if weight < CLEAR:
            continue
        before, after = _before(tokens, first), _after(tokens, last)
        if CONDITIONS & set(before) or ABOUT_WHEN & set(after):
            continue
        said = [token.word for token in tokens[first:last]]
        if "baja" in said and ENDS_ELSE & set(after):
            continue
        words = own[tokens[first].start : tokens[last - 1].end]
        return _scoped(said, after, words)
    return None


def _alone(own: str, tokens: Sequence[Token]) -> str:
    """The stop word, where the text, or its first line, is nothing else."""
    first_line = own.split("\n", 1)[0]
    for piece, line in ((own, tokens), (first_line, tokens_of(first_line))):
        words = [token.word for token in line if token.word not in (BREAK, "¿")]
        bare = [word for word in words if word not in COURTESY]
        if "".join(bare) in ALONE:
            return piece.strip()
        if bare and bare[0] in STOP_WORDS and len(bare) <= FEW and not OTHER_MATTER & set(bare):
            return piece.strip()
    return ""


def _before(tokens: Sequence[Token], first: int) -> list[str]:
    words: list[str] = []
    for token in reversed(tokens[max(0, first - AROUND) : first]):
        if token.word == BREAK:
            break
        words.append(token.word)
    return words


def _after(tokens: Sequence[Token], last: int) -> list[str]:
    words: list[str] = []
    for token in tokens[last : last + AROUND + 2]:
        if token.word == BREAK:
            break
        words.append(token.word)
    return words


def _scoped(said: Sequence[str], after: Sequence[str], words: str) -> Stop:
    around = [*said, *after]
    if {"ningun", "ninguna", "ninguno", "any"} & set(around):
        return Stop("phrase", "all", "", words)
    joined = f" {' '.join(around)} "
    if any(f" {this} " in joined for this in ("este numero", "este correo", "esta direccion")):
        return Stop("phrase", "point", "", words)
    if " este medio " in joined or " este canal " in joined or " aqui " in joined:
        return Stop("phrase", "channel", "", words)
    for channel, stems in NAMED.items():
        if any(word.startswith(stems) for word in around):
            return Stop("phrase", "channel", channel, words)
    if any(word.startswith(EVERYTHING) for word in said):
        return Stop("phrase", "all", "", words)
    return Stop("phrase", "channel", "", words)
