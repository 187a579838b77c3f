"""Which variables does a template read, and are they all documented?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from recaudo.contact.texts.liquid import parsed
from recaudo.contact.texts.variables import documented

_LOOP = re.compile(r"\{%-?\s*for\s+(\w+)\s+in\s+([\w.]+)")
#: Inside an ``mj-preview`` alone: the rendered preview.
PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Names:
    """Names as they are documented (``items[].amount``), each with the first line it stands in."""

    lines: dict[str, int]

    def has(self, *wanted: str) -> bool:
        return self.first(*wanted) is not None

    def first(self, *wanted: str) -> str | None:
        """The first of ``wanted`` that the template reads; ``ways`` is read by ``ways[].title``."""
        for name in wanted:
            inside = (f"{name}.", f"{name}[]")
            for read in self.lines:
                if read == name or read.startswith(inside):
                    return name
        return None


@lru_cache(maxsize=4096)
def names_in(source: str) -> Names:
    """Raises as ``liquid.parsed``."""
    template = parsed(source)
    analysis = template.analyze(include_partials=False)
    elements = dict(_LOOP.findall(source))
    own = set(analysis.locals)
    lines: dict[str, int] = {}
    for reads in analysis.variables.values():
        for read in reads:
            name = _documented_name([str(part) for part in read.segments], elements, own)
            if name:
                line = source.count("\n", 0, read.span.index) + 1
                lines[name] = min(line, lines.get(name, line))
    return Names(lines)


def _documented_name(parts: list[str], elements: dict[str, str], own: set[str]) -> str:
    """Empty for what the template makes itself: ``forloop``, what it assigned."""
    first, rest = parts[0], parts[1:]
    if first == "forloop":
        return ""
    if first in elements:
        base = elements[first]
        return ".".join([f"{base}[]", *rest])
    if first in own:
        return ""
    name = first
    for part in rest:
        name += "[]" if part.isdecimal() or part in ("first", "last") else f".{part}"
    return name


def unknown_names(names: Names, *, in_page: bool) -> Iterator[tuple[str, int]]:
    """Names that no message has, with their lines."""
    for name, line in names.lines.items():
        is_size = name.endswith(".size")
        if name not in known() and not is_size and not (in_page and name == PREVIEW):
            yield name, line


@cache
def known() -> frozenset[str]:
    """Documented names, and the objects that hold them: ``{% if payment %}`` is a fair question."""
    found = set()
    for each in documented():
        found.add(each.name)
        found.add(each.name.split(".")[0].removesuffix("[]"))
        if "[]" in each.name:
            found.add(each.name.split("[]")[0] + "[]")
    return frozenset(found)
