"""A mapping says what the columns of one kind of file mean. It is a small TOML.

name = "Cartera mensual"
mode = "snapshot"                    # or "incremental"; empty: the caller decides
date_order = "dmy"                   # dmy, mdy, ymd; for every column that leaves it open
decimal = ","                        # the decimal sign, likewise
sheet = "Cartera"                    # header_row = 5, delimiter, encoding: only where needed
layout = "siigo"                     # a saved layout, or a [layout] table of its own
recognise_others = true              # headings not named here are recognised too

[columns]                            # canonical field = heading, or headings in order of choice
customer_code = "NIT"
open_amount = ["Saldo", "Saldo MN"]
[key]                                # a field made of several columns, joined by '·'
number = ["Created", "Amount"]
[constants]                          # where the file has no column for it, or a blank cell
currency = "USD"
[zero_fill]                          # ids whose leading zeros get lost: digits wanted
number = 10
[date_orders]                        # for one heading; [decimals] likewise
"Fecha pago" = "mdy"
[scope]                              # what a snapshot speaks for
branch = "Cali"
[rules]
paid_in_full = true                  # paid_on tells when the whole amount was paid
number_repeats = true                # equal made-up keys are different documents: #2, #3 …
ages = "one_per_age"                 # balances by age without documents become one each
credit_notes = "credit"              # positive rows of type NC: "credit" or "debit"
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from recaudo.core.problems import Problem
from recaudo.intake.reading.contract import BY_NAME
from recaudo.intake.reading.folding import fold_heading
from recaudo.intake.reading.layouts import Layout, layout_from, saved_layout, toml_value

#: Columns that Recaudo itself adds to a file of rejected rows, and ignores on the way back.
OWN_PREFIX = "recaudo_"
_CHOICES = {
    "mode": ("", "incremental", "snapshot"),
    "date_order": ("", "dmy", "mdy", "ymd"),
    "decimal": ("", ",", "."),
}
_RULES: Dict[str, tuple[object, ...]] = {
    "paid_in_full": (True, False),
    "number_repeats": (True, False),
    "ages": ("one_per_age", "ignore"),
    "credit_notes": ("credit", "debit"),
}


@dataclass(frozen=True)
class Mapping:
    """A mapping as read; empty where the TOML says nothing. ``Mapping()`` recognises everything."""

    name: str = ""
    mode: str = ""
    date_order: str = ""
    decimal: str = ""
    sheet: str = ""
    header_row: int = 0
    delimiter: str = ""
    encoding: str = ""
    recognise_others: bool = False
    columns: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    key: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Dict[str, str] = field(default_factory=dict)
    zero_fill: Dict[str, int] = field(default_factory=dict)
    date_orders: Dict[str, str] = field(default_factory=dict)
    decimals: Dict[str, str] = field(default_factory=dict)
    scope: Dict[str, str] = field(default_factory=dict)
    rules: Dict[str, Any] = field(default_factory=dict)
    layout: Layout | None = None

    @property
    def names_columns(self) -> bool:
        return bool(self.columns or self.key)


def load_mapping(path: str | Path) -> Mapping:
    """Problems: ``mapping_unreadable``, ``mapping_unknown`` (a field or word nobody knows)."""
    try:
        return parse_mapping(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("mapping_unreadable", detail=str(error)) from error


def parse_mapping(text: str) -> Mapping:
    """``text`` (TOML) as a mapping, every name in it checked. Problems as ``load_mapping``."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem("mapping_unreadable", detail=str(error)) from error
    known = {each.name for each in fields(Mapping)}
    for name in raw:
        if name not in known:
            raise Problem("mapping_unknown", word=name, place="")
    for table in ("columns", "key", "constants", "zero_fill"):
        for name in raw.get(table, {}):
            if name not in BY_NAME:
                raise Problem("mapping_unknown", word=name, place=table)
    layout = raw.pop("layout", None)
    base = Mapping()
    if isinstance(layout, str):
        base = parse_mapping(saved_layout(layout))
    elif layout is not None:
        base = replace(base, layout=layout_from(layout, str(raw.get("name", ""))))
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name in ("columns", "key"):
            value = {
                each: (wanted,) if isinstance(wanted, str) else tuple(wanted)
                for each, wanted in value.items()
            }
        if isinstance(value, dict):
            value = {**getattr(base, name), **value}
        values[name] = value
    return _checked(replace(base, **values))


