"""Layouts of banks' files, one TOML each: those that come with the product, and a person's own.

A layout is ``kind = "delimited"`` (CSV and spreadsheets: which heading is what) or ``"fixed"``
(records by position, with the controls that must hold). docs/how-to/bank.md explains the fields.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from recaudo.core.problems import Problem

FIELDS = (
    *("booked_on", "value_on", "text", "amount", "debit", "credit", "sign", "balance"),
    *("reference", "payer_name", "payer_account", "bank_id", "currency"),
)


@dataclass(frozen=True)
class Layout:
    """``told`` is the TOML as it stands."""

    name: str
    title: str
    kind: str
    told: dict[str, Any]

    @property
    def currency(self) -> str:
        return str(self.told.get("currency", ""))

    @property
    def is_checked(self) -> bool:
        """Was it written from the bank's own document or a real file?"""
        return bool(self.told.get("checked", True))


def parse_layout(text: str, *, name: str) -> Layout:
    """Raises Problem ``bank_layout_invalid`` naming what is wrong."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem("bank_layout_invalid", layout=name, detail=str(error)) from error
    kind = told.get("kind")
    if kind == "delimited":
        columns = told.get("columns", {})
        wrong = [field for field in columns if field not in FIELDS]
        if wrong or "booked_on" not in columns:
            raise Problem("bank_layout_invalid", layout=name, detail=f"[columns] {wrong}")
        if not ({"amount"} <= set(columns) or {"credit"} <= set(columns)):
            raise Problem("bank_layout_invalid", layout=name, detail="[columns] amount | credit")
    elif kind == "fixed":
        if "detail" not in told.get("records", {}):
            raise Problem("bank_layout_invalid", layout=name, detail="[records.detail]")
    else:
        raise Problem("bank_layout_invalid", layout=name, detail=f"kind = {kind!r}")
    return Layout(told.get("name", name), told.get("title", name), kind, told)


@cache
def own_layouts() -> dict[str, Layout]:
    """Those that come with the product, by name."""
    found = {}
    for each in sorted(files(__name__).iterdir(), key=lambda item: item.name):
        if each.name.endswith(".toml"):
            name = each.name.removesuffix(".toml")
            found[name] = parse_layout(each.read_text(encoding="utf-8"), name=name)
    return found


def layout_named(name: str) -> Layout:
    """Raises Problem ``bank_layout_unknown`` naming the known ones."""
    found = own_layouts().get(name)
    if found is None:
        raise Problem("bank_layout_unknown", layout=name, known=", ".join(own_layouts()))
    return found
