"""What does the customer want to say, and which of their words say so?

Pure: no Django, clock or network. Weighted phrases (``phrases.toml``) are looked for in what the
person wrote themselves, quoted text left out. A class scores ``100 × (1 − Π(1 − weight/100))`` over
its phrases found, less a third of the next class's score: two meanings are less sure than one.
The classifier proposes; docs/rules/replies.md says what may act on it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

#: Ties go to what must not be missed.
CLASSES = (
    "stop",
    "wrong_person",
    "paid",
    "situation",
    "objection",
    "promise",
    "question",
    "other",
)
#: The share of the next class's score that is taken off a class's own.
DOUBT = 1 / 3
#: No phrase found: somebody has to read it.
NOTHING_FOUND = 10
#: Words shorter than this are never taken for a misspelt one.
FUZZY_FROM = 6
#: What is read of one message; nobody's own words are longer.
READ_CHARACTERS = 20_000

NEGATION_REACH = 3
UNSAID_REACH = 4
SHORT_FORMS = {
    "q": "que",
    "k": "que",
    "ke": "que",
    "xq": "porque",
    "pq": "porque",
    "porq": "porque",
    "x": "por",
    "d": "de",
    "tb": "tambien",
    "ud": "usted",
    "uds": "ustedes",
    "xfa": "por favor",
    "porfa": "por favor",
    "pls": "please",
    "u": "you",
    "ur": "your",
    "page": "pague",
    "pantallaso": "pantallazo",
}
BREAK = "|"


@dataclass(frozen=True, slots=True)
class Proposal:
    """``words`` are pieces of the text as written, in its order. ``score`` is 0 … 100."""

    reply_class: str
    score: int
    words: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {"class": self.reply_class, "score": self.score, "words": list(self.words)}


@dataclass(frozen=True, slots=True)
class Token:
    """One word, folded, and where it stands in the text. ``|`` ends a clause."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    pattern: re.Pattern[str]
    weight: int
    begins_with_no: bool


def propose(text: str) -> list[Proposal]:
    """Every class that the text speaks for, the likeliest first; never empty."""
    own = own_words(text)
    tokens = tokens_of(own)
    found = {name: evidence(name, tokens) for name in CLASSES}
    raw = {name: _together([weight for weight, *_ in hits]) for name, hits in found.items()}
    ranked = sorted((name for name in CLASSES if raw[name]), key=lambda name: -raw[name])
    if not ranked:
        return [Proposal("other", NOTHING_FOUND, ())]
    best = []
    for name in ranked:
        against = max((raw[each] for each in ranked if each != name), default=0.0)
        score = max(0, round(raw[name] - DOUBT * against))
        best.append(Proposal(name, score, _pieces(own, found[name])))
    return best


def own_words(text: str) -> str:
    """What the person wrote: without quoted lines, the quoted message below, or a signature."""
    kept: list[str] = []
    for line in text[:READ_CHARACTERS].splitlines():
        bare = line.strip()
        if bare.startswith(">") or _is_mobile_signature(bare):
            continue
        if bare == "--" or line.rstrip("\r\n") == "-- " or _QUOTED_FROM_HERE.match(bare):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def tokens_of(text: str) -> list[Token]:
    """The words of ``text``, folded, with ``|`` between clauses; misspelt ones put right."""
    tokens: list[Token] = []
    for piece in _PIECE.finditer(text[:READ_CHARACTERS]):
        if piece[0] in "¿":
            tokens.append(Token("¿", *piece.span()))
        elif not piece[0][0].isalnum():
            tokens.append(Token(BREAK, *piece.span()))
        else:
            for word in SHORT_FORMS.get(folded := fold(piece[0]), folded).split():
                tokens.append(Token(_put_right(word), *piece.span()))
    return tokens


