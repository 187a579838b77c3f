"""Charts as plain numbers for SVG templates: bars in percent of the longest, a line in a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 600, 160
ROUND = (5, 10, 20, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True)
class Bar:
    """``length`` 0 … 100 of the longest bar; ``share`` of the whole in percent;
    ``query`` is the worklist's filter that gives its rows, or empty."""

    label: str
    documents: int
    value: Decimal
    length: str
    share: Decimal
    step: int
    query: str = ""


@dataclass(frozen=True)
class Line:
    """Points of a polyline and of the area under it, in a box of ``WIDTH`` × ``HEIGHT`` whose
    upper edge is ``top``."""

    line: str
    area: str
    top: Decimal


def length(value: Decimal, longest: Decimal) -> str:
    """As SVG writes it; a value above zero is always to be seen."""
    if value <= 0 or longest <= 0:
        return "0"
    return f"{max(Decimal('0.6'), value * 100 / longest):.2f}"


def line(values: Sequence[Decimal]) -> Line:
    """Shares in percent, at least two, from zero to a round figure not below the highest."""
    highest = max(values)
    top = Decimal(next((each for each in ROUND if each >= highest), 100))
    step = Decimal(WIDTH) / (len(values) - 1)
    points = [
        f"{step * place:.1f},{HEIGHT - HEIGHT * value / top:.1f}"
        for place, value in enumerate(values)
    ]
    return Line(" ".join(points), f"0,{HEIGHT} {' '.join(points)} {WIDTH},{HEIGHT}", top)
