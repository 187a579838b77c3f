"""Is this payer that customer? Names as banks write them: cut, without accents, in any order."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz

#: What says how a company is made and not which one it is.
_FORMS = """
SAS SA S A C V CV DE SAPI SAB LTDA LIMITADA LTD LLC INC CORP CORPORATION CO COMPANY CIA SPA SAC SRL
R L SL EIRL SCS ESP BIC GMBH BV NV PLC THE Y E HIJOS
"""
LEGAL_FORMS = frozenset(_FORMS.split())
#: A token that more customers share says nothing about which.
COMMON = 300
#: Similarity (0–100) from which a name is worth showing to a person.
LIKELY = 82
#: Two whose similarity differs by less are not told apart by name.
MARGIN = 4
_WORDS = re.compile(r"[A-Z0-9]+")
_CUT_FROM = 7
#: Similarity of a customer whose name goes on after the whole of the payer's.
GOES_ON = 97.0
#: How many customers may go by one name before it says nothing.
SAME_MAX = 12
_FORM_LETTERS = frozenset("".join(sorted(form)) for form in LEGAL_FORMS if len(form) > 1)


def words_of(name: str) -> tuple[str, ...]:
    """The words that tell the name, folded, in their order. Never empty unless ``name`` is."""
    folded = name.upper()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    words = tuple(_WORDS.findall(folded))
    telling = tuple(word for word in words if word not in LEGAL_FORMS)
    return telling or words


def name_key(name: str) -> str:
    """The same for the same name in any order of words, accents, case and legal form."""
    return " ".join(sorted(words_of(name)))


def _is_broken_form(word: str) -> bool:
    """May it be a legal form that was cut short, or whose letters changed places?"""
    if any(form.startswith(word) for form in LEGAL_FORMS):
        return True
    return "".join(sorted(word)) in _FORM_LETTERS


def account_key(account: str) -> str:
    """Letters and digits of an account, without leading zeros."""
    return re.sub(r"[^A-Z0-9]", "", account.upper()).lstrip("0")


def similarity(one: str, other: str) -> float:
    """0 … 100 between two keys of ``words_of`` joined by spaces; a name cut short is 95."""
    short, long = sorted((one, other), key=len)
    if len(short) >= _CUT_FROM and long.startswith(short):
        return 95.0
    return float(fuzz.token_sort_ratio(one, other))


def _ways_in(words: tuple[str, ...]) -> set[str]:
    """What two ways of writing a name share: a word, its beginning, letters in another order."""
    found = {*words, "=" + "".join(sorted("".join(words)))}
    for word in words:
        if len(word) > 3:
            found.add("~" + "".join(sorted(word)))
            found.add(word[:4] + "…")
    return found


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a customer's name the payer's is. ``is_exact``: the same words."""

    customer: int
    similarity: float
    is_exact: bool


@dataclass
class NameIndex:
    """Customers by the words of their names; each question is answered once."""

    _by_key: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _by_word: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _plain: dict[int, str] = field(default_factory=dict)
    _by_plain: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    #: The names by the alphabet, once the first one is asked what goes on after it.
    _sorted: list[str] | None = None
    _asked: dict[str, tuple[Likeness, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, customers: Iterable[tuple[int, str]]) -> NameIndex:
        index = cls()
        for customer, name in customers:
            words = words_of(name)
            if not words:
                continue
            index._plain[customer] = plain = " ".join(words)
            index._by_plain[plain].append(customer)
            index._by_key[" ".join(sorted(words))].append(customer)
            for word in _ways_in(words):
                index._by_word[word].append(customer)
        return index

    def like(self, name: str) -> tuple[Likeness, ...]:
        """The most alike, the most alike first (ties: by id); empty where none is likely.

        Names are cut: a customer whose name goes on after the whole of the payer's may be meant as
        well as the one whose name it is. A legal form that was cut or mistyped is none, too.
        """
        words = words_of(name)
        if not words:
            return ()
        asked = " ".join(words)
        if asked not in self._asked:
            found = self._look(asked, words)
            if not found and len(words) > 1 and _is_broken_form(words[-1]):
                shorter = words[:-1]
                again = self._look(" ".join(shorter), shorter)
                found = tuple(Likeness(each.customer, each.similarity, False) for each in again)
            self._asked[asked] = found
        return self._asked[asked]

    def _look(self, asked: str, words: tuple[str, ...]) -> tuple[Likeness, ...]:
        same = self._by_key.get(" ".join(sorted(words)))
        if same:
            return (
                *(Likeness(customer, 100.0, True) for customer in same[:SAME_MAX]),
                *(Likeness(customer, GOES_ON, False) for customer in self._going_on(asked)),
            )
        near: set[int] = set()
        for word in sorted(_ways_in(words), key=lambda word: (-len(word), word)):
            found = self._by_word.get(word, ())
            if len(found) <= COMMON:
                near.update(found)
            if len(near) > COMMON:
                break
        scored = [(similarity(asked, self._plain[customer]), customer) for customer in near]
        likely = sorted(((-score, customer) for score, customer in scored if score >= LIKELY))[:5]
        return tuple(Likeness(customer, -score, False) for score, customer in likely)

    def _going_on(self, asked: str) -> list[int]:
        """Customers whose names begin with all of ``asked`` and have more words, by id; those of
        the first ``SAME_MAX`` names of the alphabet: thousands may begin with the trade they are
        in."""
        if self._sorted is None:
            self._sorted = sorted(self._by_plain)
        beginning = f"{asked} "
        first = bisect_left(self._sorted, beginning)
        found: list[int] = []
        for plain in self._sorted[first : first + SAME_MAX]:
            if not plain.startswith(beginning):
                break
            found += self._by_plain[plain]
        return sorted(found)[:SAME_MAX]