def fold(word: str) -> str:
    """Lower case, no accents or apostrophes, no letter three times running (``siiii`` → ``si``)."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c.isalnum())
    return re.sub(r"(\D)\1{2,}", r"\1", plain)


_PIECE = re.compile(r"¿|[^\W_]+(?:['’][^\W_]+)*|[.,;:!?()\n…]+")
_QUOTED_FROM_HERE = re.compile(
    r"(?:el|on|le|em) .{4,200}(?:escribi[oó]|wrote|escreveu)\s*:?$"
    r"|-{2,} ?(?:mensaje original|original message|forwarded message|mensaje reenviado).*"
    r"|_{10,}$"
    r"|(?:de|from|von) ?: .*(?:@|<).*",
    re.IGNORECASE,
)


def _is_mobile_signature(line: str) -> bool:
    return bool(re.match(r"(?:enviado desde mi|sent from my|obtener outlook para)\b", line, re.I))


def evidence(name: str, tokens: Sequence[Token]) -> list[tuple[int, int, int]]:
    """(weight, first token, token after the last) of each phrase of the class that is meant."""
    line, starts = _line(tokens)
    hits = []
    for phrase in _phrases()[name]:
        for match in phrase.pattern.finditer(line):
            first = starts[match.start("said")]
            last = first + len(match["said"].split())
            before = _clause_before(tokens, first)
            if not phrase.begins_with_no and _is_negated(before):
                continue
            if _is_unsaid(name, before):
                continue
            hits.append((phrase.weight, first, last))
            break  # the same phrase twice says no more
    return hits


def _line(tokens: Sequence[Token]) -> tuple[str, dict[int, int]]:
    """The words in one line, and which token begins at which place of it."""
    starts, at = {}, 1
    for number, token in enumerate(tokens):
        starts[at] = number
        at += len(token.word) + 1
    return " " + " ".join(token.word for token in tokens) + " ", starts


def _clause_before(tokens: Sequence[Token], first: int) -> list[str]:
    words: list[str] = []
    for token in reversed(tokens[max(0, first - 8) : first]):
        if token.word == BREAK:
            break
        words.append(token.word)
    return words  # the nearest first


def _is_negated(before: Sequence[str]) -> bool:
    for word in before[:NEGATION_REACH]:
        if word in word_list("turns"):
            return False
        if word in word_list("negations"):
            return True
    return False


def _is_unsaid(name: str, before: Sequence[str]) -> bool:
    said = " ".join(reversed(before[:UNSAID_REACH]))
    return any(each in said for each in _unsaid().get(name, ()))


def _together(weights: Sequence[int]) -> float:
    left = 1.0
    for weight in weights:
        left *= 1 - weight / 100
    return 100 * (1 - left)


def _pieces(text: str, hits: Sequence[tuple[int, int, int]]) -> tuple[str, ...]:
    """The text behind the hits, each stretch once, in the order of the text."""
    tokens = tokens_of(text)
    spans = sorted((tokens[first].start, tokens[last - 1].end) for _, first, last in hits)
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(dict.fromkeys(text[start:end] for start, end in merged))


@cache
def _raw() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_text())


@cache
def word_list(name: str) -> frozenset[str]:
    """A list of ``[words]``."""
    words: dict[str, str] = tomllib.loads(_text())["words"]
    return frozenset(words[name].split())


@cache
def _text() -> str:
    return files("recaudo.contact.inbound").joinpath("phrases.toml").read_text("utf-8")


@cache
def _phrases() -> dict[str, list[_Phrase]]:
    return {
        name: [
            _Phrase(
                _pattern(phrase),
                int(weight),
                phrase.split("|")[0].split()[0] in word_list("negations"),
            )
            for weight, phrases in _raw()[name].items()
            for phrase in phrases
        ]
        for name in CLASSES
    }


@cache
def _unsaid() -> dict[str, tuple[str, ...]]:
    return {name: tuple(phrases) for name, phrases in _raw()["unsaid"].items()}


def _pattern(phrase: str) -> re.Pattern[str]:
    """``ya _ pague|pagamos`` over a line of folded words, one space around each.

    ``^`` first: only at the beginning of the text; ``<n>`` is a number.
    """
    start, parts = r"(?<= )", []
    for part in phrase.split():
        if part == "^":
            start = r"(?<=^ )"
        elif part == "_":
            parts.append(r"(?:[^ |]+ ){0,3}?")
        else:
            parts.append("(?:" + "|".join(_word(each) for each in part.split("|")) + ") ")
    return re.compile(f"{start}(?P<said>{''.join(parts)})")


def _word(word: str) -> str:
    if word == "<n>":
        return r"\d+"
    if word.endswith("*"):
        return re.escape(word[:-1]) + r"[^ |]*"
    return re.escape(word)


def _words_known() -> Iterator[str]:
    for name in CLASSES:
        for phrases in _raw()[name].values():
            for phrase in phrases:
                yield from re.findall(r"[a-z]+", phrase)


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(_words_known())


@cache
def _stems() -> tuple[str, ...]:
    """The beginnings of words that phrases take with any ending."""
    every = (p for name in CLASSES for phrases in _raw()[name].values() for p in phrases)
    return tuple({stem for phrase in every for stem in re.findall(r"([a-z]+)\*", phrase)})


@cache
def _long_words() -> tuple[str, ...]:
    return tuple(sorted(word for word in _vocabulary() if len(word) >= FUZZY_FROM))


@lru_cache(maxsize=20_000)
def _put_right(word: str) -> str:
    """The known word that differs by one letter, where ``word`` is long and not known itself."""
    if len(word) < FUZZY_FROM or word in _vocabulary() or not word.isalpha():
        return word
    if word.startswith(_stems()):
        return word
    found = extractOne(word, _long_words(), scorer=OSA.distance, score_cutoff=1)
    return found[0] if found is not None and found[0][0] == word[0] else word
