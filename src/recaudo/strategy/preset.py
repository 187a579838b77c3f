"""The books that come with the product, filled in for a creditor's country and currency."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from string import Template

from recaudo.core.buckets import DEFAULT
from recaudo.core.buckets import PRESETS as BUCKETS
from recaudo.core.problems import Problem

PRESETS = ("b2b", "consumer")


def preset_toml(name: str, *, country: str, currency: str) -> str:
    """The preset's TOML with amounts in ``currency`` (USD's figures where it has none of its own).

    Raises Problem ``preset_unknown``.
    """
    if name not in PRESETS:
        raise Problem("preset_unknown", preset=name, known=list(PRESETS))
    folder = files("recaudo.strategy") / "presets"
    by_currency = tomllib.loads((folder / "amounts.toml").read_text("utf-8"))
    supervisor = f"consumer_{country.lower()}"
    return Template((folder / f"{name}.toml").read_text("utf-8")).substitute(
        by_currency.get(currency, by_currency["USD"]),
        buckets=supervisor if supervisor in BUCKETS else DEFAULT.code,
    )
