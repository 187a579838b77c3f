"""What a person changed in the columns page, put back into the mapping of the file."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import replace

from recaudo.core.problems import Problem
from recaudo.intake.reading.mapping import parse_mapping, to_toml


def reassigned(toml: str, chosen: Dict[str, str]) -> str:
    """``toml`` with its columns exactly as ``chosen`` (heading → field, '' is not used).

    Several headings of one field stay in their order: the first that has a value counts.
    Raises Problem ``columns_none``; ``mapping_unknown`` for a field that nobody knows.
    """
    columns: dict[str, tuple[str, ...]] = {}
    for heading, field in chosen.items():
        if field:
            columns[field] = (*columns.get(field, ()), heading)
    if not columns:
        raise Problem("columns_none")
    mapping = replace(parse_mapping(toml), columns=columns, recognise_others=False)
    made = to_toml(mapping)
    parse_mapping(made)
    return made