def _checked(mapping: Mapping) -> Mapping:
    for name, choices in _CHOICES.items():
        if getattr(mapping, name) not in choices:
            raise Problem("mapping_unknown", word=getattr(mapping, name), place=name)
    for name, value in mapping.rules.items():
        if name not in _RULES or value not in _RULES[name]:
            raise Problem("mapping_unknown", word=f"{name} = {value}", place="rules")
    for table, choices in (("date_orders", _CHOICES["date_order"]), ("decimals", (",", "."))):
        for value in getattr(mapping, table).values():
            if value not in choices:
                raise Problem("mapping_unknown", word=value, place=table)
    return mapping


def with_answers(mapping: Mapping, answers: Dict[str, str]) -> Mapping:
    """``mapping`` with what a person answered to questions, by their keys.

    Keys: ``date_order[:HEADING]``, ``decimal[:HEADING]``, ``column:FIELD``, ``ages``,
    ``credit_notes``, ``paid_in_full``, ``fill_down``. Any other key or value is the Problem
    ``answer_unknown``.
    """
    for key, value in answers.items():
        name, _, about = key.partition(":")
        try:
            mapping = _checked(_answered(mapping, name, about, value))
        except Problem as problem:
            raise Problem("answer_unknown", key=key, value=value) from problem
    return mapping


def _answered(mapping: Mapping, name: str, about: str, value: str) -> Mapping:
    match name:
        case "date_order" | "decimal" if not about:
            return replace(mapping, **{name: value})
        case "date_order":
            return replace(mapping, date_orders={**mapping.date_orders, about: value})
        case "decimal":
            return replace(mapping, decimals={**mapping.decimals, about: value})
        case "column" if about in BY_NAME:
            others = mapping.recognise_others or not mapping.names_columns
            columns = {**mapping.columns, about: (value,)}
            return replace(mapping, columns=columns, recognise_others=others)
        case "ages" | "credit_notes":
            return replace(mapping, rules={**mapping.rules, name: value})
        case "paid_in_full" if value in ("yes", "no"):
            return replace(mapping, rules={**mapping.rules, name: value == "yes"})
        case "fill_down" if value in ("yes", "no"):
            layout = mapping.layout or Layout()
            return replace(mapping, layout=replace(layout, fill_down=value))
    raise Problem("answer_unknown", key=name, value=value)


def fingerprint(headings: Iterable[str]) -> str:
    """16 hex digits, the same for files with the same headings in any order, case or accents."""
    folded = sorted(
        {fold_heading(each) for each in headings if not each.casefold().startswith(OWN_PREFIX)}
        - {""}
    )
    return hashlib.sha256("\n".join(folded).encode()).hexdigest()[:16]


def to_toml(mapping: Mapping) -> str:
    """``mapping`` as TOML that ``parse_mapping`` reads back to an equal one."""
    lines: list[str] = []
    tables: list[str] = []
    for each in fields(Mapping):
        value = getattr(mapping, each.name)
        if not value:
            continue
        if isinstance(value, Layout):
            tables.append("\n[layout]\n" + value.to_toml())
        elif isinstance(value, dict):
            rows = (f"{_toml_key(name)} = {toml_value(one)}" for name, one in value.items())
            tables.append("\n".join(["", f"[{each.name}]", *rows]))
        else:
            lines.append(f"{each.name} = {toml_value(value)}")
    return "\n".join([*lines, *tables, ""])


def _toml_key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else toml_value(name)
