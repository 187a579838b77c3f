"""How likely is this customer to pay? An additive table of points, the same in Python and in SQL.

The table is ``scorecard.toml`` beside this file; what it means and how it was made stands in
docs/rules/scorecard.md. Integers only: no engine rounds anything.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from recaudo.core.problems import Problem

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Band:
    """``points`` for values up to and including ``to``; None is without end."""

    to: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Fact:
    """The bands of one fact in rising order; ``missing`` are the points when it is not known."""

    fact: str
    missing: int
    bands: tuple[Band, ...]

    def points(self, value: int | None) -> int:
        if value is None:
            return self.missing
        return next(band.points for band in self.bands if band.to is None or value <= band.to)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """``thresholds``: (from points, parts per million), rising; the first also serves below."""

    code: str
    base: int
    facts: tuple[Fact, ...]
    thresholds: tuple[tuple[int, int], ...]

    def ppm_of(self, points: int) -> int:
        """Probability in parts per million for a total of ``points``."""
        return max(ppm for start, ppm in self.thresholds if start <= max(points, self.lowest))

    @property
    def lowest(self) -> int:
        return self.thresholds[0][0]


def points(card: Scorecard, facts: Mapping[str, int | None]) -> int:
    """The total for one customer; a fact that is absent counts as not known."""
    return card.base + sum(points for _, _, points in contributions(card, facts))


def probability_ppm(card: Scorecard, facts: Mapping[str, int | None]) -> int:
    """Probability of payment in parts per million, 0 < ppm < 1,000,000."""
    return card.ppm_of(points(card, facts))


def contributions(
    card: Scorecard, facts: Mapping[str, int | None]
) -> list[tuple[str, int | None, int]]:
    """Why: (fact, value, points) in the order of the table."""
    return [
        (entry.fact, facts.get(entry.fact), entry.points(facts.get(entry.fact)))
        for entry in card.facts
    ]


def points_sql(card: Scorecard, column: Callable[[str], str] = str) -> str:
    """An integer SQL expression for ``points``; ``column`` turns a fact's name into a column.

    Only CASE, comparison and addition: the engine's common subset.
    """
    return " + ".join([str(card.base), *(_case(entry, column(entry.fact)) for entry in card.facts)])


def ppm_sql(card: Scorecard, points_column: str) -> str:
    """An integer SQL expression for ``Scorecard.ppm_of`` over a column of points."""
    falling = list(reversed(card.thresholds))
    whens = (f"WHEN {points_column} >= {start} THEN {ppm}" for start, ppm in falling[:-1])
    return f"CASE {' '.join(whens)} ELSE {falling[-1][1]} END"


def _case(entry: Fact, column: str) -> str:
    *inner, last = entry.bands
    whens = [f"WHEN {column} IS NULL THEN {entry.missing}"]
    whens += [f"WHEN {column} <= {band.to} THEN {band.points}" for band in inner]
    return f"CASE {' '.join(whens)} ELSE {last.points} END"


@cache
def house_scorecard() -> Scorecard:
    """The table that ships with the product."""
    return read_scorecard((files("recaudo.core") / "scorecard.toml").read_text("utf-8"))


def read_scorecard(text: str) -> Scorecard:
    """A scorecard from TOML, as scorecard.toml has it.

    Raises Problem ``scorecard_unreadable``, ``scorecard_bands`` (a gap, an overlap or a missing
    end, by fact), ``scorecard_thresholds`` (not rising, or ppm outside 0 … 1,000,000).
    """
    try:
        stored = tomllib.loads(text)
        card = Scorecard(
            str(stored["code"]),
            _whole(stored["base"]),
            tuple(_read_fact(entry) for entry in stored["facts"]),
            _read_thresholds(stored["thresholds"]),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, IndexError) as error:
        raise Problem("scorecard_unreadable", detail=str(error)) from error
    names = [entry.fact for entry in card.facts]
    if len(set(names)) < len(names):
        raise Problem("scorecard_unreadable", detail=", ".join(names))
    return card


def _read_fact(stored: Mapping[str, Any]) -> Fact:
    name, bands = str(stored["fact"]), stored["bands"]
    touching = all(
        low.get("to") is not None and high.get("from") == low["to"] + 1
        for low, high in pairwise(bands)
    )
    if not touching or "from" in bands[0] or "to" in bands[-1]:
        raise Problem("scorecard_bands", fact=name)
    read = tuple(Band(band.get("to"), _whole(band["points"])) for band in bands)
    ends = [band.to for band in read if band.to is not None]
    if ends != sorted(set(ends)):
        raise Problem("scorecard_bands", fact=name)
    return Fact(name, _whole(stored["missing"]), read)


def _read_thresholds(stored: list[Mapping[str, Any]]) -> tuple[tuple[int, int], ...]:
    read = tuple((_whole(row["from"]), _whole(row["ppm"])) for row in stored)
    rising = all(low[0] < high[0] and low[1] <= high[1] for low, high in pairwise(read))
    if not read or not rising or not 0 <= read[0][1] <= read[-1][1] <= PPM:
        raise Problem("scorecard_thresholds")
    return read


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"not a whole number: {value!r}")
    return value
