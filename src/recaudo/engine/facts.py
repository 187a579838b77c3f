"""Which facts are there? The columns that facts.toml documents, as values."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

import pyarrow as pa

FactType = Literal["money", "days", "int", "ppm", "text", "bool", "day"]
About = Literal["customer", "document"]

ARROW: Mapping[FactType, pa.DataType] = {
    "money": pa.int64(),
    "days": pa.int32(),
    "int": pa.int32(),
    "ppm": pa.int32(),
    "text": pa.string(),
    "bool": pa.bool_(),
    "day": pa.int32(),
}
POSTGRES: Mapping[FactType, str] = {
    "money": "bigint",
    "days": "integer",
    "int": "integer",
    "ppm": "integer",
    "text": "text",
    "bool": "boolean",
    "day": "integer",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """``null`` says what an empty value means; None where the fact is never empty.

    ``label`` and ``explained`` are Spanish, ``meaning`` is English; money is whole ten-thousandths,
    a day is days since 1970-01-01.
    """

    name: str
    type: FactType
    label: str
    explained: str
    meaning: str
    null: str | None = None


@cache
def facts_about(about: About) -> Mapping[str, Fact]:
    """The facts of a customer or of an open document, by name, in the order of the columns."""
    stored = tomllib.loads((files("recaudo.engine") / "facts.toml").read_text("utf-8"))
    facts = [_read(entry) for entry in stored[about]]
    return {fact.name: fact for fact in facts}


def _read(entry: Mapping[str, str]) -> Fact:
    if entry["type"] not in get_args(FactType):
        raise ValueError(f"facts.toml: {entry['name']} has no type {entry['type']}")
    return Fact(
        entry["name"],
        cast(FactType, entry["type"]),
        entry["label"],
        entry["explained"],
        entry["meaning"],
        entry.get("null"),
    )
