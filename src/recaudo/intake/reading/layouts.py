"""Reports made for people: the customer on a row of its own, repeated headings, subtotals (F2).

A layout is the ``[layout]`` table of a mapping. Its rows give values to the rows below them:

    [layout]
    requires = ["Comprobante", "Vencimiento", "Saldo"]   # headings by which a file is known
    header_rows = 2                    # headings over two rows are joined
    skip = ['^Elaborado por']          # further rows that are no rows
    [[layout.carry]]                   # groups are named after fields; cells joined by ' | '
    row = '^Tercero:? \\| (?P<tax_id>[\\d.-]+) \\| (?P<name>.+)$'

A carried value holds until the next row that matches; ``clears`` names fields it blanks besides.
``fill_down = "yes"`` carries customer columns into rows that leave them blank (merged cells).
Subtotals, totals, page breaks and repeated headings need no words here: ``rows`` knows them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from recaudo.core.problems import Problem
from recaudo.intake.reading.contract import BY_NAME
from recaudo.intake.reading.dates import NUMBER
from recaudo.intake.reading.folding import fold_heading

JOINED = " | "
_FOLDER = "layouts"
#: How far down rows are looked at to know a layout.
LOOKED_AT = 400


@dataclass(frozen=True)
class Carry:
    """A row whose text matches gives its named groups to the rows below."""

    row: re.Pattern[str]
    clears: tuple[str, ...] = ()

    @property
    def gives(self) -> tuple[str, ...]:
        return tuple(self.row.groupindex)


@dataclass(frozen=True)
class Layout:
    name: str = ""
    requires: tuple[str, ...] = ()
    header_rows: int = 1
    skip: tuple[re.Pattern[str], ...] = ()
    carry: tuple[Carry, ...] = ()
    fill_down: str = ""  # 'yes', 'no', '' not asked yet

    @property
    def carried(self) -> tuple[str, ...]:
        """Fields that carry rows give, in the order first named."""
        return tuple(dict.fromkeys(name for each in self.carry for name in each.gives))

    def fits(self, headings: Iterable[str], texts: Iterable[list[str]]) -> bool:
        """Has the file the headings required, and a row of each kind that gives values?"""
        folded = {fold_heading(each) for each in headings}
        if not self.requires or not all(fold_heading(each) in folded for each in self.requires):
            return False
        rows = [joined(cells) for cells in texts]
        return all(any(each.row.search(row) for row in rows) for each in self.carry)

    def to_toml(self) -> str:
        """The inside of ``[layout]``; patterns as literal strings."""
        lines = [f"requires = {toml_value(self.requires)}"] if self.requires else []
        lines += [f"header_rows = {self.header_rows}"] if self.header_rows > 1 else []
        lines += [f'fill_down = "{self.fill_down}"'] if self.fill_down else []
        if self.skip:
            lines.append("skip = [" + ", ".join(f"'''{one.pattern}'''" for one in self.skip) + "]")
        for each in self.carry:
            lines += ["[[layout.carry]]", f"row = '''{each.row.pattern}'''"]
            lines += [f"clears = {toml_value(each.clears)}"] if each.clears else []
        return "\n".join(lines) + "\n"


def joined(cells: Iterable[str]) -> str:
    """The cells of a row that are not blank, trimmed, with ' | ' between them."""
    return JOINED.join(text for each in cells if (text := each.replace(NUMBER, "").strip()))


def layout_from(raw: dict[str, Any], name: str) -> Layout:
    """The ``[layout]`` table, checked. Problem ``mapping_unknown`` or ``mapping_unreadable``."""
    for word in raw:
        if word not in ("requires", "header_rows", "skip", "carry", "fill_down"):
            raise Problem("mapping_unknown", word=word, place="layout")
    try:
        carry = tuple(
            Carry(re.compile(each["row"]), tuple(each.get("clears", ())))
            for each in raw.get("carry", ())
        )
        skip = tuple(re.compile(each) for each in raw.get("skip", ()))
    except (re.error, KeyError, TypeError) as error:
        raise Problem("mapping_unreadable", detail=f"layout: {error}") from error
    for each in carry:
        for field in (*each.gives, *each.clears):
            if field not in BY_NAME:
                raise Problem("mapping_unknown", word=field, place="layout")
    return Layout(
        name,
        tuple(raw.get("requires", ())),
        int(raw.get("header_rows", 1)),
        skip,
        carry,
        str(raw.get("fill_down", "")),
    )


def saved_layout(name: str) -> str:
    """The TOML of a layout that Recaudo ships. Problem ``layout_unknown``."""
    texts = saved_layouts()
    if name not in texts:
        raise Problem("layout_unknown", name=name, known=sorted(texts))
    return texts[name]


@cache
def saved_layouts() -> dict[str, str]:
    """Layouts that Recaudo ships, by name: the mapping's TOML."""
    folder = files("recaudo.intake") / _FOLDER
    if not folder.is_dir():
        return {}
    return {
        each.name.removesuffix(".toml"): each.read_text("utf-8")
        for each in sorted(folder.iterdir(), key=lambda one: one.name)
        if each.name.endswith(".toml")
    }


def carry_down(
    layout: Layout,
    rows: Iterable[tuple[int, list[str]]],
    header_row: int,
    skipped: dict[str, int],
) -> Iterator[tuple[int, list[str]]]:
    """Rows of detail, each longer by the values carried to it (in the order of ``carried``).

    Rows down to ``header_row`` may give values too and are else left out. Rows that give values
    are counted in ``skipped`` as 'customer', those of ``skip`` as 'title'.
    """
    now = dict.fromkeys(layout.carried, "")
    for row_no, cells in rows:
        text = joined(cells)
        if given := _given(layout, text):
            now.update(given)
            skipped["customer"] = skipped.get("customer", 0) + 1
        elif row_no <= header_row:
            continue
        elif any(each.search(text) for each in layout.skip):
            skipped["title"] = skipped.get("title", 0) + 1
        else:
            yield row_no, [*cells, *now.values()]


def _given(layout: Layout, text: str) -> dict[str, str]:
    for each in layout.carry:
        if found := each.row.search(text):
            blanked = {name: "" for name in each.clears if name in layout.carried}
            values = {name: (value or "").strip() for name, value in found.groupdict().items()}
            return blanked | values
    return {}


def toml_value(value: object) -> str:
    """A string, number, truth or list of strings as TOML writes it."""
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml_value(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
